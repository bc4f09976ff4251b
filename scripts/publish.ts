import { z } from "zod";
import { publishSource } from "../src/chain/sourcify.ts";
import { flagType } from "../src/cli/fields.ts";
import { job, usage } from "../src/cli/job.ts";

export default job({
  name: "publish",
  summary: "publish the sources of the chain's factory at Sourcify, from which explorers take them",
  example: "upheld publish --network base-sepolia",
  options: {
    dryRun: ["", "say what would be published; publish nothing", flagType],
    server: ["<url>", "another Sourcify server", z.url().default("https://sourcify.dev/server")],
  },
  needs: "chain",
  async run(context, { server, dryRun }) {
    const chain = await context.chain();
    if (chain.isLocal && !/^https?:\/\/(127\.|localhost)/.test(server)) {
      throw usage("nobody else sees a local chain", "Name the chain with --network.");
    }
    const factory = await context.factory();
    const { sourceOf } = await import("./hardhat/sources.ts");
    const known = (await context.addressBook()).get(chain.network.chainId);
    const { backOffice, record } = known ?? {};
    const contracts: [string, string][] = [
      ["SLAFactory", factory.address],
      ["SLALens", factory.lens.target as string],
      ["SLAEscrow", await factory.implementation()],
      ...(backOffice === undefined ? [] : [["SLABackOffice", backOffice] satisfies [string, string]]),
      ...(record === undefined ? [] : [["ServiceRecord", record] satisfies [string, string]]),
    ];
    const published: { name: string; address: string; outcome: string }[] = [];
    for (const [name, address] of contracts) {
      if (dryRun) {
        published.push({ name, address, outcome: "would be published" });
        continue;
      }
      const source = await sourceOf(name, address);
      const work = publishSource(server, chain.network.chainId, source);
      published.push({ name, address, outcome: await context.output.during(`Publishing ${name}`, work) });
    }
    return {
      data: { network: chain.network.name, server, published },
      text: published.map(({ name, address, outcome }) => `${name.padEnd(14)} ${address}  ${outcome}`),
    };
  },
});
