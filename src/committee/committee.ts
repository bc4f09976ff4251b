import {
  getAddress,
  Interface,
  type JsonRpcProvider,
  type Signer,
  TypedDataEncoder,
  verifyTypedData,
  ZeroAddress,
} from "ethers";
import { OracleCommittee__factory, type OracleCommittee } from "../../typechain-types/index.ts";
import { UpheldError } from "../errors.ts";
import {
  batchTypes,
  committeeDomain,
  inOrder,
  leafOf,
  packReports,
  replaceTypes,
  type BatchedReport,
  type MemberSignature,
} from "../chain/batch.ts";
import { decodeFailure } from "../chain/failure.ts";
import type { PreparedTransaction } from "../chain/transaction.ts";

/** Who sits in a committee, and how many of them must sign. */
export interface Members {
  /** Ascending. */
  readonly members: readonly string[];
  readonly threshold: number;
  /** How often they were replaced. */
  readonly nonce: bigint;
}

/** Members that a quorum gives its committee. */
export interface Replacement {
  readonly members: readonly string[];
  readonly threshold: number;
}

/** One `OracleCommittee` on a chain: reads it, says what its members sign, and prepares deliveries. */
export class Committee {
  readonly address: string;
  readonly chainId: bigint;
  readonly seats: Members;
  readonly #contract: OracleCommittee;

  private constructor(contract: OracleCommittee, address: string, chainId: bigint, seats: Members) {
    this.#contract = contract;
    this.address = address;
    this.chainId = chainId;
    this.seats = seats;
  }

  /** Opens the committee at `address`; throws when there is none. */
  static async at(provider: JsonRpcProvider, chainId: bigint, address: string): Promise<Committee> {
    const contract = OracleCommittee__factory.connect(address, provider);
    try {
      const [members, threshold, nonce] = await Promise.all([
        contract.members(),
        contract.threshold(),
        contract.nonce(),
      ]);
      return new Committee(contract, getAddress(address), chainId, {
        members: members.map((member) => getAddress(member)),
        threshold: Number(threshold),
        nonce,
      });
    } catch (error) {
      const isEmpty = (await provider.getCode(address)) === "0x";
      if (!isEmpty && decodeFailure(error).problem.retry === true) throw decodeFailure(error);
      throw new UpheldError({
        code: "committee.none",
        message: `There is no oracle committee at ${address}${isEmpty ? "; nothing is there at all" : ""}.`,
        hint: "An agreement whose oracle is a plain account is reported with `upheld report`.",
      });
    }
  }

  /** The least gas that must be left before each entry of a delivery. */
  async gasFloor(): Promise<bigint> {
    try {
      return await this.#contract.gasFloor();
    } catch (error) {
      throw decodeFailure(error);
    }
  }

  isMember(account: string): boolean {
    return this.seats.members.includes(getAddress(account));
  }

  /** What a member signs for these reports, in their order: as a wallet shows it, and its hash. */
  batchToSign(reports: readonly BatchedReport[]): ToSign {
    return this.#toSign(batchTypes, { reports });
  }

  /** What a member signs to replace the members, once: the next replacement needs another number. */
  replacementToSign({ members, threshold }: Replacement): ToSign {
    return this.#toSign(replaceTypes, { members, threshold, nonce: this.seats.nonce });
  }

  async sign(what: ToSign, signer: Signer): Promise<MemberSignature> {
    const signature = await signer.signTypedData(what.domain, what.types, what.value);
    return { signer: getAddress(await signer.getAddress()), signature: signature.toLowerCase() };
  }

  /** Whether the signature is good: of the key itself, or as the signer's own contract (a Safe) says. */
  async isSigned(what: ToSign, { signer, signature }: MemberSignature): Promise<boolean> {
    try {
      if (getAddress(verifyTypedData(what.domain, what.types, what.value, signature)) === getAddress(signer))
        return true;
    } catch {
      // Not a key's signature: perhaps a contract's.
    }
    return this.#approves(signer, what.digest, signature);
  }

  /** One delivery of `reports`, a part of `signed` in its order. */
  deliver(
    signed: readonly BatchedReport[],
    reports: readonly BatchedReport[],
    signatures: readonly MemberSignature[],
  ): PreparedTransaction {
    const leaves = reports.length === signed.length ? [] : signed.map(leafOf);
    const packed = packReports(reports);
    const given = inOrder(signatures).map(({ signer, signature }) => ({ signer, signature }));
    return {
      to: this.address,
      data: this.#contract.interface.encodeFunctionData("deliver", [packed, leaves, given]),
      value: 0n,
      description: `deliver ${reports.length} ${reports.length === 1 ? "report" : "reports"} that ${given.length} of ${this.seats.members.length} members signed`,
    };
  }

  replace({ members, threshold }: Replacement, signatures: readonly MemberSignature[]): PreparedTransaction {
    const given = inOrder(signatures).map(({ signer, signature }) => ({ signer, signature }));
    return {
      to: this.address,
      data: this.#contract.interface.encodeFunctionData("replace", [[...members], threshold, given]),
      value: 0n,
      description: `give the committee ${members.length} members, ${threshold} of whom must sign`,
    };
  }

  #toSign(types: ToSign["types"], value: ToSign["value"]): ToSign {
    const domain = committeeDomain(this.chainId, this.address);
    return { domain, types, value, digest: TypedDataEncoder.hash(domain, types, value) };
  }

  async #approves(signer: string, digest: string, signature: string): Promise<boolean> {
    const provider = this.#contract.runner?.provider;
    if (provider == null || getAddress(signer) === ZeroAddress) return false;
    const data = ERC1271.encodeFunctionData("isValidSignature", [digest, signature]);
    try {
      const answer = await provider.call({ to: signer, data });
      return answer.length === 66 && answer.startsWith(MAGIC);
    } catch {
      return false;
    }
  }
}

/** What is signed (EIP-712). */
export interface ToSign {
  readonly domain: ReturnType<typeof committeeDomain>;
  readonly types: typeof batchTypes;
  readonly value: Record<string, unknown>;
  readonly digest: string;
}

/** A contract's yes to a hash, and the word that it says it with. */
const ERC1271 = new Interface(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
const MAGIC = "0x1626ba7e";
