import type { Case, Consequence, Offer } from "../chain/case.ts";
import { compareAccounts } from "../evidence/compare.ts";
import { gradesText } from "../evidence/grades.ts";
import { plainMoney, type Currency } from "../format.ts";
import { formatAmount, formatMoney, formatTime } from "../terms/format.ts";
import type { Terms } from "../terms/types.ts";
import { comparisonText } from "./comparing.ts";

export interface About {
  readonly terms: Terms;
  readonly token: Currency;
  /** How the agreement was named on the command line. */
  readonly ref: string;
  /** What its file calls its measures. */
  readonly measures: readonly string[];
}

/** A dispute as the arbiter needs it. */
export function caseText(found: Case, about: About): string[] {
  const { period, isOpen, held, offers, consequences } = found;
  const money = (amount: bigint) => formatMoney(amount, about.token);
  const state = isOpen ? `${money(held)} wait for the ruling` : "not split yet: the other party may still answer";
  return [
    `Period ${period.index}, ${formatTime(period.start)} to ${formatTime(period.end)}, fee ${money(period.fee)}: ${state}.`,
    "OFFERS",
    ...offers.flatMap((offer) => offerText(offer, about)),
    ...differences(found, about),
    `RULINGS${isOpen ? "" : " (if nothing else is offered)"}`,
    ...consequences.map((one) => `  ${one.ruling.padEnd(10)}${consequenceText(one, about.token)}`),
    ...(isOpen ? [`upheld rule ${about.ref} ${period.index} ${offers.map(({ by }) => by).join("|")}|declined`] : []),
  ];
}

function offerText({ by, credit, pledge, counts, evidence }: Offer, { token, measures, terms }: About): string[] {
  const stake = pledge === 0n ? "" : `, stake ${formatMoney(pledge, token)}`;
  const counted = counts?.map(({ total, bad, excluded }, i) => {
    const name = measures[i] ?? `measure ${terms.indicators[i]?.id}`;
    return `    ${name}: ${bad} bad of ${total}${excluded === 0n ? "" : `, ${excluded} excluded`}`;
  });
  return [`  ${by}: credit ${formatMoney(credit, token)}${stake}`, ...(counted ?? []), `    ${standing(evidence)}`];
}

function standing(evidence: Offer["evidence"]): string {
  switch (evidence.kind) {
    case "silence":
      return "nobody reported: the credit agreed for silence";
    case "missing":
      return `no file ${evidence.path}: a word without evidence`;
    case "differs":
      return `its file does not hold: ${evidence.message} (${evidence.path})`;
    case "sound":
      return `recomputed from ${evidence.path} (grade ${gradesText(evidence.grades)})`;
  }
}

/** Each pair of offers whose files hold. */
function differences({ offers, period }: Case, { terms, measures }: About): string[] {
  const sound = offers.flatMap(({ by, evidence }) =>
    evidence.kind === "sound" ? [{ by, input: evidence.input }] : [],
  );
  return sound.flatMap((first, i) =>
    sound.slice(i + 1).flatMap((second) => [
      `WHAT DIFFERS: ${first.by} and ${second.by}`,
      ...comparisonText(compareAccounts(first.input, second.input, period), {
        first: `the ${first.by}`,
        second: `the ${second.by}`,
        indicators: terms.indicators,
        measures,
      }).map((line) => `  ${line}`),
    ]),
  );
}

function consequenceText({ toProvider, toClient, fromBond, pledges }: Consequence, token: Currency): string {
  const money = (amount: bigint) => formatAmount(amount, token.decimals);
  const bond = fromBond === 0n ? "" : `, ${money(fromBond)} to the client from the bond`;
  const stakes = pledges.map(({ of, to, amount }) => `; the ${of}'s stake of ${money(amount)} to the ${to}`);
  return `${money(toProvider)} to the provider, ${money(toClient)} stay the client's${bond}${stakes.join("")}`;
}

/** The same for machines. */
export function caseData({ period, isOpen, held, offers, consequences }: Case, { decimals }: Currency) {
  const money = (amount: bigint) => plainMoney(amount, decimals);
  return {
    period: period.index,
    isOpen,
    held: money(held),
    offers: offers.map(({ by, credit, pledge, counts, evidence }) => ({
      by,
      credit: money(credit),
      pledge: money(pledge),
      counts,
      evidence:
        evidence.kind === "sound" ? { kind: evidence.kind, path: evidence.path, grades: evidence.grades } : evidence,
    })),
    rulings: consequences.map(({ ruling, toProvider, toClient, fromBond, pledges }) => ({
      ruling,
      toProvider: money(toProvider),
      toClient: money(toClient),
      fromBond: money(fromBond),
      pledges: pledges.map(({ of, to, amount }) => ({ of, to, amount: money(amount) })),
    })),
  };
}
