import { expect } from "chai";
import { countDays } from "../../src/measure/days.ts";
import { parseUtc } from "../../src/measure/time.ts";

const PERIOD = { start: parseUtc("2026-10-01T00:00:00Z"), end: parseUtc("2026-10-08T00:00:00Z") };
const span = (from: string, to: string) => ({ start: parseUtc(`2026-10-0${from}Z`), end: parseUtc(`2026-10-0${to}Z`) });
const bad = (...outages: ReturnType<typeof span>[]) => countDays({ outages, exclusions: [] }, PERIOD).bad;

describe("countDays", () => {
  it("counts the days of the period, a cut one too", () => {
    expect(countDays({ outages: [], exclusions: [] }, PERIOD)).to.deep.equal({ total: 7n, bad: 0n, excluded: 0n });
    const cut = { start: PERIOD.start + 1n, end: PERIOD.end + 1n };
    expect(countDays({ outages: [], exclusions: [] }, cut).total).to.equal(8n);
  });

  it("counts a day once, however often it is hit, and every day that an outage touches", () => {
    expect(bad(span("2T00:00:00", "2T00:00:01"), span("2T23:59:59", "3T00:00:00"))).to.equal(1n);
    expect(bad(span("2T23:59:59", "3T00:00:01"))).to.equal(2n);
    expect(bad(span("2T12:00:00", "6T12:00:00"))).to.equal(5n);
  });

  it("looks neither at exclusions nor outside the period", () => {
    const exclusions = [span("2T00:00:00", "3T00:00:00")];
    const outages = [span("2T12:00:00", "3T00:00:00"), span("8T00:00:00", "9T00:00:00")];
    expect(countDays({ outages, exclusions }, PERIOD)).to.deep.equal({ total: 7n, bad: 0n, excluded: 0n });
  });

  it("takes outages in any order and overlapping", () => {
    expect(bad(span("5T00:00:00", "6T00:00:00"), span("4T12:00:00", "5T12:00:00"))).to.equal(2n);
  });
});
