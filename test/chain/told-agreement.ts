import { getAddress, id } from "ethers";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type { Agreement } from "../../src/chain/agreement.ts";
import type { Measurement, Terms } from "../../src/terms/types.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { answering } from "./answering.ts";

const ESCROW = ISLAEscrow__factory.createInterface();

/** The agreement of the evidence's fixtures, as its chain has it. */
export const ADDRESS = getAddress("0x00000000000000000000000000000000000000aa");

/** What the contract said. */
export type Said =
  | { readonly name: "Revised"; readonly period: bigint; readonly revision: bigint }
  | {
      readonly name: "Reported";
      readonly period: bigint;
      readonly root: string;
      readonly counts: readonly Measurement[];
    }
  | {
      readonly name: "Disputed";
      readonly period: bigint;
      readonly seat: bigint;
      readonly credit: bigint;
      readonly pledge: bigint;
      readonly root: string;
      readonly counts: readonly Measurement[];
    };

function valuesOf(said: Said): unknown[] {
  if (said.name === "Revised") return [said.period, said.revision];
  if (said.name === "Reported") return [said.period, 0n, said.root, said.counts];
  return [said.period, said.seat, said.credit, said.pledge, said.root, said.counts];
}

/** Lets `work` read an agreement whose contract said this, and whose state is as given. */
export function toldAgreement<T>(
  said: readonly Said[],
  work: (agreement: Agreement) => Promise<T>,
  { terms = sampleTerms(), state = {}, dispute = {} }: { terms?: Terms; state?: object; dispute?: object } = {},
): Promise<T> {
  const logs = said.map((each, i) => ({
    ...{
      address: ADDRESS,
      ...ESCROW.encodeEventLog(each.name, valuesOf(each)),
      blockNumber: "0x5",
      logIndex: `0x${i}`,
    },
    ...{ transactionHash: id("transaction"), blockHash: id("block"), transactionIndex: "0x0", removed: false },
  }));
  return answering({ eth_blockNumber: () => "0x9", eth_getLogs: () => logs }, (provider) =>
    work({
      ...{ provider, address: ADDRESS, terms, factory: { block: 1 } },
      ...{ state: () => Promise.resolve(state), dispute: () => Promise.resolve(dispute) },
    } as unknown as Agreement),
  );
}
