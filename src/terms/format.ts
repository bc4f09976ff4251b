import { PPB } from "./types.ts";

/** How numbers of the terms read to people. Everything is exact: what cannot be said shortly is said in full. */

export interface TokenUnit {
  readonly symbol: string;
  readonly decimals: number;
}

/** Whole part in groups of three, and at least `least` decimals. */
function decimalText(value: bigint, decimals: number, least: number): string {
  const scale = 10n ** BigInt(decimals);
  const whole = (value / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = decimals === 0 ? "" : (value % scale).toString().padStart(decimals, "0").replace(/0+$/, "");
  const fraction = digits.padEnd(Math.min(least, decimals), "0");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** `1,000.00` */
export function formatAmount(units: bigint, decimals: number): string {
  return units < 0n ? `-${formatAmount(-units, decimals)}` : decimalText(units, decimals, 2);
}

/** `1,000.00 USDC` */
export function formatMoney(units: bigint, token: TokenUnit): string {
  return `${formatAmount(units, token.decimals)} ${token.symbol}`;
}

/** `99.9 %` */
export function formatShare(ppb: bigint): string {
  return `${decimalText(ppb * 100n, 9, 0)} %`;
}

/** `num / den` as a percentage, cut (not rounded) after three decimals, so that 99.9999 % never reads as 100 %. */
export function formatRatio(num: bigint, den: bigint): string {
  return den === 0n ? "–" : `${decimalText((num * 100_000n) / den, 3, 0)} %`;
}

/** A multiple, `25x`, of a share in ppb. */
export function formatMultiple(ppb: bigint): string {
  return `${decimalText(ppb, PPB.toString().length - 1, 0)}x`;
}

/** `7 h 12 min`, `43 min 12 s`, `0 s`: the way downtime is spoken of, hours growing past a day. */
export function formatDuration(seconds: bigint): string {
  const parts = [
    [seconds / 3600n, "h"],
    [(seconds / 60n) % 60n, "min"],
    [seconds % 60n, "s"],
  ] as const;
  const text = parts.filter(([count]) => count > 0n).map(([count, unit]) => `${count} ${unit}`);
  return text.length === 0 ? "0 s" : text.join(" ");
}

/** `5 days`, `36 h`: the way deadlines are spoken of. */
export function formatSpan(seconds: bigint): string {
  const DAY = 86_400n;
  return seconds >= DAY && seconds % DAY === 0n ? plural(seconds / DAY, "day") : formatDuration(seconds);
}

/** `1 period`, `12 periods` */
export function plural(count: bigint | number, word: string): string {
  return `${decimalText(BigInt(count), 0, 0)} ${word}${BigInt(count) === 1n ? "" : "s"}`;
}

/** By their number from 0; the first three letters are the short names. */
export const MONTHS: readonly string[] = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** `October 2025`, the month of a time, UTC. */
export function formatMonth(time: bigint): string {
  const date = new Date(Number(time) * 1000);
  return `${MONTHS[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
}

/** `8 Feb 2025`, with the time of day unless it is midnight: `8 Feb 2025 09:00`. Always UTC. */
export function formatTime(time: bigint): string {
  const date = new Date(Number(time) * 1000);
  const month = MONTHS[date.getUTCMonth()]?.slice(0, 3) ?? "";
  const day = `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
  const clock = date.toISOString().slice(11, 19);
  if (clock === "00:00:00") return day;
  return `${day} ${clock.endsWith(":00") ? clock.slice(0, 5) : clock}`;
}

/** `2025-01-01`, or `2025-01-01T09:00:00Z` when it is not midnight: as an agreement file takes it. */
export function formatIsoTime(time: bigint): string {
  const text = new Date(Number(time) * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(".000Z", "Z");
}
