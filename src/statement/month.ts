import { addMonths } from "../terms/calendar.ts";
import { formatMonth, MONTHS } from "../terms/format.ts";

/** A calendar month, UTC: [start, end). */
export interface CalendarMonth {
  /** `2025-10` */
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
}

/** The month that holds `time`. */
export function monthAt(time: bigint): CalendarMonth {
  const date = new Date(Number(time) * 1000);
  return monthOf(date.toISOString().slice(0, 7));
}

/** The month called `2025-10`. */
export function monthOf(name: string): CalendarMonth {
  const start = BigInt(Date.parse(`${name}-01T00:00:00Z`)) / 1000n;
  return { name, start, end: addMonths(start, 1) };
}

/** How many months `b` is after `a`. */
export function monthsBetween(a: CalendarMonth, b: CalendarMonth): number {
  const count = ({ name }: CalendarMonth) => Number(name.slice(0, 4)) * 12 + Number(name.slice(5));
  return count(b) - count(a);
}

/** `October 2025` */
export const monthTitle = ({ start }: CalendarMonth): string => formatMonth(start);

/** `October` */
export function monthWord(name: string): string {
  return MONTHS[Number(name.slice(5)) - 1] ?? name;
}
