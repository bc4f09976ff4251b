/** The model alone, without a chain: it is pure, and keeps the protocol's equations. */
import { expect } from "chai";
import fc from "fast-check";
import { type Agreement, draft, NOBODY } from "../../src/model/agreement.ts";
import { apply, at } from "../../src/model/apply.ts";
import { balanceIn, held, pledges } from "../../src/model/money.ts";
import { stateOf } from "../../src/model/views.ts";
import { anyTermsIn } from "./any-terms.ts";
import { authorOf } from "./author.ts";
import { ACTORS, draftIn, type Setting } from "./cast.ts";
import { BEGINNING } from "./chain.ts";
import { draws } from "./draws.ts";
import type { Step } from "./story.ts";

const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
const SETTING: Setting = {
  addresses: Object.fromEntries(ACTORS.map((name, i) => [name, address(i + 1)])) as Setting["addresses"],
  ...{ token: address(20), foreign: address(21), factory: address(22), readings: address(23) },
};
const story = fc.tuple(anyTermsIn(SETTING, BEGINNING), fc.array(draws, { minLength: 40, maxLength: 40 }));

/** Tells a story to the model; `hear` gets what was there before and after each step. */
function tellModel(hear: (before: Agreement, after: Agreement, step: Step, isRefused: boolean) => void): void {
  fc.assert(
    fc.property(story, ([terms, lists]) => {
      let a = freeze(draftIn(SETTING, terms, address(99)));
      let now = BEGINNING;
      const author = authorOf(SETTING, lists);
      for (let step = author(a, now); step !== undefined; step = author(a, now)) {
        now = step.now;
        const { agreement, refused } =
          step.call === undefined ? { agreement: at(a, now) } : apply(a, step.call, { by: step.by, now });
        hear(a, freeze(agreement), step, refused !== undefined);
        a = agreement;
      }
    }),
    { numRuns: 40 },
  );
}

/** Writing to it throws. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

describe("the model", () => {
  it("changes nothing it was given, and nothing at all when it refuses", () => {
    tellModel((before, after, _step, isRefused) => {
      if (isRefused) expect(after).to.equal(before);
    });
  });

  it("keeps M + P + B + Q within the tokens it has, and owes nothing while M holds something", () => {
    tellModel((_before, a) => {
      const { balance, earnings, bond, owed } = a.money;
      const booked = balance + earnings + bond + pledges(a);
      expect(booked <= balanceIn(a, a.terms.token, a.address)).to.equal(true);
      expect(balance > 0n && owed > 0n).to.equal(false);
      expect(a.credited <= a.terms.termCreditCap && held(a) >= 0n).to.equal(true);
    });
  });

  it("ends equal however often somebody looks on the way", () => {
    tellModel((before, after, { now }) => {
      const early = at(before, now - 1n);
      expect(stateOf(at(early, now), now)).to.deep.equal(stateOf(before, now));
      expect(after.end <= before.end).to.equal(true);
    });
  });

  it("begins as a draft that nobody has accepted", () => {
    const [terms] = fc.sample(anyTermsIn(SETTING, BEGINNING), { numRuns: 1, seed: 1 });
    const state = stateOf(draft(terms!, address(99), NOBODY), BEGINNING);
    expect([state.phase, state.providerAccepted, state.balance, state.period]).to.deep.equal(["draft", false, 0n, 0]);
  });
});
