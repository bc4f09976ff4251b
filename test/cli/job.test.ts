import { readFileSync } from "node:fs";
import { expect } from "chai";
import { z } from "zod";
import { countType, flagType } from "../../src/cli/fields.ts";
import type { Context } from "../../src/cli/context.ts";
import { job, usage, type Job } from "../../src/cli/job.ts";
import { main } from "../../src/cli/main.ts";
import { UpheldError } from "../../src/errors.ts";
import { listening } from "./answer.ts";

/** Jobs that answer what they were given, and one that fails. */
const echo = (name: string, needs: "nothing" | "chain" | "signer" = "signer"): Job =>
  job({
    ...{ name, summary: "say it again", example: `upheld ${name} 1 --many a\nupheld ${name} 2`, needs },
    args: { first: ["<first>", "a number", countType], second: ["[second]", "a text", z.string().optional()] },
    options: {
      many: ["<x>", "several", z.array(z.string()).default([])],
      bare: ["<x>", "several, or nothing", z.array(z.string())],
      twoWords: ["", "a flag", flagType],
    },
    run: ({ options }: Context, input) => Promise.resolve({ data: { ...input, options }, text: ["said"], exitCode: 0 }),
  });

const failing = (name: string, error: Error): Job =>
  job({ name, summary: "fail", example: `upheld ${name}`, run: () => Promise.reject(error) });

const JOBS = [
  echo("echo"),
  echo("look", "chain"),
  echo("read", "nothing"),
  echo("group one"),
  echo("group two"),
  failing("fail", new UpheldError({ code: "a.code", message: "It failed." })),
  job({
    name: "no",
    summary: "say no",
    example: "upheld no",
    run: () => Promise.resolve({ data: {}, text: ["no"], exitCode: 1 }),
  }),
  job({
    ...{ name: "own", summary: "have an option of the common name", example: "upheld own", needs: "chain" },
    options: { network: ["<mine>", "mine", z.string().optional()] },
    run: (_, { network }) => Promise.resolve({ data: { network }, text: [] }),
  }),
];

async function run(...argv: string[]) {
  const { io, heard } = listening();
  const exitCode = await main(argv, JOBS, io, { deployFolder: "" });
  return { exitCode, ...heard };
}

const given = async (...argv: string[]) => {
  const { exitCode, out, err } = await run(...argv, "--bare", "x", "--json");
  expect(exitCode, out + err).to.equal(0);
  return JSON.parse(out) as Record<string, unknown>;
};

describe("a command line", () => {
  it("says which version this is, that of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    for (const asked of ["--version", "-V"]) {
      expect(await run(asked)).to.include({ exitCode: 0, out: `${version}\n`, err: "" });
    }
  });

  it("is read by the job's own fields", async () => {
    const argv = ["echo", "7", "text", "--many", "a", "--many", "b", "--two-words"];
    expect(await given(...argv)).to.deep.include({
      first: "7",
      second: "text",
      many: ["a", "b"],
      bare: ["x"],
      twoWords: true,
    });
    expect(await given("echo", "0")).to.deep.include({ first: "0", many: [], twoWords: false });
  });

  it("has the common options, each as it was given or off", async () => {
    const off = { json: true, dryRun: false, calldata: false, yes: false };
    expect((await given("echo", "0"))["options"]).to.deep.equal(off);
    const options = ["--network", "base", "--rpc", "http://a", "--factory", "0x1", "--dry-run", "--calldata", "--yes"];
    const signing = ["--keystore", "k", "--hardhat-key", "h", "--from", "f", "--confirmations", "3"];
    expect((await given("echo", "0", ...options, ...signing))["options"]).to.deep.equal({
      ...{ json: true, network: "base", rpc: "http://a", factory: "0x1", dryRun: true, calldata: true, yes: true },
      ...{ keystore: "k", hardhatKey: "h", from: "f", confirmations: 3 },
    });
  });

  it("prints what the job says, and exits as it says", async () => {
    expect(await run("echo", "0", "--bare", "x")).to.deep.equal({ exitCode: 0, out: "said\n", err: "" });
    expect(await run("no")).to.deep.equal({ exitCode: 1, out: "no\n", err: "" });
    expect(await run("fail")).to.deep.equal({ exitCode: 1, out: "", err: "✗ It failed. [a.code]\n" });
    expect(JSON.parse((await run("fail", "--json")).out)).to.deep.include({ ok: false });
  });

  it("finds a job of a group", async () => {
    expect(await given("group", "one", "1")).to.include({ first: "1" });
    expect(await given("group", "two", "2")).to.include({ first: "2" });
    const { out, exitCode } = await run("--help");
    expect(exitCode).to.equal(0);
    expect(out.match(/^ {2}group/gm)).to.have.length(1);
    expect(out).to.contain("see `upheld group --help`");
  });

  const wrong: [what: string, argv: string[], message: RegExp][] = [
    ["a job that is not", ["eco"], /^error: unknown command 'eco'\n\(Did you mean echo\?\)\n$/],
    ["an option that is not", ["echo", "1", "--nonsense"], /^error: unknown option '--nonsense'\n$/],
    ["a signer where nothing is sent", ["look", "1", "--keystore", "x"], /unknown option '--keystore'/],
    ["a chain where none is asked", ["read", "1", "--network", "x"], /unknown option '--network'/],
    ["too little", ["echo"], /^error: missing required argument 'first'\n$/],
    [
      "an argument of the wrong kind",
      ["echo", "x"],
      /^✗ First "x": not a whole number\. \[usage\]\n {2}See --help for what it takes and an example\.\n$/,
    ],
    ["an option that is missing", ["echo", "1"], /^✗ --bare is missing: /],
    ["an option of the wrong kind", ["echo", "1", "--confirmations", "0"], /^✗ --confirmations "0": /],
    ["an empty option", ["echo", "1", "--network", ""], /^✗ --network "": /],
  ];
  for (const [what, argv, message] of wrong) {
    it(`with ${what} exits 2 and says so`, async () => {
      const { exitCode, out, err } = await run(...argv);
      expect(err).to.match(message);
      expect({ exitCode, out }).to.deep.equal({ exitCode: 2, out: "" });
    });
  }

  it("that is wrong is told to a machine as JSON", async () => {
    const { exitCode, out, err } = await run("echo", "x", "--json");
    expect({ exitCode, err }).to.deep.equal({ exitCode: 2, err: "" });
    expect(JSON.parse(out)).to.deep.include({ ok: false });
  });
});

describe("the help", () => {
  it("of all jobs says how to start", async () => {
    const { exitCode, out } = await run("--help");
    expect(exitCode).to.equal(0);
    expect(out)
      .to.match(/^Usage: upheld/)
      .and.to.contain("Service-level agreements that enforce themselves: escrow,");
    expect(out).to.contain("\nStart with:\n  $ upheld new harbor.sla.yaml\n  $ upheld explain harbor.sla.yaml\nThen ");
    expect(out.endsWith("deploy, check, fund, accept.\n")).to.equal(true);
    expect(out).to.match(/^ {2}echo .* say it again$/m);
  });

  it("of a job has what it is, its arguments, its options in groups, and its example", async () => {
    const { exitCode, out, err } = await run("echo", "--help");
    expect({ exitCode, err }).to.deep.equal({ exitCode: 0, err: "" });
    expect(out).to.contain("Usage: upheld echo [options] <first> [second]\n\nSay it again.\n");
    expect(out)
      .to.match(/^ {2}first +a number$/m)
      .and.to.match(/^ {2}--two-words +a flag$/m);
    expect(out.match(/^\w+:$/gm)).to.deep.equal(["Arguments:", "Options:", "Chain:", "Signing:", "Example:"]);
    expect(out.endsWith("\nExample:\n  $ upheld echo 1 --many a\n  $ upheld echo 2\n")).to.equal(true);
    expect(out).to.match(/^ {2}-h, --help +say this$/m);
  });

  it("of a job has only the options it takes", async () => {
    const options = async (name: string) => ((await run(name, "--help")).out.match(/--[a-z-]+(?= )/g) ?? []).join(" ");
    const own = "--many --bare --two-words --json";
    expect(await options("read")).to.equal(`${own} --help --many`);
    expect(await options("look")).to.equal(`${own} --help --network --rpc --factory --many`);
    expect(await options("echo")).to.equal(
      `${own} --help --network --rpc --factory --dry-run --calldata --yes --keystore --hardhat-key --from --confirmations --many`,
    );
  });

  it("has a job's own option in place of the common one", async () => {
    const { out } = await run("own", "--help");
    expect(out.match(/--network <\w+>/g)).to.deep.equal(["--network <mine>"]);
    expect((await run("own", "--network", "x", "--json")).out).to.contain('"network": "x"');
  });
});

describe("a mistake on the command line", () => {
  it("is a sentence with a hint", () => {
    expect(usage("there is none").problem).to.deep.equal({
      code: "usage",
      message: "There is none.",
      hint: "See --help for what it takes and an example.",
    });
    for (const end of [".", "?", "!"])
      expect(usage(`is it${end}`, "So.").problem).to.include({ message: `Is it${end}`, hint: "So." });
    expect(usage("a. b").problem.message).to.equal("A. b.");
  });
});
