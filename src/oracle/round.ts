import { getAddress } from "ethers";
import type { Factory } from "../chain/factory.ts";
import { letEarlierIn } from "../chain/outbox.ts";
import type { Problem } from "../errors.ts";
import type { Keccak } from "../evidence/merkle.ts";
import type { Measurement } from "../terms/types.ts";
import { confirm, type Belief } from "./confirm.ts";
import { deliverReports, sendReports, type Dispatched, type DispatchOptions } from "./dispatch.ts";
import type { DuePeriod, Standing } from "./due.ts";
import { inGroups, inOrder, monitorOfDue } from "./groups.ts";
import { lookAt } from "./look.ts";
import type { Measure } from "./measure.ts";
import type { Watched } from "./portfolio.ts";
import { prepare, type Ready } from "./prepare.ts";
import type { Quorum } from "./quorum.ts";

/** What one agreement came to in a round. */
export interface Outcome {
  readonly agreement: Watched;
  readonly period: bigint | undefined;
  /** `due`: a dry run would report it. `proposed`: it waits for signatures in a batch. `over`: nothing (more) is to be reported. */
  readonly kind: "reported" | "proposed" | "due" | "there" | "early" | "late" | "over" | "failed";
  readonly revision?: bigint;
  readonly measurements?: readonly Measurement[];
  /** The evidence file, and its root. */
  readonly file?: string | undefined;
  readonly root?: string;
  /** The transaction. */
  readonly hash?: string;
  readonly problem?: Problem;
  /** When the window opens, or closes; UTC seconds. */
  readonly opens?: bigint;
  readonly closes?: bigint;
}

/** Says what happens, for a log or a person who watches. */
export type Tell = (event: string, values?: Readonly<Record<string, unknown>>) => void;

export interface RoundOptions {
  readonly factory: Factory;
  readonly agreements: readonly Watched[];
  readonly measure: Measure;
  readonly evidence: string;
  readonly atOnce: number;
  /** Only the period that starts in this month, `2026-10`. */
  readonly month?: string | undefined;
  /** How to send; undefined: a dry run. */
  readonly dispatch: DispatchOptions | undefined;
  readonly committee: Quorum | undefined;
  /** What hashes the evidence; undefined: a slow one. */
  readonly keccak?: Keccak | undefined;
  /** Measured already in this process, by agreement and period: a second look need not measure again. */
  readonly measured?: Map<string, Ready>;
  readonly signal?: AbortSignal;
  readonly tell: Tell;
}

/** How often the chain is looked at in one round, for what was unclear or was undone. */
const LOOKS = 5;

/**
 * One round: looks at the chain, measures what is due, keeps the evidence, sends, then looks whether all is there with
 * its confirmations. The chain is the journal: killed anywhere and run again, nothing is reported twice or left out.
 * Throws only when the chain cannot be read, or when it is aborted.
 */
export async function runRound(options: RoundOptions): Promise<Outcome[]> {
  const { agreements, tell } = options;
  const measured = options.measured ?? new Map<string, Ready>();
  const outcomes = new Map<Watched, Outcome>();
  let left = agreements;
  for (let look = 1; look <= LOOKS && left.length > 0; ++look) {
    const { standings, replaceBelow } = await lookAtChain(options, left);
    const due = standings.filter((one) => one.kind === "due");
    for (const one of standings) if (one.kind !== "due") outcomes.set(one.agreement, settled(one));
    tell("looked", { agreements: left.length, due: due.length });
    const again: Watched[] = [];
    let sending: Promise<Outcome[]> = Promise.resolve([]);
    const take = async () => {
      for (const outcome of await sending) {
        outcomes.set(outcome.agreement, outcome);
        if (isUnclear(outcome)) again.push(outcome.agreement);
      }
    };
    for (const chunk of inOrder(due)) {
      // What fails while the next are measured is thrown when it is waited for.
      sending.catch(() => undefined);
      const prepared = await prepareChunk(chunk, options, measured);
      await take();
      sending = sendChunk(prepared, options, replaceBelow);
    }
    await take();
    const ended = left.flatMap((agreement) => outcomes.get(agreement) ?? []);
    for (const { outcome, isUndone } of await doubted(ended, options)) {
      outcomes.set(outcome.agreement, outcome);
      if (isUndone) again.push(outcome.agreement);
    }
    left = again;
  }
  return agreements.flatMap((agreement) => outcomes.get(agreement) ?? []);
}

/** What waits from an earlier run goes first: it changes what the chain says is due. */
async function lookAtChain(options: RoundOptions, agreements: readonly Watched[]) {
  const { dispatch } = options;
  const replaceBelow = dispatch === undefined ? 0 : await letEarlierIn(dispatch.from, dispatch);
  return { ...(await lookAt(agreements, options)), replaceBelow };
}

/**
 * Those of `outcomes` that are none after all: a reorganisation took away what they rested on, or a node had invented it.
 * A dry run rests on nothing.
 */
async function doubted(outcomes: readonly Outcome[], options: RoundOptions) {
  const { dispatch, tell } = options;
  if (dispatch === undefined) return [];
  const doubts = await confirm(outcomes.flatMap(beliefOf), options, dispatch);
  const before = new Map(outcomes.map((outcome) => [outcome.agreement, outcome]));
  return doubts.map(({ agreement, kind, problem }) => {
    const outcome: Outcome = { agreement, period: undefined, ...before.get(agreement), kind: "failed", problem };
    tell(kind, { agreement: agreement.label, period: outcome.period, ...problem });
    return { outcome, isUndone: kind === "undone" };
  });
}

function beliefOf({ agreement, period, kind }: Outcome): Belief[] {
  if (kind === "failed" || kind === "due" || kind === "proposed") return [];
  return [{ agreement, period, kind: kind === "reported" ? "there" : kind }];
}

interface Chunk {
  readonly failed: readonly Outcome[];
  readonly ready: readonly Ready[];
}

async function prepareChunk(
  chunk: readonly DuePeriod[],
  options: RoundOptions,
  measured: Map<string, Ready>,
): Promise<Chunk> {
  const { dispatch, committee, keccak, signal, tell } = options;
  const failed: Outcome[] = [];
  const ready: Ready[] = [];
  const fail = (due: DuePeriod, problem: Problem) => {
    failed.push({ ...placeOf(due), kind: "failed", problem });
    tell("not measured", { agreement: due.agreement.label, period: due.number, ...problem });
  };
  await inGroups(chunk, monitorOfDue, options.atOnce, async (due, readings) => {
    const key = `${due.agreement.address}/${due.number}`;
    const known = measured.get(key);
    if (known !== undefined) ready.push(known);
    else if (!isOurs(due, options)) fail(due, anothers(due, dispatch?.from, committee));
    else {
      const folder = dispatch === undefined ? undefined : options.evidence;
      const prepared = await prepare(due, options.measure, folder, signal, readings, keccak);
      if (prepared.kind === "failed") {
        fail(due, prepared.problem);
        return;
      }
      measured.set(key, prepared.ready);
      ready.push(prepared.ready);
      tell("measured", {
        agreement: due.agreement.label,
        period: due.number,
        measurements: prepared.ready.measurements,
      });
    }
  });
  return { failed, ready };
}

async function sendChunk({ failed, ready }: Chunk, options: RoundOptions, replaceBelow: number): Promise<Outcome[]> {
  const { dispatch, committee, signal, tell } = options;
  if (dispatch === undefined) return [...failed, ...ready.map((one): Outcome => ({ ...factsOf(one), kind: "due" }))];
  signal?.throwIfAborted();
  const sending = { ...dispatch, replaceBelow, mayFill: true };
  const [plain, batched] = [
    ready.filter(({ due }) => isPlain(due, options)),
    ready.filter(({ due }) => !isPlain(due, options)),
  ];
  const sent = withFates(plain, await sendReports(plain, sending));
  if (committee !== undefined && batched.length > 0) {
    sent.push(...withFates(batched, await deliverReports(batched, committee, sending)));
  }
  for (const { agreement, period, kind, hash, problem } of sent) {
    tell(kind, { agreement: agreement.label, period, ...(hash === undefined ? {} : { hash }), ...problem });
  }
  return [...failed, ...sent];
}

/** A dry run needs no key, so there everything counts as ours. */
const isPlain = ({ oracle }: DuePeriod, { dispatch }: RoundOptions): boolean =>
  dispatch === undefined || getAddress(oracle) === dispatch.from;

const isOurs = (due: DuePeriod, options: RoundOptions): boolean =>
  isPlain(due, options) || getAddress(due.oracle) === options.committee?.address;

function withFates(reports: readonly Ready[], fates: readonly Dispatched[]): Outcome[] {
  return reports.map((ready, i): Outcome => {
    const fate = fates[i];
    if (fate?.kind === "reported") return { ...factsOf(ready), kind: "reported", revision: 0n, hash: fate.hash };
    return { ...factsOf(ready), kind: "failed", ...(fate === undefined ? {} : { problem: fate.problem }) };
  });
}

/**
 * Failed for now: what the chain says next decides. A contract that refuses may have taken the same report from a second
 * job a moment ago.
 */
const isUnclear = ({ kind, problem }: Outcome): boolean =>
  kind === "failed" && problem !== undefined && /^(chain|transaction|contract|committee)\./.test(problem.code);

export function settled(one: Exclude<Standing, { kind: "due" }>): Outcome {
  const { agreement, number, kind, revision, problem, opens } = one;
  return {
    agreement,
    period: number,
    kind,
    ...(revision === undefined ? {} : { revision }),
    ...(problem === undefined ? {} : { problem }),
    ...(opens === undefined ? {} : { opens }),
  };
}

export const placeOf = ({ agreement, number, reportUntil }: DuePeriod) => ({
  agreement,
  period: number,
  closes: reportUntil,
});

export const factsOf = ({ due, measurements, root, file }: Ready) => ({ ...placeOf(due), measurements, root, file });

function anothers({ oracle }: DuePeriod, ours: string | undefined, committee: Quorum | undefined): Problem {
  const mine = [ours, committee?.address].filter(Boolean).join(" and the committee ");
  return {
    code: "oracle.another",
    message: `The agreement's oracle is ${oracle}; here reports ${mine}.`,
    hint: "Leave it out of this config, or name its key or committee.",
  };
}
