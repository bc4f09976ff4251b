import { rm } from "node:fs/promises";
import { join } from "node:path";
import { JsonRpcSigner, Wallet, type Signer } from "ethers";
import type { Chain } from "../../src/chain/connect.ts";
import TestToken from "../../deploy/modules/TestToken.ts";
import Upheld from "../../deploy/modules/Upheld.ts";
import { UpheldError } from "../../src/errors.ts";
import { openHardhat } from "./runtime.ts";

/** What Ignition can put on a chain. */
export type ModuleName = "Upheld" | "TestToken";

/**
 * Deploys a module and answers its contracts' addresses. Ignition keeps a journal under `deploy/deployments`: killed
 * in between, it goes on where it was. A local chain forgets everything, and so does its journal.
 */
export async function deployModule(
  name: ModuleName,
  chain: Chain,
  signer: Signer,
  confirmations: number,
): Promise<Record<string, string>> {
  const hre = await openHardhat();
  const connection = await hre.network.create({ network: "localhost", override: await overrideFor(chain, signer) });
  const deploymentId = chain.isLocal ? `local-${process.pid}` : `chain-${chain.network.chainId}`;
  try {
    const options = {
      deploymentId,
      defaultSender: await signer.getAddress(),
      config: { requiredConfirmations: confirmations },
    };
    const { ignition } = connection;
    const contracts: Record<string, { getAddress(): Promise<string> }> =
      name === "Upheld" ? await ignition.deploy(Upheld, options) : await ignition.deploy(TestToken, options);
    const pairs = Object.entries(contracts).map(async ([key, contract]) => [key, await contract.getAddress()] as const);
    return Object.fromEntries(await Promise.all(pairs));
  } catch (cause) {
    throw failed(cause);
  } finally {
    await connection.close();
    if (chain.isLocal) {
      await rm(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
    }
  }
}

/** Hardhat signs with the same key, or has the local node sign. */
async function overrideFor({ rpc, network }: Chain, signer: Signer) {
  const common = { url: rpc, chainId: Number(network.chainId) };
  if (signer instanceof Wallet) return { ...common, accounts: [signer.privateKey] };
  if (signer instanceof JsonRpcSigner)
    return { ...common, accounts: "remote" as const, from: await signer.getAddress() };
  throw new UpheldError({
    code: "deploy.signer",
    message: "Contracts can be deployed with a keystore or a local node's account only.",
  });
}

function failed(cause: unknown): UpheldError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UpheldError(
    {
      code: "deploy.failed",
      message: `The deployment did not finish: ${why}`,
      hint: "Run it again: what is deployed stays, and the rest follows.",
    },
    { cause },
  );
}
