/** Batches of reports for an `OracleCommittee`: what members sign (EIP-712) and how reports are packed for delivery. */
import { TypedDataEncoder, concat, solidityPacked, type TypedDataDomain, type TypedDataField } from "ethers";
import type { Measurement } from "../terms/types.ts";

/** One report of a batch. */
export interface BatchedReport {
  readonly agreement: string;
  readonly period: bigint;
  readonly revision: bigint;
  /** One per indicator, in the order of the terms. */
  readonly measurements: readonly Measurement[];
  /** Merkle root of the evidence file. */
  readonly evidence: string;
}

/** One member's yes, as the contract takes it. */
export interface MemberSignature {
  readonly signer: string;
  readonly signature: string;
}

type Types = Record<string, TypedDataField[]>;

/** The value a member signs for a batch: `signTypedData(domain, batchTypes, { reports })`. */
export const batchTypes: Types = {
  Batch: [{ name: "reports", type: "Report[]" }],
  Report: [
    { name: "agreement", type: "address" },
    { name: "period", type: "uint8" },
    { name: "revision", type: "uint8" },
    { name: "measurements", type: "Measurement[]" },
    { name: "evidence", type: "bytes32" },
  ],
  Measurement: [
    { name: "total", type: "uint64" },
    { name: "bad", type: "uint64" },
    { name: "excluded", type: "uint64" },
  ],
};

/** The value a member signs for new members: `signTypedData(domain, replaceTypes, { members, threshold, nonce })`. */
export const replaceTypes: Types = {
  Replace: [
    { name: "members", type: "address[]" },
    { name: "threshold", type: "uint256" },
    { name: "nonce", type: "uint256" },
  ],
};

export function committeeDomain(chainId: bigint, committee: string): TypedDataDomain {
  return { name: "Upheld Oracle Committee", version: "1", chainId, verifyingContract: committee };
}

/** Reports as `ReportCodec.sol` reads them. */
export function packReports(reports: readonly BatchedReport[]): string {
  return concat(reports.map(packReport));
}

function packReport({ agreement, period, revision, measurements, evidence }: BatchedReport): string {
  const head = solidityPacked(
    ["address", "uint8", "uint8", "uint8", "bytes32"],
    [agreement, period, revision, measurements.length, evidence],
  );
  const counts = measurements.map(({ total, bad, excluded }) =>
    solidityPacked(["uint64", "uint64", "uint64"], [total, bad, excluded]),
  );
  return concat([head, ...counts]);
}

/** A report's place in the signed list: what `deliver` needs of the whole batch to deliver a part of it. */
export function leafOf(report: BatchedReport): string {
  const { Report, Measurement } = batchTypes;
  return TypedDataEncoder.hashStruct("Report", { Report: Report ?? [], Measurement: Measurement ?? [] }, report);
}

/** Signatures in the order the contract wants: ascending by signer. */
export function inOrder(signatures: readonly MemberSignature[]): MemberSignature[] {
  return signatures.toSorted((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
}
