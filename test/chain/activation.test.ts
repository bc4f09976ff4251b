import { expect } from "chai";
import { activationIn, type AgreementEvent } from "../../src/chain/events.ts";

const PROVIDER = 1n;
const CLIENT = 2n;

const said = (name: "Accepted" | "Unaccepted", seat: bigint, block: number) =>
  ({ name, values: { seat }, block, transaction: "0x" }) as unknown as AgreementEvent;

describe("the acceptance that makes an agreement active", () => {
  it("is the second seat's, whichever comes second", () => {
    for (const [first, second] of [
      [PROVIDER, CLIENT],
      [CLIENT, PROVIDER],
    ] as const) {
      const last = said("Accepted", second, 2);
      expect(activationIn([said("Accepted", first, 1), last])).to.equal(last);
    }
  });

  it("is none while one seat has accepted, or took it back before the other did", () => {
    const nothing: AgreementEvent[] = [];
    expect(activationIn(nothing)).to.equal(undefined);
    expect(activationIn([said("Accepted", PROVIDER, 1)])).to.equal(undefined);
    const back = [said("Accepted", PROVIDER, 1), said("Unaccepted", PROVIDER, 2), said("Accepted", CLIENT, 3)];
    expect(activationIn(back)).to.equal(undefined);
    const again = said("Accepted", PROVIDER, 4);
    expect(activationIn([...back, again])).to.equal(again);
  });
});
