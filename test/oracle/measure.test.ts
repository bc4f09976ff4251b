import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { UpheldErrors } from "../../src/errors.ts";
import { readEvidence } from "../../src/evidence/files.ts";
import { isSealed } from "../../src/evidence/grades.ts";
import { MAX_FILE } from "../../src/measure/csv.ts";
import type { TicketRule } from "../../src/measure/tickets.ts";
import { Monitors } from "../../src/monitors/open.ts";
import type { Source } from "../../src/oracle/config.ts";
import type { DuePeriod } from "../../src/oracle/due.ts";
import { checkSources, measureFromSources, readSource, sourceFor, type Measure } from "../../src/oracle/measure.ts";
import type { Watched } from "../../src/oracle/portfolio.ts";
import { prepare, problemOf as problemIn } from "../../src/oracle/prepare.ts";
import { readTicketSource } from "../../src/oracle/ticket-source.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";
import { problemOf as problemLater } from "../chain/rejection.ts";
import { policyWith } from "../measure/reference.ts";
import { quickServices } from "../monitors/services.ts";
import { problemOf } from "../support/problem.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const JANUARY = { number: 0n, start: 1_735_689_600n, end: 1_738_368_000n };
const SECONDS = JANUARY.end - JANUARY.start;

const indicator = (id: number, unit: Unit = Unit.Seconds, more: Partial<Indicator> = {}): Indicator => ({
  ...{ id, unit, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n },
  ...more,
});
const RULE: TicketRule = { priorities: ["P1"], clock: "response", within: 900 };
const COLUMNS = { id: "Ticket", priority: "Priority", opened: "Created" };
const OUTAGES: Source = { kind: "outages", outages: "/o.csv" };
const COUNTS: Source = { kind: "counts", counts: "/c.csv" };
const MONITOR: Source = { kind: "monitor", monitor: { samples: "/s.csv" } };
const TICKETS: Source = { kind: "tickets", file: "/t.csv", columns: { ...COLUMNS, responded: "First reply" } };

/** An agreement with these indicators; the first is called `uptime`. */
const watched = (
  indicators: readonly Indicator[],
  sources: Readonly<Record<string, Source>>,
  more: Partial<Watched> = {},
): Watched =>
  ({
    ...{ label: "Harbor", address: ADDRESS, names: ["uptime"], policies: [], disclosures: [], ticketRules: [] },
    terms: sampleTerms({ indicators }),
    served: { ref: "harbor.sla.yaml", isFile: true, sources: new Map(Object.entries(sources)), line: 4 },
    ...more,
  }) as Watched;

describe("the sources that a config names", () => {
  const refused = (agreement: Watched) =>
    problemOf(() => {
      checkSources(agreement, "oracle.yaml");
    });
  const place = { file: "oracle.yaml", line: 4 };

  it("are taken by a measure's name, or by its number", () => {
    for (const name of ["uptime", "1"]) checkSources(watched([indicator(1)], { [name]: OUTAGES }), "oracle.yaml");
    const both = watched([indicator(1)], { uptime: COUNTS, "1": OUTAGES });
    expect(sourceFor(both, 0), "its name goes first").to.equal(COUNTS);
    expect(sourceFor(watched([indicator(7)], { "7": OUTAGES }, { names: [] }), 0)).to.equal(OUTAGES);
  });

  it("must each be of a measure", () => {
    const two = watched([indicator(1), indicator(2)], { uptime: OUTAGES, "2": OUTAGES, speed: COUNTS });
    expect(refused(two)).to.deep.equal({
      ...{ code: "config.unknown-measure", ...place },
      message: 'harbor.sla.yaml has no measure "speed".',
      hint: "It has uptime (1), 2; names are known when the agreement is named by its file.",
    });
  });

  it("must be there for each measure", () => {
    expect(refused(watched([indicator(1), indicator(2)], { uptime: OUTAGES }))).to.deep.equal({
      ...{ code: "config.no-source", ...place },
      message: "harbor.sla.yaml: no source is named for measure 2.",
      hint: "Add it under measures: outages, counts, tickets or a monitor.",
    });
    const nowhere = watched([indicator(1)], {});
    expect(refused(nowhere).message).to.equal("harbor.sla.yaml: no source is named for measure uptime (1).");
    const bare = { ...nowhere, served: { ...nowhere.served, line: undefined } };
    expect(refused(bare)).to.include({ file: "oracle.yaml" }).and.not.to.have.property("line");
    const { code, message, hint } = refused(nowhere);
    expect(
      problemOf(() => sourceFor(bare, 0)),
      "nor a file when none is at hand",
    ).to.deep.equal({ code, message, hint });
  });

  it("must be able to give what the measure counts", () => {
    const noSeconds = (needs: string) => ({
      ...{ code: "config.not-seconds", hint: "Name a file of counts: period,total,bad,excluded.", ...place },
      message: `harbor.sla.yaml: measure uptime is not counted in seconds or days, so it needs ${needs}.`,
    });
    for (const source of [OUTAGES, MONITOR]) {
      for (const unit of [Unit.Seconds, Unit.Days]) {
        checkSources(watched([indicator(1, unit)], { uptime: source }), "oracle.yaml");
      }
      expect(refused(watched([indicator(1, Unit.Probes)], { uptime: source }))).to.deep.equal(noSeconds("counts"));
      expect(refused(watched([indicator(1, Unit.Tickets)], { uptime: source }))).to.deep.equal(
        noSeconds("counts or an export of tickets"),
      );
    }
    const unnamed = watched([indicator(1, Unit.Probes)], { "1": OUTAGES }, { names: [] });
    expect(refused(unnamed).message).to.match(/: measure 1 is not/);
  });

  it("may be counts for whatever is counted", () => {
    for (const unit of [Unit.Seconds, Unit.Probes, Unit.Tickets, Unit.Packets, Unit.Days]) {
      checkSources(watched([indicator(1, unit)], { uptime: COUNTS }), "oracle.yaml");
    }
  });

  describe("of tickets", () => {
    const tickets = (unit: Unit, rule?: TicketRule, columns = {}) =>
      watched(
        [indicator(1, unit)],
        { uptime: { kind: "tickets", file: "/t.csv", columns: { ...COLUMNS, ...columns } } },
        { ticketRules: [rule] },
      );

    it("count nothing but tickets", () => {
      expect(refused(tickets(Unit.Seconds, RULE, { responded: "First reply" }))).to.deep.equal({
        ...{ code: "config.not-tickets", hint: "Name outages, counts or a monitor.", ...place },
        message:
          "harbor.sla.yaml: measure uptime is not counted in tickets, so an export of tickets says nothing of it.",
      });
    });

    it("need a rule in the agreement's file", () => {
      expect(refused(tickets(Unit.Tickets, undefined, { responded: "First reply" }))).to.deep.equal({
        ...{ code: "config.no-policy", ...place },
        message:
          "harbor.sla.yaml: measure uptime has no policy in the agreement's file that says which tickets are late.",
        hint: "Name the agreement by its file; one that was made without `policy` is reported from counts.",
      });
    });

    it("need the column that the rule goes by, and not the other", () => {
      checkSources(tickets(Unit.Tickets, RULE, { responded: "First reply" }), "oracle.yaml");
      checkSources(tickets(Unit.Tickets, { ...RULE, clock: "resolution" }, { resolved: "Solved" }), "oracle.yaml");
      expect(refused(tickets(Unit.Tickets, RULE, { resolved: "Solved" }))).to.deep.equal({
        ...{ code: "config.no-column", hint: "Add `answered` under columns.", ...place },
        message: "harbor.sla.yaml: measure uptime counts tickets answered in time, and no column is named for that.",
      });
      const solved = refused(tickets(Unit.Tickets, { ...RULE, clock: "resolution" }, { responded: "First reply" }));
      expect([solved.hint, solved.message]).to.deep.equal([
        "Add `resolved` under columns.",
        "harbor.sla.yaml: measure uptime counts tickets resolved in time, and no column is named for that.",
      ]);
    });
  });

  it("leave out a measure that follows from the record", () => {
    const of = { of: 1, within: 60 };
    const told = (sources: Readonly<Record<string, Source>>, names = ["uptime", "not told"]) =>
      watched([indicator(1), indicator(2)], sources, { names, disclosures: [undefined, of] });
    checkSources(told({ uptime: OUTAGES }), "oracle.yaml");
    const problem = {
      ...{ code: "config.from-record", hint: "Leave its source out.", ...place },
      message:
        "harbor.sla.yaml: measure not told (2) follows from the agreement's record and the outages of another measure.",
    };
    expect(refused(told({ uptime: OUTAGES, "not told": COUNTS }))).to.deep.equal(problem);
    expect(refused(told({ uptime: OUTAGES, "2": COUNTS }))).to.deep.equal(problem);
  });
});

describe("measuring", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-measure-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const monitors = () => new Monitors(quickServices(), (name) => resolve(folder, name));
  const outages = (name = "o.csv"): Source => ({
    kind: "outages",
    outages: write(name, "start,end\n2025-01-09T00:37:00Z,2025-01-09T01:56:00Z\n"),
  });
  const counts = (line = "2025-01,100,7,0"): Source => ({
    kind: "counts",
    counts: write("c.csv", `period,total,bad,excluded\n${line}\n`),
  });
  let asked: string[] = [];
  const measure = (): Measure => {
    asked = [];
    return measureFromSources({
      ...{ chainId: 31_337n, tool: "upheld 0.0.0", monitors: monitors() },
      readRecord: (agreement) => {
        asked.push(agreement);
        const journal = [
          { what: "incident", number: 1, at: JANUARY.start + 700_000n, began: JANUARY.start, updates: [] },
        ] as never;
        return Promise.resolve({ journal, until: JANUARY.end + 86_400n });
      },
    });
  };

  it("reads each measure's source, and says where all came from", async () => {
    const agreement = watched([indicator(1), indicator(2, Unit.Probes), indicator(3)], {
      ...{ uptime: outages(), "2": counts(), "3": outages("second.csv") },
    });
    const { indicators, ...rest } = await measure()(agreement, JANUARY);
    expect(rest).to.deep.equal({
      ...{ chainId: 31_337n, agreement: ADDRESS, revision: 0, author: "oracle", tool: "upheld 0.0.0" },
      period: { index: 0, start: JANUARY.start, end: JANUARY.end },
      source: "outages listed in o.csv; counts as stated; outages listed in second.csv",
    });
    const window = { start: JANUARY.start + 693_420n, end: JANUARY.start + 698_160n, line: 2 };
    expect(indicators[0]).to.deep.equal({
      ...{ grade: "outages", indicator: indicator(1), outages: [window], exclusions: [] },
    });
    expect(indicators[1]).to.deep.equal({
      ...{ grade: "totals", indicator: indicator(2, Unit.Probes) },
      measurement: { total: 100n, bad: 7n, excluded: 0n },
    });
    expect(asked, "its file needs no record").to.deep.equal([]);
  });

  it("says a source that two measures share once", async () => {
    const agreement = watched([indicator(1, Unit.Probes), indicator(2, Unit.Probes)], { "1": counts(), "2": counts() });
    expect((await measure()(agreement, JANUARY)).source).to.equal("counts as stated");
  });

  it("scales what may be excluded to a period that was cut", async () => {
    const agreement = watched([indicator(1, Unit.Seconds, { excludedCap: 3_100n })], { uptime: outages() });
    const half = { ...JANUARY, end: JANUARY.start + SECONDS / 2n };
    const [cut] = (await measure()(agreement, half)).indicators;
    expect(cut?.indicator.excludedCap).to.equal(1_550n);
  });

  it("counts from the record what the client was not told of in time", async () => {
    const rules = { names: ["uptime", "not told"], policies: [undefined, undefined] };
    const within = (seconds: number) => ({ disclosures: [undefined, { of: 1, within: seconds }], ...rules });
    const some = [indicator(1), indicator(2, Unit.Seconds, { mode: Mode.Count })];
    const late = await measure()(watched(some, { uptime: outages() }, within(60)), JANUARY);
    expect(late.source).to.equal("outages listed in o.csv; the agreement's record");
    expect(late.indicators[1]).to.deep.include({ grade: "totals" });
    expect(asked).to.deep.equal([ADDRESS]);
  });

  it("names the measure, by its name or its number, when samples have no policy", async () => {
    const samples: Source = { kind: "monitor", monitor: { samples: write("s.csv", "time,value\n1735689600,1\n") } };
    const named = problemLater(measure()(watched([indicator(1)], { uptime: samples }), JANUARY));
    expect((await named).message).to.match(/^uptime of Harbor: samples/);
    const bare = problemLater(measure()(watched([indicator(4)], { "4": samples }, { names: [] }), JANUARY));
    expect((await bare).message).to.match(/^measure 4 of Harbor: samples/);
    const policies = [policyWith({ unknown: "up" })];
    const [sampled] = (await measure()(watched([indicator(1)], { uptime: samples }, { policies }), JANUARY)).indicators;
    expect(sampled).to.include({ grade: "samples" });
  });

  describe("tickets", () => {
    const EXPORT = [
      "Ticket,Priority,Created,First reply",
      "1,P1,2025-01-07T09:00:00Z,2025-01-07T09:15:00Z",
      "2,P1,2025-01-08T09:00:00Z,2025-01-08T09:15:01Z",
      "3,P3,2025-01-08T09:00:00Z,",
      "4,,2025-01-08T09:00:00Z,",
      "",
    ].join("\n");
    const source = (text: string) => ({ ...TICKETS, file: write("t.csv", text) }) as Source & { kind: "tickets" };

    it("are counted by the rule, and their export is named by its hash with what else is in it", async () => {
      const unit = indicator(1, Unit.Tickets);
      const agreement = watched([unit], { uptime: source(EXPORT) }, { ticketRules: [RULE] });
      const { indicators, source: line } = await measure()(agreement, JANUARY);
      expect(indicators).to.deep.equal([
        { grade: "totals", indicator: unit, measurement: { total: 2n, bad: 1n, excluded: 0n } },
      ]);
      const hash = createHash("sha256").update(EXPORT).digest("hex");
      expect(line).to.equal(`SHA-256 ${hash} of t.csv; P1 in t.csv, beside it 1 of P3, 1 of none`);
    });

    it("of several priorities are named together, and nothing beside them when there is nothing", async () => {
      const rule = { ...RULE, priorities: ["P1", "P3", ""] };
      const { source: line } = await readTicketSource(source(EXPORT), indicator(1, Unit.Tickets), rule, JANUARY);
      expect(line).to.equal("P1 and P3 and  in t.csv");
    });

    it("of one export have its hash once, whole, before whatever makes the line too long", async () => {
      const from = `${"outages-".repeat(25)}.csv`;
      write(from, "start,end\n");
      const long: Source = { ...(outages() as Source & { kind: "outages" }), outages: join(folder, from) };
      const [time, urgent, other] = [indicator(1), indicator(2, Unit.Tickets), indicator(3, Unit.Tickets)];
      const sources = { "1": long, "2": source(EXPORT), "3": source(EXPORT) };
      const rules = { names: [], ticketRules: [undefined, RULE, { ...RULE, priorities: ["P3"] }] };
      const { source: line } = await measure()(watched([time, urgent, other], sources, rules), JANUARY);
      const hash = createHash("sha256").update(EXPORT).digest("hex");
      expect(line).to.match(new RegExp(`^SHA-256 ${hash} of t\\.csv; outages listed in [^;]*…$`));
      expect(isSealed(line)).to.equal(true);
    });

    it("need a rule", async () => {
      const measured = { indicator: indicator(1, Unit.Tickets), policy: undefined, label: "uptime of Harbor" };
      expect(await problemLater(readSource(monitors(), source(EXPORT), measured, JANUARY))).to.deep.equal({
        code: "config.no-policy",
        message: "uptime of Harbor has no policy in the agreement's file that says which tickets are late.",
        hint: "Add `policy` to the measure, or name a file of counts.",
      });
    });

    it("are in a file that can be read, and is no larger than a file of the kind should be", async () => {
      const given = source("");
      const read = () => problemLater(readTicketSource(given, indicator(1, Unit.Tickets), RULE, JANUARY));
      truncateSync(given.file, MAX_FILE + 1);
      expect(await read()).to.deep.equal({
        code: "csv.too-large",
        message: `the file has ${MAX_FILE + 1} bytes, more than the limit of ${MAX_FILE}`,
        hint: "export fewer months: those tickets that were open in the period",
        file: given.file,
      });
      rmSync(given.file);
      expect(await read()).to.deep.include({ code: "file.unreadable", file: given.file });
    });
  });

  describe("to report", () => {
    const due = (agreement: Watched, period = JANUARY): DuePeriod => ({
      ...{ agreement, ...period, reportUntil: period.end + 1n, oracle: ADDRESS },
    });
    const one = () => watched([indicator(1)], { uptime: outages() });
    const MEASURED = [{ total: SECONDS, bad: 4_740n, excluded: 0n }];

    it("keeps the evidence that the report names; once kept, it is not written anew", async () => {
      const evidence = join(folder, "evidence");
      const prepared = await prepare(due(one()), measure(), evidence);
      if (prepared.kind !== "ready") throw new Error(prepared.problem.message);
      const { root, file, measurements } = prepared.ready;
      expect(measurements).to.deep.equal(MEASURED);
      expect((await readEvidence(file ?? "")).root).to.equal(root);
      const again = await prepare(due(one()), measure(), evidence);
      expect(again.kind === "ready" && again.ready.root, "the salt of the first").to.equal(root);
    });

    it("writes nothing in a dry run", async () => {
      const prepared = await prepare(due(one()), measure(), undefined);
      const { root, file, measurements } = prepared.kind === "ready" ? prepared.ready : ({} as never);
      expect([file, measurements]).to.deep.equal([undefined, MEASURED]);
      expect(root).to.match(/^0x[0-9a-f]{64}$/);
    });

    it("makes no evidence of what the contract would refuse", async () => {
      const agreement = watched([indicator(1)], { uptime: counts("2025-01,100,7,0") });
      const evidence = join(folder, "evidence");
      expect(await prepare(due(agreement), measure(), evidence)).to.deep.equal({
        kind: "failed",
        problem: {
          code: "measurement.total-differs",
          message: `indicator 1: total is 100, the period has ${SECONDS}`,
        },
      });
      expect(existsSync(evidence)).to.equal(false);
      const cut = { ...JANUARY, end: JANUARY.start + 100n };
      expect((await prepare(due(agreement, cut), measure(), evidence)).kind, "as long as it really was").to.equal(
        "ready",
      );
    });

    it("says what went wrong, unless it was stopped", async () => {
      const problem = { code: "a.code", message: "It failed." };
      const failing: Measure = () => Promise.reject(new UpheldErrors([problem, { code: "b", message: "" }]));
      expect(await prepare(due(one()), failing, undefined)).to.deep.equal({ kind: "failed", problem });
      const stop = new AbortController();
      const stopping: Measure = () => {
        stop.abort(new Error("enough"));
        return Promise.reject(new UpheldErrors([problem]));
      };
      const ended = (measuring: Measure) =>
        prepare(due(one()), measuring, undefined, stop.signal).catch((error: unknown) => error);
      expect(await ended(stopping)).to.have.property("message", "enough");
      let begun = 0;
      const never: Measure = () => {
        begun += 1;
        return Promise.reject(new UpheldErrors([problem]));
      };
      expect(await ended(never)).to.have.property("message", "enough");
      expect(begun, "stopped before it began").to.equal(0);
    });

    it("hands on the signal, and what others read", async () => {
      const seen: unknown[] = [];
      const { signal } = new AbortController();
      const readings = { of: () => Promise.reject(new Error()) } as never;
      const listening: Measure = (...given) => {
        seen.push(...given);
        return Promise.reject(new UpheldErrors([{ code: "a", message: "b" }]));
      };
      const agreement = one();
      await prepare(due(agreement), listening, undefined, signal, readings);
      expect(seen).to.deep.equal([agreement, JANUARY, signal, readings]);
    });

    it("throws what nobody foresaw", () => {
      expect(() => problemIn(new RangeError("a defect"))).to.throw(RangeError, "a defect");
      expect(() => problemIn(new UpheldErrors([]))).to.throw(UpheldErrors);
      const { code } = problemIn(Object.assign(new Error("x"), { code: "ECONNREFUSED" }));
      expect(code).to.equal("chain.unreachable");
    });
  });
});
