import { buildEvidence, newSalt, type IndicatorInput } from "../../../src/evidence/build.ts";
import type { Evidence } from "../../../src/evidence/schema.ts";
import { UpheldError } from "../../../src/errors.ts";
import { parseUtc } from "../../../src/measure/time.ts";
import type { Window } from "../../../src/measure/types.ts";
import type { Seat } from "../../../src/chain/enums.ts";
import { Unit, type Measurement } from "../../../src/terms/types.ts";
import type { View } from "../chain/view.ts";
import { periodIn } from "../words.ts";

/** What the evidence names as its writer. */
const TOOL = "upheld page 0.1.0";
const SOURCE = "stated by the party in the page";

/** A party's own account of a period, sworn: a file to keep, its root, and the counts to state. */
export interface Own {
  readonly root: string;
  readonly revision: number;
  readonly measurements: readonly Measurement[];
  /** The file's bytes. */
  readonly packed: () => Promise<ArrayBuffer>;
}

/** One outage a line: `2025-10-29 16:17 to 2025-10-29 23:15`, times in UTC. Throws with the line that cannot be read. */
export function parseOutages(text: string): Window[] {
  return text.split("\n").flatMap((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "") return [];
    const [from, to, ...more] = trimmed.split(/\s+to\s+|\s*,\s*/);
    if (from === undefined || to === undefined || more.length > 0)
      throw unreadable(i, "write when it began, to, when it ended");
    const [start, end] = [timeIn(from, i), timeIn(to, i)];
    if (end <= start) throw unreadable(i, "it ends before it begins");
    return [{ start, end }];
  });
}

function timeIn(text: string, line: number): bigint {
  const plain = text.replace(/\s*(Z|UTC)$/, "").replace(" ", "T");
  try {
    return parseUtc(`${plain}Z`);
  } catch (error) {
    throw unreadable(line, error instanceof UpheldError ? error.problem.message : String(error));
  }
}

const unreadable = (line: number, why: string) =>
  new UpheldError({
    code: "outages.unreadable",
    message: `Line ${line + 1}: ${why}.`,
    hint: "Write it as 2025-10-29 16:17 to 2025-10-29 23:15, in UTC.",
    line: line + 1,
  });

/** What a party states of each indicator: outages where seconds count, else the number of bad units. */
export type Stated = { readonly outages: readonly Window[] } | { readonly bad: bigint };

/** Swears what a party states of period `k`; what it does not speak of is as in the report. */
export function swear(
  view: View,
  k: number,
  author: Seat,
  reported: readonly Measurement[],
  stated: readonly Stated[],
): Own {
  const { start, end } = periodIn(view, k);
  const indicators = view.terms.indicators.map((indicator, i): IndicatorInput => {
    const one = stated[i];
    const said = reported[i] ?? { total: 0n, bad: 0n, excluded: 0n };
    if (one === undefined) return { grade: "totals", indicator, measurement: said };
    if ("outages" in one) return { grade: "outages", indicator, outages: one.outages, exclusions: [] };
    return { grade: "totals", indicator, measurement: { ...said, bad: one.bad } };
  });
  const input = {
    chainId: view.network.chainId,
    agreement: view.address,
    period: { index: k, start, end },
    revision: Number(view.summary.state.revision),
    author,
    tool: TOOL,
    source: SOURCE,
    indicators,
  };
  const salt = newSalt((length) => crypto.getRandomValues(new Uint8Array(length)));
  const { evidence, measurements } = buildEvidence(input, salt);
  return { root: evidence.root, revision: evidence.revision, measurements, packed: () => pack(evidence) };
}

/** Whether outages can be listed for it. */
export const isTimed = (unit: Unit): boolean => unit === Unit.Seconds;

/** As the command line reads it. */
async function pack(evidence: Evidence): Promise<ArrayBuffer> {
  const text = new Blob([`${JSON.stringify(evidence)}\n`]);
  return new Response(text.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}
