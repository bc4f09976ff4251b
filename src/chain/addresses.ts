import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { UpheldError } from "../errors.ts";

const address = z.string().refine(isAddress, "not an address").transform(getAddress);

const entrySchema = z.strictObject({
  factory: address,
  /** Block in which the factory appeared: no event of an agreement is older. */
  block: z.int().nonnegative(),
  /** The second half of the agreements' code: no view names it, and publishing the sources needs it. */
  backOffice: address.optional(),
  /** The journal of the factory's agreements. */
  record: address.optional(),
  /** A test dollar, on local chains and test networks. */
  testToken: address.optional(),
});

const bookSchema = z.record(z.string().regex(/^[1-9]\d*$/, "not a chain id"), entrySchema);

/** What is remembered of a chain. */
export type ChainAddresses = z.infer<typeof entrySchema>;

/** Factories per chain, in a JSON file that can be committed. */
export class AddressBook {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get(chainId: bigint): ChainAddresses | undefined {
    return this.#read()[chainId.toString()];
  }

  /** Remembers `entry`, replacing what was known of the chain. */
  set(chainId: bigint, entry: ChainAddresses): void {
    const book = { ...this.#read(), [chainId.toString()]: entry };
    mkdirSync(dirname(this.path), { recursive: true });
    // Written aside and renamed: a killed process leaves the old book or the new one.
    writeFileSync(`${this.path}.tmp`, `${JSON.stringify(book, null, 2)}\n`);
    renameSync(`${this.path}.tmp`, this.path);
  }

  #read(): Record<string, ChainAddresses> {
    if (!existsSync(this.path)) return {};
    try {
      return bookSchema.parse(JSON.parse(readFileSync(this.path, "utf8")));
    } catch (cause) {
      throw new UpheldError(
        {
          code: "addresses.unreadable",
          message: "The file of factory addresses cannot be read.",
          file: this.path,
          hint: "Correct it, or take the committed one back: each chain id has a factory address and a block.",
        },
        { cause },
      );
    }
  }
}
