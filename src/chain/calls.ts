import { ZeroAddress } from "ethers";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type { ConsentStruct } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import { moment, shortAddress, type Currency } from "../format.ts";
import { formatMoney } from "../terms/format.ts";
import type { Measurement } from "../terms/types.ts";
import { CONSENTS, EXITS, numberOf, RULINGS, SEATS, type Exit, type Ruling, type Seat } from "./enums.ts";
import type { PreparedTransaction } from "./transaction.ts";

const ESCROW = ISLAEscrow__factory.createInterface();

/** Something both parties must say alike. */
export type Consent =
  | { readonly kind: "credit"; readonly period: bigint; readonly revision: bigint; readonly credit: bigint }
  | { readonly kind: "oracle" | "arbiter"; readonly account: string }
  | { readonly kind: "end"; readonly end: bigint };

/** A signed approval, as EIP-2612 has it. */
export interface Permit {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: string;
  readonly s: string;
}

/** Every transaction of an agreement, prepared: pure, no chain needed. */
export class AgreementCalls {
  readonly #to: string;
  readonly #currency: Currency;

  constructor(agreement: string, currency: Currency) {
    this.#to = agreement;
    this.#currency = currency;
  }

  accept(termsHash: string): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("accept", [termsHash]), `accept the terms ${shortAddress(termsHash)}`);
  }

  fund(amount: bigint): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("fund", [amount]), `fund the agreement with ${this.#money(amount)}`);
  }

  fundWithPermit(amount: bigint, { deadline, v, r, s }: Permit): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("fundWithPermit", [amount, deadline, v, r, s]),
      `fund the agreement with ${this.#money(amount)} by a signed approval`,
    );
  }

  sync(): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("sync"), "count what arrived by plain transfer");
  }

  report(k: bigint, revision: bigint, measurements: readonly Measurement[], evidence: string): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("report", [k, revision, [...measurements], evidence]),
      `report period ${k}${revision === 0n ? "" : `, revision ${revision}`}: ${countsText(measurements)}`,
    );
  }

  dispute(k: bigint, revision: bigint, measurements: readonly Measurement[], evidence: string): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("dispute", [k, revision, [...measurements], evidence]),
      `dispute period ${k}: ${countsText(measurements)}`,
    );
  }

  rule(k: bigint, ruling: Ruling): PreparedTransaction {
    const said = ruling === "declined" ? "no ruling, the report stands" : `the ${ruling}'s counts are right`;
    return this.#call(
      ESCROW.encodeFunctionData("rule", [k, numberOf(RULINGS, ruling)]),
      `rule on period ${k}: ${ruling === "report" ? "the report is right" : said}`,
    );
  }

  settle(): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("settle"), "settle all that is due");
  }

  agree(consent: Consent, expiry: bigint): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("agree", [consentStruct(consent), expiry]),
      `agree to ${this.#consentText(consent)}, valid until ${moment(expiry)}`,
    );
  }

  revoke(consent: Consent): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("revoke", [consentStruct(consent)]),
      `take back the consent to ${this.#consentText(consent)}`,
    );
  }

  postBond(missing: bigint): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("postBond"), `post ${this.#money(missing)} of bond`);
  }

  /** `expected` is what it will pay as far as is known, for the description only. */
  claim(to: string, expected?: bigint): PreparedTransaction {
    const what = expected === undefined ? "what is the provider's" : `the provider's ${this.#money(expected)}`;
    return this.#call(ESCROW.encodeFunctionData("claim", [to]), `pay ${what} to ${to}`);
  }

  withdraw(to: string, amount: bigint): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("withdraw", [to, amount]),
      `take ${this.#money(amount)} of the client's balance out to ${to}`,
    );
  }

  terminate(exit: Exit): PreparedTransaction {
    return this.#call(ESCROW.encodeFunctionData("terminate", [numberOf(EXITS, exit)]), `leave: ${exit}`);
  }

  offerSeat(to: string): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("offerSeat", [to]),
      to === ZeroAddress ? "take the offer of the seat back" : `offer the seat, and all that belongs to it, to ${to}`,
    );
  }

  takeSeat(seat: Seat, leastBalance: bigint, latestEnd: bigint): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("takeSeat", [numberOf(SEATS, seat), leastBalance, latestEnd]),
      `take the ${seat}'s seat with a balance of at least ${this.#money(leastBalance)}, ending ${moment(latestEnd)} at the latest`,
    );
  }

  sweep(token: string): PreparedTransaction {
    return this.#call(
      ESCROW.encodeFunctionData("sweep", [token]),
      `send the foreign token ${token} on to the client's seat`,
    );
  }

  #call(data: string, description: string): PreparedTransaction {
    return { to: this.#to, data, value: 0n, description };
  }

  #money(amount: bigint): string {
    return formatMoney(amount, this.#currency);
  }

  #consentText(consent: Consent): string {
    if (consent.kind === "credit") return `a credit of ${this.#money(consent.credit)} for period ${consent.period}`;
    if (consent.kind === "end") return `the end ${moment(consent.end)}`;
    return `the new ${consent.kind} ${consent.account}`;
  }
}

/** A consent as the contract takes it: fields its kind does not use are zero. */
export function consentStruct(consent: Consent): ConsentStruct {
  return {
    kind: numberOf(CONSENTS, consent.kind),
    period: consent.kind === "credit" ? consent.period : 0n,
    revision: consent.kind === "credit" ? consent.revision : 0n,
    credit: consent.kind === "credit" ? consent.credit : 0n,
    account: "account" in consent ? consent.account : ZeroAddress,
    end: consent.kind === "end" ? consent.end : 0n,
  };
}

/** `4740 bad of 2678400`, one after the other. */
export function countsText(measurements: readonly Measurement[]): string {
  return measurements
    .map(({ total, bad, excluded }) => `${bad} bad of ${total}${excluded === 0n ? "" : ` (${excluded} excluded)`}`)
    .join("; ");
}
