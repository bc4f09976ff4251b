import * as z from "zod/mini";
import { UpheldError } from "../errors.ts";
import { policySchema, type Policy } from "../measure/policy.ts";
import { parseUtc } from "../measure/time.ts";
import { DAY } from "../terms/bounds.ts";
import { Mode, Unit } from "../terms/types.ts";
import { areRuns, samplesIn, type Run } from "./runs.ts";

export const SCHEMA = "upheld.evidence/2";

/** A leap year that starts and ends inside a day touches 367. */
const MAX_DAYS = 367;

/** Most samples of a file: more than a year of three vantage points every five seconds. It bounds what a file unfolds to. */
export const MAX_SAMPLES = 20_000_000;

/** Largest file once unpacked, in bytes; what is larger is neither written nor read. */
export const MAX_UNPACKED = 64 * 1024 * 1024;

/** The words of the file for the numbers of the contract. */
export const UNIT_WORDS = {
  seconds: Unit.Seconds,
  probes: Unit.Probes,
  tickets: Unit.Tickets,
  packets: Unit.Packets,
  days: Unit.Days,
};
export const MODE_WORDS = { count: Mode.Count, "downtime-only": Mode.DowntimeOnly, denominator: Mode.Denominator };

const TIME_LENGTH = "2025-10-09T14:45:00Z".length;

const hex32 = z.string().check(z.regex(/^0x[0-9a-f]{64}$/, "must be 32 bytes in lower-case hex"));
const count = z.string().check(
  z.regex(/^(0|[1-9]\d{0,19})$/, { error: "must be a whole number, as a string", abort: true }),
  z.refine((text) => BigInt(text) < 2n ** 64n, "must be below 2^64"),
);
const time = z
  .string()
  .check(z.refine(isCanonicalTime, { error: "must be a UTC time such as 2025-10-09T14:45:00Z", abort: true }));
const line = z.string().check(
  z.maxLength(200),
  z.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "must be one line of text"),
);
const id = z.int().check(z.minimum(0), z.maximum(65_535));
export const isVantage = (text: string): boolean => /^[A-Za-z0-9._:-]{1,60}$/.test(text);
const vantage = z.string().check(z.refine(isVantage, "must be one word of at most 60 letters, digits, . _ : -"));

const span = z.strictObject({
  indicator: id,
  /** 0: every instance */
  instance: z.int().check(z.minimum(0), z.maximum(4_294_967_295)),
  start: time,
  end: time,
});

const samples = z.strictObject({
  indicator: id,
  vantage,
  runs: z.custom<readonly Run[]>(areRuns, "must be runs [first, step, count, value] of whole numbers, in order"),
});

const policy: z.ZodMiniType<Policy> = policySchema;

const note = z.strictObject({ indicator: id, vantage, start: time, end: time, reason: line.check(z.minLength(1)) });

const indicator = z
  .strictObject({
    id,
    unit: z.enum(["seconds", "probes", "tickets", "packets", "days"]),
    mode: z.enum(["count", "downtime-only", "denominator"]),
    instances: count,
    /**
     * `samples`: the counts follow from the samples below by the policy. `outages`: from the outages below. `totals`: the
     * lowest, the counts stand for themselves.
     */
    grade: z.enum(["samples", "outages", "totals"]),
    total: count,
    bad: count,
    excluded: count,
    policy: z.exactOptional(policy),
  })
  .check(
    z.refine(({ grade, policy }) => (grade === "samples") === (policy !== undefined), {
      error: "must be there for the grade samples, and only there",
      path: ["policy"],
    }),
  );

const day = z.strictObject({
  date: z.string().check(z.refine((text) => isCanonicalTime(`${text}T00:00:00Z`), "must be a date such as 2025-10-09")),
  samples: z.array(samples),
  outages: z.array(span),
  exclusions: z.array(span),
  notes: z.array(note),
});

/** The evidence file of one period, as docs/evidence.md describes it. */
const evidenceSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  chainId: count,
  agreement: z.string().check(z.regex(/^0x[0-9a-f]{40}$/, "must be an address in lower-case hex")),
  period: z.int().check(z.minimum(0), z.maximum(239)),
  revision: z.int().check(z.minimum(0), z.maximum(255)),
  author: z.enum(["oracle", "provider", "client"]),
  start: time,
  end: time,
  tool: line,
  source: line,
  indicators: z.array(indicator).check(z.minLength(1)),
  days: z.array(day).check(z.minLength(1), z.maxLength(MAX_DAYS)),
  salt: hex32,
  /** leaf 0 is everything above, leaf n is the n-th day */
  leaves: z.array(hex32).check(z.minLength(2), z.maxLength(MAX_DAYS + 1)),
  root: hex32,
});

const checkedSchema = evidenceSchema.check(
  z.superRefine(({ start, end, days, leaves }, context) => {
    const length = parseUtc(end) - parseUtc(start);
    const wrong = (path: string, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (length <= 0n || length > BigInt(MAX_DAYS) * DAY) wrong("end", "must be after start, by a year at most");
    if (leaves.length !== days.length + 1) wrong("leaves", `must be ${days.length + 1}: one header and a leaf a day`);
    const all = days.flatMap((each) => each.samples).reduce((sum, { runs }) => sum + samplesIn(runs), 0);
    if (all > MAX_SAMPLES) wrong("days", `must not have more than ${MAX_SAMPLES} samples, has ${all}`);
  }),
);

/** Takes anything, gives evidence of the right shape or says what is wrong with it. It does not check any hash. */
export function parseEvidence(value: unknown, file?: string): Evidence {
  const result = checkedSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
  const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  throw new UpheldError({
    code: "evidence.malformed",
    message: `not an evidence file of schema ${SCHEMA}: ${where}${message}`,
    hint: "docs/evidence.md describes the file; fetch it again from whoever reported",
    ...(file === undefined ? {} : { file }),
  });
}

/** As `formatUtc` writes a second from 1970 to 9999. */
function isCanonicalTime(text: string): boolean {
  const time = Date.parse(text);
  return text.length === TIME_LENGTH && time >= 0 && new Date(time).toISOString() === text.replace("Z", ".000Z");
}

export type Evidence = Readonly<z.infer<typeof evidenceSchema>>;
export type EvidenceDay = Evidence["days"][number];
export type EvidenceSpan = EvidenceDay["outages"][number];
export type EvidenceSamples = EvidenceDay["samples"][number];
export type EvidenceNote = EvidenceDay["notes"][number];
export type EvidenceIndicator = Evidence["indicators"][number];
export type Grade = EvidenceIndicator["grade"];
export type Author = Evidence["author"];
