/** What the worker and the chains of its tests share. */

/** A connection of a test, as far as it matters here. */
export interface Chain {
  readonly provider: { request(call: { method: string; params: unknown[] }): Promise<unknown> };
  readonly networkHelpers: { clearSnapshots(): Promise<void> | void };
}

const chains = new Set<Chain>();
const NOBODY = "0x00000000000000000000000000000000000c01ba";
let coinbase = NOBODY;
let reached = new Set<string>();

export interface Settings {
  readonly artifacts: string;
  /** Whether the contracts count the statements that are run. */
  readonly counts: boolean;
  readonly blockGasLimit: bigint;
}

export function settingFor(env: NodeJS.ProcessEnv): Settings {
  return {
    artifacts: env["MUTANTS_ARTIFACTS"] ?? "artifacts",
    counts: env["MUTANTS_COUNT"] === "1",
    blockGasLimit: BigInt(env["MUTANTS_BLOCK_GAS"] ?? 60_000_000),
  };
}

/** A chain is new, or was put back to a snapshot. */
export async function connected(chain: Chain): Promise<void> {
  chains.add(chain);
  await chain.provider.request({ method: "hardhat_setCoinbase", params: [coinbase] });
}

/** Turn `id` on, and what was on off, in every chain. */
export async function turnOn(id: string | undefined): Promise<readonly Chain[]> {
  coinbase = id === undefined ? NOBODY : `0x${id.padStart(40, "0")}`;
  await Promise.all([...chains].map(connected));
  return [...chains];
}

export function hits(tags: readonly string[]): void {
  for (const tag of tags) reached.add(tag);
}

/** The statements that were run since the last call. */
export function takeHits(): string[] {
  const taken = [...reached];
  reached = new Set();
  return taken;
}
