import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";
import { publishSource } from "../../src/chain/sourcify.ts";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { problemOf } from "../chain/rejection.ts";

/** Runs a command line that needs no chain. */
async function run(...args: string[]) {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    isTerminal: false,
    useColor: false,
    env: {},
    now: () => 1_800_000_000n,
    ask: () => Promise.resolve(""),
    signal: new AbortController().signal,
  };
  const exitCode = await main(args, jobs, io, { deployFolder: "none" });
  return { exitCode, out, err };
}

describe("an agreement's file by the executable", () => {
  const folder = mkdtempSync(join(tmpdir(), "upheld-new-"));
  const file = join(folder, "harbor.sla.yaml");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("starts from a preset with a salt of its own, and lists what is open", async () => {
    const { exitCode, out } = await run("new", file, "--preset", "aws-ec2", "--network", "sepolia");
    expect(exitCode).to.equal(0);
    expect(out).to.contain("Still open: the address of the provider");
    expect(out).to.contain("They are options of `upheld new`, or keys of the file.");
    await run("new", `${file}2`, "--preset", "aws-ec2", "--network", "sepolia");
    const [one, other] = [readFileSync(file, "utf8"), readFileSync(`${file}2`, "utf8")];
    expect(one)
      .to.match(/salt: "[0-9a-f]{64}"/)
      .and.contain("network: sepolia");
    expect(one).not.to.equal(other);
  });

  it("never overwrites", async () => {
    const before = readFileSync(file, "utf8");
    expect((await run("new", file)).exitCode).to.equal(2);
    expect(readFileSync(file, "utf8")).to.equal(before);
  });

  it("lists the presets, and every one can be started and explained", async () => {
    const names = (await run("new", "--presets")).out.trim().split("\n");
    expect(names).to.include.members(["aws-s3", "google-cloud", "msp-tickets"]);
    for (const name of names) {
      const path = join(folder, `${name}.sla.yaml`);
      await run("new", path, "--preset", name);
      const { exitCode, out } = await run("explain", path);
      expect(exitCode, name).to.equal(0);
      expect(out, name).to.contain("THE DEAL").and.contain("This is a draft");
    }
    expect((await run("new", join(folder, "x"), "--preset", "none")).err).to.contain("aws-s3");
  });

  it("names line and key of what is wrong", async () => {
    const { exitCode, err } = await run("deploy", file);
    expect(exitCode).to.equal(1);
    expect(err).to.match(/harbor\.sla\.yaml:\d+: The address of the provider is missing/);
  });
});

describe("the options of a job", () => {
  const OFFLINE = ["explain", "prove-day"];
  const READING = [
    ...[
      "check",
      "status",
      "preview",
      "verify",
      "verify-day",
      "compare",
      "case",
      "statement",
      "expose",
      "audit-pack",
      "lint",
    ],
    ...["committee show", "committee propose", "record list", "record verify"],
  ];
  const flags = async (name: string) =>
    (await run(...name.split(" "), "--help")).out.match(/(?<=^ {2}(-h, )?)--[a-z-]+/gm);

  it("are only those that do something: none of a chain where only files are read", async () => {
    for (const name of [...OFFLINE, "key new", "key address"]) {
      expect(await flags(name), name).to.deep.equal(["--json", "--help"]);
    }
    expect(await flags("new"))
      .to.include("--network")
      .and.not.include("--rpc");
    for (const name of ["backtest", "collect"])
      expect(await flags(name))
        .to.include("--json")
        .and.not.include("--rpc");
  });

  it("are none for signing where a chain is only read", async () => {
    for (const name of [...READING, "publish"]) {
      expect(await flags(name), name).to.include.members(["--json", "--network", "--rpc", "--factory"]);
      expect(await flags(name), name).not.to.include("--keystore");
    }
    expect(await flags("publish")).to.include("--dry-run");
    expect(await flags("doctor"))
      .to.include.members(["--keystore", "--rpc"])
      .and.not.include("--yes");
    expect((await run("status", "x", "--yes")).exitCode).to.equal(2);
  });

  it("are all of them where something may be sent", async () => {
    const sending = jobs
      .map(({ name }) => name)
      .filter(
        (name) =>
          !OFFLINE.includes(name) &&
          !READING.includes(name) &&
          !/^(new|publish|backtest|collect|doctor|watch|key .*)$/.test(name),
      );
    expect(sending).to.have.length.above(15);
    for (const name of sending) {
      expect(await flags(name), name).to.include.members([
        "--dry-run",
        "--calldata",
        "--yes",
        "--keystore",
        "--network",
      ]);
    }
  });
});

describe("publishing sources", () => {
  const source = { address: "0x1", name: "a.sol:A", compiler: "0.8.37+commit.1", input: { language: "Solidity" } };

  /** A stand-in for a Sourcify server: answers each request by the next of `answers`. */
  async function against(answers: [status: number, body: unknown][]) {
    const asked: { url: string | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      void read(request).then((body) => {
        asked.push({ url: request.url, body });
        const [status, answer] = answers.shift() ?? [500, {}];
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const work = publishSource(url, 84532n, source, { pollMs: 1, tries: 3 });
    return { work: work.finally(() => server.close()), asked };
  }

  async function read(request: IncomingMessage): Promise<string> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    return body;
  }

  const started: [number, unknown] = [202, { verificationId: "v1" }];

  it("sends what is needed to compile again, and waits for the match", async () => {
    const matched: [number, unknown] = [200, { isJobCompleted: true, contract: { match: "exact_match" } }];
    const { work, asked } = await against([started, [200, { isJobCompleted: false }], matched]);
    expect(await work).to.equal("published");
    expect(asked.map(({ url }) => url)).to.deep.equal(["/v2/verify/84532/0x1", "/v2/verify/v1", "/v2/verify/v1"]);
    expect(JSON.parse(asked[0]?.body ?? "")).to.deep.equal({
      stdJsonInput: source.input,
      compilerVersion: source.compiler,
      contractIdentifier: source.name,
    });
  });

  it("is content when somebody published before", async () => {
    expect(await (await against([[409, { customCode: "already_verified" }]])).work).to.equal("was there");
  });

  it("says why not, and whether trying again can help", async () => {
    const differs: [number, unknown] = [
      200,
      { isJobCompleted: true, contract: { match: null }, error: { message: "no" } },
    ];
    expect(await problemOf((await against([started, differs])).work)).to.include({ code: "publish.refused" });
    expect(await problemOf((await against([[503, {}]])).work)).to.include({ retry: true });
    const endless = Array.from({ length: 3 }, (): [number, unknown] => [200, { isJobCompleted: false }]);
    expect(await problemOf((await against([started, ...endless])).work)).to.include({ retry: true });
  });
});
