/** A good month of many agreements, reported in one transaction by a committee of three, two of whom signed. */
import {
  batchTypes,
  committeeDomain,
  inOrder,
  packReports,
  type BatchedReport,
  type MemberSignature,
} from "../src/chain/batch.ts";
import type { OracleCommittee } from "../typechain-types/index.ts";
import {
  activate,
  type Agreement,
  boundaryOf,
  createAgreement,
  ethers,
  loadFixture,
  timeTravelTo,
  type Signer,
  world,
} from "../test/support/fixture.ts";
import { type Figures, gasOf } from "./gas.ts";
import { EVIDENCE, GOOD_MONTH } from "./life.ts";

/** What a batch needs beyond its own use: the committee checks that each entry could have its most. */
const GAS = { gasLimit: 15_000_000 };

interface Portfolio {
  readonly committee: OracleCommittee;
  readonly signers: readonly Signer[];
  readonly agreements: readonly Agreement[];
}

/** `count` agreements, two good months behind them. */
async function portfolio(count: number): Promise<Portfolio> {
  const w = await world();
  const members = (await ethers.getSigners()).slice(10, 13);
  const addresses = members.map(({ address }) => address).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const committee = await ethers.deployContract("OracleCommittee", [addresses, 2]);
  const agreements: Agreement[] = [];
  for (let i = 0; i < count; i++) {
    const changes = { oracle: await committee.getAddress(), document: ethers.id(`agreement ${i}`) };
    const a = await createAgreement(w, changes);
    await activate(a);
    agreements.push(a);
  }
  const all = { committee, signers: members.slice(0, 2), agreements };
  await report(all, 0);
  await report(all, 1);
  return all;
}

async function report({ committee, signers, agreements }: Portfolio, period: number): Promise<number> {
  const first = agreements[0];
  if (first === undefined) throw new Error("no agreements");
  await timeTravelTo(boundaryOf(first, period + 1));
  const total = boundaryOf(first, period + 1) - boundaryOf(first, period);
  const reports = agreements.map(({ address }) => ({
    agreement: address,
    period: BigInt(period),
    revision: 0n,
    measurements: [{ total, bad: GOOD_MONTH, excluded: 0n }],
    evidence: EVIDENCE,
  }));
  const signatures = await sign(committee, signers, reports);
  const gas = await gasOf(committee.deliver(packReports(reports), [], signatures, GAS));
  for (const { escrow } of agreements) {
    if ((await escrow.state()).period !== BigInt(period)) throw new Error(`period ${period} was not reported`);
  }
  return gas;
}

async function sign(
  committee: OracleCommittee,
  signers: readonly Signer[],
  reports: readonly BatchedReport[],
): Promise<MemberSignature[]> {
  const domain = committeeDomain(31337n, await committee.getAddress());
  const signed = signers.map(async (signer) => ({
    signer: signer.address,
    signature: await signer.signTypedData(domain, batchTypes, { reports }),
  }));
  return inOrder(await Promise.all(signed));
}

/** Per report, the fraction of a unit of gas rounded up. */
export async function batches(): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const count of [20, 100]) {
    const all = await loadFixture(() => portfolio(count));
    figures[`report a good month, in a batch of ${count}, each`] = Math.ceil((await report(all, 2)) / count);
  }
  return figures;
}
