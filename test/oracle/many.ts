import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { HDNodeWallet, Mnemonic } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory, OracleCommittee__factory } from "../../typechain-types/index.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { encodeTerms, termsHash } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { agreementText } from "../cli/agreement.ts";
import { create } from "../cli/contracts.ts";
import type { World } from "../cli/world.ts";
import { MNEMONIC } from "../chain/nodes.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const FEE = 1_000_000_000n;
export const PASSWORD = "correct horse battery staple";

/** An agreement that both accepted before its start. */
export interface Signed {
  readonly address: string;
  readonly file: string;
}

/** What is different from `agreementText`, and how it is changed. */
export interface SignOptions {
  readonly oracle?: string;
  readonly change?: (text: string, i: number) => string;
  /** First number of the salts: two calls with the same make the same agreements. */
  readonly from?: number;
  /** Full fees paid in. */
  readonly fees?: bigint;
}

/** The file's text of the agreement with the salt `i`. */
export async function textOf(world: World, i: number, options: SignOptions = {}): Promise<string> {
  const { change = (text: string) => text, oracle = world.people.oracle } = options;
  const salt = i.toString(16).padStart(64, "0");
  const plain = agreementText({ ...world.people, oracle }, await world.token.getAddress());
  return change(plain.replace(/salt: .*/, `salt: "${salt}"`).replace("CI hosting", `CI hosting ${i}`), i);
}

/** `count` agreements alike but for their salt, funded and accepted by both. */
export async function signMany(world: World, count: number, options: SignOptions = {}): Promise<Signed[]> {
  const { from = 0, fees = 2n } = options;
  const send = (who: string, to: string, data: string) =>
    world.provider.send("eth_sendTransaction", [{ from: who, to, data }]) as Promise<string>;
  const token = await world.token.getAddress();
  const factory = ISLAFactory__factory.connect(world.factory, world.provider);
  const escrow = ISLAEscrow__factory.createInterface();
  const { client, provider } = world.people;
  const mint = world.token.interface.encodeFunctionData("mint", [client, BigInt(count) * fees * FEE]);
  await send(client, token, mint);
  const signed: Signed[] = [];
  let last = "";
  for (let i = from; i < from + count; ++i) {
    const text = await textOf(world, i, options);
    const file = world.write(`a${i}.sla.yaml`, text);
    const { terms } = parseAgreement(text);
    const packed = encodeTerms(terms);
    const address = await factory.addressOf(packed);
    await send(provider, world.factory, factory.interface.encodeFunctionData("create", [packed]));
    await send(client, token, world.token.interface.encodeFunctionData("transfer", [address, fees * FEE]));
    const accept = escrow.encodeFunctionData("accept", [termsHash(terms)]);
    await send(client, address, accept);
    last = await send(provider, address, accept);
    signed.push({ address, file });
  }
  // A node answers before it mines: a clock that is moved meanwhile would date what was sent before.
  // `waitForTransaction` may wait for one more block, which nobody makes.
  while ((await world.provider.getTransactionReceipt(last)) === null) await pause(10);
  return signed;
}

/** One of the node's accounts, as a key of our own. */
export function walletOf(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`);
}

/** A keystore of `wallet`, cheap to open, and its password's file. */
export async function keystoreOf(world: World, name: string, wallet = walletOf(3)) {
  mkdirSync(join(world.folder, "keys"), { recursive: true });
  const keystore = join(world.folder, "keys", `${name}.json`);
  await writeKeystore(keystore, wallet, PASSWORD, { scryptN: 2 });
  return { keystore, password: world.write(`${name}.pw`, `${PASSWORD}\n`) };
}

/** A committee on the chain. */
export async function committeeOf(world: World, members: readonly string[], threshold: number): Promise<string> {
  const deployer = await world.provider.getSigner(0);
  const sorted = members.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return create(OracleCommittee__factory, deployer, sorted as never, threshold as never);
}

/** An oracle's config for `signed`, with the sources that `source` writes. */
export function configText(
  signed: readonly Signed[],
  settings: Readonly<Record<string, string>>,
  source: (one: Signed, i: number) => string = () => "outages: outages.csv",
): string {
  const head = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
  const agreements = signed.map(
    (one, i) => `  - agreement: ${one.file}\n    measures:\n      uptime: { ${source(one, i)} }`,
  );
  return [...head, "agreements:", ...agreements, ""].join("\n");
}

/** Every report of `addresses` in the chain, as `address/period/revision`, sorted. */
export async function reportsOf(world: World, addresses: readonly string[]): Promise<string[]> {
  return (await eventsOfReports(world, addresses))
    .map(({ agreement, period, revision }) => `${agreement}/${period}/${revision}`)
    .sort();
}

/** The same with the evidence's root. A report is of revision 0 unless `Revised` comes before it. */
export async function eventsOfReports(world: World, addresses: readonly string[]) {
  const escrow = ISLAEscrow__factory.createInterface();
  const topics = [["Reported", "Revised"].map((name) => escrow.getEvent(name as "Reported").topicHash)];
  const logs = await world.provider.getLogs({ address: [...addresses], topics, fromBlock: 0 });
  const revised = new Map<string, string>();
  return logs.flatMap((log) => {
    const { name, args } = escrow.parseLog(log)!;
    if (name === "Revised") {
      revised.set(log.address, String(args["revision"]));
      return [];
    }
    const revision = revised.get(log.address) ?? "0";
    revised.delete(log.address);
    return [{ agreement: log.address, period: String(args["period"]), revision, evidence: String(args["evidence"]) }];
  });
}
