import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { blockTimes } from "../../src/chain/block-times.ts";
import { eventsOf, joined, lastOf, type AgreementEvent, type ParsedLog } from "../../src/chain/events.ts";
import { revertData } from "../../src/chain/revert-data.ts";
import { toldOf } from "../../src/chain/told.ts";
import { answering, blockOf } from "./answering.ts";

const log = (name: string, values: Record<string, bigint> = {}, block = 1): ParsedLog => ({
  ...{ name, values, block, transaction: `0x${block}` },
});

describe("the events of an agreement", () => {
  it("have what was said before a report or a result within them, each once, else zero", () => {
    const logs = [
      log("Reported", { period: 0n }, 1),
      log("Revised", { revision: 2n }, 2),
      log("Funded", { amount: 5n }, 2),
      log("Reported", { period: 1n }, 2),
      log("Reported", { period: 2n }, 3),
      log("Ruled", { ruling: 3n }, 4),
      log("BondDrawn", { amount: 70n }, 4),
      log("PeriodFinal", { period: 0n }, 4),
      log("PeriodFinal", { period: 1n }, 5),
      log("Revised", {}, 6),
      log("Reported", { period: 3n }, 6),
      log("Ruled", {}, 7),
      log("BondDrawn", {}, 7),
      log("PeriodFinal", { period: 2n }, 7),
    ];
    expect(joined(logs)).to.deep.equal([
      log("Reported", { period: 0n, revision: 0n }, 1),
      log("Funded", { amount: 5n }, 2),
      log("Reported", { period: 1n, revision: 2n }, 2),
      log("Reported", { period: 2n, revision: 0n }, 3),
      log("PeriodFinal", { period: 0n, ruling: 3n, fromBond: 70n }, 4),
      log("PeriodFinal", { period: 1n, ruling: 0n, fromBond: 0n }, 5),
      log("Reported", { period: 3n, revision: 0n }, 6),
      log("PeriodFinal", { period: 2n, ruling: 0n, fromBond: 0n }, 7),
    ]);
    expect(joined([])).to.deep.equal([]);
  });

  const history = [log("Funded", { amount: 1n }), log("Claimed", { amount: 2n }), log("Funded", { amount: 3n })];

  it("are found by their name, all or the last", () => {
    const events = history as unknown as AgreementEvent[];
    expect(eventsOf(events, "Funded")).to.deep.equal([{ amount: 1n }, { amount: 3n }]);
    expect(eventsOf(events, "Closed")).to.deep.equal([]);
    expect(lastOf(events, "Funded")).to.deep.equal({ amount: 3n });
    expect(lastOf(events, "Closed")).to.equal(undefined);
  });
});

describe("the times of blocks", () => {
  it("are asked for once each", async () => {
    const node = { eth_getBlockByNumber: (number: string) => blockOf(Number(number), 100 * Number(number)) };
    await answering(node, async (provider, asked) => {
      const timeOf = blockTimes(provider);
      expect(await Promise.all([timeOf(3), timeOf(3), timeOf(4)])).to.deep.equal([300n, 300n, 400n]);
      expect(await timeOf(4)).to.equal(400n);
      expect(asked).to.have.length(2);
    });
  });

  it("are zero where the node has no such block", async () => {
    const time = await answering({ eth_getBlockByNumber: () => null }, (provider) => blockTimes(provider)(3));
    expect(time).to.equal(0n);
  });
});

describe("the bytes of a revert", () => {
  const bytes = "0x12345678";

  it("are found in data, info, error and cause, however deep", () => {
    for (const [key, deep] of ["data", "info", "error", "cause"].flatMap(
      (key) =>
        [
          [key, false],
          [key, true],
        ] as const,
    )) {
      const inner = deep ? { [key]: { data: bytes } } : { data: bytes };
      expect(revertData({ [key]: inner }), `${key} ${deep}`).to.equal(bytes);
    }
    expect(revertData({ data: bytes })).to.equal(bytes);
    expect(revertData({ data: "0xABCDEF01" })).to.equal("0xABCDEF01");
    expect(revertData({ data: { data: "0x1234567890" } })).to.equal("0x1234567890");
  });

  it("are none of less than a selector, unless a call came back with them", () => {
    for (const data of ["0x", "0x12", "0x123456"]) {
      expect(revertData({ data }), data).to.equal(undefined);
      expect(revertData({ data, code: "CALL_EXCEPTION" }), data).to.equal(data);
    }
    for (const data of [
      "",
      "0x1",
      "0x123456789",
      "0xzz345678",
      "12345678",
      "see 0x12345678",
      "0x12345678 or so",
      5,
      null,
    ]) {
      expect(revertData({ data, code: "CALL_EXCEPTION" }), String(data)).to.equal(undefined);
    }
    for (const error of [undefined, null, "0x12345678", 5]) expect(revertData(error)).to.equal(undefined);
  });

  it("are not searched for ever where errors name each other", () => {
    const round: Record<string, unknown> = {};
    round["cause"] = { error: round };
    expect(revertData(round)).to.equal(undefined);
  });
});

describe("a contract's error in words", () => {
  const message = (name: string, values: Record<string, unknown>, wording = {}) =>
    toldOf(name, values, wording).message;

  it("has its values as people write them", () => {
    const wording = { currency: { symbol: "USDC", decimals: 6 } };
    expect(toldOf("AmountAboveFree", { amount: 1_500_000n, free: 400_000n }, wording)).to.deep.include({
      code: "contract.AmountAboveFree",
      message: "1.50 USDC is more than the 0.40 USDC that is free.",
    });
    expect(message("AlreadyAccepted", { seat: 1n })).to.match(/^The provider/);
    expect(message("AlreadyAccepted", { seat: 2n })).to.match(/^The client/);
    expect(
      message("CountOutOfRange", { what: encodeBytes32String("tiers"), actual: 9n, least: 1n, most: 8n }),
    ).to.match(/^9 tiers are not possible/);
  });

  it("is shown as it is where nobody has found words for it", () => {
    expect(toldOf("NoSuchError", { a: 1n, b: "x" }, {})).to.deep.equal({
      code: "contract.NoSuchError",
      message: "The contract refused: NoSuchError (a 1, b x).",
    });
    expect(message("NoSuchError", {})).to.equal("The contract refused: NoSuchError.");
  });
});
