/** One `upheld watch --once`, as from cron, in a process of its own: `job.ts FOLDER RPC HOOK`. Prints one `Round` as JSON. */
import { join } from "node:path";
import { jobs } from "../../scripts/jobs.ts";
import { main } from "../../src/cli/main.ts";

export interface Round {
  /** Seconds as they passed, and as the process was at work. */
  readonly seconds: number;
  readonly cpu: number;
  /** Most memory that the process ever had, in bytes. */
  readonly rss: number;
  readonly agreements: number;
  readonly notices: number;
}

const [folder = "", rpc = "", hook = ""] = process.argv.slice(2);
let out = "";
const began = performance.now();
const before = process.cpuUsage();
const exitCode = await main(
  ["watch", "--config", join(folder, "watch.yaml"), "--once", "--json"],
  jobs,
  {
    out: (text) => (out += text),
    err: (text) => process.stderr.write(text),
    isTerminal: false,
    useColor: false,
    env: { UPHELD_RPC: rpc, HOOK: hook },
    now: () => BigInt(Math.floor(Date.now() / 1_000)),
    ask: () => Promise.reject(new Error("nobody is there")),
    signal: new AbortController().signal,
  },
  { deployFolder: folder },
);
if (exitCode !== 0) throw new Error(`upheld watch ended with ${exitCode}: ${out}`);
const { user, system } = process.cpuUsage(before);
const { agreements, notices } = JSON.parse(out) as Pick<Round, "agreements" | "notices">;
const round: Round = {
  seconds: (performance.now() - began) / 1_000,
  cpu: (user + system) / 1e6,
  rss: process.resourceUsage().maxRSS * 1_024,
  agreements,
  notices,
};
process.stdout.write(JSON.stringify(round));
