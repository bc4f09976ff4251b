import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isError } from "ethers";
import { decodeFailure } from "../chain/failure.ts";
import { cloneAddress, type Factory } from "../chain/factory.ts";
import { Token } from "../chain/token.ts";
import { UpheldError } from "../errors.ts";
import { shortAddress } from "../format.ts";
import { decodeTerms, encodeTerms } from "../terms/codec.ts";
import { parseAgreement } from "../terms/file.ts";
import type { TokenUnit } from "../terms/format.ts";
import type { WatchedItem } from "./config.ts";
import type { WatchedAgreement } from "./view.ts";
import { escrowAt } from "../chain/escrow.ts";

type Named = Extract<WatchedItem, { kind: "file" | "address" }>;

/** Opens agreements: files without asking the chain, addresses from their code. */
export class Opener {
  readonly #factory: Factory;
  readonly #tokens = new Map<string, Promise<TokenUnit>>();

  constructor(factory: Factory) {
    this.#factory = factory;
  }

  async named(item: Named, config: string): Promise<WatchedAgreement> {
    const opened = item.kind === "file" ? await this.#file(item) : await this.#address(item.ref, config, item.line);
    return { ...opened, label: item.name ?? opened.label, evidence: item.evidence };
  }

  /** One that the factory told of. */
  async found(address: string, config: string): Promise<WatchedAgreement> {
    return this.#address(address, config, undefined);
  }

  async #file({ ref, line }: Named): Promise<WatchedAgreement> {
    let text: string;
    try {
      text = readFileSync(ref, "utf8");
    } catch (cause) {
      throw new UpheldError(
        {
          code: "usage.agreement",
          message: `The file "${ref}" of line ${line ?? 0} cannot be read.`,
          hint: "Name an agreement's address or its *.sla.yaml, from the config's folder.",
        },
        { cause },
      );
    }
    const readBeside = (name: string) => readFileSync(join(dirname(ref), name));
    const { terms, service, measures, token, names } = parseAgreement(text, { file: ref, readBeside });
    const implementation = await this.#factory.implementation();
    return {
      address: cloneAddress(this.#factory.address, implementation, encodeTerms(terms)),
      label: service,
      // Whoever reads it has the file elsewhere.
      ref: basename(ref),
      terms,
      currency: token,
      names,
      measures: measures.map(({ name }) => name),
      policies: measures.map(({ policy }) => policy),
      evidence: undefined,
    };
  }

  async #address(address: string, file: string, line: number | undefined): Promise<WatchedAgreement> {
    const { provider } = this.#factory;
    const nothing = new UpheldError({
      code: "agreement.not-genuine",
      message: `${address} is no agreement of the factory ${this.#factory.address}.`,
      hint: "Check the address, the network and the factory that the config names.",
      file,
      ...(line === undefined ? {} : { line }),
    });
    if (!(await this.#factory.isGenuine(address))) throw nothing;
    try {
      const terms = decodeTerms(await escrowAt(address, provider).terms());
      const currency = await (this.#tokens.get(terms.token) ?? this.#token(terms.token));
      const label = shortAddress(address);
      return {
        address,
        label,
        ref: address,
        terms,
        currency,
        names: {},
        measures: [],
        policies: [],
        evidence: undefined,
      };
    } catch (error) {
      throw isError(error, "BAD_DATA") || isError(error, "CALL_EXCEPTION") ? nothing : decodeFailure(error);
    }
  }

  #token(address: string): Promise<TokenUnit> {
    const token = Token.at(this.#factory.provider, address);
    this.#tokens.set(address, token);
    return token;
  }
}
