/** Books for tests, written down by hand: what an agreement told, event by event, without a chain. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventName, EventValues } from "../../src/chain/history.ts";
import { countInput, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { keepEvidence } from "../../src/evidence/files.ts";
import type { RecordAtHand } from "../../src/record/words.ts";
import type { Books } from "../../src/statement/books.ts";
import { entriesOf } from "../../src/statement/entries.ts";
import type { Happened } from "../../src/statement/happened.ts";
import { monthOf } from "../../src/statement/month.ts";
import { statementOf, type Statement, type StatementOptions } from "../../src/statement/statement.ts";
import { periodOf, termEnd } from "../../src/terms/calendar.ts";
import type { AgreementFile } from "../../src/terms/file.ts";
import type { Measurement, Terms } from "../../src/terms/types.ts";
import { Mode, PPB, Unit } from "../../src/terms/types.ts";
import { tickets, uptime } from "../evidence/fixtures.ts";
import { advised, announced, answered, disclosed, jan, journal, resolved } from "../record/journals.ts";
import { address, sampleTerms } from "../terms/sample-terms.ts";

/** `2030-02-01T01:00`, or a day, UTC seconds. */
export const time = (text: string): bigint => BigInt(Date.parse(text.includes("T") ? `${text}Z` : text)) / 1000n;

/** Whole dollars in units of a token with six decimals. */
export const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6));

const NO_EVIDENCE = `0x${"0".repeat(64)}`;
export const AGREEMENT = "0xA1a1A1a1A1A1A1A1A1a1a1a1a1a1A1A1a1A1a1a1";
const [PROVIDER_SEAT, CLIENT_SEAT] = [1n, 2n];
export const SEAT = { provider: PROVIDER_SEAT, client: CLIENT_SEAT } as const;
export const RULING = { none: 0n, report: 1n, provider: 2n, client: 3n, declined: 4n } as const;

/** Something that a call did at `when`. */
export const called = <N extends EventName>(when: string, name: N, values: Partial<EventValues[N]>): Happened =>
  ({ name, values, at: time(when), transaction: `tx of ${name} ${when}` }) as unknown as Happened;

/** Something that became due by itself. */
export const due = <N extends EventName>(when: string, name: N, values: Partial<EventValues[N]>): Happened =>
  ({ name, values: { ...values, dueAt: time(when) }, at: time(when), transaction: undefined }) as unknown as Happened;

export const report = (when: string, period: number, credit: bigint, measurements: readonly Measurement[], more = {}) =>
  called(when, "Reported", {
    ...{ period: BigInt(period), credit, evidence: NO_EVIDENCE, revision: 0n, ...more },
    measurements: [...measurements] as unknown as EventValues["Reported"]["measurements"],
  });

export const claim = (
  when: string,
  period: number,
  seat: "provider" | "client",
  credit: bigint,
  measurements: readonly Measurement[] = [],
) =>
  called(when, "Disputed", {
    ...{ period: BigInt(period), seat: SEAT[seat], credit, pledge: usd(50), evidence: NO_EVIDENCE },
    measurements: [...measurements] as unknown as EventValues["Disputed"]["measurements"],
  });

/** Period `period` becomes final: `credit` of the fee of 1,000, and what the bond gives of it. */
export const final = (when: string, period: number, credit: bigint, more: Partial<EventValues["PeriodFinal"]> = {}) => {
  const { fromBond = 0n, ruling = RULING.none } = more;
  return due(when, "PeriodFinal", {
    ...{ period: BigInt(period), credit, fromBond, ruling, earned: usd(1000) - credit + fromBond, ...more },
  });
};

export interface BooksOptions {
  readonly now: string;
  readonly end?: bigint;
  readonly isBinding?: boolean;
}

/** The books that these events make. */
export function booksOf(terms: Terms, happened: readonly Happened[], { now, ...rest }: BooksOptions): Books {
  const { end = termEnd(terms), isBinding = true } = rest;
  const told = happened.filter(({ at }) => at <= time(now));
  return {
    agreement: { address: AGREEMENT, terms, token: TOKEN, provider: undefined },
    happened: told,
    entries: entriesOf(terms, end, told),
    state: { end },
    isBinding,
    now: time(now),
  } as unknown as Books;
}

export const TOKEN = { address: address("55"), symbol: "USDC", decimals: 6 };

/** Twelve months of 2030, 1,000 each; a bond of 500, of which credits beyond the fee are paid. */
export const TERMS = sampleTerms({
  ...{ anchor: time("2030-01-01"), start: time("2030-01-01"), bond: usd(500), creditCap: (3n * PPB) / 2n },
  indicators: [
    { ...uptime, excludedCap: 7_200n },
    { ...uptime, id: 2, mode: Mode.Denominator, instances: 2n },
    { ...tickets, unit: Unit.Tickets, excludedCap: 5n },
  ],
});

export const FILE = {
  ...{ service: "Mail <24/7>", names: { provider: "Northwind & Sons", client: "Harbor Dental" } },
  ...{ tax: { kind: "included", name: "VAT", rate: PPB / 5n }, terms: TERMS },
  measures: [
    { name: "uptime", how: undefined },
    { name: "links", how: undefined },
    { name: "tickets", how: undefined },
  ],
} as unknown as AgreementFile;

const span = (from: string, to: string, more = {}) => ({ start: jan(from), end: jan(to), ...more });
const [UPTIME, LINKS, TICKETS] = TERMS.indicators as [
  (typeof TERMS.indicators)[number],
  (typeof TERMS.indicators)[number],
  (typeof TERMS.indicators)[number],
];

/** January as the evidence has it: outages told of and not, maintenance, one link of two, and a help desk's counts. */
const JANUARY_INPUTS: readonly IndicatorInput[] = [
  {
    ...{ grade: "outages", indicator: UPTIME },
    outages: [
      span("08T00:00", "12T00:10"),
      span("12T22:00", "12T22:30"),
      span("15T10:00", "15T11:00"),
      span("20T08:00", "20T08:05"),
    ],
    exclusions: [span("12T22:00", "12T23:00"), span("20T08:00", "20T08:05"), span("25T00:00", "25T00:05")],
    remarks: [
      { vantage: "record", ...span("12T22:00", "12T23:00"), reason: "maintenance 1" },
      { vantage: "record", ...span("20T08:00", "20T08:05"), reason: "advice 5" },
    ],
  },
  {
    ...{ grade: "outages", indicator: LINKS, exclusions: [] },
    outages: [span("09T10:00", "09T10:20", { instance: 2 }), span("08T12:00", "08T12:01", { instance: 0 })],
  },
  { grade: "totals", indicator: TICKETS, measurement: { total: 120n, bad: 1n, excluded: 2n } },
];

const said = (number: number, text: string) => [number, text] as const;
const WORDS = new Map([
  said(1, "New disks"),
  said(2, 'A "core" switch'),
  said(3, "Slow mail"),
  said(4, "Buy a\nsecond line"),
  said(5, "Switch it on, and leave it on. ".repeat(6)),
]);
const JOURNAL = journal(
  announced(1, jan("02T00:00"), jan("12T22:00"), jan("12T23:00")),
  disclosed(2, jan("15T10:20"), jan("15T10:00")),
  resolved(2, jan("15T12:00"), jan("15T11:00")),
  disclosed(3, jan("22T00:30"), jan("22T00:00")),
  advised(4, jan("03T00:00")),
  advised(5, jan("04T00:00")),
  answered(5, jan("05T00:00"), "declined"),
  advised(6, jan("06T00:00")),
  answered(6, jan("07T12:00"), "later"),
);
const textsOf = JOURNAL.flatMap(({ number, commitment }) => {
  const words = WORDS.get(number);
  return words === undefined ? [] : [[commitment, words] as const];
});
/** The year's record; of entry 6 the words are not at hand. */
export const RECORD: RecordAtHand = { journal: JOURNAL, texts: new Map(textsOf) };

const QUIET: readonly Measurement[] = TERMS.indicators.map(({ mode, instances }, i) => ({
  total: i === 2 ? 0n : mode === Mode.Denominator ? instances * 2_592_000n : 2_592_000n,
  bad: 0n,
  excluded: 0n,
}));
const badFor = (seconds: bigint): Measurement[] =>
  QUIET.map((counts, i) => (i === 0 ? { ...counts, bad: seconds } : counts));

/** A year in which everything happens that a statement tells of, and the folder of its evidence. */
export async function year(): Promise<{ happened: readonly Happened[]; folder: string; end: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "upheld-year-"));
  const january = periodOf(TERMS, 0);
  const input: EvidenceInput = {
    ...{
      chainId: 31_337n,
      agreement: AGREEMENT,
      revision: 0,
      author: "oracle" as const,
      tool: "upheld",
      source: "hand",
    },
    ...{ period: { index: 0, start: january.start, end: january.end }, indicators: JANUARY_INPUTS },
  };
  const { evidence } = await keepEvidence(folder, input, (size) => new Uint8Array(size).fill(0x5a));
  const counts = JANUARY_INPUTS.map((each) => countInput(each, january).measurement);
  const agreed = { kind: 1n, period: 3n, revision: 0n, credit: usd(50), account: address("00"), end: 0n };
  const happened = [
    called("2029-12-02T10:00", "Funded", { amount: usd(5000) }),
    called("2029-12-03T10:00:30", "Accepted", { seat: SEAT.provider, account: TERMS.provider }),
    called("2029-12-04T10:00", "Accepted", { seat: SEAT.client, account: TERMS.client }),
    // January: all of the fee, and half as much of the bond.
    report("2030-02-01T01:00", 0, usd(1500), counts, { evidence: evidence.root }),
    final("2030-02-08T01:00", 0, usd(1500), { fromBond: usd(500) }),
    called("2030-02-10T09:00", "BondPosted", { from: TERMS.provider, amount: usd(500) }),
    // February: silence, disputed by the provider; the arbiter picks its counts.
    claim("2030-03-06T12:00", 1, "provider", 0n, QUIET),
    due("2030-03-13T12:00", "Split", { period: 1n, credit: 0n, earned: usd(500), held: usd(500), fromBond: 0n }),
    // March: a report, revised.
    report("2030-04-01T01:00", 2, usd(250), badFor(40_000n)),
    called("2030-04-02T00:00", "PledgeMoved", { period: 1n, from: 1n, to: 1n, amount: usd(50) }),
    { ...final("2030-04-02T00:00", 1, 0n, { ruling: RULING.provider }), transaction: undefined },
    report("2030-04-03T01:00", 2, usd(100), badFor(3_600n), { revision: 1n }),
    final("2030-04-10T01:00", 2, usd(100)),
    due("2030-04-10T01:00", "ChronicFailure", { rule: 0n, period: 2n, leaveUntil: time("2030-06-01") }),
    // April: disputed by both, who agree.
    report("2030-05-01T01:00", 3, usd(100), badFor(3_600n)),
    claim("2030-05-02T01:00", 3, "client", usd(250), badFor(40_000n)),
    claim("2030-05-03T01:00", 3, "provider", 0n, QUIET),
    called("2030-05-05T01:00", "ConsentGiven", { seat: SEAT.provider, consent: agreed as never, expiry: 0n }),
    called("2030-05-05T02:00", "ConsentGiven", { seat: SEAT.client, consent: agreed as never, expiry: 0n }),
    called("2030-05-05T02:00", "PledgeMoved", { period: 3n, from: SEAT.provider, to: SEAT.provider, amount: usd(50) }),
    called("2030-05-05T02:00", "PledgeMoved", { period: 3n, from: SEAT.client, to: SEAT.client, amount: usd(50) }),
    final("2030-05-05T02:00", 3, usd(50)),
    called("2030-05-20T08:00", "SeatTaken", { seat: SEAT.client, account: address("77") }),
    called("2030-05-21T08:00", "Withdrawn", { to: address("77"), amount: usd(300) }),
    called("2030-05-22T08:00", "Claimed", { to: TERMS.provider, amount: usd(2950) }),
    // May: nothing bad. The provider gives notice; June is whole, July is cut.
    report("2030-06-01T01:00", 4, 0n, QUIET),
    final("2030-06-08T01:00", 4, 0n),
    called("2030-06-10T08:00", "Terminated", { by: SEAT.provider, exit: 1n, end: time("2030-07-16T12:00") }),
    report("2030-07-01T01:00", 5, 0n, QUIET),
    final("2030-07-08T01:00", 5, 0n),
    report("2030-07-17T01:00", 6, 0n, QUIET),
    final("2030-08-08T01:00", 6, 0n, { earned: usd(500) }),
    due("2030-08-08T01:00", "Closed", { bond: usd(500) }),
  ];
  const end = () => {
    rmSync(folder, { recursive: true });
  };
  return { happened, folder, end };
}

/** The end as `Terminated` has it by `now`. */
export const endAt = (now: string): bigint =>
  time(now) < time("2030-06-10T08:00") ? termEnd(TERMS) : time("2030-07-16T12:00");

/** The year's statement of `month`, as it is made at `now`. */
export const stated = async (
  { happened, folder }: { readonly happened: readonly Happened[]; readonly folder: string },
  month: string,
  now: string,
  options: Partial<StatementOptions> = {},
): Promise<Statement> =>
  statementOf(booksOf(TERMS, happened, { now, end: endAt(now) }), monthOf(month), {
    ...{ chainId: 31_337n, folder, measures: FILE.measures, file: FILE, record: RECORD, ...options },
  });
