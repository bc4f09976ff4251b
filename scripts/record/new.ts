import { getAddress } from "ethers";
import { needs } from "../../src/cli/context.ts";
import { job, usage } from "../../src/cli/job.ts";
import { createRecord } from "../../src/record/chain.ts";

export default job({
  name: "record new",
  summary: "put the record of the chain's factory on the chain, once for all its agreements",
  example: "upheld record new --network base-sepolia --keystore keys/provider.json",
  async run(context) {
    const factory = await context.factory();
    const { network, provider } = await context.chain();
    const book = await context.addressBook();
    const known = book.get(network.chainId);
    if (known?.factory !== factory.address) {
      throw usage(
        `the factory ${factory.address} is not the one remembered for ${network.name}`,
        "Leave --factory out.",
      );
    }
    if (known.record !== undefined && (await provider.getCode(known.record)) !== "0x") {
      return {
        data: { done: true, record: known.record, transactions: [] },
        text: [`Record ${known.record}  (exists)`],
      };
    }
    const submitted = await context.submit({
      need: needs.anyone,
      transactions: async () => [await createRecord(factory.address)],
    });
    const [sent] = submitted.sent;
    if (sent === undefined) return submitted;
    const record = getAddress((await provider.getTransactionReceipt(sent.hash))?.contractAddress ?? "");
    book.set(network.chainId, { ...known, record });
    return {
      data: { ...submitted.data, record },
      text: [...submitted.text, `Record ${record}  (new, remembered)`],
    };
  },
});
