import { readAgainst, type EvidenceAtHand } from "../evidence/against.ts";
import { UpheldError } from "../errors.ts";
import { finalMoney, splitMoney, type Purse } from "../model/resolution.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import type { Measurement, Terms } from "../terms/types.ts";
import type { Agreement } from "./agreement.ts";
import { nameOf, SEATS, SILENCE, type Ruling, type Seat } from "./enums.ts";
import { eventsOf, lastOf, readHistory } from "./history.ts";
import { measured } from "./replay.ts";

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

/** What a ruling would move, now. */
export interface Consequence {
  readonly ruling: Exclude<Ruling, "none">;
  /** Of what the split holds. */
  readonly toProvider: bigint;
  readonly toClient: bigint;
  /** Beside it, to the client. */
  readonly fromBond: bigint;
  readonly pledges: readonly { readonly of: Seat; readonly to: Seat; readonly amount: bigint }[];
}

export interface Case {
  readonly period: Period;
  /** Whether the arbiter can rule already; before, the other party may still answer. */
  readonly isOpen: boolean;
  readonly held: bigint;
  readonly offers: readonly Offer[];
  readonly consequences: readonly Consequence[];
}

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
  const evidenceOf = (author: Seat | "oracle", root: string, measurements: readonly Measurement[]) => {
    const revision = Number(dispute.revision);
    return readAgainst(folder, author, { ...common, revision, root, indicators: terms.indicators, measurements });
  };

  const isSilence = dispute.revision === SILENCE || report === undefined;
  const counts = isSilence ? undefined : measured(report.measurements);
  const offers: Offer[] = [
    {
      by: "report",
      credit: dispute.reportCredit,
      pledge: 0n,
      counts,
      evidence: counts === undefined ? { kind: "silence" } : await evidenceOf("oracle", report?.evidence ?? "", counts),
    },
  ];
  for (const claim of eventsOf(history, "Disputed")) {
    const by = nameOf(SEATS, claim.seat) as Seat;
    const claimed = measured(claim.measurements);
    const evidence = await evidenceOf(by, claim.evidence, claimed);
    offers.push({ by, credit: claim.credit, pledge: claim.pledge, counts: claimed, evidence });
  }
  const purse = { fee: period.fee, credited: state.creditsGiven, bond: state.bond };
  const { isOpen, agreedCredit: agreed, held } = dispute;
  const consequences = consequencesOf(terms, purse, offers, isOpen ? { agreed, held } : undefined);
  return { period, isOpen, held, offers, consequences };
}

/** `split`: what the split gave and holds; before it, both are worked out as of now. */
export function consequencesOf(
  terms: Pick<Terms, "termCreditCap">,
  purse: Purse,
  offers: readonly Pick<Offer, "by" | "credit" | "pledge">[],
  split?: { readonly agreed: bigint; readonly held: bigint },
): Consequence[] {
  const { agreed, held, now } = split === undefined ? splitNow(terms, purse, offers) : { ...split, now: purse };
  const feeGiven = agreed < purse.fee ? agreed : purse.fee;
  const earned = purse.fee - feeGiven - held;
  return [...offers.map(({ by }) => by), "declined" as const].map((ruling): Consequence => {
    const picked = offers.find(({ by }) => by === (ruling === "declined" ? "report" : ruling));
    const money = finalMoney(terms, now, picked?.credit ?? 0n, agreed);
    return {
      ruling,
      toProvider: money.earned - earned,
      toClient: money.credit - money.fromBond,
      fromBond: money.fromBond,
      pledges: offers.flatMap(({ by, pledge }) => {
        if (by === "report" || pledge === 0n) return [];
        const other = by === "provider" ? "client" : "provider";
        return [{ of: by, to: ruling === "declined" || ruling === by ? by : other, amount: pledge }];
      }),
    };
  });
}

function splitNow(terms: Pick<Terms, "termCreditCap">, purse: Purse, offers: readonly Pick<Offer, "credit">[]) {
  const credits = offers.map(({ credit }) => credit).sort((a, b) => (a < b ? -1 : 1));
  const split = splitMoney(terms, purse, credits.at(0) ?? 0n, credits.at(-1) ?? 0n);
  const now = { ...purse, credited: purse.credited + split.credit, bond: purse.bond - split.fromBond };
  return { agreed: split.agreed, held: split.held, now };
}
