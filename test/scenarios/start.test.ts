import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `npm start -- …` as npm runs it, in a process group of its own and with a folder of its own for temporary files. */
class Demo {
  readonly child: ChildProcess;
  readonly temporary = mkdtempSync(join(tmpdir(), "upheld-test-"));
  /** Where a chain that stays is remembered: other tests run beside this one, and find what lies in `deploy`. */
  readonly addresses = mkdtempSync(join(tmpdir(), "upheld-test-"));
  stdout = "";
  stderr = "";

  static readonly running: Demo[] = [];

  constructor(...args: string[]) {
    Demo.running.push(this);
    shareCompiled(this.temporary);
    this.child = spawn(process.execPath, ["--import", "tsx", join(ROOT, "scripts", "start.ts"), ...args], {
      cwd: ROOT,
      detached: true,
      env: { ...process.env, TMPDIR: this.temporary, UPHELD_ADDRESSES: this.addresses, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (text) => (this.stdout += String(text)));
    this.child.stderr?.on("data", (text) => (this.stderr += String(text)));
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const [code] = (await once(this.child, "close")) as [number | null];
    return code;
  }

  /** Resolves once `text` was printed. */
  async prints(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended without printing "${text}": ${this.stderr}`);
      await pause(50);
    }
  }

  /** Resolves once it has made an agreement, and so is in the middle of its story. */
  async isPlaying(): Promise<void> {
    const made = () =>
      readdirSync(this.temporary, { recursive: true }).some((name) => String(name).includes(".sla.yaml"));
    while (!made()) {
      if (this.child.exitCode !== null) throw new Error(`ended before it played: ${this.stderr}`);
      await pause(20);
    }
  }

  /** Files it left, and whether any process of its group still lives: the compiler of TypeScript takes a moment to go. */
  async leftBehind(): Promise<{ files: string[]; processes: boolean }> {
    for (let i = 0; i < 40 && isAlive(-(this.child.pid ?? 0)); ++i) await pause(50);
    // tsx keeps its cache of compiled files there
    const files = readdirSync(this.temporary).filter((name) => !/^(tsx-|node-compile-cache)/.test(name));
    for (const each of [this.temporary, this.addresses]) rmSync(each, { recursive: true, force: true });
    return { files, processes: isAlive(-(this.child.pid ?? 0)) };
  }
}

/** What tsx has compiled before, as whoever starts a second time has it: without, each start takes five seconds more. */
function shareCompiled(temporary: string): void {
  const name = `tsx-${process.geteuid?.() ?? ""}`;
  const shared = join(tmpdir(), name);
  mkdirSync(shared, { recursive: true });
  symlinkSync(shared, join(temporary, name), "junction");
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const NOTHING = { files: [], processes: false };

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const demo = new Demo(...args, "--json");
  const code = await demo.ended();
  expect(code, demo.stderr).to.equal(0);
  expect(await demo.leftBehind()).to.deep.equal(NOTHING);
  return JSON.parse(demo.stdout) as Record<string, unknown>;
}

interface Month {
  readonly month: string;
  readonly total: number | null;
  readonly bad: number | null;
  readonly creditPpb: number;
  readonly credited: string;
  readonly earned: string;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const BAD = [4740, 0, 0, 1200, 12720, 7200, 0, 15360, 0, 31980, 0, 4140];
const TENTH = ["01", "05", "06", "08", "12"];

/** The known year: credits of 10 % in January, May, June, August and December, 25 % in October. */
const YEAR: Month[] = DAYS.map((days, i) => {
  const number = String(i + 1).padStart(2, "0");
  const credit = number === "10" ? 250 : TENTH.includes(number) ? 100 : 0;
  return {
    month: `2025-${number}`,
    total: days * 86_400,
    bad: BAD[i] ?? -1,
    creditPpb: credit * 1_000_000,
    credited: `${credit}.00`,
    earned: `${1000 - credit}.00`,
  };
});

describe("npm start", function () {
  this.timeout(180_000);
  // a test that fails must not leave a chain running
  afterEach(() => {
    for (const { child } of Demo.running.splice(0)) child.kill("SIGKILL");
  });

  describe("--json", () => {
    it("prints the known year, 750.00 credited and 11,250.00 earned, and nothing else", async () => {
      const printed = await json();
      expect(printed).to.deep.equal({ months: YEAR, credited: "750.00", earned: "11250.00", conserved: true });
      expect(Object.keys(printed)).to.deep.equal(["months", "credited", "earned", "conserved"]);
    });

    it("--dispute: the counts that the arbiter picked decide, and the year ends as if truth had been reported", async () => {
      expect(await json("--dispute")).to.deep.equal({
        story: "dispute",
        months: YEAR,
        credited: "750.00",
        earned: "11250.00",
        conserved: true,
        ending: {
          month: "2025-10",
          reported: "100.00",
          claimed: "250.00",
          stake: "50.00",
          held: "150.00",
          final: "250.00",
        },
      });
    });

    it("--silent-oracle: silence costs July half its fee, and a new oracle reports from August", async () => {
      const silent = {
        month: "2025-07",
        total: null,
        bad: null,
        creditPpb: 500_000_000,
        credited: "500.00",
        earned: "500.00",
      };
      expect(await json("--silent-oracle")).to.deep.equal({
        story: "silent-oracle",
        months: YEAR.map((month) => (month.month === "2025-07" ? silent : month)),
        credited: "1250.00",
        earned: "10750.00",
        conserved: true,
        ending: { month: "2025-07", silenceCredit: "500.00", finalAt: "2025-08-13", oracleReplaced: true },
      });
    });

    it("--client-stops-paying: the provider is gone ten days into the first month that was not covered", async () => {
      const cut = {
        month: "2025-04",
        total: 864_000,
        bad: 0,
        creditPpb: 0,
        credited: "0.00",
        earned: "333.333333",
      };
      expect(await json("--client-stops-paying")).to.deep.equal({
        story: "client-stops-paying",
        months: [...YEAR.slice(0, 3), cut],
        credited: "100.00",
        earned: "3233.333333",
        conserved: true,
        ending: { end: "2025-04-11", lastFee: "333.333333", owed: "233.333333" },
      });
    });
  });

  describe("--keep", () => {
    it("prints the screen, leaves the chain answering, and Ctrl-C leaves nothing behind", async () => {
      const port = await freePort();
      const demo = new Demo("--keep", "--port", String(port));
      await demo.prints("verify again.\n");
      for (const line of SCREEN) expect(demo.stdout).to.include(line);
      // What the README shows is what is printed, to the letter; only what comes next depends on the options.
      const [screen = ""] = demo.stdout.split("\nNEXT");
      expect(readFileSync(join(ROOT, "README.md"), "utf8")).to.include(screen);
      for (const [, name] of demo.stdout.matchAll(/npx upheld (\w+)/g)) {
        expect(jobs.map((job) => job.name)).to.include(name);
      }
      expect(await chainIdAt(port)).to.equal("0x7a69");

      demo.child.kill("SIGINT");
      expect(await demo.ended()).to.equal(0);
      expect(readdirSync(demo.addresses)).to.deep.equal(["addresses.local.json"]);
      expect(await demo.leftBehind()).to.deep.equal(NOTHING);
      expect(await isFree(port)).to.equal(true);
    });

    it("says that the port is in use, what to do about it, and no stack trace", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const demo = new Demo("--keep", "--port", String(port));
      expect(await demo.ended()).to.equal(1);
      server.close();
      expect(demo.stderr).to.include(`Port ${port} is in use.`).and.to.include("--port").and.not.to.include("    at ");
      expect(demo.stdout).to.equal("");
      expect(await demo.leftBehind()).to.deep.equal(NOTHING);
    });
  });

  it("Ctrl-C in the middle ends it at once and leaves nothing behind", async () => {
    const demo = new Demo();
    await demo.isPlaying();
    const began = Date.now();
    demo.child.kill("SIGINT");
    expect(await demo.ended()).to.equal(130);
    expect(Date.now() - began).to.be.lessThan(10_000);
    expect(demo.stdout).to.equal("");
    expect(await demo.leftBehind()).to.deep.equal(NOTHING);
  });

  describe("a command line that cannot be", () => {
    const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
      ["an unknown option", ["--nonsense"], /unknown option/],
      ["two stories at once", ["--dispute", "--silent-oracle"], /cannot be used with/],
      ["a port without a chain that stays", ["--port", "8546"], /add --keep/],
      ["a port that is none", ["--keep", "--port", "70000"], /'70000' is invalid. Not a port/],
    ];
    for (const [what, args, message] of wrong) {
      it(`${what}: exit code 2 and a word of help`, async () => {
        const demo = new Demo(...args);
        expect(await demo.ended()).to.equal(2);
        expect(demo.stderr).to.match(message);
        await demo.leftBehind();
      });
    }
  });

  it("--help lists the stories", async () => {
    const demo = new Demo("--help");
    expect(await demo.ended()).to.equal(0);
    for (const name of ["--dispute", "--silent-oracle", "--client-stops-paying", "--keep", "--json", "--port"]) {
      expect(demo.stdout).to.include(name);
    }
    await demo.leftBehind();
  });
});

/** Lines that must be seen at a glance. */
const SCREEN = [
  "(local chain, play money, real outages)",
  "One process plays all parties.",
  "Harbor Dental pays Northwind IT 1,000 USDC a month for CI hosting.",
  "below 99.9 %           44 min 38 s",
  "Oct    8 h 53 min   98.806 %      750.00    250.00 ◄ 8 Nov    may leave until 31 Dec",
  "11,250.00    750.00   = 12,000.00 exactly",
  "Claims filed 0 · amounts chosen by a person 0 · months settled by code 12",
  "Signed by: provider 3 (create, accept, claim) · client 3 (fund, accept, withdraw) · oracle 12\n",
  "12,000.00 in = 11,250.00 to the provider + 750.00 back to the client, 0.00 left  ✓",
  "12 months recomputed from the chain and 12 evidence files ✓ all agree",
  "one second of 9 Oct changed → verify: MISMATCH, day 2025-10-09, leaf 9",
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const free = await Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]);
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function chainIdAt(port: number): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
  });
  return ((await response.json()) as { result: unknown }).result;
}
