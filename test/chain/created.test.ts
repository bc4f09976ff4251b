import { expect } from "chai";
import { getAddress, id, zeroPadValue } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { readAgreementsOf } from "../../src/chain/created.ts";
import type { Factory } from "../../src/chain/factory.ts";
import { answering } from "./answering.ts";

const at = (byte: string) => getAddress(`0x${byte.repeat(20)}`);
const [FACTORY, ACCOUNT, FIRST, SECOND] = [at("f1"), at("aa"), at("a1"), at("a2")];
const MAKER = ISLAFactory__factory.createInterface();
const ESCROW = ISLAEscrow__factory.createInterface();
const who = zeroPadValue(ACCOUNT, 32);

interface Filter {
  readonly address?: string;
  readonly topics: (string | null)[];
  readonly fromBlock: string;
  readonly toBlock: string;
}

const logOf = (address: string, { data, topics }: { data: string; topics: string[] }) => ({
  ...{ address, data, topics, blockNumber: "0x5", logIndex: "0x0", removed: false },
  ...{ transactionHash: id("transaction"), blockHash: id("block"), transactionIndex: "0x0" },
});

describe("the agreements of an account", () => {
  /** Of a factory of block 5 that made `made`; seats of `taken` went to the account later. */
  async function read(seat: "provider" | "client", range = {}, made = [FIRST], taken = [SECOND, FIRST]) {
    const filters: Filter[] = [];
    const fragment = MAKER.getEvent("AgreementCreated");
    const created = made.map((agreement) => {
      const values = fragment.inputs.map(({ name, type }) => {
        if (name === "agreement") return agreement;
        return type === "address" ? ACCOUNT : type === "bytes32" ? id(name) : 1n;
      });
      return logOf(FACTORY, MAKER.encodeEventLog(fragment, values));
    });
    const seats = taken.map((agreement) => logOf(agreement, ESCROW.encodeEventLog("SeatTaken", [1, ACCOUNT])));
    const node = {
      eth_blockNumber: () => "0x63",
      eth_getLogs: (filter: Filter) => {
        filters.push(filter);
        return filter.address === undefined ? seats : created;
      },
    };
    const agreements = await answering(node, (provider) =>
      readAgreementsOf({ provider, address: FACTORY, block: 5 } as unknown as Factory, seat, ACCOUNT, range),
    );
    return { agreements, filters };
  }
  const CREATED = MAKER.getEvent("AgreementCreated").topicHash;
  const TAKEN = ESCROW.getEvent("SeatTaken").topicHash;
  const seat = (number: string) => `0x${number.padStart(64, "0")}`;

  it("are those made with it in the seat and those whose seat it took, each once", async () => {
    const { agreements, filters } = await read("provider");
    expect(agreements).to.deep.equal([FIRST, SECOND]);
    expect(filters).to.deep.equal([
      { address: FACTORY.toLowerCase(), topics: [CREATED, null, who], fromBlock: "0x5", toBlock: "0x63" },
      { topics: [TAKEN, seat("1"), who], fromBlock: "0x5", toBlock: "0x63" },
    ]);
    expect((await read("provider", {}, [], [])).agreements).to.deep.equal([]);
  });

  it("are asked for by the seat's own place among the topics, within a range if one is given", async () => {
    const { filters } = await read("client", { from: 9, to: 16 });
    expect(filters).to.deep.equal([
      { address: FACTORY.toLowerCase(), topics: [CREATED, null, null, who], fromBlock: "0x9", toBlock: "0x10" },
      { topics: [TAKEN, seat("2"), who], fromBlock: "0x9", toBlock: "0x10" },
    ]);
  });
});
