import { formatUtc } from "../measure/time.ts";
import type { EvidenceInput } from "./build.ts";

/** What a file is named by. */
export type NameParts = Pick<EvidenceInput, "chainId" | "agreement" | "revision" | "author"> & {
  readonly period: Pick<EvidenceInput["period"], "index" | "start">;
};

/**
 * `<chain id>/<agreement>/2025-10.r0.json.gz`, below whatever folder or address the files lie at. A period that starts
 * inside a month is named by its day and number, as two of them may start on one day; a party's own counts carry the
 * party's name.
 */
export function evidenceName({ chainId, agreement, period, revision, author }: NameParts): string {
  const start = formatUtc(period.start);
  const isWholeMonth = start.endsWith("-01T00:00:00Z");
  const name = isWholeMonth ? start.slice(0, 7) : `${start.slice(0, 10)}.p${period.index}`;
  const by = author === "oracle" ? "" : `.${author}`;
  return `${chainId}/${agreement.toLowerCase()}/${name}.r${revision}${by}.json.gz`;
}
