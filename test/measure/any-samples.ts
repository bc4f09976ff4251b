/** Random samples, policies and periods, small enough to count second by second. */
import fc from "fast-check";
import { policyWith, type Raw, type Story } from "./reference.ts";

/** Thursday, 1 January 2026, 100 s before midnight. */
const START = 1_767_311_900;

const time = fc.integer({ min: START - 200, max: START + 700 });

export const anyRaw = (most = 40): fc.Arbitrary<Raw> =>
  fc.array(fc.tuple(time, fc.integer({ min: 0, max: 4 })), { maxLength: most });

const anyHours = fc.record({
  zone: fc.constant("UTC"),
  holidays: fc.constant([]),
  open: fc.array(
    fc.oneof(
      fc.record({ day: fc.constantFrom(4, 5), from: fc.integer({ min: 1430, max: 1437 }), to: fc.constant(1440) }),
      fc.record({ day: fc.constantFrom(4, 5), from: fc.constant(1300), to: fc.integer({ min: 1438, max: 1450 }) }),
      fc.record({ day: fc.constantFrom(5, 6), from: fc.constant(0), to: fc.integer({ min: 1, max: 9 }) }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

const anyPolicy = fc
  .record(
    {
      good: fc.constantFrom({ atLeast: 1 }, { atMost: 2 }, { atLeast: 1, atMost: 3 }),
      slot: fc.integer({ min: 1, max: 90 }),
      minimum: fc.constantFrom(0, 1, 30, 60, 61, 120),
      counts: fc.constantFrom("whole" as const, "beyond" as const, "whole minutes" as const),
      unknown: fc.constantFrom("down" as const, "up" as const, "excluded" as const, "refuse" as const),
      hours: anyHours,
    },
    { requiredKeys: ["good", "slot", "minimum", "counts", "unknown"] },
  )
  .map(policyWith);

const window = fc
  .tuple(time, fc.integer({ min: 1, max: 200 }))
  .map(([start, length]) => ({ start: BigInt(start), end: BigInt(start + length) }));

export const anyStory: fc.Arbitrary<Story> = fc
  .record({
    places: fc.array(anyRaw(), { maxLength: 3 }),
    policy: anyPolicy,
    of: fc.integer({ min: 1, max: 3 }),
    bad: fc.integer({ min: 1, max: 3 }),
    start: fc.integer({ min: 0, max: 100 }),
    length: fc.integer({ min: 1, max: 500 }),
    maintenance: fc.array(window, { maxLength: 3 }),
  })
  .map(({ places, policy, of, bad, start, length, maintenance }) => ({
    places: places.slice(0, of),
    policy: { ...policy, places: { bad: Math.min(bad, of), of } },
    period: { start: BigInt(START + start), end: BigInt(START + start + length) },
    maintenance,
  }));
