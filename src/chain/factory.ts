import {
  concat,
  dataLength,
  getAddress,
  getCreate2Address,
  keccak256,
  toBeHex,
  ZeroHash,
  type JsonRpcProvider,
} from "ethers";
import {
  ISLAFactory__factory,
  ISLALens__factory,
  type ISLAFactory,
  type ISLALens,
} from "../../typechain-types/index.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { UpheldError } from "../errors.ts";
import { shortAddress } from "../format.ts";
import { decodeFailure, type Wording } from "./failure.ts";
import type { PreparedTransaction } from "./transaction.ts";

/** Where agreements come from: makes them, and tells genuine ones. */
export class Factory {
  readonly provider: JsonRpcProvider;
  readonly address: string;
  readonly lens: ISLALens;
  /** Block in which it appeared: where reading events begins. */
  readonly block: number;
  readonly #contract: ISLAFactory;

  private constructor(provider: JsonRpcProvider, address: string, lens: string, block: number) {
    this.provider = provider;
    this.address = address;
    this.block = block;
    this.#contract = ISLAFactory__factory.connect(address, provider);
    this.lens = ISLALens__factory.connect(lens, provider);
  }

  /** Opens the factory at `address`; throws when nothing there answers like one. */
  static async at(provider: JsonRpcProvider, address: string, block = 0): Promise<Factory> {
    let lens: string;
    try {
      lens = await ISLAFactory__factory.connect(address, provider).lens();
    } catch (error) {
      const decoded = decodeFailure(error);
      if (!decoded.problem.code.startsWith("contract.")) throw decoded;
      throw new UpheldError({
        code: "factory.not-one",
        message: `There is no Upheld factory at ${address} on this chain.`,
        hint: "Check --network and --factory; `upheld deploy` makes the chain's factory when it has none.",
      });
    }
    return new Factory(provider, getAddress(address), lens, block);
  }

  /** The address that packed terms have, created or not. */
  async addressOf(packed: string): Promise<string> {
    return this.#asked(this.#contract.addressOf(packed));
  }

  /** The code that all agreements share. */
  async implementation(): Promise<string> {
    return this.#asked(this.#contract.implementation());
  }

  async isGenuine(account: string): Promise<boolean> {
    return this.#asked(this.#contract.isGenuine(account));
  }

  /** Throws the first limit that the packed terms break at `time`, its money as `wording` says. */
  async validate(packed: string, time: bigint, wording: Wording = {}): Promise<void> {
    await this.#asked(this.lens.validate(packed, time), wording);
  }

  /** A page of agreements in one call, as of `block`; what is not genuine has phase 0. */
  async summaries(agreements: readonly string[], block: number | "latest" = "latest"): Promise<SummaryStructOutput[]> {
    return this.#asked(this.#contract.summaries([...agreements], { blockTag: block }));
  }

  create(packed: string, agreement: string): PreparedTransaction {
    return this.#call(
      this.#contract.interface.encodeFunctionData("create", [packed]),
      `create the agreement ${shortAddress(agreement)}`,
    );
  }

  settle(agreements: readonly string[]): PreparedTransaction {
    return this.#call(
      this.#contract.interface.encodeFunctionData("settle", [[...agreements]]),
      `settle all that is due in ${agreements.length} agreements`,
    );
  }

  #call(data: string, description: string): PreparedTransaction {
    return { to: this.address, data, value: 0n, description };
  }

  async #asked<T>(answer: Promise<T>, wording: Wording = {}): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw decodeFailure(error, wording);
    }
  }
}

/**
 * The address that packed terms have in `factory`, without asking the chain: a clone's code, with the terms as its
 * immutable arguments, makes it. `addressOf` says the same; a test holds both together.
 */
export function cloneAddress(factory: string, implementation: string, packed: string): string {
  const size = toBeHex(dataLength(packed) + 45, 2);
  const code = concat([
    "0x61",
    size,
    "0x3d81600a3d39f3363d3d373d3d3d363d73",
    implementation,
    "0x5af43d82803e903d91602b57fd5bf3",
    packed,
  ]);
  return getCreate2Address(factory, ZeroHash, keccak256(code));
}
