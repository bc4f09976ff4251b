import { UpheldError } from "../../../src/errors.ts";
import { evidenceName } from "../../../src/evidence/name.ts";
import { MAX_UNPACKED, parseEvidence, type Author, type Evidence } from "../../../src/evidence/schema.ts";
import type { OnChain } from "../../../src/evidence/verify.ts";
import { indicatorsIn } from "../../../src/terms/measurements.ts";
import type { Measurement } from "../../../src/terms/types.ts";
import type { View } from "../chain/view.ts";
import { periodIn } from "../words.ts";

/** Reads an evidence file (`.json.gz`) and checks its shape; whether its content is right is for `checkEvidence` to say. */
export async function openEvidence(file: Blob, name: string): Promise<Evidence> {
  const text = await unpacked(file, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("evidence.damaged", "the evidence file is damaged: it is not JSON", name);
  }
  return parseEvidence(value, name);
}

/** What would unpack to more than any evidence has is refused before it does. */
async function unpacked(file: Blob, name: string): Promise<string> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (head[0] !== 0x1f || head[1] !== 0x8b) throw refused("evidence.malformed", "it is not compressed by gzip", name);
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > MAX_UNPACKED) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    throw refused("evidence.damaged", `the evidence file is damaged: ${(error as Error).message}`, name);
  }
  await reader.cancel();
  throw refused("evidence.too-large", `unpacked it has more than the limit of ${MAX_UNPACKED} bytes`, name);
}

const refused = (code: string, message: string, file: string) =>
  new UpheldError({ code, message, hint: "Fetch it again from whoever reported.", file });

/** What the chain says about one account of a period. */
export interface Sworn {
  readonly period: number;
  readonly revision: number;
  readonly author: Author;
  readonly root: string;
  readonly measurements: readonly Measurement[];
}

/** What the chain says of the period, for a file to be held against. */
export function onChainOf(view: View, { period: k, revision, root, measurements }: Sworn): OnChain {
  const period = periodIn(view, k);
  return {
    chainId: view.network.chainId,
    agreement: view.address,
    period: { index: k, start: period.start, end: period.end },
    revision,
    root,
    indicators: indicatorsIn(view.terms, period),
    measurements,
  };
}

/** The name of the file of an account, below whatever address evidence lies at. */
export function nameOfEvidence(
  view: View,
  { period: k, revision, author }: Omit<Sworn, "root" | "measurements">,
): string {
  const { start } = periodIn(view, k);
  return evidenceName({
    chainId: view.network.chainId,
    agreement: view.address,
    period: { index: k, start },
    revision,
    author,
  });
}

/** Fetches an evidence file from a host or folder. */
export async function fetchEvidence(base: string, name: string, signal: AbortSignal): Promise<Blob> {
  const url = `${base.replace(/\/$/, "")}/${name}`;
  const answer = await fetch(url, { signal }).catch(() => undefined);
  if (answer?.ok !== true) {
    const why = answer === undefined ? "it does not answer" : `it answers ${answer.status}`;
    throw refused("evidence.missing", `${url} cannot be fetched: ${why}`, name);
  }
  return answer.blob();
}
