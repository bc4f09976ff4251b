import { z } from "zod";
import type { Agreement } from "../chain/agreement.ts";
import { periodStart } from "../terms/calendar.ts";
import { UpheldError } from "../errors.ts";
import { formatTime, plural } from "../terms/format.ts";
import { usage, type Field } from "./job.ts";

/** Which period: its number from 0, or the month it starts in. */
export const periodField: Field<string | undefined> = [
  "<period>",
  "its number counted from 0, or the month it starts in, 2025-03 (default: the one awaiting its end)",
  z
    .string()
    .regex(/^(\d{1,3}|\d{4}-(0[1-9]|1[0-2]))$/, "not a number or a month like 2025-03")
    .optional(),
];

/** The number of the period that `text` names; `fallback` when it names none. */
export function readPeriod(text: string | undefined, { terms }: Agreement, periods: bigint, fallback: bigint): bigint {
  if (text === undefined) {
    if (fallback < periods) return fallback;
    throw new UpheldError({
      code: "period.none-left",
      message: `All ${plural(periods, "period")} are resolved: none awaits its end.`,
      hint: "Name one by --period to look at it again.",
    });
  }
  if (!text.includes("-")) {
    if (BigInt(text) >= periods) throw usage(`there is no period ${text}`, `They are numbered 0 to ${periods - 1n}.`);
    return BigInt(text);
  }
  for (let k = 0; k < periods; ++k) {
    if (new Date(Number(periodStart(terms, k)) * 1000).toISOString().startsWith(text)) return BigInt(k);
  }
  throw usage(`no period starts in ${text}`, `The first one starts ${formatTime(terms.start)}.`);
}
