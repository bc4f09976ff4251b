import { expect } from "chai";
import fc from "fast-check";
import { addMonths, boundary, periodAt, periodCount, periodOf, termEnd } from "../../src/terms/calendar.ts";
import { sampleTerms } from "./sample-terms.ts";

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;
const DAY = 86_400n;

describe("calendar", () => {
  describe("addMonths", () => {
    const cases = [
      ["2025-01-31T09:30:15Z", 1, "2025-02-28T09:30:15Z"],
      ["2024-01-31T00:00:00Z", 1, "2024-02-29T00:00:00Z"],
      ["2024-02-29T23:59:59Z", 12, "2025-02-28T23:59:59Z"],
      ["2024-12-31T00:00:00Z", 2, "2025-02-28T00:00:00Z"],
      ["2100-01-30T00:00:00Z", 1, "2100-02-28T00:00:00Z"],
      ["2025-11-15T12:00:00Z", 3, "2026-02-15T12:00:00Z"],
      ["2025-03-31T00:00:00Z", 0, "2025-03-31T00:00:00Z"],
    ] as const;
    for (const [from, months, to] of cases) {
      it(`moves ${from} by ${months} months to ${to}`, () => {
        expect(addMonths(time(from), months)).to.equal(time(to));
      });
    }
  });

  it("counts boundaries from the anchor, so that a 31st comes back after February", () => {
    const terms = sampleTerms({ anchor: time("2025-01-31T08:00:00Z") });
    expect(boundary(terms, 1)).to.equal(time("2025-02-28T08:00:00Z"));
    expect(boundary(terms, 2)).to.equal(time("2025-03-31T08:00:00Z"));
  });

  describe("periods", () => {
    it("prices a first period that starts inside its month pro rata, rounded down", () => {
      const period = periodOf(sampleTerms({ start: time("2025-01-10T00:00:00Z"), fee: 1_000_001n }), 0);
      expect(period.fee).to.equal((1_000_001n * 22n) / 31n);
      expect(period.end).to.equal(time("2025-02-01T00:00:00Z"));
      expect(period.base).to.equal(period.end);
    });

    it("cuts the last period at the end and opens its report window after the windows before", () => {
      const end = time("2025-03-04T00:00:00Z");
      const period = periodOf(sampleTerms(), 2, end);
      expect(period.end).to.equal(end);
      expect(period.fee).to.equal((1_000_000_000n * 3n) / 31n);
      expect(period.base).to.equal(time("2025-03-01T00:00:00Z") + 19n * DAY);
    });

    it("opens the window of a late cut at the end itself", () => {
      const end = time("2025-03-25T00:00:00Z");
      expect(periodOf(sampleTerms(), 2, end).base).to.equal(end);
    });

    it("does not delay period 0, before which there is no window", () => {
      const end = time("2025-01-03T00:00:00Z");
      expect(periodOf(sampleTerms(), 0, end).base).to.equal(end);
    });

    it("does not delay a last period that ends on its boundary", () => {
      const period = periodOf(sampleTerms(), 2, time("2025-04-01T00:00:00Z"));
      expect(period.base).to.equal(time("2025-04-01T00:00:00Z"));
      expect(period.fee).to.equal(1_000_000_000n);
    });

    it("counts the first period that would not start before the end", () => {
      const feb = time("2025-02-01T00:00:00Z");
      expect(periodCount(sampleTerms(), feb - 1n)).to.equal(1);
      expect(periodCount(sampleTerms(), feb)).to.equal(1);
      expect(periodCount(sampleTerms(), feb + 1n)).to.equal(2);
      expect(periodCount(sampleTerms(), time("2025-01-01T00:00:00Z"))).to.equal(0);
      expect(periodCount(sampleTerms())).to.equal(12);
    });

    it("finds the period of a time: half-open, 0 before the start, the number of periods after the end", () => {
      const feb = time("2025-02-01T00:00:00Z");
      expect(periodAt(sampleTerms(), feb - 1n)).to.equal(0);
      expect(periodAt(sampleTerms(), feb)).to.equal(1);
      expect(periodAt(sampleTerms(), 0n)).to.equal(0);
      expect(periodAt(sampleTerms(), termEnd(sampleTerms()))).to.equal(12);
      expect(periodAt(sampleTerms(), feb + 5n, feb + 5n)).to.equal(2);
    });

    it("tile the time from start to end without gap or overlap, for any anchor, start and end", () => {
      const anchors = fc.bigInt({ min: 0n, max: 4_000_000_000n });
      fc.assert(
        fc.property(
          anchors,
          fc.constantFrom(1, 3, 12),
          fc.nat(1_000_000),
          fc.nat(1_000_000),
          (anchor, periodMonths, a, b) => {
            const base = sampleTerms({ anchor, periodMonths, periods: 20 });
            const start = anchor + ((boundary(base, 1) - anchor) * BigInt(a)) / 1_000_001n;
            const terms = { ...base, start };
            const end = start + 1n + ((termEnd(terms) - start - 1n) * BigInt(b)) / 1_000_000n;
            let at = start;
            let fees = 0n;
            for (let k = 0; k < periodCount(terms, end); ++k) {
              const period = periodOf(terms, k, end);
              expect(period.start).to.equal(at);
              expect(period.end > period.start).to.equal(true);
              expect(period.fee <= terms.fee).to.equal(true);
              at = period.end;
              fees += period.fee;
            }
            expect(at).to.equal(end);
            expect(fees <= terms.fee * 20n).to.equal(true);
          },
        ),
      );
    });
  });
});
