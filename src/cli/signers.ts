import { getAddress, type Signer } from "ethers";
import type { Chain } from "../chain/connect.ts";
import { keystoreAddress, openKeystore, readPasswordFile } from "../chain/keystore.ts";
import { UpheldError } from "../errors.ts";
import type { CommonOptions } from "./job.ts";
import type { Output } from "./output.ts";
import { nonEmpty } from "./settings.ts";

/** Who has to sign. */
export interface Need {
  /** For messages: "the client", "a party", "anyone". */
  readonly who: string;
  /** Any of these will do; empty: anybody. */
  readonly accounts: readonly string[];
  /** Where anybody may: whom a local node's account, or a dry run, stands for. */
  readonly preferred?: string;
}

/** Keys that live outside of this library, such as Hardhat's keystore. */
export type KeyOpener = (name: string) => Promise<Signer>;

type SignerOptions = Pick<CommonOptions, "keystore" | "hardhatKey" | "from">;

/** Finds the key that `need` asks for, by flag, then environment, then a local node's own accounts. */
export async function findSigner(
  chain: Chain,
  need: Need,
  options: SignerOptions,
  output: Output,
  openHardhatKey?: KeyOpener,
): Promise<Signer> {
  const { env } = output.io;
  const keystore = options.keystore ?? nonEmpty(env["UPHELD_KEYSTORE"]);
  const hardhatKey = options.hardhatKey ?? nonEmpty(env["UPHELD_HARDHAT_KEY"]);
  // A flag of one kind goes before the environment's other kind.
  const wantsKeystore = options.keystore !== undefined || (options.hardhatKey === undefined && keystore !== undefined);
  if (options.from === undefined && wantsKeystore && keystore !== undefined) {
    const written = keystoreAddress(keystore);
    if (written !== undefined) requireFit(need, written);
    const wallet = await openKeystore(keystore, await passwordOf(keystore, output));
    requireFit(need, wallet.address);
    return wallet.connect(chain.provider);
  }
  if (options.from === undefined && hardhatKey !== undefined && openHardhatKey !== undefined) {
    const signer = (await openHardhatKey(hardhatKey)).connect(chain.provider);
    requireFit(need, await signer.getAddress());
    return signer;
  }
  return nodeAccount(chain, need, options.from);
}

/** Whether some key is named at all; `fund` prints pay instructions when none is. */
export function namesKey(chain: Chain, options: SignerOptions, env: Readonly<Record<string, string | undefined>>) {
  return (
    chain.isLocal ||
    [options.keystore, options.hardhatKey, options.from].some((option) => option !== undefined) ||
    [env["UPHELD_KEYSTORE"], env["UPHELD_HARDHAT_KEY"]].some((value) => nonEmpty(value) !== undefined)
  );
}

async function nodeAccount(chain: Chain, need: Need, from: string | undefined): Promise<Signer> {
  if (!chain.isLocal) throw noKey(need);
  const held = ((await chain.provider.send("eth_accounts", [])) as string[]).map(getAddress);
  const wanted = from === undefined ? need.accounts : [getAddress(from)];
  if (from !== undefined) requireFit(need, getAddress(from));
  if (wanted.length === 0) {
    const stranger = held.find((account) => account === need.preferred) ?? held[0];
    if (stranger !== undefined) return chain.provider.getSigner(stranger);
  }
  const found = held.filter((account) => wanted.includes(account));
  if (found[0] === undefined) throw noKey(need, wanted);
  if (found.length > 1) throw ambiguous(need);
  return chain.provider.getSigner(found[0]);
}

function requireFit(need: Need, account: string): void {
  const address = getAddress(account);
  if (need.accounts.length === 0 || need.accounts.includes(address)) return;
  throw new UpheldError({
    code: "signer.wrong",
    message: `This job is for ${need.who}, ${need.accounts.join(" or ")}; the key is of ${address}.`,
    hint: "Sign with the right key, or print the transaction for its holder with --calldata.",
  });
}

/** The error for a job that several keys at hand could do. */
export function ambiguous(need: Need): UpheldError {
  return new UpheldError({
    code: "usage.which-signer",
    message: `This can be done by ${need.who}, and it is not clear which of them you mean.`,
    hint: "Add --as provider or --as client.",
  });
}

function noKey(need: Need, wanted = need.accounts): UpheldError {
  return new UpheldError({
    code: "signer.none",
    message: `No key is at hand for ${need.who}${wanted.length === 0 ? "" : ` (${wanted.join(" or ")})`}.`,
    hint: "Give one by --keystore FILE or --hardhat-key NAME, or print the transaction for another signer with --calldata.",
  });
}

/** The password of a keystore: out of the file that the environment names, or from the person at the terminal. */
export async function passwordOf(keystore: string, output: Output): Promise<string> {
  const { env, isTerminal } = output.io;
  const file = nonEmpty(env["UPHELD_PASSWORD_FILE"]);
  if (file !== undefined) return readPasswordFile(file);
  if (isTerminal) return output.io.ask(`Password of ${keystore}: `, { hidden: true });
  throw new UpheldError({
    code: "usage.no-password",
    message: "The keystore needs a password and nobody is at the terminal.",
    hint: "Put it into a file that only you can read and name that in UPHELD_PASSWORD_FILE.",
  });
}
