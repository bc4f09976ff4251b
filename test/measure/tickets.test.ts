import { Readable } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import { UpheldError, type Problem } from "../../src/errors.ts";
import { countTickets, readTickets, type TicketColumns, type TicketRule } from "../../src/measure/tickets.ts";
import { formatUtc, parseUtc } from "../../src/measure/time.ts";

const COLUMNS: TicketColumns = {
  id: "Ticket",
  priority: "Priority",
  opened: "Created",
  responded: "First reply",
  resolved: "Solved",
  waiting: "Pending",
};
const HEADER = "Ticket,Subject,Priority,Created,First reply,Solved,Pending";
const OCTOBER = { start: parseUtc("2026-10-01T00:00:00Z"), end: parseUtc("2026-11-01T00:00:00Z") };
const OFFICE = {
  zone: "Europe/Vienna",
  open: [1, 2, 3, 4, 5].map((day) => ({ day, from: 540, to: 1_020 })),
  holidays: ["2026-10-26"],
};

/** First answer within 15 minutes at any hour. */
const URGENT: TicketRule = { priorities: ["P1"], clock: "response", within: 900 };

/** `10-05 09:00:00` of 2026, in UTC. */
const at = (text: string) => (text === "" ? "" : `2026-${text.replace(" ", "T")}Z`);

/** A ticket of priority P1: opened, first reply, solved, and spans of waiting. */
const ticket = (opened: string, responded = "", resolved = "", waiting = "", id = "1", priority = "P1") =>
  [id, '"Printer, again"', priority, at(opened), at(responded), at(resolved), waiting].join(",");

const count = (lines: string[], rules: TicketRule[] = [URGENT], period = OCTOBER, columns = COLUMNS) =>
  countTickets(Readable.from([[HEADER, ...lines, ""].join("\n")]), "tickets.csv", columns, rules, period);

/** `bad of total` */
const tally = async (line: string, rule: Partial<TicketRule> = {}) => {
  const { measurements } = await count([line], [{ ...URGENT, ...rule }]);
  return `${measurements[0]!.bad} of ${measurements[0]!.total}`;
};

const problemOf = async (lines: string[], columns = COLUMNS): Promise<Problem> => {
  try {
    await count(lines, [URGENT], OCTOBER, columns);
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("countTickets", () => {
  describe("against a response limit", () => {
    for (const [what, line, expected] of [
      ["a second early", ticket("10-05 09:00:00", "10-05 09:14:59"), "0 of 1"],
      ["just in time", ticket("10-05 09:00:00", "10-05 09:15:00"), "0 of 1"],
      ["a second late", ticket("10-05 09:00:00", "10-05 09:15:01"), "1 of 1"],
      ["never, the limit over", ticket("10-05 09:00:00"), "1 of 1"],
      ["by solving it", ticket("10-05 09:00:00", "", "10-05 09:10:00"), "0 of 1"],
      ["after it was solved", ticket("10-05 09:00:00", "10-05 19:10:00", "10-05 09:10:00"), "0 of 1"],
    ] as const) {
      it(`answered ${what}: ${expected}`, async () => {
        expect(await tally(line)).to.equal(expected);
      });
    }
  });

  describe("at the edges of the period", () => {
    for (const [what, line, expected] of [
      ["answered as its last second ends: next month's", ticket("10-31 23:50:00", "11-01 00:00:00"), "0 of 0"],
      ["answered in its last second", ticket("10-31 23:50:00", "10-31 23:59:59"), "0 of 1"],
      ["late by its last second", ticket("10-31 23:44:59"), "1 of 1"],
      ["not late before its end: next month's", ticket("10-31 23:45:00"), "0 of 0"],
      ["opened before and answered in it", ticket("09-30 23:50:00", "10-01 00:00:00"), "0 of 1"],
      ["late by its first second", ticket("09-30 23:45:00", "10-02 00:00:00"), "1 of 1"],
      ["late before its start: last month's", ticket("09-30 23:44:59", "10-02 00:00:00"), "0 of 0"],
      ["answered before its start: last month's", ticket("09-30 23:50:00", "09-30 23:59:59"), "0 of 0"],
      ["opened after its end", ticket("11-01 00:00:00", "11-01 00:00:00"), "0 of 0"],
    ] as const) {
      it(`${what}: ${expected}`, async () => {
        expect(await tally(line)).to.equal(expected);
      });
    }
  });

  it("measures resolution by the time it was solved, whoever answered", async () => {
    const resolution = { clock: "resolution" as const, within: 3_600 };
    expect(await tally(ticket("10-05 09:00:00", "10-05 09:01:00", "10-05 10:00:00"), resolution)).to.equal("0 of 1");
    expect(await tally(ticket("10-05 09:00:00", "10-05 09:01:00", "10-05 10:00:01"), resolution)).to.equal("1 of 1");
    expect(await tally(ticket("10-05 09:00:00", "10-05 09:01:00"), resolution)).to.equal("1 of 1");
  });

  describe("while waiting for the client", () => {
    const waiting = (spans: string, resolved: string) =>
      tally(ticket("10-05 09:00:00", "", resolved, spans), { clock: "resolution", within: 3_600 });
    const [from, to] = ["2026-10-05T09:30:00Z", "2026-10-05T12:00:00Z"];

    it("does not run", async () => {
      expect(await waiting(`${from}/${to}`, "10-05 12:30:00")).to.equal("0 of 1");
      expect(await waiting(`${from}/${to}`, "10-05 12:30:01")).to.equal("1 of 1");
    });

    it("counts a second that two spans share once", async () => {
      expect(await waiting(`${from}/${to}; ${from}/2026-10-05T10:00:00Z`, "10-05 12:30:01")).to.equal("1 of 1");
    });

    it("is not late while it still waits", async () => {
      expect(await waiting(`${from}/`, "")).to.equal("0 of 0");
      expect(await waiting("2026-10-05T10:00:01Z/", "")).to.equal("1 of 1");
    });
  });

  describe("in business hours", () => {
    const office = { hours: OFFICE, within: 4 * 3_600 };

    it("runs only while it is open, by the wall clock and over a weekend with the change and a holiday", async () => {
      // Friday 23 October 16:00 in Vienna is 14:00 UTC; the next working day is Tuesday 27, 09:00 is then 08:00 UTC
      expect(await tally(ticket("10-23 14:00:00", "10-27 11:00:00"), office)).to.equal("0 of 1");
      expect(await tally(ticket("10-23 14:00:00", "10-27 11:00:01"), office)).to.equal("1 of 1");
    });

    it("takes off only the open part of waiting", async () => {
      const wait = "2026-10-23T14:30:00Z/2026-10-27T08:30:00Z";
      expect(await tally(ticket("10-23 14:00:00", "10-27 12:00:00", "", wait), office)).to.equal("0 of 1");
      expect(await tally(ticket("10-23 14:00:00", "10-27 12:00:01", "", wait), office)).to.equal("1 of 1");
    });

    it("starts at the next opening for a ticket of the night, however old", async () => {
      const long = { hours: OFFICE, within: 3_600 };
      expect(await tally(ticket("10-05 20:00:00", "10-06 08:00:00"), long)).to.equal("0 of 1");
      expect(await tally(ticket("10-05 20:00:00", "10-06 08:00:01"), long)).to.equal("1 of 1");
      const [line] = [ticket("10-05 20:00:00", "10-06 08:00:00").replace("2026-10-05", "2019-10-05")];
      expect(await tally(line, long)).to.equal("0 of 0");
    });
  });

  it("knows the calendar as far back as the oldest ticket, after a newer one", async () => {
    const rule = { ...URGENT, hours: OFFICE, within: 4 * 3_600 };
    const old = (answered: string) =>
      ticket("", answered, "", "2024-06-03T08:30:00Z/2026-10-05T07:00:00Z", "2").replace(
        ",,2026",
        ",2024-06-03T08:00:00Z,2026",
      );
    const both = async (answered: string) =>
      (await count([ticket("10-05 09:00:00", "10-05 10:00:00"), old(answered)], [rule])).measurements[0]!.bad;
    expect(await both("10-05 10:30:00")).to.equal(0n);
    expect(await both("10-05 10:30:01")).to.equal(1n);
  });

  it("counts each rule's priorities, and says what no rule has", async () => {
    const lines = [
      ticket("10-05 09:00:00", "10-05 10:00:00", "", "", "1", "P1"),
      ticket("10-05 09:00:00", "10-05 10:00:00", "", "", "2", "P2"),
      ticket("10-05 09:00:00", "10-05 09:01:00", "", "", "3", "P2"),
      ticket("10-05 09:00:00", "10-05 09:01:00", "", "", "4", "P5"),
    ];
    const either = { ...URGENT, priorities: ["P1", "P2"] };
    const { measurements, others } = await count(lines, [URGENT, { ...URGENT, priorities: ["P2"] }, either]);
    expect(measurements).to.deep.equal([
      { total: 1n, bad: 1n, excluded: 0n },
      { total: 2n, bad: 1n, excluded: 0n },
      { total: 3n, bad: 2n, excluded: 0n },
    ]);
    expect([...others]).to.deep.equal([["P5", 1]]);
  });

  it("needs no more columns than there are", async () => {
    const { id, priority, opened, responded } = COLUMNS as Required<TicketColumns>;
    const columns = { id, priority, opened, responded };
    const { measurements } = await count(
      [ticket("10-05 09:00:00", "10-05 10:00:00", "odd", "odd")],
      [URGENT],
      OCTOBER,
      columns,
    );
    expect(measurements).to.deep.equal([{ total: 1n, bad: 1n, excluded: 0n }]);
  });

  describe("refuses, with the line,", () => {
    const good = ticket("10-05 09:00:00");
    for (const [what, line, code, message] of [
      [
        "a time without a zone",
        good.replace("00Z", "00"),
        "time.no-zone",
        '"2026-10-05T09:00:00" does not say its time zone',
      ],
      ["an opening that is missing", ticket("").replace("2026-Z", ""), "time.malformed", '"" is not a time'],
      [
        "an answer before the opening",
        ticket("10-05 09:00:00", "10-05 08:59:59", "", "", "7"),
        "tickets.order",
        "ticket 7 was responded at 2026-10-05T08:59:59Z, before it was opened at 2026-10-05T09:00:00Z",
      ],
      [
        "a solution before the opening",
        ticket("10-05 09:00:00", "", "10-05 08:59:59", "", "7"),
        "tickets.order",
        "ticket 7 was resolved at 2026-10-05T08:59:59Z, before it was opened at 2026-10-05T09:00:00Z",
      ],
      [
        "waiting that ends before it starts",
        ticket("10-05 09:00:00", "", "", "2026-10-05T10:00:00Z/2026-10-05T10:00:00Z"),
        "tickets.waiting",
        '"2026-10-05T10:00:00Z/2026-10-05T10:00:00Z" is not a span of waiting',
      ],
      [
        "waiting before the opening",
        ticket("10-05 09:00:00", "", "", "2026-10-05T08:59:59Z/"),
        "tickets.waiting",
        '"2026-10-05T08:59:59Z/" is not a span of waiting',
      ],
      [
        "waiting without a slash",
        ticket("10-05 09:00:00", "", "", "2026-10-05T10:00:00Z"),
        "tickets.waiting",
        '"2026-10-05T10:00:00Z" is not a span of waiting',
      ],
      [
        "a ticket that is there twice",
        ticket("10-05 09:00:00", "", "", "", "first"),
        "tickets.id",
        "ticket first is there twice, first on line 2",
      ],
      ["a ticket without an id", ticket("10-05 09:00:00", "", "", "", ""), "tickets.id", "the ticket has no id"],
    ] as const) {
      it(what, async () => {
        const problem = await problemOf([ticket("10-05 09:00:00", "", "", "", "first"), line]);
        expect(problem).to.deep.include({ code, message, file: "tickets.csv", line: 3 });
      });
    }

    it("a column that is not there", async () => {
      expect(await problemOf([], { ...COLUMNS, opened: "Opened at" })).to.deep.equal({
        code: "tickets.header",
        message: `the column "Opened at" (opened) is not there: the first line reads "${HEADER}"`,
        hint: "name the export's own columns, as its first line does",
        file: "tickets.csv",
        line: 1,
      });
    });

    it("more other priorities than there can be", async () => {
      const lines = Array.from({ length: 101 }, (_, i) => ticket("10-05 09:00:00", "", "", "", `${i}`, `odd ${i}`));
      expect(await problemOf(lines)).to.deep.include({ code: "tickets.priorities", line: 102 });
      const { others } = await count(lines.slice(1));
      expect(others.size).to.equal(100);
    });

    it("an empty file, a ragged line, and a file that is not there", async () => {
      const empty = countTickets(Readable.from([""]), "tickets.csv", COLUMNS, [URGENT], OCTOBER);
      const failed = async (run: Promise<unknown>) =>
        run.then(
          () => undefined,
          (error: unknown) => (error as UpheldError).problem,
        );
      expect(await failed(empty)).to.deep.include({ code: "tickets.empty", file: "tickets.csv" });
      expect(await problemOf(["1,2"])).to.deep.include({ code: "csv.malformed", line: 2 });
      expect(await failed(readTickets("/no/such.csv", COLUMNS, [URGENT], OCTOBER))).to.deep.include({
        code: "file.unreadable",
        file: "/no/such.csv",
      });
    });
  });

  describe("on random tickets", function () {
    this.timeout(30_000);
    const START = Number(OCTOBER.start);
    const minutes = (max: number) => fc.integer({ min: 0, max });
    const anyTicket = fc.record({
      opened: minutes(4_000),
      responded: fc.option(minutes(2_000)),
      resolved: fc.option(minutes(4_000)),
      waiting: fc.array(fc.tuple(minutes(3_000), fc.integer({ min: 1, max: 900 })), { maxLength: 3 }),
    });
    const anyRule = fc.record({
      clock: fc.constantFrom("response" as const, "resolution" as const),
      within: fc.integer({ min: 0, max: 900 }).map((m) => m * 60),
      isOffice: fc.boolean(),
    });
    const stamp = (minute: number) => formatUtc(BigInt(START + minute * 60));
    const lineOf = (
      t: { opened: number; responded: number | null; resolved: number | null; waiting: [number, number][] },
      id: number,
    ) =>
      [
        id,
        "",
        "P1",
        stamp(t.opened),
        t.responded === null ? "" : stamp(t.opened + t.responded),
        t.resolved === null ? "" : stamp(t.opened + t.resolved),
        t.waiting.map(([from, length]) => `${stamp(t.opened + from)}/${stamp(t.opened + from + length)}`).join(";"),
      ].join(",");
    const ruleOf = ({
      clock,
      within,
      isOffice,
    }: {
      clock: TicketRule["clock"];
      within: number;
      isOffice: boolean;
    }): TicketRule => ({
      ...URGENT,
      clock,
      within,
      ...(isOffice ? { hours: OFFICE } : {}),
    });
    const periodOf = (from: number, to: number) => ({ start: BigInt(START + from * 60), end: BigInt(START + to * 60) });

    it("counts each ticket once, wherever one period ends and the next begins", async () => {
      const cases = fc.tuple(fc.array(anyTicket, { maxLength: 8 }), anyRule, minutes(12_000));
      await fc.assert(
        fc.asyncProperty(cases, async ([tickets, any, cut]) => {
          const [lines, rules] = [tickets.map(lineOf), [ruleOf(any)]];
          const of = async (from: number, to: number) =>
            (await count(lines, rules, periodOf(from, to))).measurements[0]!;
          const [whole, first, second] = [await of(0, 12_001), await of(0, cut), await of(cut, 12_001)];
          expect([first.total + second.total, first.bad + second.bad]).to.deep.equal([whole.total, whole.bad]);
        }),
      );
    });

    it("counts what a count minute by minute counts", async () => {
      const isOpen = (minute: number) => {
        const local = minute + 120; // Vienna in the first days of October
        const [day, within] = [4 + Math.floor(local / 1_440), local % 1_440]; // 1 October 2026 was a Thursday
        return (day - 1) % 7 < 5 && within >= 540 && within < 1_020;
      };
      await fc.assert(
        fc.asyncProperty(anyTicket, anyRule, async (t, any) => {
          const stops = [t.resolved, any.clock === "response" ? t.responded : null].filter((m) => m !== null);
          const stop = t.opened + Math.min(Infinity, ...stops);
          let [taken, lateAt] = [0, Infinity];
          for (let minute = t.opened; minute < Math.min(stop, 10_000); minute++) {
            const isWaiting = t.waiting.some(
              ([from, length]) => minute >= t.opened + from && minute < t.opened + from + length,
            );
            if (!isWaiting && (!any.isOffice || isOpen(minute))) taken++;
            if (taken * 60 > any.within) lateAt = Math.min(lateAt, minute);
          }
          const isDecided = lateAt < 10_000 || stop < 10_000;
          const [measurement] = (await count([lineOf(t, 1)], [ruleOf(any)], periodOf(0, 10_000))).measurements;
          expect(measurement).to.deep.equal({
            total: isDecided ? 1n : 0n,
            bad: lateAt < 10_000 ? 1n : 0n,
            excluded: 0n,
          });
        }),
        { numRuns: 300 },
      );
    });
  });
});
