/** A chain of its own with a provider's agreements, each funded and accepted by both before it starts. */
import { join } from "node:path";
import { toQuantity } from "ethers";
import { AddressBook } from "../../src/chain/addresses.ts";
import { connect } from "../../src/chain/connect.ts";
import { cloneAddress } from "../../src/chain/factory.ts";
import { encodeTerms, termsHash } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { ISLAEscrow__factory, ISLAFactory__factory, TestUSD__factory } from "../../typechain-types/index.ts";
import { startAnvil } from "../../test/chain/nodes.ts";
import { agreementText } from "../../test/cli/agreement.ts";
import { deployAll } from "../../test/cli/contracts.ts";

export interface BenchChain {
  readonly url: string;
  readonly provider: string;
  /** Moves the chain's clock on, in a block of its own. */
  at(date: string): Promise<void>;
  end(): Promise<void>;
}

const FUNDS = 3_000_000_000n;
const GAS = toQuantity(500_000);

/** Starts it, with `count` agreements, each acceptance in a block of its own; `folder` remembers the factory. */
export async function chainWith(count: number, folder: string): Promise<BenchChain> {
  const node = await startAnvil("--timestamp", String(Date.parse("2029-12-01T00:00:00Z") / 1_000));
  const { provider: rpc, network } = await connect(node.url);
  const { factory, token, people } = await deployAll(rpc);
  new AddressBook(join(folder, "addresses.local.json")).set(network.chainId, { factory, block: 0 });
  const implementation = await ISLAFactory__factory.connect(factory, rpc).implementation();
  const text = agreementText(people, token);
  const agreements = Array.from({ length: count }, (_, i) => {
    const { terms } = parseAgreement(text.replace(/salt: .*/, `salt: "${i.toString(16).padStart(64, "0")}"`));
    const packed = encodeTerms(terms);
    return { packed, hash: termsHash(terms), address: cloneAddress(factory, implementation, packed) };
  });
  // One after the other: what is sent at once may come in another order, and wait for ever.
  const send = async (from: string, calls: readonly (readonly [to: string, data: string])[]) => {
    let last = "";
    for (const [to, data] of calls) {
      last = String(await rpc.send("eth_sendTransaction", [{ from, to, data, gas: GAS }]));
    }
    // `waitForTransaction` may wait for one more block, which nobody makes.
    while ((await rpc.getTransactionReceipt(last)) === null) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const maker = ISLAFactory__factory.createInterface();
  const dollar = TestUSD__factory.createInterface();
  const escrow = ISLAEscrow__factory.createInterface();
  const { provider, client } = people;
  const mint = dollar.encodeFunctionData("mint", [client, BigInt(count) * FUNDS]);
  const accept = (hash: string) => escrow.encodeFunctionData("accept", [hash]);
  const pay = (address: string) => dollar.encodeFunctionData("transfer", [address, FUNDS]);
  await send(client, [[token, mint]]);
  await send(
    provider,
    agreements.map(({ packed }) => [factory, maker.encodeFunctionData("create", [packed])]),
  );
  await send(
    client,
    agreements.flatMap(({ address, hash }) => [[token, pay(address)] as const, [address, accept(hash)] as const]),
  );
  await send(
    provider,
    agreements.map(({ address, hash }) => [address, accept(hash)]),
  );
  return {
    url: node.url,
    provider,
    at: async (date) => {
      await rpc.send("evm_setNextBlockTimestamp", [Date.parse(date) / 1_000]);
      await rpc.send("evm_mine", []);
    },
    end: async () => {
      rpc.destroy();
      await node.stop();
    },
  };
}
