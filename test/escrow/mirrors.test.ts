import { expect } from "chai";
import fc from "fast-check";
import { DAY } from "../../src/terms/bounds.ts";
import { periodAt, periodCount, periodOf, termEnd } from "../../src/terms/calendar.ts";
import { decodeTerms, encodeTerms } from "../../src/terms/codec.ts";
import { creditOf, pledgeOf } from "../../src/terms/credit.ts";
import { findViolations } from "../../src/terms/limits.ts";
import { checkMeasurements } from "../../src/terms/measurements.ts";
import type { Measurement, Terms } from "../../src/terms/types.ts";
import {
  activate,
  type Agreement,
  agreeBoth,
  consentTo,
  createAgreement,
  loadFixture,
  now,
  START,
  termsOf,
  world,
} from "../support/fixture.ts";
import { anyEdge, anyNumbers, anyTerms, type Numbers, possibleCounts } from "./arbitraries.ts";

const NOW = START - 20n * DAY;
/** A run makes an agreement: shrinking a failure would take minutes. */
const RUNS = { numRuns: 40, endOnFailure: true };

/** What the lens says of `counts`, or that it refuses them. */
const asked = (a: Agreement, k: number, counts: readonly Measurement[]) =>
  a.lens.creditOf(a.address, k, [...counts]).catch(() => "refused");

/** Period `k` of chain and mirror are the same, and so is the credit of possible counts. */
async function comparePeriod(a: Agreement, k: number, end: bigint, numbers: Numbers): Promise<void> {
  const period = periodOf(a.terms, k, end);
  expect(await a.lens.periodOf(a.address, k)).to.deep.equal([period.start, period.end, period.fee, period.base]);
  const counts = possibleCounts(a.terms, period, numbers);
  expect(checkMeasurements(a.terms, period, counts)).to.deep.equal([]);
  expect(await asked(a, k, counts)).to.equal(creditOf(a.terms, period, counts));
}

describe("mirrors in TypeScript say what the chain says", () => {
  it("of periods, credits and pledges, on random terms and counts", async function () {
    await fc.assert(
      fc.asyncProperty(anyTerms(NOW), fc.array(anyNumbers, { minLength: 3, maxLength: 3 }), async (changes, random) => {
        const a = await createAgreement(await loadFixture(world), changes);
        const last = a.terms.periods - 1;
        const end = termEnd(a.terms);
        expect((await a.escrow.state()).end).to.equal(end);
        for (const k of new Set([0, Math.min(1, last), last])) {
          for (const numbers of random) await comparePeriod(a, k, end, numbers);
        }
        const [credit, reported] = random[0]![0]!;
        expect(await a.lens.pledgeOf(a.address, credit, reported)).to.equal(pledgeOf(a.terms, credit, reported));
      }),
      RUNS,
    );
  });

  it("of which counts are possible", async () => {
    const nudge = fc.tuple(
      fc.nat(3),
      fc.constantFrom<keyof Measurement>("total", "bad", "excluded"),
      fc.constantFrom(-1n, 1n, 1_000_000n),
    );
    await fc.assert(
      fc.asyncProperty(anyTerms(NOW), anyNumbers, nudge, async (changes, numbers, [which, field, by]) => {
        const a = await createAgreement(await loadFixture(world), changes);
        const period = periodOf(a.terms, 0);
        const counts = possibleCounts(a.terms, period, numbers).map((m, i) =>
          i === which % a.terms.indicators.length ? { ...m, [field]: BigInt.asUintN(64, m[field] + by) } : m,
        );
        const expected =
          checkMeasurements(a.terms, period, counts).length > 0 ? "refused" : creditOf(a.terms, period, counts);
        expect(await asked(a, 0, counts)).to.equal(expected);
        expect(await asked(a, 0, counts.slice(1))).to.equal("refused");
      }),
      RUNS,
    );
  });

  it("of periods that an agreed end cuts", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTerms(NOW),
        fc.bigInt({ min: 0n, max: 2n ** 60n }),
        anyNumbers,
        async (changes, at, numbers) => {
          const a = await createAgreement(await loadFixture(world), { ...changes, noticePeriods: 0 });
          await activate(a, a.terms.fee);
          const first = (await now()) + 100n;
          const end = first + (at % (termEnd(a.terms) - first));
          await agreeBoth(a, consentTo("End", { end }));
          const count = periodCount(a.terms, end);
          const state = await a.escrow.state();
          expect([state.end, state.periods]).to.deep.equal([end, BigInt(count)]);
          for (const k of new Set([0, count - 2, count - 1].filter((each) => each >= 0 && each < count))) {
            await comparePeriod(a, k, end, numbers);
          }
        },
      ),
      RUNS,
    );
  });

  it("of the period that a moment lies in, on both sides of every boundary", async () => {
    for (const [start, months] of [
      [Date.UTC(2025, 0, 31), 1],
      [Date.UTC(2025, 1, 28, 23, 59, 59), 1],
      [Date.UTC(2024, 11, 29), 3],
      [Date.UTC(2025, 2, 31, 12), 12],
    ] as const) {
      const anchor = BigInt(start) / 1000n;
      const a = await createAgreement(await loadFixture(world), { anchor, start: anchor, periodMonths: months });
      for (let k = 1; k < 12; ++k) {
        const at = periodOf(a.terms, k).start;
        for (const [time, expected] of [
          [at - 1n, k - 1],
          [at, k],
        ] as const) {
          expect(periodAt(a.terms, time)).to.equal(expected);
        }
        expect((await a.lens.periodOf(a.address, k)).start).to.equal(at);
        expect((await a.lens.periodOf(a.address, k - 1)).end).to.equal(at);
      }
    }
  });

  it("of packed terms, both ways", async () => {
    const w = await loadFixture(world);
    await fc.assert(
      fc.asyncProperty(anyTerms(NOW), async (changes) => {
        const terms = termsOf(w, changes);
        const packed = encodeTerms(terms);
        expect(decodeTerms(packed)).to.deep.equal(terms);
        const decoded = await w.lens.decode(packed);
        expect(decoded.fee).to.equal(terms.fee);
        const again = (decoded as unknown as { toArray: (deep: boolean) => never }).toArray(true);
        expect(await w.lens.encode(again)).to.equal(packed);
      }),
      RUNS,
    );
  });

  it("of the limits of terms, on random terms with fields around their limits", async () => {
    const w = await loadFixture(world);
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(anyEdge(NOW), { minLength: 1, maxLength: 3 }), async (edges) => {
        const terms = termsOf(w, { chronic: [], ...(Object.assign({}, ...edges) as Partial<Terms>) });
        const violations = findViolations(terms, { now: NOW });
        const answer = await w.lens.validate(encodeTerms(terms), NOW).then(
          () => "taken" as const,
          () => "refused" as const,
        );
        expect(answer, JSON.stringify(violations)).to.equal(violations.length === 0 ? "taken" : "refused");
        seen[answer] += 1;
      }),
      { numRuns: 400 },
    );
    expect(seen.taken).to.be.greaterThan(20);
    expect(seen.refused).to.be.greaterThan(20);
  });
});
