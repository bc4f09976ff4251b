import { expect } from "chai";
import { FeeData, type JsonRpcProvider } from "ethers";
import { feesNow, priceOf, raise, type Fees } from "../../src/chain/fees.ts";
import { problemOf } from "./rejection.ts";

/** A node that asks these prices, in wei. */
const asking = (gas?: bigint, most?: bigint, tip?: bigint) =>
  ({ getFeeData: () => Promise.resolve(new FeeData(gas, most, tip)) }) as unknown as JsonRpcProvider;

const two = (maxFeePerGas: bigint, maxPriorityFeePerGas: bigint): Fees => ({
  type: 2,
  maxFeePerGas,
  maxPriorityFeePerGas,
});
const one = (gasPrice: bigint): Fees => ({ type: 0, gasPrice });

describe("what is offered for gas", () => {
  it("is what the chain asks: two prices with a base fee, else one", async () => {
    expect(await feesNow(asking(7n, 12n, 2n))).to.deep.equal(two(12n, 2n));
    expect(await feesNow(asking(7n))).to.deep.equal(one(7n));
    expect(await feesNow(asking(7n, 12n))).to.deep.equal(one(7n));
    expect(await feesNow(asking(7n, undefined, 2n))).to.deep.equal(one(7n));
    expect(await feesNow(asking())).to.deep.equal(one(0n));
  });

  it("stays as it is at the limit", async () => {
    expect(await feesNow(asking(7n, 12n, 2n), 12n)).to.deep.equal(two(12n, 2n));
    expect(await feesNow(asking(7n), 7n)).to.deep.equal(one(7n));
  });

  it("is cut to the limit while the chain's own price is not above it", async () => {
    expect(await feesNow(asking(7n, 12n, 2n), 11n)).to.deep.equal(two(11n, 2n));
    expect(await feesNow(asking(7n, 12n, 9n), 7n)).to.deep.equal(two(7n, 7n));
  });

  it("is refused when the chain's own price is above the limit", async () => {
    const { code, message, retry, hint } = await problemOf(
      feesNow(asking(30_000_000_001n, 60n ** 7n, 1n), 30_000_000_000n),
    );
    expect({ code, retry }).to.deep.equal({ code: "gas.too-dear", retry: true });
    expect(message).to.equal("A unit of gas costs 30.000000001 gwei, above the limit of 30.0 gwei.");
    expect((await problemOf(feesNow(asking(8n), 7n))).code, "also the one price").to.equal("gas.too-dear");
    expect(hint).to.equal("It is sent once gas is cheaper; raise the limit if a deadline is near.");
  });

  it("is raised by a quarter and one, or to what is asked now", () => {
    expect(raise(two(100n, 8n), two(10n, 1n))).to.deep.equal(two(126n, 11n));
    expect(raise(two(100n, 8n), two(500n, 40n))).to.deep.equal(two(500n, 40n));
    expect(raise(one(100n), one(10n))).to.deep.equal(one(126n));
    expect(raise(one(100n), one(127n))).to.deep.equal(one(127n));
  });

  it("is one price when either the offer before or the chain now has one", () => {
    expect(raise(two(100n, 8n), one(10n))).to.deep.equal(one(126n));
    expect(raise(one(100n), two(300n, 2n))).to.deep.equal(one(300n));
  });

  it("pays at most the greater price", () => {
    expect(priceOf(two(12n, 2n))).to.equal(12n);
    expect(priceOf(one(7n))).to.equal(7n);
  });
});
