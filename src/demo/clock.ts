import type { JsonRpcProvider } from "ethers";

/** The clock of a local chain, which can be moved on. */
export class Clock {
  readonly #provider: JsonRpcProvider;

  constructor(provider: JsonRpcProvider) {
    this.#provider = provider;
  }

  /** Time of the latest block: what a question to the chain is answered for. */
  async now(): Promise<bigint> {
    const block = await this.#provider.getBlock("latest");
    return BigInt(block?.timestamp ?? 0);
  }

  /** Puts the next transaction into a block of exactly `time`; questions until then are answered for a second earlier. */
  async moveTo(time: bigint): Promise<void> {
    const now = await this.now();
    if (time <= now) throw new RangeError(`the chain is at ${now} already, past ${time}`);
    if (time - 1n > now) {
      await this.#setNext(time - 1n);
      await this.#provider.send("evm_mine", []);
    }
    await this.#setNext(time);
  }

  async #setNext(time: bigint): Promise<void> {
    await this.#provider.send("evm_setNextBlockTimestamp", [`0x${time.toString(16)}`]);
  }
}
