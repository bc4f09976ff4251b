import type { AgreementFile } from "./file.ts";
import { boundary, type Period, periodOf, termEnd } from "./calendar.ts";
import { formatMoney, formatShare, formatSpan, plural } from "./format.ts";
import { PPB, type Terms } from "./types.ts";
import { type WorkedTable, workedTable } from "./worked.ts";

/** When the money of one period moves, in each case. */
export interface Dates {
  readonly period: Period;
  readonly reportUntil: bigint;
  /** Reported at the first moment, and nobody disputes. */
  readonly paidFirst: bigint;
  /** Reported at the last moment, or not at all, and nobody disputes. */
  readonly paidLast: bigint;
  /** Disputed at the last moment: what all agree on moves. */
  readonly splitLast: bigint;
  /** Disputed at the last moment, and the arbiter silent to the end. */
  readonly ruledLast: bigint;
}

/** What one role can do alone at worst, and what stops it. */
export interface Power {
  readonly role: "oracle" | "arbiter" | "provider" | "client" | "anyone else" | "token issuer";
  readonly worst: string;
  readonly limit: string;
}

/** An agreement as people ask about it. Pages and terminals render it; the numbers come from the contract's rules. */
export interface Explanation {
  readonly file: AgreementFile;
  readonly start: bigint;
  readonly end: bigint;
  readonly deal: readonly string[];
  readonly tables: readonly WorkedTable[];
  /** The full period that the tables and dates are about. */
  readonly dates: Dates;
  readonly leaving: readonly string[];
  readonly powers: readonly Power[];
  readonly warnings: readonly string[];
}

const PERIOD_WORDS = new Map([
  [1, "month"],
  [3, "quarter"],
  [12, "year"],
]);

export function periodWord(terms: Terms): string {
  return PERIOD_WORDS.get(terms.periodMonths) ?? `${terms.periodMonths} months`;
}

/** Explains the agreement; `of` picks the period for tables and dates, the first full one unless told. */
export function explain(file: AgreementFile, of?: number): Explanation {
  const { terms } = file;
  const first = terms.start === boundary(terms, 0) ? 0 : 1;
  const period = periodOf(terms, of ?? Math.min(first, terms.periods - 1));
  return {
    file,
    start: terms.start,
    end: termEnd(terms),
    deal: deal(file),
    tables: terms.objectives.map((_, i) => workedTable(terms, i, period)),
    dates: datesOf(terms, period),
    leaving: leaving(terms),
    powers: powers(file),
    warnings: warnings(file),
  };
}

export function datesOf(terms: Terms, period: Period): Dates {
  const { reportWindow: R, disputeWindow: D, rulingWindow: W } = terms;
  const { base } = period;
  return {
    period,
    reportUntil: base + R,
    paidFirst: base + D,
    paidLast: base + R + D,
    splitLast: base + R + 2n * D,
    ruledLast: base + R + 2n * D + W,
  };
}

function deal(file: AgreementFile): string[] {
  const { terms, names, service, token } = file;
  const money = (units: bigint) => formatMoney(units, token);
  const word = periodWord(terms);
  const sentences = [
    `${names.client ?? "The client"} pays ${names.provider ?? "the provider"} ${money(terms.fee)} a ${word} for ${service}, ${plural(terms.periods, "time")}.`,
    `The money waits in the agreement. After each ${word} the oracle reports what was measured; the credit stays the client's, the rest is the provider's.`,
    `At most ${formatShare(terms.creditCap)} of a ${word}'s fee is credited, over the whole term at most ${money(terms.termCreditCap)}.`,
    `No report at all: ${formatShare(terms.silenceCredit)} of the fee is credited.`,
  ];
  if (terms.objectives.length > 1) {
    sentences.push(
      terms.combination === 1
        ? "Credits of several objectives add up."
        : "Of several objectives the greatest credit counts.",
    );
  }
  if (terms.burnInPeriods > 0) {
    const first = terms.burnInPeriods === 1 ? "period" : plural(terms.burnInPeriods, "period");
    sentences.push(`No credits in the first ${first}.`);
  }
  if (terms.bond > 0n)
    sentences.push(`The provider puts up a bond of ${money(terms.bond)}, which pays what a credit exceeds the fee by.`);
  const share = terms.pledgeShare > 0n ? formatShare(terms.pledgeShare) : "";
  const parts = [
    ...(terms.pledge > 0n ? [money(terms.pledge)] : []),
    ...(share === "" ? [] : [`${share} of the difference`]),
  ];
  const pledge = parts.length > 1 ? `the greater of ${parts.join(" and ")}` : parts[0];
  sentences.push(
    pledge === undefined
      ? "Disputing a report is free."
      : `Who disputes a report stakes ${pledge}, and loses it to the other side if the arbiter picks other counts.`,
  );
  return sentences;
}

function leaving(terms: Terms): string[] {
  const word = periodWord(terms);
  const notice =
    terms.noticePeriods === 0
      ? `Either party, at any time: at the end of the running ${word}.`
      : `Either party, at any time: at the end of ${plural(terms.noticePeriods, word)} after the running one.`;
  const chronic = terms.chronic.map((rule) => {
    const least = rule.leastShare > 1n ? ` with at least ${formatShare(rule.leastShare)} credited` : "";
    const bad = rule.window === 1 ? `one bad ${word}` : `${rule.count} bad ${word}s of any ${rule.window}`;
    return `The client, at once: after ${bad}${least}, until the end of the ${word} after the one then running.`;
  });
  const short = `The client, at once: when the bond has been short for ${formatSpan(terms.fundingGrace)}.`;
  return [
    notice,
    ...chronic,
    ...(terms.bond > 0n ? [short] : []),
    `The provider, at once: when fees are not covered ${formatSpan(terms.fundingGrace)} into a ${word}.`,
    "Both together: at any time.",
  ];
}

function powers({ terms, token }: AgreementFile): Power[] {
  const most = formatMoney((terms.creditCap * terms.fee) / PPB, token);
  const D = formatSpan(terms.disputeWindow);
  const W = formatSpan(terms.rulingWindow);
  return [
    {
      role: "oracle",
      worst: "report false counts, or stay silent",
      limit: `either party disputes within ${D}; silence costs the agreed ${formatShare(terms.silenceCredit)}; both parties together replace it`,
    },
    {
      role: "arbiter",
      worst: `pick the wrong counts: up to ${most} in each disputed ${periodWord(terms)}; or stay silent`,
      limit: `picks among what the report and the parties stated, names no amount; after ${W} the report stands`,
    },
    { role: "provider", worst: "not serve, not post the bond", limit: "credits, and the client's right to leave" },
    {
      role: "client",
      worst: "not pay, or dispute to delay a credit",
      limit: `the provider's right to leave; a dispute is over ${formatSpan(terms.disputeWindow + terms.rulingWindow)} after it began`,
    },
    { role: "anyone else", worst: "send money, settle what is due", limit: "nothing else is open to them" },
    { role: "token issuer", worst: "freeze or seize the token", limit: "nothing here: choose the token with care" },
  ];
}

function warnings({ terms, network, open }: AgreementFile): string[] {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const found: string[] = open.map((what) => `Still open: ${what}.`);
  for (const role of ["provider", "client"] as const) {
    if (!same(terms.oracle, terms[role])) continue;
    found.push(`The oracle is the ${role}: it judges its own case. Its key should never be the key that holds a seat.`);
  }
  if (terms.silenceCredit === 0n)
    found.push("No report means no credit: an oracle that stays silent pays the provider in full.");
  if (terms.pledge === 0n && terms.pledgeShare === 0n)
    found.push("No pledge: a dispute costs nothing and delays the money.");
  const greatest = terms.objectives.flatMap((objective) =>
    objective.tiers.filter((tier) => tier.per === 0n && !tier.proportional),
  );
  if (greatest.some((tier) => tier.credit > terms.creditCap)) {
    found.push(`A tier gives more than the credit cap of ${formatShare(terms.creditCap)}: the cap counts.`);
  }
  if (terms.chronic.some((rule) => rule.leastShare > terms.creditCap)) {
    found.push("A rule for leaving needs a larger credit than the cap allows: it never comes true.");
  }
  if (terms.burnInPeriods >= terms.periods) found.push("Every period is burn-in: there is never a credit.");
  if (network?.name === "local") found.push("The network is local: play money on one machine.");
  found.push("Strangers see fee, credits, dates and addresses; no names and no texts.");
  return found;
}
