/** A node on whose chain a factory's record lies, with the events that it is told of. */
import { getAddress, id } from "ethers";
import { IServiceRecord__factory } from "../../typechain-types/index.ts";
import { blockOf, RpcError, type Answers } from "../chain/answering.ts";
import { AGREEMENT, FACTORY } from "../cli/agreed-chain.ts";

export { AGREEMENT, FACTORY };
export const RECORD = getAddress(`0x${"d1".repeat(20)}`);
export const PROVIDER = getAddress(`0x${"11".repeat(20)}`);
export const CLIENT = getAddress(`0x${"22".repeat(20)}`);

const INTERFACE = IServiceRecord__factory.createInterface();

/** An event by its name, with its values in the contract's order. */
export type ToldEvent = readonly [name: string, values: readonly unknown[]];

/** What such a node answers; `more` are logs as they lie on chain. */
export function recordAnswers(
  events: readonly ToldEvent[] = [],
  factory = FACTORY,
  more: readonly { readonly topics: readonly unknown[]; readonly data: string }[] = [],
): Answers {
  const logs = [
    ...events.map(([name, values]) => INTERFACE.encodeEventLog(name as "AdviceGiven", [...values])),
    ...more,
  ];
  return {
    eth_blockNumber: () => "0x7",
    eth_getBlockByNumber: () => blockOf(7),
    eth_call: ({ to, data }: { to: string; data: string }) => {
      const isFactory = getAddress(to) === RECORD && data === INTERFACE.encodeFunctionData("factory");
      if (!isFactory) throw new RpcError(3, "execution reverted", "0x");
      return INTERFACE.encodeFunctionResult("factory", [factory]);
    },
    eth_getLogs: ({ address }: { address: string }) =>
      getAddress(address) === RECORD ? logs.map(({ topics, data }, i) => logOf(topics, data, i)) : [],
  };
}

const logOf = (topics: readonly unknown[], data: string, i: number) => ({
  ...{ address: RECORD, data, topics, blockNumber: "0x5", logIndex: `0x${i.toString(16)}`, removed: false },
  ...{ transactionHash: id(`record ${i}`), blockHash: id("block 5"), transactionIndex: "0x0" },
});
