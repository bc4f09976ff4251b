import { jobs } from "../../scripts/jobs.ts";
import { main } from "../../src/cli/main.ts";
import { listening } from "./answer.ts";
import type { Run } from "./world.ts";

export interface Alone {
  readonly env?: Record<string, string>;
  /** This computer's clock, UTC seconds; left out: now. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly onOut?: (text: string) => void;
}

/** Runs one command line that asks no chain. */
export async function alone(args: readonly string[], around: Alone = {}): Promise<Run> {
  const { env, now = Date.now() / 1000, onOut, ...rest } = around;
  const { io, heard } = listening({
    env: { UPHELD_RPC: "http://127.0.0.1:1", ...env },
    now: () => BigInt(Math.floor(now)),
    ...rest,
  });
  const out = (text: string) => {
    io.out(text);
    onOut?.(text);
  };
  const exitCode = await main(args, jobs, { ...io, out }, { deployFolder: "/nowhere" });
  const json = args.includes("--json") ? (JSON.parse(heard.out) as Record<string, unknown>) : {};
  return { exitCode, ...heard, json };
}
