/** What the model predicts beside what the chain answers, one line for each fact. */
import { CONSENTS, nameOf, numberOf, PHASES, SEATS, STAGES } from "../../src/chain/enums.ts";
import { type Agreement, type Consent, SEATS as BOTH } from "../../src/model/agreement.ts";
import { consentExpiry } from "../../src/model/keys.ts";
import type { Refused } from "../../src/model/refusal.ts";
import { chronicPeriods, disputeOf, type DisputeView, type State, stateOf } from "../../src/model/views.ts";
import type { StateStructOutput } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import type { Setting } from "./cast.ts";
import { answers, ask, askBalance, type Question, structOf } from "./chain.ts";

/** The first thing that differs. */
export class Difference extends Error {
  constructor(what: string, model: unknown, chain: unknown) {
    super(`${what}: the model says ${show(model)}, the chain ${show(chain)}`);
    this.name = "Difference";
  }
}

export function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "nothing";
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}` : inner));
}

export const showRefusal = (refused: Refused | undefined): string =>
  refused === undefined ? "done" : `${refused.name}(${refused.args.join(", ")})`;

/** The chain's struct as a plain object: its fields, without the positions. */
type ChainState = Pick<StateStructOutput, keyof State>;

interface Fact extends Question {
  readonly predicted: unknown;
}

/** Compares everything an outsider can see as of `now`, which is the latest block's time. */
export async function compare(s: Setting, a: Agreement, now: bigint, consents: readonly Consent[]): Promise<void> {
  const facts = [...stateFacts(a, now), ...keyFacts(a, consents), ...walletFacts(s, a)];
  const [time, actual] = await answers(s.readings, facts);
  if (time !== now) throw new Difference("time of the views", now, time);
  for (const [i, { what, predicted }] of facts.entries()) differ(what, predicted, actual[i]);
}

function differ(what: string, model: unknown, chain: unknown): void {
  if (model === chain) return;
  if (isRecord(model) && isRecord(chain)) {
    for (const [key, value] of Object.entries(model)) differ(`${what} ${key}`, value, chain[key]);
  } else throw new Difference(what.trim(), model, chain);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function stateFacts(a: Agreement, now: bigint): Fact[] {
  const state = ask(a, "", "state");
  const disputes = a.courses.flatMap((course, k): Fact[] => {
    if (course.dispute === undefined) return [];
    const question = ask(a, `dispute ${k}`, "disputeOf", k);
    const view = disputeOf(a, k, now);
    return [
      {
        ...question,
        predicted: flatDispute(view),
        read: (text) => chainDispute(question.read(text) as { readonly revision?: bigint }),
      },
    ];
  });
  const chronic = a.chronic.map((_, r): Fact => {
    const predicted = bitsOf(chronicPeriods(a, r, now));
    return { ...ask(a, `chronicPeriods(${r})`, "chronicPeriods", r), predicted };
  });
  return [
    { ...state, predicted: stateOf(a, now), read: (text) => chainState(state.read(text) as ChainState) },
    ...disputes,
    ...chronic,
  ];
}

/** The chain's numbers as the model writes them. */
function chainState(s: ChainState): State {
  return {
    ...s,
    phase: nameOf(PHASES, s.phase),
    stage: nameOf(STAGES, s.stage),
    period: Number(s.period),
    periods: Number(s.periods),
    revision: Number(s.revision),
    openDisputes: listOf(s.openDisputes),
  };
}

function flatDispute(view: DisputeView | undefined): unknown {
  if (view === undefined) return { disputedAt: 0n };
  const { claims, reportReaches, ...rest } = view;
  const claimOf = (seat: "provider" | "client") => {
    const { credit = 0n, pledge = 0n, at = 0n, reaches = [] } = claims[seat] ?? {};
    return { credit, pledge, claimedAt: at, chronicBits: bitsOf(reaches) };
  };
  return { ...rest, reportBits: bitsOf(reportReaches), provider: claimOf("provider"), client: claimOf("client") };
}

function chainDispute(d: { readonly revision?: bigint }): unknown {
  return { ...d, revision: Number(d.revision) };
}

export const bitsOf = (list: readonly number[]): bigint => list.reduce((bits, k) => bits | (1n << BigInt(k)), 0n);
const listOf = (bits: bigint): number[] =>
  Array.from({ length: bits.toString(2).length }, (_, k) => k).filter((k) => ((bits >> BigInt(k)) & 1n) === 1n);

function keyFacts(a: Agreement, consents: readonly Consent[]): Fact[] {
  const offers = BOTH.map((seat): Fact => {
    const question = ask(a, `seatOffer(${seat})`, "seatOffer", numberOf(SEATS, seat));
    return { ...question, predicted: a.offeredTo[seat] };
  });
  const keys = consents.flatMap((consent) =>
    BOTH.map((seat): Fact => {
      const what = `consentOf(${seat}, ${CONSENTS[numberOf(CONSENTS, consent.kind)]})`;
      const question = ask(a, what, "consentOf", numberOf(SEATS, seat), structOf(consent));
      return { ...question, predicted: consentExpiry(a, seat, consent) };
    }),
  );
  return [...offers, ...keys];
}

function walletFacts(s: Setting, a: Agreement): Fact[] {
  return [s.token, s.foreign].flatMap((token, i) =>
    [...Object.entries(s.addresses), ["the agreement", a.address] as const].map(([who, holder]): Fact => {
      const what = `${i === 0 ? "tokens" : "foreign tokens"} of ${who}`;
      return { ...askBalance(what, token, holder), predicted: a.wallets[token]?.[holder] ?? 0n };
    }),
  );
}
