import { expect } from "chai";
import { CONSENTS } from "../../src/chain/enums.ts";
import { deadlinesOf } from "../../src/watch/deadlines.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import {
  ACTIVE,
  bonded,
  DAY,
  disputed,
  event,
  on,
  plainly,
  PEOPLE,
  reported,
  type Said,
  seat,
  shownDeadlines,
  usdc,
  viewAt,
  watched,
} from "./told.ts";

/** Those whose id begins with `which`. */
const those = (
  which: string,
  now: bigint,
  said: Said = {},
  events: readonly TimedEvent[] = ACTIVE,
  agreement = watched(),
) => deadlinesOf(viewAt(now, events, { agreement, ...said })).filter(({ id }) => id.startsWith(which));
const shownOf = (...args: Parameters<typeof those>): string => shownDeadlines(those(...args));

describe("the deadlines of a draft", () => {
  const START = on("2030-01-01");
  const accept = (providerAccepted: boolean, clientAccepted: boolean, now = START - DAY) =>
    those("", now, { phase: "draft", state: { providerAccepted, clientAccepted } }, []);

  it("are its start, until which both have to accept", () => {
    expect(shownDeadlines(accept(false, true))).to.equal(
      plainly(`
      accept 1 Jan 2030, known always, reminds
        client: accept before 1 Jan 2030, or it lapses
          The other side has not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
        provider: accept before 1 Jan 2030, or it lapses
          You have not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
          upheld accept harbor.sla.yaml
    `),
    );
    expect(shownDeadlines(accept(true, false))).to.equal(
      plainly(`
      accept 1 Jan 2030, known always, reminds
        client: accept before 1 Jan 2030, or it lapses
          You have not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
          upheld accept harbor.sla.yaml
        provider: accept before 1 Jan 2030, or it lapses
          The other side has not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
    `),
    );
    expect(shownDeadlines(accept(false, false))).to.equal(
      plainly(`
      accept 1 Jan 2030, known always, reminds
        client: accept before 1 Jan 2030, or it lapses
          You have not accepted yet.
          The other side has not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
          upheld accept harbor.sla.yaml
        provider: accept before 1 Jan 2030, or it lapses
          You have not accepted yet.
          The other side has not accepted yet.
          Without both acceptances it lapses 1 Jan 2030, and each side takes its money back.
          upheld accept harbor.sla.yaml
    `),
    );
  });

  it("ask nobody who need not be asked", () => {
    expect(accept(true, true).map(({ reminds }) => reminds)).to.deep.equal([false]);
  });

  it("are none from the start on", () => {
    expect(accept(false, false, START - 1n)).to.have.length(1);
    expect(accept(false, false, START)).to.deep.equal([]);
  });
});

describe("the deadlines of an agreement that is over", () => {
  for (const phase of ["closed", "lapsed"] as const) {
    it(`are none: ${phase}`, () => {
      expect(those("", on("2030-03-05"), { phase })).to.deep.equal([]);
    });
  }
});

describe("the deadlines of the period that is not resolved", () => {
  it("is when its report is due, while it runs and while it is awaited", () => {
    const text = shownOf("report/0", on("2030-01-10"));
    expect(text).to.equal(
      plainly(`
      report/0 6 Feb 2030, known from 1 Feb 2030
        client: January 2030: the report is due by 6 Feb 2030
          If nobody reports by then, the credit agreed for silence stands.
        provider: January 2030: the report is due by 6 Feb 2030
          If nobody reports by then, the credit agreed for silence stands.
    `),
    );
    expect(shownOf("report/0", on("2030-02-03"), { stage: "awaiting" })).to.equal(text);
    expect(those("report/0", on("2030-02-06"), { stage: "awaiting" }), "it is over").to.deep.equal([]);
  });

  it("is until when a report may be disputed, with its credit", () => {
    const said = { stage: "reported", summary: { resolvesAt: on("2030-02-09") } } as const;
    const state = { reportedAt: on("2030-02-02"), credit: usdc(100) };
    expect(shownOf("dispute/0", on("2030-02-03"), { ...said, state })).to.equal(
      plainly(`
      dispute/0 9 Feb 2030, known from 2 Feb 2030, reminds
        client: January 2030: dispute before 9 Feb 2030, or the report is final
          Credit of the report: 100.00 USDC. Nothing to object to? Then there is nothing to do.
          Otherwise: upheld dispute harbor.sla.yaml --as client --from my-probes.csv
        provider: January 2030: dispute before 9 Feb 2030, or the report is final
          Credit of the report: 100.00 USDC. Nothing to object to? Then there is nothing to do.
          Otherwise: upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
  });

  it("is until when a dispute may be answered, by whom has not claimed", () => {
    const state = { disputedAt: on("2030-02-03") };
    const said = { stage: "disputed", summary: { resolvesAt: on("2030-02-10") }, state } as const;
    const now = on("2030-02-04");
    const events = [...ACTIVE, reported(on("2030-02-02"), 0), disputed(on("2030-02-03"), "client", 250)];
    expect(shownOf("answer/0", now, said, events)).to.equal(
      plainly(`
      answer/0 10 Feb 2030, known from 3 Feb 2030, reminds
        provider: January 2030: answer the dispute before 10 Feb 2030
          An answer that was not made cannot be picked by the arbiter: then it is the claim or the report.
          With counts of your own: upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
    const answered = [...events, disputed(on("2030-02-04"), "provider", 0)];
    expect(those("answer/0", now, said, answered).map(({ said: to }) => Object.keys(to))).to.deep.equal([[]]);
    const mine = [...ACTIVE, reported(on("2030-02-02"), 0), disputed(on("2030-02-03"), "provider", 0)];
    expect(those("answer/0", now, said, mine).map(({ said: to }) => Object.keys(to))).to.deep.equal([["client"]]);
    expect(those("answer/0", now, said, ACTIVE), "of which no event is known").to.deep.equal([]);
  });

  it("is nothing once all are resolved", () => {
    const now = on("2030-12-20");
    const idsOf = (state: { period: bigint }) =>
      those("", now, { stage: "awaiting", period: 11, state }).map(({ id }) => id);
    expect(idsOf({ period: 12n })).to.deep.equal(["end"]);
    expect(idsOf({ period: 11n })).to.deep.equal(["report/11", "dispute/11", "end"]);
  });
});

describe("the deadlines of later periods", () => {
  const CUT = on("2030-03-20");
  const idsAt = (stage: "running" | "awaiting" | "reported" | "disputed", period = 0) =>
    those("", on("2030-01-10"), { stage, period, end: CUT, summary: { resolvesAt: on("2030-02-09") } }).map(
      ({ id, time, isTentative }) =>
        `${id} ${new Date(Number(time) * 1000).toISOString().slice(0, 10)}${isTentative ? "?" : ""}`,
    );

  it("are when their reports are due and when the time to dispute may end, each as it can be known now", () => {
    const later = ["report/1 2030-03-06?", "dispute/1 2030-03-08?", "report/2 2030-03-25?", "dispute/2 2030-03-27?"];
    expect(idsAt("running")).to.deep.equal([
      "report/0 2030-02-06",
      "dispute/0 2030-02-08?",
      ...later,
      "end 2030-03-20",
    ]);
    expect(idsAt("awaiting")).to.deep.equal(idsAt("running"));
    expect(idsAt("reported")).to.deep.equal(["dispute/0 2030-02-09", ...later, "end 2030-03-20"]);
    expect(idsAt("disputed")).to.deep.equal([...later, "end 2030-03-20"]);
  });

  it("say what each means, and remind of nothing", () => {
    expect(shownDeadlines(those("report/1", on("2030-01-10"), { end: CUT }))).to.equal(
      plainly(`
      report/1 6 Mar 2030, known from 1 Mar 2030, tentative
        client: February 2030: the report is due by now
          Later than this, silence stands and the credit agreed for it.
        provider: February 2030: the report is due by now
          Later than this, silence stands and the credit agreed for it.
    `),
    );
    expect(shownDeadlines(those("dispute/1", on("2030-01-10"), { end: CUT }))).to.equal(
      plainly(`
      dispute/1 8 Mar 2030, known from 1 Mar 2030, tentative
        client: February 2030: the time to dispute may end
          If the report comes on its first day; if it comes later, so does this. The notice of the report says when.
        provider: February 2030: the time to dispute may end
          If the report comes on its first day; if it comes later, so does this. The notice of the report says when.
    `),
    );
  });
});

describe("the deadline of a ruling", () => {
  const report = reported(on("2030-02-02"), 100);
  const events = [
    ...ACTIVE,
    report,
    disputed(on("2030-02-03"), "client", 250),
    disputed(on("2030-02-04"), "provider", 0),
  ];

  it("stands from the split on until the window is over, with what is held", () => {
    expect(those("ruling", on("2030-02-10") - 1n, {}, events)).to.deep.equal([]);
    expect(shownOf("ruling", on("2030-02-10"), { period: 1 }, events)).to.equal(
      plainly(`
      ruling/0 12 Mar 2030, known from 10 Feb 2030, reminds
        client: January 2030: the arbiter may rule until 12 Mar 2030
          250.00 USDC is held. Without a ruling the report stands.
        provider: January 2030: the arbiter may rule until 12 Mar 2030
          250.00 USDC is held. Without a ruling the report stands.
        arbiter: January 2030: rule before 12 Mar 2030, or the report stands
          250.00 USDC is held for your ruling.
          upheld case harbor.sla.yaml 0
          upheld rule harbor.sla.yaml 0 report|provider|client|declined
    `),
    );
    expect(those("ruling", on("2030-03-12") - 1n, { period: 1 }, events)).to.have.length(1);
    expect(those("ruling", on("2030-03-12"), { period: 1 }, events)).to.deep.equal([]);
  });

  it("is none once it was ruled", () => {
    const ruled = event("PeriodFinal", on("2030-02-11"), {
      ...{ period: 0n, credit: usdc(100), earned: usdc(900), fromBond: 0n, ruling: 1n, dueAt: on("2030-02-11") },
    });
    const split = event("Split", on("2030-02-10"), {
      ...{ period: 0n, credit: 0n, earned: usdc(750), held: usdc(250), fromBond: 0n, dueAt: on("2030-02-10") },
    });
    expect(those("ruling", on("2030-02-12"), { period: 1 }, [...events, split])).to.have.length(1);
    expect(those("ruling", on("2030-02-12"), { period: 1 }, [...events, split, ruled])).to.deep.equal([]);
  });
});

describe("the deadlines of rights", () => {
  const MARCH_5 = on("2030-03-05");

  it("is until when the client may leave at once", () => {
    const state = { leaveUntil: on("2030-04-01") };
    expect(shownOf("leave", MARCH_5, { state })).to.equal(
      plainly(`
      leave/1901232000 1 Apr 2030, known always, reminds
        client: your right to leave at once ends 1 Apr 2030
          Bad periods piled up. To leave now:
          upheld terminate harbor.sla.yaml chronic
    `),
    );
    expect(those("leave", on("2030-04-01"), { state })).to.deep.equal([]);
    expect(those("leave", MARCH_5)).to.deep.equal([]);
  });

  it("is by when the bond has to be whole", () => {
    const said = { summary: { bondMissing: usdc(200) }, state: { bondShortSince: on("2030-03-01") } };
    expect(shownOf("bond", MARCH_5, said, ACTIVE, watched(bonded))).to.equal(
      plainly(`
      bond/1898553600 11 Mar 2030, known from 1 Mar 2030, reminds
        client: the bond lacks 200.00 USDC: from 11 Mar 2030 you may leave at once
          Only as long as it stays short.
        provider: the bond lacks 200.00 USDC: make it whole before 11 Mar 2030
          From then on the client may leave at once.
          upheld bond harbor.sla.yaml
    `),
    );
    expect(those("bond", MARCH_5, { state: said.state })).to.deep.equal([]);
  });

  it("is from when on the provider may leave because money lacks, with what is owed", () => {
    const uncovered = { summary: { fundedThrough: on("2030-03-01") } };
    expect(shownOf("grace", MARCH_5, uncovered)).to.equal(
      plainly(`
      grace/2 11 Mar 2030, known from 1 Mar 2030, reminds
        client: pay in before 11 Mar 2030, or the provider may leave at once
          upheld fund harbor.sla.yaml --instructions
        provider: the client's money lacks: from 11 Mar 2030 you may leave at once
          upheld terminate harbor.sla.yaml nonpayment
    `),
    );
    expect(shownOf("grace", MARCH_5, { state: { owed: usdc(250) } })).to.equal(
      plainly(`
      grace/2 11 Mar 2030, known from 1 Mar 2030, reminds
        client: pay in before 11 Mar 2030, or the provider may leave at once
          250.00 USDC is owed.
          upheld fund harbor.sla.yaml --instructions
        provider: the client's money lacks: from 11 Mar 2030 you may leave at once
          250.00 USDC is owed to you.
          upheld terminate harbor.sla.yaml nonpayment
    `),
    );
    expect(those("grace", MARCH_5)).to.deep.equal([]);
    expect(those("grace", MARCH_5, { summary: { fundedThrough: on("2030-04-01") - 1n } })).to.have.length(1);
    expect(those("grace", on("2030-03-11"), uncovered), "it is over").to.deep.equal([]);
  });

  it("is none in a period that ends before its grace, nor before the start, nor after the last", () => {
    const lacking = (end: string) =>
      those("grace", MARCH_5, { end: on(end), summary: { fundedThrough: on("2030-03-01") } });
    expect(lacking("2030-03-11")).to.deep.equal([]);
    expect(lacking("2030-03-12")).to.have.length(1);
    const start = on("2030-01-01");
    const nothing = { summary: { fundedThrough: on("2029-12-01") } };
    expect(those("grace", start - 1n, nothing)).to.deep.equal([]);
    expect(those("grace", start, nothing)).to.have.length(1);
    const last = { state: { periods: 2n }, ...nothing };
    expect(those("grace", MARCH_5, { ...last, summary: { ...nothing.summary, runningPeriod: 2n } })).to.deep.equal([]);
  });

  it("is by when the next period has to be paid in", () => {
    const covered = (until: bigint, now = MARCH_5) => ["fund", now, { summary: { fundedThrough: until } }] as const;
    expect(shownOf(...covered(on("2030-04-01")))).to.equal(
      plainly(`
      fund/3 1 Apr 2030, known always, reminds
        client: April 2030 begins 1 Apr 2030 and is not paid in yet
          Its fee is 1,000.00 USDC. How to pay:
          upheld fund harbor.sla.yaml --instructions
    `),
    );
    expect(those(...covered(on("2030-05-01") - 1n))).to.have.length(1);
    expect(those(...covered(on("2030-05-01")))).to.deep.equal([]);
    expect(those(...covered(0n, on("2030-01-01") - 1n)), "before the start").to.deep.equal([]);
    expect(those(...covered(0n, on("2030-01-01"))).map(({ id }) => id)).to.deep.equal(["fund/1"]);
    expect(those(...covered(0n, on("2030-11-15"))).map(({ id }) => id)).to.deep.equal(["fund/11"]);
    expect(those(...covered(0n, on("2030-12-01"))), "after the last nothing comes").to.deep.equal([]);
  });
});

describe("the deadline of a proposal", () => {
  const given = (kind: (typeof CONSENTS)[number], by: "provider" | "client") =>
    event("ConsentGiven", on("2030-05-01"), {
      ...{ seat: seat(by), expiry: on("2030-05-20") },
      consent: {
        ...{ kind: BigInt(CONSENTS.indexOf(kind)), period: 3n, revision: 0n, credit: usdc(120) },
        ...{ account: PEOPLE.stranger, end: on("2030-09-01") },
      },
    });

  it("is its expiry, for the other side", () => {
    const events = [given("credit", "client"), given("oracle", "provider")];
    expect(shownOf("consent", on("2030-05-02"), {}, events)).to.equal(
      plainly(`
      consent/client/credit/1905465600 20 May 2030, known from 1 May 2030, reminds
        provider: Harbor Dental proposes a credit of 120.00 USDC for period 3, until 20 May 2030
          Harbor Dental gave the first of two keys. To say the same:
          upheld agree harbor.sla.yaml credit … --as provider
      consent/provider/oracle/1905465600 20 May 2030, known from 1 May 2030, reminds
        client: Northwind IT proposes another oracle, 0x6666666666666666666666666666666666666666, until 20 May 2030
          Northwind IT gave the first of two keys. To say the same:
          upheld agree harbor.sla.yaml oracle … --as client
    `),
    );
    expect(those("consent", on("2030-05-20") - 1n, {}, events)).to.have.length(2);
    expect(those("consent", on("2030-05-20"), {}, events)).to.deep.equal([]);
    const both = [given("credit", "client"), given("credit", "provider")];
    expect(those("consent", on("2030-05-02"), {}, both), "both said so").to.deep.equal([]);
  });
});

describe("the deadline of the term", () => {
  it("is its end, wherever that is now", () => {
    expect(shownOf("end", on("2030-05-02"), { end: on("2030-09-01") })).to.equal(
      plainly(`
      end 1 Sep 2030, known always, reminds
        client: the agreement ends 1 Sep 2030
          It does not renew itself. What goes on after it needs an agreement of its own.
          upheld status harbor.sla.yaml
        provider: the agreement ends 1 Sep 2030
          It does not renew itself. What goes on after it needs an agreement of its own.
          upheld status harbor.sla.yaml
    `),
    );
    expect(those("end", on("2030-09-01"), { end: on("2030-09-01") })).to.deep.equal([]);
    expect(those("end", on("2030-05-02"), { state: { end: 2n ** 64n } }), "none that is never").to.deep.equal([]);
  });
});
