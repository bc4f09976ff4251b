import type { Deployer } from "../../src/cli/deploying.ts";

/** Deploys with Ignition; Hardhat is loaded only now. */
export const deployer: Deployer = async (name, context, signer) => {
  const { deployModule } = await import("./ignition.ts");
  const chain = await context.chain();
  return deployModule(name, chain, signer, context.options.confirmations ?? chain.network.confirmations);
};
