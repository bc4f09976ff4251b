/** What a good month's gas is made of, and what its calldata weighs on a rollup. */
import { LibZip } from "solady";
import { ethers } from "../test/support/fixture.ts";
import { middle } from "./ours.ts";
import { sendBatch } from "./portfolio.ts";

const KINDS = [
  "transaction",
  "calldata",
  "signature",
  "accounts",
  "storage",
  "events",
  "hashing",
  "computing",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Month {
  /** Gas per client by what it pays for; the parts add up to the month in a batch of 100. */
  readonly gas: Readonly<Record<Kind, number>>;
  /** Bytes of calldata per client. */
  readonly calldata: { readonly bytes: number; readonly zeros: number; readonly fastlz: number };
}

interface Step {
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
}

const END: Step = { op: "", gas: 0, gasCost: 0, depth: 0 };

export async function month(): Promise<Month> {
  const all = await middle();
  const sent = await sendBatch(all, 3);
  const receipt = await sent.wait();
  const used = Number(receipt?.gasUsed ?? 0);
  const trace = await traceOf(sent.hash);
  const clients = all.agreements.length;
  const gas = partsOf(trace, sent.data, used);
  const each = (figure: number) => figure / clients;
  const share = Object.fromEntries(KINDS.map((kind) => [kind, each(gas[kind])])) as Record<Kind, number>;
  const data = ethers.getBytes(sent.data);
  const zeros = data.filter((byte) => byte === 0).length;
  const fastlz = ethers.dataLength(LibZip.flzCompress(sent.data));
  return { gas: share, calldata: { bytes: each(data.length), zeros: each(zeros), fastlz: each(fastlz) } };
}

async function traceOf(hash: string): Promise<readonly Step[]> {
  const options = { disableStack: true, disableMemory: true, disableStorage: true };
  const { structLogs } = (await ethers.provider.send("debug_traceTransaction", [hash, options])) as {
    structLogs: Step[];
  };
  return structLogs;
}

/** Every unit that the receipt shows, under one kind. */
function partsOf(steps: readonly Step[], data: string, used: number): Record<Kind, number> {
  const parts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  parts.transaction = 21_000;
  parts.calldata = ethers.getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
  for (const { op, cost } of costsOf(steps)) parts[kindOf(op)] += cost;
  const sum = KINDS.reduce((all, kind) => all + parts[kind], 0);
  // Storage that ends as it began is paid back.
  parts.storage -= sum - used;
  if (sum < used) throw new Error(`the trace explains ${sum} of ${used}`);
  return parts;
}

/** What each step itself costs: a call's without that of the code it runs. */
function* costsOf(steps: readonly Step[]): Generator<{ op: string; cost: number }> {
  // The code that runs, below the code that waits for it: its gas at first, its last step, and what that step called.
  const open: { start: number; last: Step; inside: number }[] = [];
  for (const step of [...steps, END]) {
    while (open.length > step.depth) {
      const { start, last } = open.pop() as (typeof open)[0];
      const caller = open.at(-1);
      if (caller !== undefined) caller.inside += start - (last.gas - last.gasCost);
      yield { op: last.op, cost: last.gasCost };
    }
    const running = open.at(-1);
    if (running === undefined || open.length < step.depth) {
      open.push({ start: step.gas, last: step, inside: 0 });
      continue;
    }
    yield { op: running.last.op, cost: running.last.gas - step.gas - running.inside };
    running.last = step;
    running.inside = 0;
  }
}

function kindOf(op: string): Kind {
  if (op.startsWith("LOG")) return "events";
  if (["SLOAD", "SSTORE", "TLOAD", "TSTORE"].includes(op)) return "storage";
  if (op === "KECCAK256") return "hashing";
  // The committee's only static call without code behind it is to the precompile.
  if (op === "STATICCALL") return "signature";
  if (op.startsWith("EXTCODE") || op.endsWith("CALL") || op === "BALANCE") return "accounts";
  return "computing";
}
