import { dirname, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { getAddress, type Signer } from "ethers";
import { onNode, type Chain } from "../chain/connect.ts";
import { Factory } from "../chain/factory.ts";
import { openKeystore, readPasswordFile } from "../chain/keystore.ts";
import { openKmsSigner } from "../chain/kms.ts";
import type { OutboxEvent } from "../chain/outbox.ts";
import type { Committee } from "../committee/committee.ts";
import { UpheldError } from "../errors.ts";
import { fastKeccak } from "../evidence/keccak.ts";
import type { Keccak } from "../evidence/merkle.ts";
import { Monitors } from "../monitors/open.ts";
import { readConfig, type OracleConfig } from "../oracle/config.ts";
import type { DispatchOptions } from "../oracle/dispatch.ts";
import { measureFromSources, type Measure } from "../oracle/measure.ts";
import { openPortfolio, type Watched } from "../oracle/portfolio.ts";
import { Quorum } from "../oracle/quorum.ts";
import type { Tell } from "../oracle/round.ts";
import type { Context } from "./context.ts";
import { usage, type Field } from "./job.ts";
import { openRecord, readRecord } from "./recorded.ts";
import { nonEmpty } from "./settings.ts";
import { findSigner, passwordOf } from "./signers.ts";
import { TOOL } from "./swear.ts";

/** The oracle's own config. */
export const configField: Field<string> = [
  "<file>",
  "the oracle's config (default: oracle.yaml)",
  z.string().default("oracle.yaml"),
];

/** An oracle's config with everything it names opened, keys apart. */
export interface OpenedOracle {
  readonly config: OracleConfig;
  readonly chain: Chain;
  readonly factory: Factory;
  readonly agreements: readonly Watched[];
  readonly measure: Measure;
  readonly keccak: Keccak;
}

/** Keys and committee, ready to send. */
export interface OracleKeys {
  readonly dispatch: DispatchOptions;
  readonly committee: Quorum | undefined;
}

/** Reads the config and opens chain, factory and agreements. A flag goes before the environment, that before the config. */
export async function openOracle(context: Context, file: string): Promise<OpenedOracle> {
  if (context.options.calldata) throw usage("--calldata is for one agreement", "Name the agreement, without --all.");
  const config = readConfig(file);
  const chain = await context.chain(config.network?.name);
  const factory = await factoryOf(context, chain, config);
  const agreements = await context.output.during("Opening the agreements", openPortfolio(config, factory));
  const monitors = new Monitors(monitorServices(context), (name) => resolve(dirname(resolve(file)), name));
  const readRecordOf = async (address: string) =>
    readRecord(context, await openRecord(context, { factory, address }, config.record));
  const measure = measureFromSources({
    chainId: chain.network.chainId,
    tool: TOOL,
    monitors,
    readRecord: readRecordOf,
  });
  return { config, chain, factory, agreements, measure, keccak: await fastKeccak() };
}

/** The world as monitors need it. */
export const monitorServices = ({ output }: Context) => ({
  environment: output.io.env,
  now: () => Number(output.io.now()),
  wait: async (milliseconds: number, signal?: AbortSignal) => {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      signal?.throwIfAborted(); // in the words of whoever stopped it
      throw error;
    });
  },
});

/** The factory by flag or environment, else by the config, else as remembered for the chain. */
export async function factoryOf(context: Context, { provider }: Chain, config: OracleConfig): Promise<Factory> {
  const isGiven = nonEmpty(context.options.factory ?? context.output.io.env["UPHELD_FACTORY"]) !== undefined;
  if (isGiven || config.factory === undefined) return context.factory();
  const known = (await context.addressBook()).get((await context.chain()).network.chainId);
  return Factory.at(provider, config.factory, known?.factory === config.factory ? known.block : 0);
}

/** Tells which of several nodes is asked, when that changes, and which one is outvoted. */
export function tellNodes(chain: Chain, tell: Tell): void {
  onNode(chain, (event) => {
    if (event.kind === "outvoted") tell("node outvoted", { node: event.host, method: event.method });
    // the first one to be asked takes nothing over
    else if (event.before !== undefined) tell("node takes over", { node: event.host, before: event.before });
  });
}

/** Opens the keys that the flags, the environment or the config name, and the committee if there is one. */
export async function openKeys(context: Context, oracle: OpenedOracle, tell: Tell): Promise<OracleKeys> {
  const { config, chain } = oracle;
  const { options, output } = context;
  const signers = await signersOf(context, oracle);
  const [signer] = signers;
  const from = getAddress(await signer.getAddress());
  const { network, provider } = chain;
  const committee =
    config.committee === undefined ? undefined : await Quorum.at(provider, network.chainId, config.committee, signers);
  return {
    dispatch: {
      provider,
      signer,
      from,
      chainId: network.chainId,
      confirmations: options.confirmations ?? network.confirmations,
      ...(config.highestGasPrice === undefined ? {} : { highestGasPrice: config.highestGasPrice }),
      signal: output.io.signal,
      onEvent: (event: OutboxEvent) => {
        const { kind, ...values } = event;
        tell(`transaction ${kind}`, values);
      },
    },
    committee,
  };
}

/** Keys that a flag or the environment names go before the config's. */
function isKeyGiven({ options, output }: Context): boolean {
  const { env } = output.io;
  const flags = [options.keystore, options.hardhatKey, options.from, env["UPHELD_KEYSTORE"], env["UPHELD_HARDHAT_KEY"]];
  return flags.some((flag) => nonEmpty(flag) !== undefined);
}

/** The keys of the config that are members' of `committee`, or the one that a flag, the environment or a node has. */
export async function memberKeys(
  context: Context,
  oracle: OpenedOracle | undefined,
  committee: Committee,
): Promise<Signer[]> {
  const isConfigured = oracle !== undefined && (oracle.config.keystores.length > 0 || oracle.config.kms !== undefined);
  if (isKeyGiven(context) || !isConfigured) {
    return [await context.signer({ who: "a member", accounts: committee.seats.members })];
  }
  const members: Signer[] = [];
  for (const signer of await signersOf(context, oracle)) {
    if (committee.isMember(await signer.getAddress())) members.push(signer);
  }
  if (members.length > 0) return members;
  throw new UpheldError({
    code: "signer.wrong",
    message: `No key of ${oracle.config.file} is a member's of the committee ${committee.address}.`,
    hint: `Its members are ${committee.seats.members.join(", ")}.`,
  });
}

async function signersOf(
  context: Context,
  { config, chain, agreements }: OpenedOracle,
): Promise<[Signer, ...Signer[]]> {
  const { options, output, services } = context;
  const isNamed = isKeyGiven(context);
  if (!isNamed && config.kms !== undefined) return [(await openKmsSigner(config.kms)).connect(chain.provider)];
  const [first, ...others] = isNamed ? [] : config.keystores;
  if (first !== undefined) {
    const open = async (keystore: string) => {
      const password =
        config.passwordFile === undefined ? await passwordOf(keystore, output) : readPasswordFile(config.passwordFile);
      return (await openKeystore(keystore, password)).connect(chain.provider);
    };
    return [await open(first), ...(await Promise.all(others.map(open)))];
  }
  // On a local chain its node signs: for the first agreement's oracle.
  const preferred = agreements[0]?.terms.oracle;
  const need = { who: "the oracle", accounts: [], ...(preferred === undefined ? {} : { preferred }) };
  return [await findSigner(chain, need, options, output, services.openHardhatKey)];
}
