import { expect } from "chai";
import { noticesOf } from "../../src/watch/notices.ts";
import { lateReport, shortages } from "../../src/watch/state-notices.ts";
import type { NoticeOptions } from "../../src/watch/notice.ts";
import { ACTIVE, bonded, DAY, event, on, plainly, reported, shown, usdc, viewAt, watched, type Said } from "./told.ts";

const REMIND = { remind: [3n * DAY, DAY], lateAfter: undefined };

describe("a report that does not come", () => {
  /** January's, which may come from 1 Feb 2030 on and until the 6th. */
  const late = (now: bigint, options: NoticeOptions = REMIND, said: Said = {}) =>
    lateReport(viewAt(now, ACTIVE, { stage: "awaiting", ...said }), options);
  const HALF = on("2030-02-03T12:00");

  it("is warned of from the half of its window on, to both, with what it means for each", () => {
    expect(late(HALF - 1n)).to.deep.equal([]);
    expect(shown(late(HALF))).to.equal(
      plainly(`
      late/0 (reports) 3 Feb 2030 12:00 UTC to 6 Feb 2030
        client, act: January 2030: no report yet, 6 Feb 2030 is its last moment
          It was due from 1 Feb 2030. If none comes, the credit agreed for silence is yours.
          Ask whoever runs the oracle now.
        provider, act: January 2030: no report yet, 6 Feb 2030 is its last moment
          It was due from 1 Feb 2030. If none comes, the credit agreed for silence goes to the client.
          Ask whoever runs the oracle now.
    `),
    );
  });

  it("is warned of from when the config says on", () => {
    const options = { ...REMIND, lateAfter: 6n * 3_600n };
    expect(late(on("2030-02-01T06:00") - 1n, options)).to.deep.equal([]);
    expect(late(on("2030-02-01T06:00"), options).map(({ at }) => at)).to.deep.equal([on("2030-02-01T06:00")]);
  });

  it("is warned of once more at the last reminder before the window closes", () => {
    const idsAt = (now: bigint, options = REMIND) => late(now, options).map(({ id, at }) => [id, at]);
    expect(idsAt(on("2030-02-05") - 1n)).to.deep.equal([["late/0", HALF]]);
    expect(idsAt(on("2030-02-05"))).to.deep.equal([["late/0/last", on("2030-02-05")]]);
    // Without reminders it is the window's end, by which the window is over.
    expect(idsAt(on("2030-02-06"), { ...REMIND, remind: [] })).to.deep.equal([["late/0/last", on("2030-02-06")]]);
    // The last reminder is no second one when it comes before the first, or with it.
    for (const last of [3n * DAY, (5n * DAY) / 2n])
      expect(idsAt(on("2030-02-05"), { ...REMIND, remind: [last] })).to.deep.equal([["late/0", HALF]]);
  });

  it("is none where nothing is awaited", () => {
    expect(late(on("2030-02-05"), REMIND, { stage: "reported" })).to.deep.equal([]);
    for (const phase of ["draft", "closed", "lapsed"] as const)
      expect(late(on("2030-02-05"), REMIND, { phase }), phase).to.deep.equal([]);
  });
});

describe("money that lacks", () => {
  const MARCH_5 = on("2030-03-05");
  const lacking = (now: bigint, said: Said, agreement = watched()) =>
    shortages(viewAt(now, ACTIVE, { agreement, ...said }));
  const covered = (until: string) => ({ summary: { fundedThrough: on(until) } });

  it("is told of while the running period is not paid in", () => {
    expect(shown(lacking(MARCH_5, covered("2030-03-01")))).to.equal(
      plainly(`
      unpaid/2/uncovered (funding) 5 Mar 2030 to 1 Apr 2030
        client, act: March 2030 runs and is not paid in
          From 11 Mar 2030 Northwind IT may leave at once.
          upheld fund harbor.sla.yaml --instructions
        provider, bad: March 2030 runs and the client has not paid in
          From 11 Mar 2030 Northwind IT may leave at once.
    `),
    );
    expect(lacking(MARCH_5, { summary: { fundedThrough: on("2030-04-01") } })).to.deep.equal([]);
    expect(lacking(MARCH_5, { summary: { fundedThrough: on("2030-04-01") - 1n } })).to.have.length(1);
  });

  it("is told of while something is owed, whatever is paid in", () => {
    expect(shown(lacking(MARCH_5, { state: { owed: usdc(250) } }))).to.equal(
      plainly(`
      unpaid/2/owed (funding) 5 Mar 2030 to 1 Apr 2030
        client, act: you owe 250.00 USDC
          250.00 USDC is owed, and paid from whatever comes in first.
          From 11 Mar 2030 Northwind IT may leave at once.
          upheld fund harbor.sla.yaml --instructions
        provider, bad: 250.00 USDC is owed to you
          250.00 USDC is owed, and paid from whatever comes in first.
          From 11 Mar 2030 Northwind IT may leave at once.
    `),
    );
  });

  it("says nothing of leaving at once where the period ends before", () => {
    // Cut on 8 March, before the ten days of grace are over.
    const cut = (end: string) =>
      lacking(MARCH_5, { end: on(end), ...covered("2030-03-01") }).map(({ until, said }) => [
        until,
        said.client?.lines,
      ]);
    expect(cut("2030-03-08")).to.deep.equal([[on("2030-03-08"), ["upheld fund harbor.sla.yaml --instructions"]]]);
    expect(cut("2030-03-11")).to.deep.equal([[on("2030-03-11"), ["upheld fund harbor.sla.yaml --instructions"]]]);
    expect(cut("2030-03-12")[0]?.[1]).to.deep.equal([
      "From 11 Mar 2030 Northwind IT may leave at once.",
      "upheld fund harbor.sla.yaml --instructions",
    ]);
    const provider = lacking(MARCH_5, { end: on("2030-03-08"), ...covered("2030-03-01") })[0]?.said.provider;
    expect(provider?.lines).to.deep.equal([]);
  });

  it("is no matter before the start, nor after the last period", () => {
    const start = on("2030-01-01");
    expect(lacking(start - 1n, covered("2029-12-01"))).to.deep.equal([]);
    expect(lacking(start, covered("2029-12-01"))).to.have.length(1);
    const over = on("2031-01-01");
    expect(lacking(over, { period: 11, ...covered("2030-12-01") })).to.deep.equal([]);
    expect(lacking(over - 1n, { period: 11, ...covered("2030-12-01") })).to.have.length(1);
  });

  it("is no matter where the agreement is not active", () => {
    const said = { ...covered("2030-01-01"), state: { owed: usdc(1), leaveUntil: on("2031-01-01") } };
    for (const phase of ["draft", "closed", "lapsed"] as const)
      expect(lacking(MARCH_5, { phase, ...said }), phase).to.deep.equal([]);
  });

  it("is a bond that is short", () => {
    const said = { summary: { bondMissing: usdc(200) }, state: { bondShortSince: on("2030-02-20") } };
    expect(shown(lacking(MARCH_5, said, watched(bonded)))).to.equal(
      plainly(`
      bond/1897776000 (funding) 20 Feb 2030 to 9 Mar 2030
        client, bad: the provider's bond lacks 200.00 USDC
          From 2 Mar 2030 you may leave at once, as long as it does.
        provider, act: your bond lacks 200.00 USDC
          From 2 Mar 2030 the client may leave at once.
          upheld bond harbor.sla.yaml
    `),
    );
    expect(lacking(MARCH_5, { summary: { bondMissing: 0n }, state: { bondShortSince: on("2030-02-20") } })).to.be.empty;
  });
});

describe("a right to leave at once", () => {
  const leaving = (now: bigint, agreement = watched()) =>
    shortages(viewAt(now, ACTIVE, { agreement, state: { leaveUntil: on("2030-04-01") } }));

  it("is told of to both while it lasts", () => {
    expect(shown(leaving(on("2030-03-05")))).to.equal(
      plainly(`
      leave/1901232000 (changes) 5 Mar 2030 to 1 Apr 2030
        client, act: you may leave at once until 1 Apr 2030
          It was agreed for 2 bad periods of 3.
          upheld terminate harbor.sla.yaml chronic
        provider, bad: Harbor Dental may leave at once until 1 Apr 2030
          It was agreed for 2 bad periods of 3.
    `),
    );
    expect(leaving(on("2030-04-01") - 1n)).to.have.length(1);
    expect(leaving(on("2030-04-01"))).to.deep.equal([]);
  });

  it("names each rule that it may come of", () => {
    const agreement = watched((text) =>
      text.replace("  - 2 bad periods of 3", "  - 1 bad period of 2\n  - 3 bad periods of 6"),
    );
    expect(leaving(on("2030-03-05"), agreement)[0]?.said.provider?.lines).to.deep.equal([
      "It was agreed for 1 bad period of 2, or for 3 bad periods of 6.",
    ]);
  });
});

describe("all that people should have been told by now", () => {
  it("comes in the order in which it came to be", () => {
    const events = [...ACTIVE, reported(on("2030-02-02"), 100), event("Funded", on("2030-02-01"), { amount: usdc(1) })];
    const said = { stage: "reported", period: 0, summary: { resolvesAt: on("2030-02-09") } } as const;
    const at = on("2030-02-08T12:00");
    const view = viewAt(at, events, { ...said, state: { reportedAt: on("2030-02-02"), owed: usdc(1) } });
    expect(noticesOf(view, REMIND).map(({ id }) => id)).to.deep.equal([
      "active",
      "funded/1000000",
      "report/0/0",
      `reminder/dispute/0/${on("2030-02-09")}/86400`,
      `reminder/grace/1/${on("2030-02-11")}/259200`,
      "unpaid/1/owed",
    ]);
  });
});

describe("reminders", () => {
  const RESOLVES = on("2030-02-09");
  const reminded = (now: bigint, { remind = REMIND.remind, reportedAt = on("2030-02-02") } = {}) =>
    noticesOf(viewAt(now, ACTIVE, { stage: "reported", summary: { resolvesAt: RESOLVES }, state: { reportedAt } }), {
      remind,
      lateAfter: undefined,
    }).filter(({ topic }) => topic === "deadlines");
  const leadsAt = (now: bigint, around = {}) => reminded(now, around).map(({ id }) => id.split("/").at(-1));

  it("are the nearest only, from its very second on", () => {
    expect(leadsAt(RESOLVES - 3n * DAY - 1n)).to.deep.equal([]);
    expect(leadsAt(RESOLVES - 3n * DAY)).to.deep.equal(["259200"]);
    expect(leadsAt(RESOLVES - DAY - 1n)).to.deep.equal(["259200"]);
    expect(leadsAt(RESOLVES - DAY)).to.deep.equal(["86400"]);
    expect(leadsAt(RESOLVES - 1n)).to.deep.equal(["86400"]);
    expect(leadsAt(RESOLVES), "it is over").to.deep.equal([]);
    expect(leadsAt(RESOLVES - DAY, { remind: [DAY, 3n * DAY] }), "in whatever order").to.deep.equal(["86400"]);
  });

  it("are none before it was known that there is a deadline", () => {
    const known = { reportedAt: RESOLVES - DAY };
    expect(leadsAt(RESOLVES - DAY, known)).to.deep.equal([]);
    expect(leadsAt(RESOLVES - 1n, { reportedAt: RESOLVES - DAY - 1n })).to.deep.equal(["86400"]);
  });

  it("say how long there is, and what the deadline says", () => {
    expect(shown(reminded(RESOLVES - DAY))).to.equal(
      plainly(`
      reminder/dispute/0/1896825600/86400 (deadlines) 8 Feb 2030 to 9 Feb 2030
        client, act: in 24 h: January 2030: dispute before 9 Feb 2030, or the report is final
          Credit of the report: 0.00 USDC. Nothing to object to? Then there is nothing to do.
          Otherwise: upheld dispute harbor.sla.yaml --as client --from my-probes.csv
        provider, act: in 24 h: January 2030: dispute before 9 Feb 2030, or the report is final
          Credit of the report: 0.00 USDC. Nothing to object to? Then there is nothing to do.
          Otherwise: upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
  });

  it("of the term's end come thirty days before too; of what only a calendar holds, never", () => {
    const at = (now: bigint) =>
      noticesOf(viewAt(now, ACTIVE, { period: 11 }), { remind: [DAY], lateAfter: undefined })
        .filter(({ topic }) => topic === "deadlines")
        .map(({ id }) => id);
    const end = on("2031-01-01");
    expect(at(end - 30n * DAY - 1n)).to.deep.equal([]);
    expect(at(end - 30n * DAY)).to.deep.equal([`reminder/end/${end}/2592000`]);
    expect(at(end - DAY)).to.deep.equal([`reminder/end/${end}/86400`]);
  });
});
