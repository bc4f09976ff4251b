/** Actors, agreements and signatures for the tests of `OracleCommittee`. */
import { network } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse, Interface } from "ethers";
import { expect } from "chai";
import {
  batchTypes,
  committeeDomain,
  inOrder,
  leafOf,
  packReports,
  replaceTypes,
  type BatchedReport,
  type MemberSignature,
} from "../../src/chain/batch.ts";
import type { OracleCommittee } from "../../typechain-types/index.ts";

export const { ethers, networkHelpers } = await network.create();

/** How an `AgreementMock` takes a report. */
export const Manner = {
  Record: 0,
  Ignore: 1,
  Revert: 2,
  BurnGas: 3,
  ReturnBomb: 4,
  RevertBomb: 5,
  CallBack: 6,
} as const;

/** How an `ERC1271Wallet` answers. */
export const Answer = {
  OwnerSigned: 0,
  Short: 1,
  Dirty: 2,
  MagicRevert: 3,
  Bomb: 4,
  MagicBomb: 5,
  BurnGas: 6,
  WhenCapped: 7,
} as const;

export type Signer = HardhatEthersSigner;

/** Accounts in the order of their addresses. */
export function ascending<T extends { readonly address: string }>(accounts: readonly T[]): T[] {
  return accounts.toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}

export const addressesOf = (accounts: readonly { readonly address: string }[]) =>
  accounts.map(({ address }) => address);

/** A committee of five, three of whom must sign, and three agreements that write down what they get. */
export async function committeeOfFive() {
  const [deployer, relayer, stranger, ...others] = await ethers.getSigners();
  const members = ascending(others.slice(0, 5));
  const newcomers = ascending(others.slice(5, 10));
  const committee = await ethers.deployContract("OracleCommittee", [members.map((m) => m.address), 3]);
  const agreements = [await deployAgreement(), await deployAgreement(), await deployAgreement()];
  const reports = agreements.map((agreement, i) => reportFor(agreement, i));
  return {
    committee,
    deployer: deployer!,
    relayer: relayer!,
    stranger: stranger!,
    members,
    newcomers,
    agreements,
    reports,
  };
}

export async function deployAgreement(manner: number = Manner.Record): Promise<string> {
  const agreement = await ethers.deployContract("AgreementMock", [manner]);
  return agreement.getAddress();
}

export function reportFor(agreement: string, i = 0): BatchedReport {
  return {
    agreement,
    period: BigInt(i),
    revision: 0n,
    measurements: [{ total: 2_678_400n, bad: BigInt(1_000 + i), excluded: 60n }],
    evidence: ethers.id(`evidence ${i}`),
  };
}

/** Each of `signers` signs the batch. */
export async function signBatch(
  committee: OracleCommittee,
  signers: readonly Signer[],
  reports: readonly BatchedReport[],
  chainId = 31337n,
): Promise<MemberSignature[]> {
  const domain = committeeDomain(chainId, await committee.getAddress());
  return signAll(signers, (signer) => signer.signTypedData(domain, batchTypes, { reports }));
}

/** Each of `signers` signs the replacement. */
export async function signReplacement(
  committee: OracleCommittee,
  signers: readonly Signer[],
  replacement: { members: readonly string[]; threshold: bigint; nonce: bigint },
  chainId = 31337n,
): Promise<MemberSignature[]> {
  const domain = committeeDomain(chainId, await committee.getAddress());
  return signAll(signers, (signer) => signer.signTypedData(domain, replaceTypes, replacement));
}

async function signAll(signers: readonly Signer[], sign: (signer: Signer) => Promise<string>) {
  return inOrder(
    await Promise.all(signers.map(async (signer) => ({ signer: signer.address, signature: await sign(signer) }))),
  );
}

/** What the members sign, computed without the contract. */
export async function digestOf(committee: OracleCommittee, reports: readonly BatchedReport[]): Promise<string> {
  const domain = committeeDomain(31337n, await committee.getAddress());
  return ethers.TypedDataEncoder.hash(domain, batchTypes, { reports });
}

export const leavesOf = (reports: readonly BatchedReport[]) => reports.map(leafOf);

/** A delivery's arguments: all of `reports`, or with `leaves` a part of the batch. */
export function delivery(
  reports: readonly BatchedReport[],
  signatures: MemberSignature[],
  leaves: string[] = [],
): [string, string[], MemberSignature[]] {
  return [packReports(reports), leaves, signatures];
}

/** All events of a transaction as `[emitter, name, ...values]`, in their order. */
export async function eventsOf(sent: Promise<ContractTransactionResponse>, committee: OracleCommittee) {
  const mock = (await ethers.getContractFactory("AgreementMock")).interface;
  const known: Interface[] = [committee.interface, mock];
  const receipt = await (await sent).wait();
  return receipt!.logs.map((log) => {
    const event = known.map((abi) => abi.parseLog(log)).find((parsed) => parsed !== null);
    return [log.address, event!.name, ...(event!.args.toArray(true) as unknown[])];
  });
}

/** The event that a recording agreement emits for `report`, apart from the gas. */
export function received(committee: string, { agreement, period, revision, measurements, evidence }: BatchedReport) {
  const counts = measurements.map((m) => [m.total, m.bad, m.excluded]);
  return [agreement, "Received", committee, period, revision, counts, evidence];
}

/** Events equal `expected`, where the gas at the end of `Received` is left out. */
export function expectEvents(actual: unknown[][], expected: unknown[][]): void {
  expect(actual.map((event) => (event[1] === "Received" ? event.slice(0, -1) : event))).to.deep.equal(expected);
}
