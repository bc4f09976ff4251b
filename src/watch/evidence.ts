import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { evidenceIn, evidencePath, writeEvidence } from "../evidence/files.ts";
import { verifyEvidence, type OnChain } from "../evidence/verify.ts";
import { UpheldError } from "../errors.ts";
import { SILENCE } from "../chain/enums.ts";
import { moment } from "../format.ts";
import { problemOf } from "../oracle/prepare.ts";
import type { TimedEvent } from "./course.ts";
import type { Notice, Said } from "./notice.ts";
import type { AgreementState } from "./store.ts";
import { Words, type View } from "./view.ts";

/** Larger files are no evidence. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

export interface EvidenceOptions {
  readonly chainId: bigint;
  /** A folder or an http(s) address, laid out as `upheld report` writes it; undefined: nothing is published. */
  readonly from: string | undefined;
  /** Folder of our own copies. */
  readonly keep: string;
  /** Seconds after a report from which missing evidence is told. */
  readonly within: bigint;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

interface Sworn {
  readonly key: string;
  readonly at: bigint;
  readonly whose: string;
  readonly author: "oracle" | "provider" | "client";
  readonly onChain: OnChain;
}

/**
 * Fetches and checks what was sworn and is not kept yet. What cannot be fetched is tried again each round; what does not
 * lead to the root on chain is not kept.
 */
export async function keepCopies(view: View, state: AgreementState, options: EvidenceOptions): Promise<void> {
  for (const sworn of swornIn(view, options.chainId)) {
    if (state.evidence[sworn.key]?.kept === true) continue;
    options.signal?.throwIfAborted();
    const problem = await keepOne(sworn, view.agreement.evidence ?? options.from, options).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      return problemOf(error).message;
    });
    state.evidence[sworn.key] = { kept: problem === undefined, ...(problem === undefined ? {} : { problem }) };
  }
}

/** What people are told of evidence that is not there, or is there after all. */
export function evidenceNotices(view: View, state: AgreementState, options: EvidenceOptions): Notice[] {
  return swornIn(view, options.chainId).flatMap((sworn): Notice[] => {
    const known = state.evidence[sworn.key];
    if (known === undefined) return [];
    const words = new Words(view.agreement);
    const name = words.period(sworn.onChain.period);
    const id = `evidence/${sworn.key}`;
    const wasTold = `${id}/missing` in state.notices;
    const notice = (suffix: string, title: string, lines: string[], tone: Said["tone"]): Notice => {
      const said: Said = { title: `${name}: ${title}`, lines, tone };
      return {
        id: `${id}/${suffix}`,
        topic: "evidence",
        at: sworn.at + options.within,
        until: view.now + 1n,
        stands: false,
        facts: [],
        said: { provider: said, client: said },
      };
    };
    if (known.kept) {
      if (!wasTold) return [];
      return [notice("found", `the evidence of ${sworn.whose} is there now`, ["It is as sworn, and kept."], "plain")];
    }
    if (view.now < sworn.at + options.within) return [];
    const lines = [
      `${known.problem ?? "It is not there"}.`.replace(/\.+$/, "."),
      `Sworn ${moment(sworn.at)}, root ${sworn.onChain.root}. Ask for it: without it nobody can check the counts.`,
    ];
    return [notice("missing", `the evidence of ${sworn.whose} cannot be had`, lines, "bad")];
  });
}

/** Every report and claim that names evidence. */
function swornIn({ agreement, events, courses }: View, chainId: bigint): Sworn[] {
  const { address, terms, policies } = agreement;
  const sworn: Sworn[] = [];
  for (const event of events) {
    if (event.name !== "Reported" && event.name !== "Disputed") continue;
    const k = Number(event.values.period);
    const course = courses.periods.get(k);
    const root = event.values.evidence;
    if (course === undefined || /^0x0*$/.test(root)) continue;
    const author = event.name === "Reported" ? "oracle" : authorOf(event);
    const before = course.reports.filter(({ at }) => at <= event.time).at(-1)?.revision ?? SILENCE;
    const revision = Number(event.name === "Reported" ? event.values.revision : before);
    sworn.push({
      key: `${k}.r${revision}.${author}`,
      at: event.time,
      whose: author === "oracle" ? "the report" : `the ${author}'s claim`,
      author,
      onChain: {
        chainId,
        agreement: address,
        period: { index: k, start: course.period.start, end: course.period.end },
        revision,
        root,
        indicators: terms.indicators,
        measurements: event.values.measurements.map(({ total, bad, excluded }) => ({ total, bad, excluded })),
        policies,
      },
    });
  }
  return sworn;
}

const authorOf = (event: Extract<TimedEvent, { name: "Disputed" }>): "provider" | "client" =>
  event.values.seat === 1n ? "provider" : "client";

/** Why it is not kept; undefined: it is. */
async function keepOne(
  { onChain, author }: Sworn,
  from: string | undefined,
  options: EvidenceOptions,
): Promise<string | undefined> {
  const { keep } = options;
  const own = evidencePath(keep, { ...onChain, author });
  const found = await readFile(own).catch(() => undefined);
  if (found !== undefined) return differenceIn(found, own, onChain);
  if (from === undefined) return "Nobody publishes it where this watcher looks";
  const name = evidencePath("", { ...onChain, author });
  const bytes = await fetchFile(from, name, options);
  const difference = differenceIn(bytes, name, onChain);
  if (difference !== undefined) return difference;
  await writeEvidence(keep, evidenceIn(bytes, name));
  return undefined;
}

function differenceIn(bytes: Uint8Array, name: string, onChain: OnChain): string | undefined {
  const difference = verifyEvidence(evidenceIn(bytes, name), onChain);
  return difference === undefined ? undefined : `It is not what was sworn: ${difference.place}: ${difference.message}`;
}

async function fetchFile(from: string, name: string, options: EvidenceOptions): Promise<Uint8Array> {
  if (!from.includes("://")) {
    return readFile(join(from, name)).catch(() => {
      throw missing(`${name} is not in ${from}`);
    });
  }
  const url = `${from.replace(/\/$/, "")}/${name.split("/").map(encodeURIComponent).join("/")}`;
  const late = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  const response = await fetch(url, { signal, redirect: "error" }).catch(() => {
    throw missing(late.aborted ? `${url} does not answer in time` : `${url} cannot be reached`);
  });
  if (!response.ok || response.body === null) throw missing(`${url} answers with status ${response.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_BYTES) throw missing(`${url} has more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const missing = (message: string): UpheldError => new UpheldError({ code: "watch.evidence", message, retry: true });
