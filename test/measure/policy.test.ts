import { expect } from "chai";
import fc from "fast-check";
import * as z from "zod/mini";
import { parsePolicy, policyText } from "../../src/measure/policy.ts";
import { problemOf } from "../support/problem.ts";
import { anyStory } from "./any-samples.ts";
import { policyWith } from "./reference.ts";

const HOURS = {
  zone: "Europe/Vienna",
  open: [{ day: 1, from: 540, to: 1020 }],
  holidays: ["2026-12-25", "2026-12-26"],
};

const refusal = (changes: object): string => {
  const text = policyText({ ...policyWith(), ...changes });
  const { code, message } = problemOf(() => parsePolicy(text));
  expect(code).to.equal("policy.malformed");
  return message;
};

describe("policyText", () => {
  it("is one line of JSON with its keys in order", () => {
    expect(policyText(policyWith({ hours: HOURS }))).to.equal(
      '{"counts":"whole","coverage":0,"good":{"atLeast":1},"hours":{"holidays":["2026-12-25","2026-12-26"],' +
        '"open":[{"day":1,"from":540,"to":1020}],"zone":"Europe/Vienna"},"minimum":0,' +
        '"places":{"bad":1,"of":1},"scale":1,"slot":60,"unknown":"down"}',
    );
  });

  it("is read back as what it was made from", () => {
    const policy = anyStory.map((story) => story.policy);
    const scaled = fc.tuple(policy, fc.constantFrom(1, 1000, 0.001, 0.0000008)).map(([p, scale]) => ({ ...p, scale }));
    const refusing = scaled.map((p) => (p.unknown === "refuse" ? { ...p, coverage: 1 } : p));
    fc.assert(
      fc.property(refusing, (p) => {
        expect(parsePolicy(policyText(p))).to.deep.equal(p);
        expect(policyText(parsePolicy(policyText(p)))).to.equal(policyText(p));
      }),
    );
  });

  it("does not depend on the order in which the keys were written", () => {
    const { good, ...rest } = policyWith();
    expect(policyText({ ...rest, good })).to.equal(policyText({ good, ...rest }));
  });
});

describe("parsePolicy", () => {
  // zod/mini has no words of its own; in the executable the first schema of whole zod brings them
  before(() => z.config(z.locales.en()));

  for (const [what, changes, message] of [
    ["no bound", { good: {} }, "good: must have a bound, and leave room for a good value"],
    ["crossed bounds", { good: { atLeast: 2, atMost: 1 } }, "good: must have a bound, and leave room for a good value"],
    ["a scale of 0", { scale: 0 }, "scale: Too small: expected number to be >0"],
    ["a slot of 0", { slot: 0 }, "slot: Too small: expected number to be >=1"],
    ["a slot beyond a day", { slot: 86_401 }, "slot: Too big: expected number to be <=86400"],
    ["3 of 2", { places: { bad: 3, of: 2 } }, "places: must ask for no more vantage points than there are"],
    ["0 of 2", { places: { bad: 0, of: 2 } }, "places.bad: Too small: expected number to be >=1"],
    ["a coverage above 1", { coverage: 1e9 + 1 }, "coverage: Too big: expected number to be <=1000000000"],
    ["refusal below nothing", { unknown: "refuse" }, "must say below which coverage it refuses"],
    ["an odd key", { odd: 1 }, 'Unrecognized key: "odd"'],
    ["no zone", { hours: { ...HOURS, zone: "Europe/Wien" } }, "hours.zone: must be an IANA time zone"],
    ["an offset", { hours: { ...HOURS, zone: "+01:00" } }, "hours.zone: must be an IANA time zone"],
    [
      "an opening that closes before it opens",
      { hours: { ...HOURS, open: [{ day: 1, from: 60, to: 60 }] } },
      "hours.open.0: must close after it opens, within a day",
    ],
    [
      "an opening of more than a day",
      { hours: { ...HOURS, open: [{ day: 1, from: 60, to: 1_501 }] } },
      "hours.open.0: must close after it opens, within a day",
    ],
    [
      "a holiday that does not exist",
      { hours: { ...HOURS, holidays: ["2026-02-29"] } },
      "hours.holidays.0: must be a date such as 2026-12-25",
    ],
    [
      "holidays out of order",
      { hours: { ...HOURS, holidays: ["2026-12-26", "2026-12-25"] } },
      "hours.holidays: must ascend",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(refusal(changes)).to.equal(`not a policy: ${message}`);
    });
  }

  it("refuses what is no JSON, and what is written another way", () => {
    const text = policyText(policyWith());
    expect(problemOf(() => parsePolicy("{")).message).to.equal("not a policy: it is not JSON");
    for (const other of [` ${text}`, text.replace('"scale":1', '"scale":1.0'), JSON.stringify(policyWith())]) {
      expect(problemOf(() => parsePolicy(other)).message).to.equal(
        "not a policy: it is not in its canonical form: keys sorted, no spaces",
      );
    }
  });
});
