import type { JsonRpcProvider } from "ethers";
import type { ISLAEscrow } from "../../typechain-types/index.ts";
import type { DisputeStructOutput, StateStructOutput } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { decodeTerms } from "../terms/codec.ts";
import type { Measurement, Terms } from "../terms/types.ts";
import { UpheldError } from "../errors.ts";
import { numberOf, SEATS, type Seat } from "./enums.ts";
import { decodeFailure, type Wording } from "./failure.ts";
import { AgreementCalls, consentStruct, type Consent } from "./calls.ts";
import type { Factory } from "./factory.ts";
import { Token } from "./token.ts";
import { escrowAt } from "./escrow.ts";

/**
 * One agreement on a chain: reads it, and prepares every transaction for it. Nothing here signs; a prepared
 * transaction is `{ to, data, value, description }` and may go to any signer.
 *
 * ```ts
 * const factory = await Factory.at(provider, factoryAddress);
 * const agreement = await Agreement.at(factory, address); // refuses what the factory did not make
 * const { state, resolvesAt } = await agreement.summary();
 * const transaction = agreement.calls.claim(provider);
 * ```
 */
export class Agreement {
  readonly address: string;
  readonly factory: Factory;
  /** The terms, as they lie in the agreement's code. */
  readonly terms: Terms;
  readonly termsHash: string;
  readonly token: Token;
  /** Every transaction, prepared. */
  readonly calls: AgreementCalls;
  readonly #contract: ISLAEscrow;

  private constructor(factory: Factory, address: string, terms: Terms, termsHash: string, token: Token) {
    this.factory = factory;
    this.address = address;
    this.terms = terms;
    this.termsHash = termsHash;
    this.token = token;
    this.calls = new AgreementCalls(address, token);
    this.#contract = escrowAt(address, factory.provider);
  }

  /** Opens the agreement at `address`; throws when this factory did not make it. */
  static async at(factory: Factory, address: string): Promise<Agreement> {
    if (!(await factory.isGenuine(address))) {
      const hasCode = (await factory.provider.getCode(address)) !== "0x";
      throw new UpheldError({
        code: hasCode ? "agreement.not-genuine" : "agreement.nothing-there",
        message: hasCode
          ? `The contract at ${address} was not made by the factory ${factory.address}.`
          : `There is no contract at ${address} on this chain.`,
        hint: hasCode
          ? "Send it no money. If you know another factory to be genuine, name it by --factory."
          : "Check the address and --network; a draft that was never deployed: `upheld deploy`.",
      });
    }
    const contract = escrowAt(address, factory.provider);
    try {
      const [packed, hash] = await Promise.all([contract.terms(), contract.termsHash()]);
      const terms = decodeTerms(packed);
      return new Agreement(factory, address, terms, hash, await Token.at(factory.provider, terms.token));
    } catch (error) {
      throw decodeFailure(error);
    }
  }

  get provider(): JsonRpcProvider {
    return this.factory.provider;
  }

  /** How this agreement's errors write money. */
  get wording(): Wording {
    return { currency: this.token };
  }

  /** Everything about the agreement as of `block`, in one call. */
  async summary(block: number | "latest" = "latest"): Promise<SummaryStructOutput> {
    return this.#asked(this.factory.lens.summary(this.address, { blockTag: block }));
  }

  /** The money and the stage as of now, with all that is due settled in memory. */
  async state(): Promise<StateStructOutput> {
    return this.#asked(this.#contract.state());
  }

  /** Period `k` after any termination. */
  async period(k: bigint): Promise<{ start: bigint; end: bigint; fee: bigint; base: bigint }> {
    const { start, end, fee, base } = await this.#asked(this.factory.lens.periodOf(this.address, k));
    return { start, end, fee, base };
  }

  /** What `measurements` would be credited in period `k`: money, before the term's cap. */
  async creditOf(k: bigint, measurements: readonly Measurement[]): Promise<bigint> {
    return this.#asked(this.factory.lens.creditOf(this.address, k, [...measurements]));
  }

  /** What a claim of `credit` against `reportCredit` must stake. */
  async pledgeOf(credit: bigint, reportCredit: bigint): Promise<bigint> {
    return this.#asked(this.factory.lens.pledgeOf(this.address, credit, reportCredit));
  }

  async dispute(k: bigint): Promise<DisputeStructOutput> {
    return this.#asked(this.#contract.disputeOf(k));
  }

  /** When `seat`'s key for `consent` expires; 0 when it was not given. */
  async consentExpiry(seat: Seat, consent: Consent): Promise<bigint> {
    return this.#asked(this.#contract.consentOf(numberOf(SEATS, seat), consentStruct(consent)));
  }

  async seatOffer(seat: Seat): Promise<string> {
    return this.#asked(this.#contract.seatOffer(numberOf(SEATS, seat)));
  }

  /** Bit k: period k's credit reached chronic rule `rule`'s least share. */
  async chronicPeriods(rule: number): Promise<bigint> {
    return this.#asked(this.#contract.chronicPeriods(rule));
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw decodeFailure(error, this.wording);
    }
  }
}
