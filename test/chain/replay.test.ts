import { expect } from "chai";
import type { AgreementEvent, EventName, EventValues } from "../../src/chain/history.ts";
import { Replay } from "../../src/chain/replay.ts";
import { termEnd } from "../../src/terms/calendar.ts";
import { PPB, type Terms } from "../../src/terms/types.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const FEE = 1_000_000_000n;
const terms: Terms = {
  ...sampleTerms(),
  fee: FEE,
  bond: FEE,
  creditCap: 2n * PPB,
  silenceCredit: PPB / 2n,
  termCreditCap: 3n * FEE,
  burnInPeriods: 0,
};

const event = <N extends EventName>(name: N, values: Partial<EventValues[N]>): AgreementEvent =>
  ({ name, values, block: 1, transaction: "0x1" }) as unknown as AgreementEvent;

const silent = (credit: bigint, earned: bigint, fromBond = 0n, period = 0n) =>
  event("PeriodFinal", { period, ruling: 0n, credit, earned, fromBond, dueAt: 0n });

/** What the last of these events says wrong. */
function lastOf(...events: AgreementEvent[]) {
  const replay = new Replay(terms, termEnd(terms));
  return events.map((one) => replay.next(one)).at(-1);
}

describe("replaying events", () => {
  const half = FEE / 2n;

  it("agrees with a silent period of half a fee, and with nothing else", () => {
    expect(lastOf(silent(half, half))).to.equal(undefined);
    expect(lastOf(silent(half + 1n, half - 1n))?.place).to.equal("period 0, credit");
    expect(lastOf(silent(half, half + 1n))?.place).to.equal("period 0, earned");
    expect(lastOf(silent(half, half, 1n))?.place).to.equal("period 0, taken from the bond");
  });

  it("takes from the bond what is above the fee, as far as it goes", () => {
    const bonded = event("Accepted", { seat: 1n });
    const agreed = (credit: bigint) =>
      event("ConsentGiven", { consent: { kind: 1n, period: 0n, revision: 255n, credit } as never });
    expect(lastOf(bonded, agreed(FEE + 5n), silent(FEE + 5n, 0n, 5n))).to.equal(undefined);
    expect(lastOf(agreed(FEE + 5n), silent(FEE, 0n, 0n)), "no bond").to.equal(undefined);
  });

  it("stops at the term's cap", () => {
    const before = [0n, 1n, 2n, 3n, 4n, 5n].map((k) => silent(half, half, 0n, k));
    expect(lastOf(...before)).to.equal(undefined);
    expect(lastOf(...before, silent(0n, FEE, 0n, 6n))).to.equal(undefined);
    expect(lastOf(...before, silent(half, half, 0n, 6n))?.place).to.equal("period 6, credit");
  });

  it("moves at a split what all offers agree on, and holds the rest", () => {
    const claimed = event("Disputed", {
      period: 0n,
      seat: 1n,
      credit: 0n,
      pledge: 0n,
      measurements: terms.indicators.map(() => ({ total: 2_678_400n, bad: 0n, excluded: 0n })) as never,
    });
    const split = (held: bigint) => event("Split", { period: 0n, credit: 0n, earned: half, held, fromBond: 0n });
    expect(lastOf(claimed, split(half))).to.equal(undefined);
    expect(lastOf(claimed, split(half - 1n))?.place).to.equal("period 0, held at the split");
    const ruled = (ruling: bigint, credit: bigint) =>
      event("PeriodFinal", { period: 0n, ruling, credit, earned: FEE - credit, fromBond: 0n });
    expect(lastOf(claimed, split(half), ruled(2n, 0n)), "provider picked").to.equal(undefined);
    expect(lastOf(claimed, split(half), ruled(4n, half)), "declined").to.equal(undefined);
    expect(lastOf(claimed, split(half), ruled(2n, half))?.place).to.equal("period 0, credit");
  });

  it("counts what came in and went out", () => {
    const replay = new Replay(terms, termEnd(terms));
    replay.next(event("Funded", { amount: 10n }));
    replay.next(event("Accepted", { seat: 1n }));
    replay.next(event("Withdrawn", { amount: 3n }));
    replay.next(event("Claimed", { amount: 2n }));
    expect(replay.held).to.equal(FEE + 5n);
  });
});
