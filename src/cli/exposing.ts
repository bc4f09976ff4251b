import type { Agreement } from "../chain/agreement.ts";
import type { Exposure } from "../chain/exposed.ts";
import type { Network } from "../chain/networks.ts";
import { moment, plainMoney } from "../format.ts";
import { termEnd } from "../terms/calendar.ts";
import { formatMoney, formatShare, formatTime, plural } from "../terms/format.ts";
import { formatTier, UNIT_WORDS } from "../terms/tiers.ts";

/** What no stranger sees: it is in files that the parties keep, or salted. */
export const HIDDEN = [
  "names of the parties, of the service and of systems: they are only in the agreement's file",
  "the text of the agreement: the chain has its salted hash, which says nothing to whoever lacks the file",
  "what is measured, where and how: the chain has numbers and units",
  "when something was down: the chain has sums of a period; the times are in the evidence files, whose hash is salted",
  "tax, invoices, and everything billed outside of the agreement",
];

/** What can be concluded, though nobody says it. */
export const GUESSED = [
  "who an address belongs to, from whatever else it ever did on any chain: use fresh addresses for each client",
  "that a period was bad, and how bad: the credit says so",
  "how large your business with others is, when the same address has a seat in several agreements",
  "the text behind the hash, by somebody who gets the salt and guesses well: keep the file as private as the text",
];

/** What strangers see of an agreement, for a terminal. */
export function exposureText(agreement: Agreement, exposure: Exposure, network: Network, looked: number): string[] {
  const { terms, token, address } = agreement;
  const { addresses, events, first, last, counts, others, leaked } = exposure;
  const money = (amount: bigint) => formatMoney(amount, token);
  const tiers = terms.objectives.flatMap(({ indicator, tiers: own }) => {
    const { id = 0, unit = 1 } = terms.indicators[indicator] ?? {};
    return own.map((tier) => {
      const { condition, credit } = formatTier(tier, unit);
      return `measure ${id} (${UNIT_WORDS[unit]}) ${condition}: ${credit}`;
    });
  });
  return [
    `EVERYBODY SEES of ${address} on ${network.name}`,
    "  addresses",
    ...addresses.map((one) => `    ${one.address}  ${one.as.join(", ")}`),
    `    the provider's has a seat in ${plural(others.provider, "other agreement")} of this factory, the client's in ${others.client}`,
    "  fees and credits",
    `    ${money(terms.fee)} a period, ${plural(terms.periods, "period")}; bond ${money(terms.bond)}; pledge ${money(terms.pledge)} or ${formatShare(terms.pledgeShare)}`,
    `    credits: at most ${formatShare(terms.creditCap)}; in silence ${formatShare(terms.silenceCredit)}`,
    ...tiers.map((tier) => `    ${tier}`),
    `    so far: fees ${money(exposure.fees)}, credits ${money(exposure.credits)}, paid in ${money(exposure.paidIn)}, paid out ${money(exposure.paidOut)}`,
    "  dates",
    `    ${formatTime(terms.start)} to ${formatTime(termEnd(terms))}, all windows and deadlines, and the second of each of ${plural(events, "event")}`,
    ...(first === undefined || last === undefined ? [] : [`    the first ${moment(first)}, the last ${moment(last)}`]),
    "  counts",
    ...(counts.length === 0 ? ["    none yet"] : counts.map(countsLine)),
    "",
    "NOBODY SEES",
    ...HIDDEN.map((what) => `  ${what}`),
    ...(looked === 0
      ? []
      : leaked.length === 0
        ? [`  looked for ${plural(looked, "word")} of your file in its code and events: none is there`]
        : [`  ! BUT THESE WORDS OF YOUR FILE ARE READABLE ON CHAIN: ${leaked.join(", ")}`]),
    "",
    "ANYBODY MAY GUESS",
    ...GUESSED.map((what) => `  ${what}`),
  ];
}

function countsLine({ period, by, measurements }: Exposure["counts"][number]): string {
  const counted = measurements.map(({ total, bad, excluded }) => `${bad} bad of ${total}, ${excluded} left out`);
  return `    period ${period}, by the ${by}: ${counted.join("; ")}`;
}

/** The same for machines. */
export function exposureData({ address, terms, token }: Agreement, exposure: Exposure) {
  const money = (amount: bigint) => plainMoney(amount, token.decimals);
  const { fees, credits, paidIn, paidOut, ...rest } = exposure;
  return {
    agreement: address,
    seen: {
      ...rest,
      terms,
      fees: money(fees),
      credits: money(credits),
      paidIn: money(paidIn),
      paidOut: money(paidOut),
    },
    hidden: HIDDEN,
    guessed: GUESSED,
  };
}
