import { DAY } from "./terms/bounds.ts";
import { formatAmount, formatSpan, formatTime, plural } from "./terms/format.ts";

/** How a token's amounts are written. */
export type { TokenUnit as Currency } from "./terms/format.ts";

/** `750.00`, without separators, for machines. */
export function plainMoney(amount: bigint, decimals: number): string {
  return formatAmount(amount, decimals).replaceAll(",", "");
}

const LAST_DATE = 253_402_300_799n;

/** `8 Feb 2025` or `8 Feb 2025 09:00 UTC`; times that no calendar reaches are "never". */
export function moment(seconds: bigint): string {
  if (seconds > LAST_DATE) return "never";
  return `${formatTime(seconds)}${seconds % 86_400n === 0n ? "" : " UTC"}`;
}

/** `in 4 days`, `3 h ago`: rounded down, for a glance. */
export function away(seconds: bigint, now: bigint): string {
  const distance = seconds > now ? seconds - now : now - seconds;
  const rough =
    distance >= 172_800n
      ? `${distance / 86_400n} days`
      : distance >= 7200n
        ? `${distance / 3600n} h`
        : `${distance / 60n} min`;
  return seconds > now ? `in ${rough}` : `${rough} ago`;
}

/** To the second, but for days: `13 days 5 h 23 min`. */
export function distance(seconds: bigint): string {
  const days = seconds / DAY;
  if (days < 2n || seconds % DAY === 0n) return formatSpan(seconds);
  return `${plural(days, "day")} ${formatSpan((seconds % DAY) - (seconds % 60n))}`;
}

/** `0x1234…abcd` */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
