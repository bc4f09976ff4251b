import { readAgainst, type EvidenceAtHand } from "../evidence/against.ts";
import { UpheldError } from "../errors.ts";
import { consequencesOf, type Consequence } from "../model/consequences.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import type { Measurement } from "../terms/types.ts";
import type { Agreement } from "./agreement.ts";
import { nameOf, SEATS, SILENCE, type Seat } from "./enums.ts";
import { eventsOf, lastOf, readHistory, type EventValues } from "./history.ts";
import { measured } from "./replay.ts";

export { consequencesOf, type Consequence } from "../model/consequences.ts";

/** One of the accounts that the arbiter chooses from. */
export interface Offer {
  readonly by: "report" | Seat;
  /** Money, before the term's cap. */
  readonly credit: bigint;
  /** 0 for the report. */
  readonly pledge: bigint;
  /** Undefined: silence, nobody counted. */
  readonly counts: readonly Measurement[] | undefined;
  readonly evidence: OfferEvidence;
}

/** What the counts of an offer rest on. */
export type OfferEvidence = EvidenceAtHand | { readonly kind: "silence" };

export interface Case {
  readonly period: Period;
  /** Whether the arbiter can rule already; before, the other party may still answer. */
  readonly isOpen: boolean;
  readonly held: bigint;
  readonly offers: readonly Offer[];
  readonly consequences: readonly Consequence[];
}

/** What a report and a claim both say. */
type Account = Pick<EventValues["Reported"], "measurements" | "evidence">;
const SILENT = { counts: undefined, evidence: { kind: "silence" } } as const;

/** Reads a disputed period: what was offered, what it rests on, and what each ruling does to the money. */
export async function readCase(agreement: Agreement, chainId: bigint, k: bigint, folder: string): Promise<Case> {
  const [state, dispute, history] = await Promise.all([
    agreement.state(),
    agreement.dispute(k),
    readHistory(agreement, k),
  ]);
  if (dispute.disputedAt === 0n) {
    throw new UpheldError({
      code: "case.nothing-disputed",
      message: `Period ${k} has no open dispute.`,
      hint: "See `upheld status`; of what is over, `upheld verify` tells.",
    });
  }
  const { terms } = agreement;
  const period = periodOf(terms, Number(k), state.end);
  const report = lastOf(history, "Reported");
  const common = {
    chainId,
    agreement: agreement.address,
    period: { index: Number(k), start: period.start, end: period.end },
  };
  const accountOf = async (author: Seat | "oracle", said: Account) => {
    const [counts, revision] = [measured(said.measurements), Number(dispute.revision)];
    const onChain = { ...common, revision, root: said.evidence, indicators: terms.indicators, measurements: counts };
    return { counts, evidence: await readAgainst(folder, author, onChain) };
  };

  const isSilence = dispute.revision === SILENCE || report === undefined;
  const account = isSilence ? SILENT : await accountOf("oracle", report);
  const offers: Offer[] = [{ by: "report", credit: dispute.reportCredit, pledge: 0n, ...account }];
  for (const claim of eventsOf(history, "Disputed")) {
    const by = nameOf(SEATS, claim.seat) as Seat;
    offers.push({ by, credit: claim.credit, pledge: claim.pledge, ...(await accountOf(by, claim)) });
  }
  const purse = { fee: period.fee, credited: state.creditsGiven, bond: state.bond };
  const { isOpen, agreedCredit: agreed, held } = dispute;
  const consequences = consequencesOf(terms, purse, offers, isOpen ? { agreed, held } : undefined);
  return { period, isOpen, held, offers, consequences };
}
