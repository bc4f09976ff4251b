import * as z from "zod/mini";
import { UpheldError } from "../errors.ts";
import { PPB } from "../terms/types.ts";
import type { Hours } from "./hours.ts";
import { isZone } from "./zone.ts";

/** How samples become counts; the agreement file fixes it, so its hash does. */
export interface Policy {
  /** A value is good within these bounds, inclusive: {atLeast: 1} for a success, {atMost: 2000} for 2 s in ms. */
  readonly good: { readonly atLeast?: number; readonly atMost?: number };
  /** What a monitor's number is multiplied by before it is rounded to a whole one: 1, 1000 for seconds to ms. */
  readonly scale: number;
  /** A sample speaks until the next one of its vantage point, at most so many seconds: the slot. */
  readonly slot: number;
  /** A second is bad when at least `bad` of `of` vantage points say so, good when so many say good that it cannot be; else unknown. */
  readonly places: { readonly bad: number; readonly of: number };
  /** Outages (maximal runs of bad seconds) shorter than this do not count. 0: all count. */
  readonly minimum: number;
  /** What of a counted outage counts: all of it, what is beyond the minimum, or its whole minutes. */
  readonly counts: "whole" | "beyond" | "whole minutes";
  readonly unknown: "down" | "up" | "excluded" | "refuse";
  /** Least known share of the period in ppb; below it there are no counts but an error that says where the holes are. */
  readonly coverage: number;
  /** Only seconds inside count; the others are excluded. */
  readonly hours?: Hours;
  /** What entries of the agreement's record may exclude. Left out: nothing does. */
  readonly record?: RecordRule;
}

/**
 * What the agreement's record takes out of a measure. With `planned` or `emergency` nothing else does: maintenance then
 * comes from the record alone.
 */
export interface RecordRule {
  /** Planned maintenance counts when it was announced at least so many seconds before its start. */
  readonly planned?: number;
  /** Emergency maintenance likewise; 0: when it was announced by its start. */
  readonly emergency?: number;
  /** An outage may be excluded that follows advice, declined before it began. */
  readonly declined?: true;
}

/** How soon the client is to be told of the outages of another measure. */
export interface DisclosureRule {
  /** Id of the indicator whose outages they are. */
  readonly of: number;
  /** Seconds. */
  readonly within: number;
}

const MAX_PLACES = 100;

const DAY = 86_400;
const MINUTES = 1_440;

const bound = z.exactOptional(z.int());

const opening = z
  .strictObject({
    day: z.int().check(z.minimum(1), z.maximum(7)),
    from: z.int().check(z.minimum(0), z.maximum(MINUTES)),
    to: z.int().check(z.minimum(1)),
  })
  .check(z.refine(({ from, to }) => from < to && to <= from + MINUTES, "must close after it opens, within a day"));

const hours = z.strictObject({
  zone: z.string().check(z.refine(isZone, "must be an IANA time zone")),
  open: z.array(opening).check(z.minLength(1), z.maxLength(100)),
  holidays: z
    .array(z.string().check(z.refine(isDate, "must be a date such as 2026-12-25")))
    .check(z.refine((dates) => dates.every((date, i) => i === 0 || (dates[i - 1] as string) < date), "must ascend")),
});

const ahead = z.exactOptional(z.int().check(z.minimum(0), z.maximum(366 * DAY)));

const record = z
  .strictObject({ planned: ahead, emergency: ahead, declined: z.exactOptional(z.literal(true)) })
  .check(z.refine((rule) => Object.keys(rule).length > 0, "must say what the record takes out"));

export const policySchema = z
  .strictObject({
    good: z
      .strictObject({ atLeast: bound, atMost: bound })
      .check(
        z.refine(
          ({ atLeast, atMost }) =>
            atLeast === undefined || atMost === undefined ? atLeast !== atMost : atLeast <= atMost,
          "must have a bound, and leave room for a good value",
        ),
      ),
    scale: z.number().check(z.positive()),
    slot: z.int().check(z.minimum(1), z.maximum(DAY)),
    places: z
      .strictObject({ bad: z.int().check(z.minimum(1)), of: z.int().check(z.maximum(MAX_PLACES)) })
      .check(z.refine(({ bad, of }) => bad <= of, "must ask for no more vantage points than there are")),
    minimum: z.int().check(z.minimum(0), z.maximum(366 * DAY)),
    counts: z.enum(["whole", "beyond", "whole minutes"]),
    unknown: z.enum(["down", "up", "excluded", "refuse"]),
    coverage: z.int().check(z.minimum(0), z.maximum(Number(PPB))),
    hours: z.exactOptional(hours),
    record: z.exactOptional(record),
  })
  .check(
    z.refine(
      ({ unknown, coverage }) => unknown !== "refuse" || coverage > 0,
      "must say below which coverage it refuses",
    ),
  );

/** The policy as the one line of JSON, keys sorted, that the evidence carries. */
export const policyText = (policy: Policy): string =>
  JSON.stringify(policy, (_, value: unknown) =>
    isPlain(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );

/** The other way round. Throws `policy.malformed` unless the text is just what `policyText` makes of a policy. */
export function parsePolicy(text: string): Policy {
  const result = policySchema.safeParse(fromJson(text));
  if (!result.success) {
    const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
    throw malformed(`${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`);
  }
  if (policyText(result.data) !== text) throw malformed("it is not in its canonical form: keys sorted, no spaces");
  return result.data;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed("it is not JSON", { cause: error });
  }
}

function malformed(what: string, options?: ErrorOptions): UpheldError {
  const hint = "docs/agreement-file.md describes policies; take the text from the evidence as it is";
  return new UpheldError({ code: "policy.malformed", message: `not a policy: ${what}`, hint }, options);
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether the calendar has the day. */
export function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
