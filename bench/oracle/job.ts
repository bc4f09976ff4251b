/**
 * One run of the job's measuring, in a process of its own so that its memory and its time are the job's alone:
 * `job.ts CONFIG START END [RECORD]`. Prints one `JobRun` as JSON.
 */
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { dirname, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { JsonRpcProvider, Network } from "ethers";
import { TOOL } from "../../src/cli/swear.ts";
import { fastKeccak } from "../../src/evidence/keccak.ts";
import { Monitors } from "../../src/monitors/open.ts";
import { readConfig } from "../../src/oracle/config.ts";
import type { DuePeriod } from "../../src/oracle/due.ts";
import { inGroups, inOrder, monitorOfDue } from "../../src/oracle/groups.ts";
import { measureFromSources } from "../../src/oracle/measure.ts";
import { openPortfolio } from "../../src/oracle/portfolio.ts";
import { prepare, type Prepared } from "../../src/oracle/prepare.ts";

export interface JobRun {
  /** Seconds for reading the config and the agreements, which is part of all. */
  readonly opening: number;
  /** Seconds from the config to evidence that is safe on disk: as they passed, and as the process was at work. */
  readonly seconds: number;
  readonly cpu: number;
  /** Most memory that the process ever had, in bytes. */
  readonly rss: number;
  /** In the order of the config. */
  readonly counts: readonly Count[];
}

export interface Count {
  readonly total: string;
  readonly bad: string;
  readonly excluded: string;
  readonly file: string;
}

const [file = "", from = "", to = "", record] = process.argv.slice(2);
const asked: string[] = [];
if (record !== undefined) {
  subscribe("http.client.request.start", (message) => {
    asked.push((message as { request: ClientRequest }).request.path);
  });
}

const CHAIN = 31_337n;
const began = performance.now();
const cpuBefore = process.cpuUsage();
const config = readConfig(file);
const provider = new JsonRpcProvider("http://127.0.0.1:9", undefined, { staticNetwork: Network.from(CHAIN) });
const nowhere = {
  address: `0x${"6".repeat(40)}`,
  implementation: () => Promise.resolve(`0x${"7".repeat(40)}`),
  provider,
};
const agreements = await openPortfolio(config, nowhere);
const monitors = new Monitors(
  {
    environment: {},
    now: () => Date.now() / 1_000,
    wait: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
  },
  (name) => resolve(dirname(file), name),
);
const readRecord = () => Promise.reject(new Error("no agreement here takes anything from its record"));
const keccak = await fastKeccak();
const measure = measureFromSources({ chainId: CHAIN, tool: TOOL, monitors, readRecord });
const opened = performance.now();

const due = agreements.map((agreement): DuePeriod => ({
  agreement,
  number: 0n,
  start: BigInt(from),
  end: BigInt(to),
  reportUntil: BigInt(to) + 432_000n,
  oracle: agreement.terms.oracle,
}));
const prepared = new Map<string, Prepared>();
for (const chunk of inOrder(due)) {
  await inGroups(chunk, monitorOfDue, config.atOnce, async (one, readings) => {
    prepared.set(one.agreement.address, await prepare(one, measure, config.evidence, undefined, readings, keccak));
  });
}
const done = performance.now();
const { user, system } = process.cpuUsage(cpuBefore);

const counts = agreements.map(({ address }): Count => {
  const one = prepared.get(address);
  if (one === undefined) throw new Error("an agreement was not measured");
  if (one.kind === "failed") throw new Error(`${one.problem.code}: ${one.problem.message}`);
  const { measurements, file: path = "" } = one.ready;
  const [measured] = measurements;
  if (measured === undefined) throw new Error("nothing was measured");
  return { total: `${measured.total}`, bad: `${measured.bad}`, excluded: `${measured.excluded}`, file: path };
});
if (record !== undefined) writeFileSync(record, JSON.stringify(asked));
const run: JobRun = {
  opening: (opened - began) / 1_000,
  seconds: (done - began) / 1_000,
  cpu: (user + system) / 1e6,
  rss: process.resourceUsage().maxRSS * 1_024,
  counts,
};
process.stdout.write(JSON.stringify(run));
