import { join } from "node:path";
import { getAddress, isAddress, type Signer } from "ethers";
import { AddressBook } from "../chain/addresses.ts";
import { Agreement } from "../chain/agreement.ts";
import { connect, type Chain } from "../chain/connect.ts";
import { Factory } from "../chain/factory.ts";
import { NETWORKS } from "../chain/networks.ts";
import { UpheldError } from "../errors.ts";
import { encodeTerms } from "../terms/codec.ts";
import type { Measure } from "../terms/file.ts";
import type { CommonOptions } from "./job.ts";
import type { Output } from "./output.ts";
import { readAgreementFile } from "./file.ts";
import { wantedChain } from "./settings.ts";
import { findSigner, namesKey, type Need } from "./signers.ts";
import { submit, type Plan, type Submitted } from "./submit.ts";
import { usage } from "./job.ts";

/** What the executable adds to this library: jobs that need Hardhat. */
export interface Services {
  /** Folder of the address books. */
  readonly deployFolder: string;
  readonly openHardhatKey?: (name: string) => Promise<Signer>;
}

/** What a job works with. Everything is opened when it is first asked for. */
export class Context {
  readonly options: CommonOptions;
  readonly output: Output;
  readonly services: Services;
  #chain: Promise<Chain> | undefined;

  constructor(options: CommonOptions, output: Output, services: Services) {
    this.options = options;
    this.output = output;
    this.services = services;
  }

  /** The chain of the options; `file` is the network an agreement's file names. */
  chain(file?: string): Promise<Chain> {
    this.#chain ??= this.#connect(file);
    return this.#chain;
  }

  /** The address book for this chain: local ones are forgotten with their chain and never committed. */
  async addressBook(): Promise<AddressBook> {
    const { isLocal } = await this.chain();
    return new AddressBook(join(this.services.deployFolder, isLocal ? "addresses.local.json" : "addresses.json"));
  }

  /** The factory by flag, or as remembered for the chain. */
  async factory(): Promise<Factory> {
    const { provider, network } = await this.chain();
    const known = (await this.addressBook()).get(network.chainId);
    const given = this.options.factory ?? this.output.io.env["UPHELD_FACTORY"];
    if (given !== undefined && given !== "") {
      requireAddress(given);
      const block = known?.factory === getAddress(given) ? known.block : 0;
      return Factory.at(provider, given, block);
    }
    if (known === undefined) {
      throw new UpheldError({
        code: "factory.unknown",
        message: `No factory is known on ${network.name}.`,
        hint: "Name one you trust by --factory; `upheld deploy` makes one.",
      });
    }
    return Factory.at(provider, known.factory, known.block);
  }

  /** Opens the agreement that `ref` names: an address, or an agreement's file, whose terms make its address. */
  async agreement(ref: string): Promise<Agreement> {
    if (isAddress(ref)) return Agreement.at(await this.factory(), getAddress(ref));
    const file = readAgreementFile(ref);
    await this.chain(file.network?.name);
    const factory = await this.factory();
    return Agreement.at(factory, await factory.addressOf(encodeTerms(file.terms)));
  }

  /** The measures of the agreement's file, in the order of the terms; an address says nothing of them. */
  measures(ref: string): readonly Measure[] {
    return isAddress(ref) ? [] : readAgreementFile(ref).measures;
  }

  /** What the agreement's file calls them. */
  measureNames(ref: string): readonly string[] {
    return this.measures(ref).map(({ name }) => name);
  }

  /** The time of the chain's latest block: the clock that all deadlines go by. */
  async now(): Promise<bigint> {
    const { provider } = await this.chain();
    const block = await provider.getBlock("latest");
    return BigInt(block?.timestamp ?? 0);
  }

  /** Whether a key is named, or a local node may have one. */
  async hasKey(): Promise<boolean> {
    return namesKey(await this.chain(), this.options, this.output.io.env);
  }

  /** The key that `need` asks for: for what is signed without being sent. */
  async signer(need: Need): Promise<Signer> {
    return findSigner(await this.chain(), need, this.options, this.output, this.services.openHardhatKey);
  }

  /** Prints, tries or sends the transactions of `plan`, as the options say. */
  async submit(plan: Plan): Promise<Submitted> {
    const { options, output, services } = this;
    const opener = services.openHardhatKey === undefined ? {} : { openHardhatKey: services.openHardhatKey };
    return submit({ chain: await this.chain(), options, output, ...opener }, plan);
  }

  async #connect(file?: string): Promise<Chain> {
    const { network, rpc } = wantedChain(this.options, this.output.io.env, file);
    // The default chain is "local": whatever development id its node has.
    const expected = network === NETWORKS[0] ? undefined : network;
    const chain = await this.output.during("Connecting", connect(rpc, expected === undefined ? {} : { expected }));
    if (network !== NETWORKS[0] || chain.isLocal) return chain;
    throw new UpheldError({
      code: "chain.wrong-id",
      message: `The node at ${chain.host} is ${chain.network.name} (chain ${chain.network.chainId}), not a local play chain.`,
      hint: "Say which chain you mean by --network.",
    });
  }
}

function requireAddress(text: string): void {
  const valid: boolean = isAddress(text);
  if (!valid) throw usage(`factory "${text}" is not an address`);
}

/** The seats as signers. */
export const needs = {
  anyone: { who: "anyone", accounts: [] },
  oneOf: (who: string, ...accounts: string[]): Need => ({ who, accounts: accounts.map(getAddress) }),
};
