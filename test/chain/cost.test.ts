import { expect } from "chai";
import { dataLength, type JsonRpcProvider } from "ethers";
import { agreementGas, factoryGas, priceOf } from "../../src/chain/cost.ts";
import { CONSENTS, EXITS, nameOf, numberOf, PHASES, RULINGS, SEATS, STAGES } from "../../src/chain/enums.ts";
import {
  SLABackOffice__factory,
  SLAEscrow__factory,
  SLAFactory__factory,
  SLALens__factory,
  ServiceRecord__factory,
} from "../../typechain-types/index.ts";

const provider = (fees: { maxFeePerGas?: bigint | null; gasPrice?: bigint | null }) =>
  ({ getFeeData: () => Promise.resolve(fees) }) as unknown as JsonRpcProvider;

describe("what gas costs", () => {
  it("to create code: a transaction, a creation, and each byte as calldata, code and one more", () => {
    expect(agreementGas("0x")).to.equal(21_000n + 32_000n + 45n * 217n + 60_000n);
    expect(agreementGas(`0x${"11".repeat(10)}`)).to.equal(agreementGas("0x") + 2_170n);
  });

  it("for all five contracts of a factory", () => {
    const all = [
      SLABackOffice__factory,
      SLAEscrow__factory,
      SLALens__factory,
      SLAFactory__factory,
      ServiceRecord__factory,
    ];
    const bytes = all.reduce((sum, { bytecode }) => sum + dataLength(bytecode), 0);
    expect(factoryGas()).to.equal(5n * 53_000n + BigInt(bytes) * 217n);
  });

  it("in the chain's own coin, six decimals of it", async () => {
    expect(await priceOf(provider({ maxFeePerGas: 1_234_567_891n, gasPrice: 1n }), 1_000_000n)).to.deep.equal({
      wei: 1_234_567_891_000_000n,
      text: "0.001234 of the chain's own coin",
    });
    expect((await priceOf(provider({ maxFeePerGas: null, gasPrice: 10n ** 12n }), 2_000_000n)).text).to.equal(
      "2.0 of the chain's own coin",
    );
    expect((await priceOf(provider({ maxFeePerGas: null, gasPrice: null }), 5n)).wei).to.equal(0n);
  });
});

describe("the contract's enums", () => {
  it("are numbers by their place", () => {
    expect([numberOf(SEATS, "provider"), numberOf(SEATS, "client")]).to.deep.equal([1, 2]);
    expect([0n, 1n, 2n, 3n, 4n].map((value) => nameOf(RULINGS, value)).join(" ")).to.equal(
      "none report provider client declined",
    );
  });

  it("are these words", () => {
    expect([PHASES, STAGES, SEATS, EXITS, RULINGS, CONSENTS].map((list) => list.join(" "))).to.deep.equal([
      "none draft active closed lapsed",
      "none running awaiting reported disputed",
      "none provider client",
      "none notice chronic bond nonpayment",
      "none report provider client declined",
      "none credit oracle arbiter end",
    ]);
  });

  it("have no other numbers", () => {
    expect(() => nameOf(SEATS, 3n)).to.throw(RangeError, "enum value 3");
  });
});
