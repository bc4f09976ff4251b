import fc from "fast-check";
import { type Objective, PPB, Test, type Tier } from "../../src/terms/types.ts";

const UINT64 = 2n ** 64n - 1n;
const credit = fc.bigInt({ min: 1n, max: 2n ** 40n - 1n });
/** Small counts as often as huge ones: thresholds must be met by something. */
const count = fc.oneof(fc.bigInt({ min: 1n, max: 10_000n }), fc.bigInt({ min: 1n, max: UINT64 }));

const ratioTier: fc.Arbitrary<Tier> = fc.record({
  test: fc.constantFrom(Test.Below, Test.AtMost),
  threshold: fc.bigInt({ min: 0n, max: PPB - 1n }),
  credit,
  per: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: PPB })),
  proportional: fc.constant(false),
});

const countTier: fc.Arbitrary<Tier> = fc.record({
  test: fc.constantFrom(Test.MoreThan, Test.AtLeast),
  threshold: count,
  credit,
  per: fc.oneof(fc.constant(0n), count),
  proportional: fc.constant(false),
});

const proportionalTier: fc.Arbitrary<Tier> = fc
  .oneof(ratioTier, countTier)
  .map((tier) => ({ ...tier, per: 0n, proportional: true }));

/** Any tier the contract takes. */
export const anyTier: fc.Arbitrary<Tier> = fc.oneof(ratioTier, countTier, proportionalTier);

/** Any objectives the contract takes, all about indicator 0. */
export const anyObjectives: fc.Arbitrary<Objective[]> = fc.array(
  fc.record({ indicator: fc.constant(0), tiers: fc.array(anyTier, { minLength: 1, maxLength: 16 }) }),
  { minLength: 1, maxLength: 16 },
);
