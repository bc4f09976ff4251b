import { expect } from "chai";
import { EVERY } from "../../src/measure/types.ts";
import { badRuns, countUndisclosed, disclosures } from "../../src/record/disclosed.ts";
import { disclosed, jan, JANUARY, journal, resolved, updated } from "./journals.ts";

const RULE = { within: 1_800 };
const span = (from: string, to: string, instance = EVERY) => ({ start: jan(from), end: jan(to), instance });
const seen = (...outages: ReturnType<typeof span>[]) => ({ downtime: { outages, exclusions: [] }, instances: 1n });
const OUTAGE = span("10T10:00", "10T12:00");
const isTold = (entries: ReturnType<typeof journal>, outage = OUTAGE) =>
  disclosures(seen(outage), RULE, entries, JANUARY)[0]?.toldAt !== undefined;

describe("outages that nobody told of", () => {
  it("are told until the limit from their first second, and no second longer", () => {
    const at = (time: bigint) => isTold(journal(disclosed(1, time, OUTAGE.start)));
    expect(at(OUTAGE.start)).to.equal(true);
    expect(at(OUTAGE.start + 1_800n)).to.equal(true);
    expect(at(OUTAGE.start + 1_801n)).to.equal(false);
    expect(isTold([])).to.equal(false);
  });

  it("may be told as much ahead, of an incident that goes on", () => {
    const at = (time: bigint) => isTold(journal(disclosed(1, time, time)));
    expect(at(OUTAGE.start - 1_800n)).to.equal(true);
    expect(at(OUTAGE.start - 1_801n)).to.equal(false);
    const over = (ended: bigint) =>
      isTold(journal(disclosed(1, OUTAGE.start - 900n, 0n), resolved(1, OUTAGE.start - 1n, ended)));
    expect(over(OUTAGE.start - 1n)).to.equal(false);
    expect(over(OUTAGE.start)).to.equal(false);
    expect(over(OUTAGE.start + 1n)).to.equal(true);
  });

  it("are told by what is said of an incident that was open, not by its being open", () => {
    const old = disclosed(1, jan("02T00:00"), jan("02T00:00"));
    expect(isTold(journal(old))).to.equal(false);
    expect(isTold(journal(old, updated(1, jan("10T10:20"))))).to.equal(true);
    expect(isTold(journal(old, updated(1, jan("10T10:31"))))).to.equal(false);
    expect(isTold(journal(old, resolved(1, jan("10T10:20"), jan("10T10:10"))))).to.equal(true);
  });

  it("that run as the period begins are told when their incident was, and still was open", () => {
    const runsOn = span("01T00:00", "01T06:00");
    const before = (...more: Parameters<typeof journal>) =>
      isTold(journal(disclosed(1, JANUARY.start - 90_000n, JANUARY.start - 90_000n), ...more), runsOn);
    expect(before()).to.equal(true);
    expect(before(resolved(1, JANUARY.start - 10n, JANUARY.start - 20n))).to.equal(false);
    expect(isTold([], runsOn)).to.equal(false);
  });

  it("are counted, each once, of all there were", () => {
    const outages = [OUTAGE, span("11T00:00", "11T01:00"), span("12T00:00", "12T00:05")];
    const entries = journal(disclosed(1, jan("11T00:10"), jan("11T00:00")));
    expect(countUndisclosed(seen(...outages), RULE, entries, JANUARY)).to.deep.equal({
      total: 3n,
      bad: 2n,
      excluded: 0n,
    });
    expect(countUndisclosed(seen(), RULE, entries, JANUARY)).to.deep.equal({ total: 0n, bad: 0n, excluded: 0n });
  });

  it("are not counted while the client may still be told of one in time", () => {
    const last = span("31T23:50", "31T23:59");
    const count = (now: bigint, entries = journal()) => countUndisclosed(seen(last), RULE, entries, JANUARY, now);
    expect(() => count(last.start + 1_800n)).to.throw("may still be told in time");
    try {
      count(last.start + 1_800n);
    } catch (error) {
      expect(error).to.have.nested.property("problem.retry", true);
      expect(error).to.have.nested.property("problem.hint", "report after 2030-02-01T00:20:00Z");
    }
    expect(count(last.start + 1_801n).bad).to.equal(1n);
    expect(count(last.start + 60n, journal(disclosed(1, last.start + 50n, last.start))).bad).to.equal(0n);
  });
});

describe("runs of bad seconds", () => {
  it("join instances that were down together, and leave out what is excluded of each", () => {
    const outages = [span("10T10:00", "10T11:00", 1), span("10T10:30", "10T12:00", 2), span("11T00:00", "11T01:00")];
    const exclusions = [span("10T10:00", "10T10:10", 1), span("11T00:00", "11T01:00", 2)];
    const runs = badRuns({ downtime: { outages, exclusions }, instances: 3n }, JANUARY);
    expect(runs).to.deep.equal([
      { start: jan("10T10:10"), end: jan("10T12:00") },
      { start: jan("11T00:00"), end: jan("11T01:00") },
    ]);
  });

  it("are none where every instance is excluded by itself", () => {
    const downtime = {
      outages: [span("10T10:00", "10T11:00")],
      exclusions: [span("10T10:00", "10T11:00", 1), span("10T10:00", "10T11:00", 2)],
    };
    expect(badRuns({ downtime, instances: 2n }, JANUARY)).to.deep.equal([]);
    expect(badRuns({ downtime, instances: 3n }, JANUARY)).to.have.length(1);
  });
});
