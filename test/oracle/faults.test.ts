import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { readEvidence } from "../../src/evidence/files.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { anvilPath } from "../chain/nodes.ts";
import { startProxy, type Fault, type Proxy } from "../chain/proxy.ts";
import { World } from "../cli/world.ts";
import { Dice, SEED } from "../support/random.ts";
import { configText, eventsOfReports, keystoreOf, signMany, type Signed } from "./many.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));
/** `npm run campaign:faults` says more of each. */
const KILLS = Number(process.env["UPHELD_FAULT_KILLS"] ?? 3);
const AGREEMENTS = Number(process.env["UPHELD_FAULT_AGREEMENTS"] ?? 10);
const IS_CAMPAIGN = process.env["UPHELD_FAULT_KILLS"] !== undefined;
/** A reorganisation of at most so many blocks is survived by waiting for one more. */
const DEPTH = 3;
/** Months, of a year's agreements, that may be reported. */
const LAST = 11;

/**
 * The oracle's job as a process, killed at random moments, on a chain that reorganises and forgets transactions, behind
 * two RPC addresses that drop, delay and fail. Whatever happens: exactly one report each, and every file whole.
 */
describe(`the oracle's job, killed ${KILLS} times over ${AGREEMENTS} agreements`, function () {
  this.timeout(IS_CAMPAIGN ? 0 : 600_000);
  const dice = new Dice(SEED);
  const between = (least: number, most: number) => least + dice.next() * (most - least);
  const tally = {
    runs: 0,
    killed: 0,
    twins: 0,
    reorganised: 0,
    dropped: 0,
    faults: 0,
    requests: 0,
    again: 0,
    filled: 0,
  };
  let world: World;
  let signed: Signed[];
  let proxies: Proxy[] = [];
  let command: string[];
  let months = 0;

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    const { keystore, password } = await keystoreOf(world, "oracle");
    signed = await signMany(world, AGREEMENTS);
    world.write("outages.csv", "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n");
    const settings = { keystore, "password file": password, evidence: "evidence" };
    const config = world.write("oracle.yaml", configText(signed, settings));
    command = [SHIM, "report", "--all", "--config", config, "--confirmations", String(DEPTH + 1)];
    proxies = await Promise.all([0, 1].map(() => startProxy(world.node.url, { fault: nextFault })));
  });
  after(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await world.end();
    if (IS_CAMPAIGN)
      process.stdout.write(`${JSON.stringify({ seed: SEED, months, agreements: AGREEMENTS, ...tally })}\n`);
  });

  function nextFault(): Fault {
    ++tally.requests;
    if (dice.chance(0.25)) return { delayMs: between(0, 300) };
    if (!dice.chance(0.16)) return "pass";
    ++tally.faults;
    return dice.pick(["drop", "lose the answer", "error", "busy", "rubbish"]);
  }

  function start() {
    ++tally.runs;
    const env = { ...process.env, UPHELD_RPC: proxies.map(({ url }) => url).join(","), UPHELD_FACTORY: world.factory };
    const child = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, "close").then(() => ({ code: child.exitCode, said }));
    return { child, ended };
  }

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function reorganise(depth: number) {
    // anvil may refuse while it mines a block
    const answer: unknown = await world.provider.send("anvil_reorg", [depth, []]).catch((error: unknown) => error);
    if (!(answer instanceof Error)) ++tally.reorganised;
  }

  async function forget() {
    await world.provider.send("anvil_dropAllTransactions", []);
    ++tally.dropped;
  }

  /** What the chain may do of itself while a job runs. */
  async function disturb(until: Promise<unknown>) {
    for (;;) {
      const isOver = until.then(() => true);
      if (await Promise.race([isOver, pause(between(500, 3_000)).then(() => false)])) return;
      if (dice.chance(0.35)) {
        await reorganise(1 + dice.below(DEPTH));
        // what was in its blocks is in the pool again, and a node may forget that
        if (dice.chance(0.4)) await forget();
      } else if (dice.chance(0.4)) {
        await forget();
      }
    }
  }

  /** Runs the job; `killAfter` (ms) ends it as a power cut would. Answers its exit code, null when it was killed. */
  async function run(killAfter?: number) {
    const { child, ended } = start();
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
    await disturb(ended);
    clearTimeout(timer);
    const { code, said } = await ended;
    if (code === null) ++tally.killed;
    else expect([0, 75], said).to.include(code);
    return code;
  }

  /** How many nonces the job used up by nothing, since nobody held them any more. */
  async function countFilled(): Promise<number> {
    const { oracle } = world.people;
    let count = 0;
    for (let number = await world.provider.getBlockNumber(); number > 0; --number) {
      const block = await world.provider.getBlock(number, true);
      const transactions = block?.prefetchedTransactions ?? [];
      count += transactions.filter(({ from, to }) => from === oracle && to === oracle).length;
    }
    return count;
  }

  it("reports each period of each agreement exactly once", async () => {
    const perMonth = Math.ceil(KILLS / 3);
    for (let month = 1; tally.killed < KILLS && month <= LAST; ++month) {
      const first = new Date(Date.UTC(2030, month, 1)).toISOString();
      await world.at(first);
      await world.provider.send("anvil_mine", [`0x${(DEPTH + 2).toString(16)}`]);
      await world.provider.send("evm_setIntervalMining", [1]);
      const goal = month === LAST ? KILLS : Math.min(KILLS, tally.killed + perMonth);
      let code: number | null = null;
      while (tally.killed < goal) {
        // Two by mistake: the second is not killed, and neither harms the other.
        const twin = dice.chance(0.15) ? start() : undefined;
        if (twin !== undefined) ++tally.twins;
        code = await run(between(300, IS_CAMPAIGN ? 15_000 : 6_000));
        if (twin !== undefined) expect([0, 75]).to.include((await twin.ended).code);
        // All was done before it could be killed: start earlier moments over in the next month, if there is one.
        if (code === 0 && month < LAST && IS_CAMPAIGN) break;
      }
      while (code !== 0) {
        code = await run();
        if (code === 75) ++tally.again;
      }
      months = month;
      if (IS_CAMPAIGN) process.stderr.write(`${JSON.stringify({ month, ...tally })}\n`);
    }
    expect(tally.killed).to.equal(KILLS);
    await world.provider.send("evm_setAutomine", [true]);
    tally.filled = await countFilled();

    const found = await eventsOfReports(
      world,
      signed.map(({ address }) => address),
    );
    const named = found.map(({ agreement, period, revision }) => `${agreement}/${period}/${revision}`).sort();
    const wanted = signed.flatMap(({ address }) => Array.from({ length: months }, (_, k) => `${address}/${k}/0`));
    expect(named).to.deep.equal(wanted.sort());

    const roots = new Map(
      found.map(({ agreement, period, evidence }) => [`${agreement.toLowerCase()}/${period}`, evidence]),
    );
    const folder = join(world.folder, "evidence");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && !entry.name.endsWith(".tmp"),
    );
    expect(files).to.have.length(signed.length * months);
    for (const { parentPath, name } of files) {
      const evidence = await readEvidence(join(parentPath, name));
      expect(verifyEvidence(evidence), name).to.equal(undefined);
      expect(evidence.root).to.equal(roots.get(`${evidence.agreement.toLowerCase()}/${evidence.period}`));
    }

    const { oracle } = world.people;
    const pool = (await world.provider.send("txpool_status", [])) as { pending: string; queued: string };
    expect({ pending: Number(pool.pending), queued: Number(pool.queued) }).to.deep.equal({ pending: 0, queued: 0 });
    expect(await world.provider.getTransactionCount(oracle, "pending")).to.equal(
      await world.provider.getTransactionCount(oracle, "latest"),
    );
  });
});
