import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonRpcProvider } from "ethers";
import { TestUSD__factory, type TestUSD } from "../../typechain-types/index.ts";
import { jobs } from "../../scripts/jobs.ts";
import { AddressBook } from "../../src/chain/addresses.ts";
import { connect } from "../../src/chain/connect.ts";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { startAnvil, type TestNode } from "../chain/nodes.ts";
import { agreementText } from "./agreement.ts";
import { deployAll, type Deployed, type People } from "./contracts.ts";

/** The world's first second: a month before the agreement starts. */
const BEGIN = Date.UTC(2029, 11, 1) / 1000;

export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed. */
  readonly json: Record<string, unknown>;
}

export interface Surroundings {
  readonly env?: Record<string, string>;
  /** Answers to questions; with any, somebody is at the terminal. */
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told of results while the job still runs. */
  readonly onOut?: (text: string) => void;
  /** This computer's clock, UTC seconds; left out: the world's first second. */
  readonly now?: bigint;
}

/** A chain, its contracts, four people, an agreement's file, and the executable. */
export class World {
  readonly node: TestNode;
  readonly provider: JsonRpcProvider;
  readonly folder: string;
  readonly token: TestUSD;
  readonly factory: string;
  readonly record: string;
  readonly people: People;
  readonly file: string;

  private constructor(node: TestNode, provider: JsonRpcProvider, folder: string, deployed: Deployed, network: string) {
    this.node = node;
    this.provider = provider;
    this.folder = folder;
    this.factory = deployed.factory;
    this.record = deployed.record;
    this.people = deployed.people;
    this.token = TestUSD__factory.connect(deployed.token, provider);
    this.file = this.write("ci.sla.yaml", agreementText(deployed.people, deployed.token, network));
  }

  static async begin(network = "local", ...nodeArgs: string[]): Promise<World> {
    const node = await startAnvil("--timestamp", String(BEGIN), ...nodeArgs);
    const { provider, network: known } = await connect(node.url);
    const folder = mkdtempSync(join(tmpdir(), "upheld-cli-"));
    const deployed = await deployAll(provider);
    for (const name of ["addresses.json", "addresses.local.json"]) {
      new AddressBook(join(folder, name)).set(known.chainId, {
        factory: deployed.factory,
        block: 0,
        record: deployed.record,
      });
    }
    return new World(node, provider, folder, deployed, network);
  }

  async end(): Promise<void> {
    this.provider.destroy();
    await this.node.stop();
    rmSync(this.folder, { recursive: true });
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Runs one command line as a process would, with `--json` read back. */
  async run(args: readonly string[], around: Surroundings = {}): Promise<Run> {
    let out = "";
    let err = "";
    const answers = [...(around.answers ?? [])];
    const io: Io = {
      out: (text) => {
        out += text;
        around.onOut?.(text);
      },
      err: (text) => (err += text),
      isTerminal: around.answers !== undefined,
      useColor: false,
      env: { UPHELD_RPC: this.node.url, ...around.env },
      now: () => around.now ?? BigInt(BEGIN),
      ask: (question) => {
        err += question;
        return Promise.resolve(answers.shift() ?? "");
      },
      signal: around.signal ?? new AbortController().signal,
    };
    const exitCode = await main(args, jobs, io, { deployFolder: this.folder });
    const json = args.includes("--json") ? (JSON.parse(out) as Record<string, unknown>) : {};
    return { exitCode, out, err, json };
  }

  /** The same, when it must succeed. */
  async ok(...args: string[]): Promise<Run> {
    const run = await this.run([...args, "--json"]);
    if (run.exitCode !== 0) throw new Error(`${args.join(" ")}: ${run.out}${run.err}`);
    return run;
  }

  /** The error that a command line ends with. */
  async refusal(...args: string[]): Promise<{ exitCode: number; code: string; message: string; hint: string }> {
    return this.refusalIn({}, ...args);
  }

  async refusalIn(around: Surroundings, ...args: string[]) {
    const { exitCode, json, out } = await this.run([...args, "--json"], around);
    const error = json["error"] as { code: string; message: string; hint: string } | undefined;
    if (error === undefined) throw new Error(`nothing was refused: ${out}`);
    return { exitCode, code: error.code, message: error.message, hint: error.hint };
  }

  /** Moves the chain's clock to `date`, UTC. */
  async at(date: string): Promise<void> {
    await this.provider.send("evm_setNextBlockTimestamp", [Date.parse(date) / 1000]);
    await this.provider.send("evm_mine", []);
  }

  async balance(who: keyof People): Promise<bigint> {
    return this.token.balanceOf(this.people[who]);
  }
}
