import type { Terms } from "./types.ts";

/** What the calendar needs of the terms. */
export type CalendarTerms = Pick<
  Terms,
  "anchor" | "start" | "periodMonths" | "periods" | "fee" | "reportWindow" | "disputeWindow"
>;

/** One period: [start, end), its fee, and when its report window opens. */
export interface Period {
  readonly index: number;
  readonly start: bigint;
  readonly end: bigint;
  /** From this boundary to the next: what `fee` is the price of. */
  readonly fullLength: bigint;
  readonly fee: bigint;
  readonly base: bigint;
}

/** `time` moved by whole months: the time of day stays, the day is clamped to the length of its new month. */
export function addMonths(time: bigint, months: number): bigint {
  const from = new Date(Number(time) * 1000);
  const secondOfDay = time % 86_400n;
  const year = from.getUTCFullYear();
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  return BigInt(Date.UTC(year, month, day)) / 1000n + secondOfDay;
}

/** Always counted from the anchor, so that a 31st comes back after a shorter month. */
export function boundary(terms: Pick<CalendarTerms, "anchor" | "periodMonths">, k: number): bigint {
  return addMonths(terms.anchor, k * terms.periodMonths);
}

/** When the agreement ends if nobody brings the end closer. */
export function termEnd(terms: CalendarTerms): bigint {
  return boundary(terms, terms.periods);
}

/** s_k: period 0 may start inside its month, every other one starts on its boundary. */
export function periodStart(terms: CalendarTerms, k: number): bigint {
  return k === 0 ? terms.start : boundary(terms, k);
}

/** How many periods there are when the agreement ends at `end`: the first k that would not start before it. */
export function periodCount(terms: CalendarTerms, end = termEnd(terms)): number {
  for (let k = 0; k < terms.periods; ++k) {
    if (periodStart(terms, k) >= end) return k;
  }
  return terms.periods;
}

/** The period whose [start, end) holds `time`: 0 before the start, the number of periods after the end. */
export function periodAt(terms: CalendarTerms, time: bigint, end = termEnd(terms)): number {
  const count = periodCount(terms, end);
  if (time >= end) return count;
  for (let k = 1; k < count; ++k) {
    if (time < periodStart(terms, k)) return k - 1;
  }
  return Math.max(count - 1, 0);
}

/** Period `k` of an agreement that ends at `end`. */
export function periodOf(terms: CalendarTerms, k: number, end = termEnd(terms)): Period {
  const start = periodStart(terms, k);
  const next = boundary(terms, k + 1);
  const cut = end < next;
  const fullLength = next - boundary(terms, k);
  const periodEnd = cut ? end : next;
  // The windows of the period before must be over before those of a cut one open.
  const earliest = start + terms.reportWindow + 2n * terms.disputeWindow;
  return {
    index: k,
    start,
    end: periodEnd,
    fullLength,
    fee: (terms.fee * (periodEnd - start)) / fullLength,
    base: cut && k > 0 && earliest > periodEnd ? earliest : periodEnd,
  };
}
