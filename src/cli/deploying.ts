import type { Signer } from "ethers";
import { factoryGas, priceOf } from "../chain/cost.ts";
import { UpheldError } from "../errors.ts";
import { needs, type Context } from "./context.ts";
import { findSigner } from "./signers.ts";
import { askFirst } from "./submit.ts";

/** Puts contracts on a chain; what the executable does with Ignition. */
export type Deployer = (
  name: "Upheld" | "TestToken",
  context: Context,
  signer: Signer,
) => Promise<Record<string, string>>;

/**
 * The chain's factory, deployed if it has none, once. A remembered address without code is forgotten on a local chain,
 * which began anew, and refused on any other.
 */
export async function ensureFactory(
  context: Context,
  deploy: Deployer,
): Promise<"known" | "deployed" | "would deploy"> {
  const { provider, network, isLocal } = await context.chain();
  const book = await context.addressBook();
  const known = book.get(network.chainId);
  if (context.options.factory !== undefined) return "known";
  if (known !== undefined) {
    if ((await provider.getCode(known.factory)) !== "0x") return "known";
    if (!isLocal) throw vanished(known.factory, network.name, book.path);
  }
  const { text } = await priceOf(provider, factoryGas());
  const { dryRun, calldata } = context.options;
  if (calldata) throw needsKey();
  if (dryRun) return "would deploy";
  const { signer, from } = await deployKey(context);
  await askFirst(context, from, [
    `deploy the factory of ${network.name}, once for all agreements, for at most ${text}`,
  ]);
  const block = await provider.getBlockNumber();
  const deployed = await context.output.during("Deploying the factory", deploy("Upheld", context, signer));
  const { factory, backOffice, record } = deployed;
  if (factory === undefined) throw new Error("the module names no factory");
  book.set(network.chainId, { factory, block, backOffice, record });
  return "deployed";
}

/** A test dollar, on a local chain or a test network; the remembered one if it still exists. */
export async function ensureTestToken(context: Context, deploy: Deployer): Promise<string> {
  const { provider, network } = await context.chain();
  const book = await context.addressBook();
  const known = book.get(network.chainId);
  if (known === undefined) throw new Error("the factory comes first");
  if (known.testToken !== undefined && (await provider.getCode(known.testToken)) !== "0x") return known.testToken;
  const { signer, from } = await deployKey(context);
  await askFirst(context, from, ["deploy a test dollar that anyone may mint"]);
  const { token } = await context.output.during("Deploying the test dollar", deploy("TestToken", context, signer));
  if (token === undefined) throw new Error("the module names no token");
  book.set(network.chainId, { ...known, testToken: token });
  return token;
}

async function deployKey(context: Context) {
  const { services, options, output } = context;
  const signer = await findSigner(await context.chain(), needs.anyone, options, output, services.openHardhatKey);
  return { signer, from: await signer.getAddress() };
}

function vanished(factory: string, network: string, file: string): UpheldError {
  return new UpheldError({
    code: "factory.vanished",
    message: `The factory remembered for ${network}, ${factory}, has no code there.`,
    hint: "The node may be behind or of another chain of that id. If the entry is wrong, remove it from the file.",
    file,
  });
}

function needsKey(): UpheldError {
  return new UpheldError({
    code: "usage.deploy-needs-key",
    message: "The chain has no factory yet, and deploying one is no single transaction to hand on.",
    hint: "Deploy it with any key first: `upheld deploy`; then print the agreement's creation with --calldata.",
  });
}
