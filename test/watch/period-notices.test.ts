import { expect } from "chai";
import { periodNotices } from "../../src/watch/period-notices.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import { Words, type WatchedAgreement } from "../../src/watch/view.ts";
import {
  ACTIVE,
  bonded,
  disputed,
  event,
  NO_ROOT,
  on,
  plainly,
  reported,
  shown,
  usdc,
  viewAt,
  watched,
} from "./told.ts";

const FEB_2 = on("2030-02-02");

/** What is told of period `k` at `now`, after `events`. */
function told(now: bigint, events: readonly TimedEvent[], agreement: WatchedAgreement = watched(), k = 0): string {
  const view = viewAt(now, [...ACTIVE, ...events], { agreement });
  const course = view.courses.periods.get(k);
  if (course === undefined) throw new Error(`nothing happened to period ${k}`);
  return shown(periodNotices(view, k, course));
}

/** The titles and lines of all roles together. */
const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim());

describe("what is told of a period's report", () => {
  it("is its money to each side, what was measured, and until when it may be disputed", () => {
    expect(told(on("2030-02-03"), [reported(FEB_2, 100, { bad: 4_740, excluded: 600 })])).to.equal(
      plainly(`
      report/0/0 (reports, stands) 2 Feb 2030 to 9 Feb 2030
        facts: 100000000 ROOT
        client, bad: January 2030: 100.00 USDC of 1,000.00 USDC comes back to you
          900.00 USDC of 1,000.00 USDC goes to Northwind IT, 100.00 USDC stays yours.
          uptime: 1 h 19 min bad of 744 h, 10 min not counted.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as client --from my-probes.csv
        provider, bad: January 2030: you lose 100.00 USDC of 1,000.00 USDC
          100.00 USDC goes to Harbor Dental, 900.00 USDC of 1,000.00 USDC stays for you.
          uptime: 1 h 19 min bad of 744 h, 10 min not counted.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
  });

  it("is that the period was kept, when no credit comes of it", () => {
    expect(told(on("2030-02-03"), [reported(FEB_2, 0, { bad: 60 })])).to.equal(
      plainly(`
      report/0/0 (reports, stands) 2 Feb 2030 to 9 Feb 2030
        facts: 0 ROOT
        client, plain: January 2030 was kept: 1,000.00 USDC goes to Northwind IT
          uptime: 1 min bad of 744 h.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as client --from my-probes.csv
        provider, plain: January 2030 was kept: 1,000.00 USDC is for you
          uptime: 1 min bad of 744 h.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
  });

  it("is that it could be disputed, from the second on in which it cannot be any more", () => {
    const report = reported(FEB_2, 100, { bad: 4_740 });
    const last = linesOf(told(on("2030-02-09") - 1n, [report]));
    expect(last).to.include("Final 9 Feb 2030, in 0 min, unless a party disputes before.");
    expect(last.filter((line) => line.startsWith("It could be disputed"))).to.deep.equal([]);
    const after = linesOf(told(on("2030-02-09"), [report]));
    expect(after.filter((line) => line === "It could be disputed until 9 Feb 2030.")).to.have.length(2);
    expect(after.filter((line) => /^(Final|Otherwise)/.test(line))).to.deep.equal([]);
  });

  it("is each report by itself: one that corrects another says so", () => {
    const first = reported(FEB_2, 100, { bad: 4_740 });
    const second = reported(FEB_2 + 3_600n, 0, { bad: 0, revision: 1 });
    const found = told(on("2030-02-03"), [first, second]).match(/^(report.*|  (client|provider).*)$/gm);
    expect(found?.join("\n")).to.equal(
      plainly(`
      report/0/0 (reports, stands) 2 Feb 2030 to 9 Feb 2030
        client, bad: January 2030: 100.00 USDC of 1,000.00 USDC comes back to you
        provider, bad: January 2030: you lose 100.00 USDC of 1,000.00 USDC
      report/0/1 (reports, stands) 2 Feb 2030 01:00 UTC to 9 Feb 2030 01:00 UTC
        client, plain: corrected report: January 2030 was kept: 1,000.00 USDC goes to Northwind IT
        provider, plain: corrected report: January 2030 was kept: 1,000.00 USDC is for you
    `),
    );
  });

  it("is silence, when nobody reported in time", () => {
    expect(told(on("2030-02-07"), [])).to.equal(
      plainly(`
      report/0/255 (reports, stands) 6 Feb 2030 to 13 Feb 2030
        facts: 500000000 
        client, bad: January 2030: 500.00 USDC of 1,000.00 USDC comes back to you
          500.00 USDC of 1,000.00 USDC goes to Northwind IT, 500.00 USDC stays yours.
          Nobody reported January 2030 in time: the credit agreed for silence stands.
          Final 13 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as client --from my-probes.csv
        provider, bad: January 2030: you lose 500.00 USDC of 1,000.00 USDC
          500.00 USDC goes to Harbor Dental, 500.00 USDC of 1,000.00 USDC stays for you.
          Nobody reported January 2030 in time: the credit agreed for silence stands.
          Final 13 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
    `),
    );
  });

  it("says when nothing proves it", () => {
    const line = "The report names no evidence: its counts cannot be checked.";
    for (const [evidence, count] of [
      [NO_ROOT, 2],
      ["0x", 2],
      [`0x${"00".repeat(31)}01`, 0],
    ] as const) {
      const found = linesOf(told(on("2030-02-03"), [reported(FEB_2, 0, { evidence })]));
      expect(
        found.filter((each) => each === line),
        evidence,
      ).to.have.length(count);
    }
  });

  it("names measures by their number where no file tells their names, and parties by their role", () => {
    const agreement: WatchedAgreement = { ...watched(), names: {}, measures: [], ref: "0x99" };
    expect(told(on("2030-02-03"), [reported(FEB_2, 100, { bad: 4_740 })], agreement)).to.equal(
      plainly(`
      report/0/0 (reports, stands) 2 Feb 2030 to 9 Feb 2030
        facts: 100000000 ROOT
        client, bad: January 2030: 100.00 USDC of 1,000.00 USDC comes back to you
          900.00 USDC of 1,000.00 USDC goes to the provider, 100.00 USDC stays yours.
          measure 1: 1 h 19 min bad of 744 h.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute 0x99 --as client --from my-probes.csv
        provider, bad: January 2030: you lose 100.00 USDC of 1,000.00 USDC
          100.00 USDC goes to the client, 900.00 USDC of 1,000.00 USDC stays for you.
          measure 1: 1 h 19 min bad of 744 h.
          Final 9 Feb 2030, in 6 days, unless a party disputes before.
          Otherwise seen? upheld dispute 0x99 --as provider --from my-probes.csv
    `),
    );
  });

  it("is what the term's cap leaves of the credit, whatever was given to this period since", () => {
    const agreement = watched((text) => text.replace("credit cap: 50%", "credit cap: 50%\nterm credit cap: 600 USDC"));
    const january = reported(FEB_2, 500, { bad: 200_000 });
    const february = reported(on("2030-03-02"), 500, { period: 1, bad: 200_000 });
    const line = "The table gives 500.00 USDC; the term's cap or the bond leaves 100.00 USDC.";
    for (const now of [on("2030-03-03"), on("2030-03-20")]) {
      const second = linesOf(told(now, [january, february], agreement, 1));
      expect(second.filter((each) => each === line)).to.have.length(2);
      expect(second).to.include("client, bad: February 2030: 100.00 USDC of 1,000.00 USDC comes back to you");
      // At the first look nothing but January's own credit was given before: it stays whole.
      const first = told(on("2030-02-03"), [january], agreement);
      expect(first).not.to.contain("The table gives");
    }
  });

  it("is what the bond can pay beyond the fee", () => {
    const agreement = watched(bonded);
    const events = [...ACTIVE, reported(FEB_2, 1_500, { bad: 2_000_000 })];
    const view = (bond: bigint) => {
      const all = viewAt(on("2030-02-03"), events, { agreement });
      return { ...all, courses: { ...all.courses, periods: all.courses.periods, given: 0n, bond } };
    };
    const course = view(0n).courses.periods.get(0)!;
    const title = (bond: number) => periodNotices(view(usdc(bond)), 0, course)[0]?.said.client?.title;
    expect(title(500)).to.equal("January 2030: 1,500.00 USDC of 1,000.00 USDC comes back to you");
    expect(title(200)).to.equal("January 2030: 1,200.00 USDC of 1,000.00 USDC comes back to you");
  });
});

describe("what is told of a dispute", () => {
  const report = reported(FEB_2, 0);
  const claim = disputed(on("2030-02-03"), "client", 250);
  const answer = disputed(on("2030-02-04"), "provider", 50, { pledge: 0 });
  const claims = (text: string) => text.slice(text.indexOf("claim/"));

  it("is what is claimed, to whom claimed it, to the other what to answer until when, and to the arbiter", () => {
    expect(claims(told(on("2030-02-03"), [report, claim]))).to.equal(
      plainly(`
      claim/0/client (disputes, stands) 3 Feb 2030 to 10 Feb 2030
        facts: 250000000 ROOT
        client, plain: you dispute January 2030: 250.00 USDC instead of 0.00 USDC
          Harbor Dental claims a credit of 250.00 USDC; the report says 0.00 USDC.
          Staked on it: 50.00 USDC.
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
        provider, act: Harbor Dental disputes January 2030: 250.00 USDC instead of 0.00 USDC
          Harbor Dental claims a credit of 250.00 USDC; the report says 0.00 USDC.
          Staked on it: 50.00 USDC.
          You may answer until 10 Feb 2030, in 7 days: upheld dispute harbor.sla.yaml --as provider --from my-probes.csv
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
        arbiter, plain: Harbor Dental disputes January 2030: 250.00 USDC instead of 0.00 USDC
          Harbor Dental claims a credit of 250.00 USDC; the report says 0.00 USDC.
          Staked on it: 50.00 USDC.
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
    `),
    );
  });

  it("is the answer, after which nobody has to do anything", () => {
    const text = claims(told(on("2030-02-04"), [report, claim, answer]));
    expect(text.slice(text.indexOf("claim/0/provider"))).to.equal(
      plainly(`
      claim/0/provider (disputes, stands) 4 Feb 2030 to 10 Feb 2030
        facts: 50000000 ROOT
        client, bad: Northwind IT answers the dispute of January 2030: 50.00 USDC instead of 0.00 USDC
          Northwind IT claims a credit of 50.00 USDC; the report says 0.00 USDC.
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
        provider, plain: you answer the dispute of January 2030: 50.00 USDC instead of 0.00 USDC
          Northwind IT claims a credit of 50.00 USDC; the report says 0.00 USDC.
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
        arbiter, plain: Northwind IT answers the dispute of January 2030: 50.00 USDC instead of 0.00 USDC
          Northwind IT claims a credit of 50.00 USDC; the report says 0.00 USDC.
          What all offers agree on moves 10 Feb 2030; the rest waits for the arbiter.
    `),
    );
  });

  it("asks for no answer any more from the second on in which the time for it is over", () => {
    const [before, after] = [on("2030-02-10") - 1n, on("2030-02-10")].map((now) => told(now, [report, claim]));
    expect(before).to.contain("provider, act: Harbor Dental disputes January 2030");
    expect(before).to.contain("You may answer until 10 Feb 2030, in 0 min: upheld dispute");
    expect(after).to.contain("provider, bad: Harbor Dental disputes January 2030");
    expect(after).not.to.contain("You may answer");
  });

  it("is a dispute of the provider's as well, over silence too", () => {
    const over = claims(told(on("2030-02-07"), [disputed(on("2030-02-07"), "provider", 100)]));
    expect(over).to.equal(
      plainly(`
      claim/0/provider (disputes, stands) 7 Feb 2030 to 14 Feb 2030
        facts: 100000000 ROOT
        client, act: Northwind IT disputes January 2030: 100.00 USDC instead of 500.00 USDC
          Northwind IT claims a credit of 100.00 USDC; the report says 500.00 USDC.
          Staked on it: 50.00 USDC.
          You may answer until 14 Feb 2030, in 7 days: upheld dispute harbor.sla.yaml --as client --from my-probes.csv
          What all offers agree on moves 14 Feb 2030; the rest waits for the arbiter.
        provider, plain: you dispute January 2030: 100.00 USDC instead of 500.00 USDC
          Northwind IT claims a credit of 100.00 USDC; the report says 500.00 USDC.
          Staked on it: 50.00 USDC.
          What all offers agree on moves 14 Feb 2030; the rest waits for the arbiter.
        arbiter, plain: Northwind IT disputes January 2030: 100.00 USDC instead of 500.00 USDC
          Northwind IT claims a credit of 100.00 USDC; the report says 500.00 USDC.
          Staked on it: 50.00 USDC.
          What all offers agree on moves 14 Feb 2030; the rest waits for the arbiter.
    `),
    );
  });
});

describe("what is told once the time to answer is over", () => {
  const report = reported(FEB_2, 100);
  const events = [report, disputed(on("2030-02-03"), "client", 250), disputed(on("2030-02-04"), "provider", 0)];
  const splitIn = (text: string) => text.slice(text.indexOf("split/"));

  it("is what moved, what is held, and to the arbiter what it may rule on", () => {
    expect(splitIn(told(on("2030-02-10"), events))).to.equal(
      plainly(`
      split/0 (disputes, stands) 10 Feb 2030 to 12 Mar 2030
        facts: 0 750000000 250000000
        client, bad: January 2030: 250.00 USDC is held for the arbiter
          750.00 USDC went to Northwind IT, 0.00 USDC to Harbor Dental; 250.00 USDC is held.
          The arbiter may rule until 12 Mar 2030; without a ruling the report stands.
        provider, bad: January 2030: 250.00 USDC is held for the arbiter
          750.00 USDC went to Northwind IT, 0.00 USDC to Harbor Dental; 250.00 USDC is held.
          The arbiter may rule until 12 Mar 2030; without a ruling the report stands.
        arbiter, act: January 2030: rule on 250.00 USDC before 12 Mar 2030
          The report says a credit of 100.00 USDC.
          Harbor Dental says a credit of 250.00 USDC.
          Northwind IT says a credit of 0.00 USDC.
          upheld case harbor.sla.yaml 0
          upheld rule harbor.sla.yaml 0 report|provider|client|declined
    `),
    );
  });

  it("names no commands for a ruling from the second on in which there can be none", () => {
    const end = on("2030-03-12");
    expect(splitIn(told(end - 1n, events))).to.contain("upheld rule harbor.sla.yaml 0");
    const over = splitIn(told(end, events));
    expect(over.slice(0, over.indexOf("final/"))).not.to.contain("upheld");
    expect(over).to.contain("Harbor Dental says a credit of 250.00 USDC.");
  });
});

describe("what is told of a period's end", () => {
  const final = (credit: number, earned: number, { ruling = 0n, fromBond = 0, dueAt = on("2030-02-09") } = {}) =>
    event("PeriodFinal", on("2030-02-20"), {
      ...{ period: 0n, credit: usdc(credit), earned: usdc(earned), fromBond: usdc(fromBond), ruling, dueAt },
    });
  const endOf = (events: readonly TimedEvent[], agreement?: WatchedAgreement) => {
    const text = told(on("2030-02-21"), events, agreement);
    return text.slice(text.indexOf("final/"));
  };

  it("is what came back and what is earned", () => {
    expect(endOf([reported(FEB_2, 100), final(100, 900)])).to.equal(
      plainly(`
      final/0 (payments, stands) 9 Feb 2030 to 16 Feb 2030
        facts: 100000000 900000000 0 none
        client, bad: January 2030 is final: 100.00 USDC came back to you
          900.00 USDC went to Northwind IT.
          The credit lowers your next payment, or take out what is free: upheld withdraw harbor.sla.yaml
        provider, bad: January 2030 is final: 100.00 USDC went back to Harbor Dental, 900.00 USDC is yours
          Take it when you like: upheld claim harbor.sla.yaml
    `),
    );
  });

  it("is that all is earned, when the period was kept", () => {
    expect(endOf([reported(FEB_2, 0), final(0, 1_000)])).to.equal(
      plainly(`
      final/0 (payments, stands) 9 Feb 2030 to 16 Feb 2030
        facts: 0 1000000000 0 none
        client, plain: January 2030 is final: 1,000.00 USDC went to Northwind IT
        provider, plain: January 2030 is final: 1,000.00 USDC is yours
          Take it when you like: upheld claim harbor.sla.yaml
    `),
    );
  });

  it("is what the bond gave", () => {
    const found = endOf([reported(FEB_2, 1_200), final(1_200, 0, { fromBond: 200 })], watched(bonded));
    expect(linesOf(found).filter((line) => line.includes("the bond"))).to.deep.equal([
      "200.00 USDC of it came from the bond.",
      "200.00 USDC of it came from the bond.",
    ]);
    expect(found).to.contain("facts: 1200000000 0 200000000 none");
  });

  for (const [ruling, words] of [
    [1n, "The arbiter found the report's counts right."],
    [2n, "The arbiter found Northwind IT's counts right."],
    [3n, "The arbiter found Harbor Dental's counts right."],
    [4n, "The arbiter did not rule: the report stands."],
  ] as const) {
    it(`says to all three how it was ruled: ${words}`, () => {
      const events = [reported(FEB_2, 100), disputed(on("2030-02-03"), "client", 250), final(100, 900, { ruling })];
      const found = linesOf(endOf(events));
      expect(found.filter((line) => line === words)).to.have.length(3);
      expect(found).to.include("arbiter, plain: January 2030 is final");
    });
  }
});

describe("a period's name", () => {
  const nameOf = (start: string, end: string) => new Words(watched()).period({ start: on(start), end: on(end) });

  it("is its month, when it is one, else its bounds", () => {
    expect(nameOf("2030-01-01", "2030-02-01")).to.equal("January 2030");
    expect(nameOf("2030-02-01", "2030-03-01")).to.equal("February 2030");
    expect(nameOf("2030-01-15", "2030-02-01")).to.equal("15 Jan 2030 to 1 Feb 2030");
    expect(nameOf("2030-01-01", "2030-01-15")).to.equal("1 Jan 2030 to 15 Jan 2030");
    expect(nameOf("2030-01-01", "2030-03-01")).to.equal("1 Jan 2030 to 1 Mar 2030");
    expect(nameOf("2030-01-01T12:00", "2030-02-01T12:00")).to.equal("1 Jan 2030 12:00 to 1 Feb 2030 12:00");
    expect(nameOf("2030-01-01", "2030-01-31T12:00")).to.equal("1 Jan 2030 to 31 Jan 2030 12:00");
  });
});
