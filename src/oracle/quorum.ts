import { getAddress, type JsonRpcProvider, type Log, type Signer } from "ethers";
import { IOracleCommittee__factory } from "../../typechain-types/index.ts";
import type { BatchedReport, MemberSignature } from "../chain/batch.ts";
import type { PreparedTransaction } from "../chain/transaction.ts";
import { Committee } from "../committee/committee.ts";
import { entriesForDelivery, gasForDelivery } from "../committee/gas.ts";
import { UpheldError } from "../errors.ts";

const COMMITTEE = IOracleCommittee__factory.createInterface();

/** Reports that members signed together. */
export interface SignedBatch {
  readonly reports: readonly BatchedReport[];
  readonly signatures: readonly MemberSignature[];
}

/** A committee of which the keys at hand make the threshold: signs and delivers without asking anybody. */
export class Quorum {
  readonly committee: Committee;
  /** The least gas that must be left before each entry. */
  readonly gasFloor: bigint;
  readonly #keys: readonly Signer[];

  private constructor(committee: Committee, gasFloor: bigint, keys: readonly Signer[]) {
    this.committee = committee;
    this.gasFloor = gasFloor;
    this.#keys = keys;
  }

  /** Opens the committee at `address`; throws when the `keys` at hand do not make its threshold. */
  static async at(
    provider: JsonRpcProvider,
    chainId: bigint,
    address: string,
    keys: readonly Signer[],
  ): Promise<Quorum> {
    const committee = await Committee.at(provider, chainId, address);
    const { threshold, members } = committee.seats;
    const ours: Signer[] = [];
    for (const key of keys) if (committee.isMember(await key.getAddress())) ours.push(key);
    if (ours.length < threshold) throw tooFew(address, ours.length, threshold, members.length);
    return new Quorum(committee, await committee.gasFloor(), ours.slice(0, threshold));
  }

  get address(): string {
    return this.committee.address;
  }

  /** Each of our members signs all of `reports` at once. */
  async sign(reports: readonly BatchedReport[]): Promise<SignedBatch> {
    const what = this.committee.batchToSign(reports);
    const signatures = await Promise.all(this.#keys.map((key) => this.committee.sign(what, key)));
    return { reports, signatures };
  }

  /** Delivers `part` of a signed batch, in its order. */
  deliver({ reports, signatures }: SignedBatch, part: readonly BatchedReport[]): PreparedTransaction {
    return this.committee.deliver(reports, part, signatures);
  }

  /** The least gas for a delivery of `entries`, all or a part of the `signed` ones. */
  gasFor(entries: number, signed = entries): bigint {
    return gasForDelivery(this.gasFloor, entries, signed);
  }

  /** How many entries one delivery may have, by the block's gas and the most that one transaction may use. */
  entriesFor(blockGas: bigint): number {
    return entriesForDelivery(this.gasFloor, blockGas);
  }

  /** The agreements whose entry failed, by a delivery's logs. */
  failedIn(logs: readonly Log[]): Set<string> {
    const ours = logs.filter((log) => getAddress(log.address) === this.address);
    const failures = ours.map((log) => COMMITTEE.parseLog(log)).filter((event) => event?.name === "ReportFailed");
    return new Set(failures.map((event) => getAddress(String(event?.args["agreement"]))));
  }
}

function tooFew(address: string, ours: number, threshold: number, members: number): UpheldError {
  return new UpheldError({
    code: "committee.too-few-keys",
    message: `The committee ${address} needs ${threshold} of its ${members} members; ${ours} of the keys at hand are members.`,
    hint: "Name the keystore of a member, several when more than one must sign; signatures from other machines are collected with `upheld report --propose` and `upheld cosign`.",
  });
}
