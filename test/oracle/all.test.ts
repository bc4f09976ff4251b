import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { SigningKey, type Wallet } from "ethers";
import report from "../../scripts/report.ts";
import { AddressBook } from "../../src/chain/addresses.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import type { NodeEvent } from "../../src/chain/failover.ts";
import { Context } from "../../src/cli/context.ts";
import type { Io } from "../../src/cli/io.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { main } from "../../src/cli/main.ts";
import { factoryOf, memberKeys, monitorServices, openKeys, openOracle, tellNodes } from "../../src/cli/oracle.ts";
import { Output } from "../../src/cli/output.ts";
import { exitCodeOf } from "../../src/cli/report-all.ts";
import { Committee } from "../../src/committee/committee.ts";
import { proposeDue } from "../../src/oracle/propose-due.ts";
import type { Outcome } from "../../src/oracle/round.ts";
import { startKms } from "../chain/kms-server.ts";
import { problemOf } from "../chain/rejection.ts";
import { listening } from "../cli/answer.ts";
import { COMMITTEE, DAY, FACTORY, FEBRUARY } from "../support/told-chain.ts";
import { Desk, key, ORACLE, type Signed, type SourceOf } from "./desk.ts";
import { configText } from "./many.ts";

const MEMBERS = ["21", "22"].map(key);
const PASSWORD = "correct horse";

/** What was noted, without how long it took: that is said only where the machine is slow. */
const withoutSpinner = (text: string): string =>
  text
    .split("\r\u001b[K")
    .map((piece, i) => (i === 0 ? piece : piece.replace(/^[\w ]+, \d+ s/, "")))
    .join("");

describe("reporting all that a config names", function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
    desk.chain.committee.members = MEMBERS.map(({ address }) => address);
  });
  afterEach(() => {
    desk.end();
  });

  /** A keystore of `wallet` beside the config. */
  async function keystore(name: string, wallet = ORACLE): Promise<string> {
    const path = join(desk.folder, `${name}.json`);
    if (!existsSync(path)) await writeKeystore(path, wallet, PASSWORD, { scryptN: 2 });
    desk.write("password", `${PASSWORD}\n`);
    return `${name}.json`;
  }
  const config = (signed: readonly Signed[], settings: Readonly<Record<string, string>> = {}, source?: () => string) =>
    desk.write("oracle.yaml", configText(signed, { evidence: "evidence", ...settings }, source));
  const keyed = async (signed: readonly Signed[], more: Readonly<Record<string, string>> = {}, source?: () => string) =>
    config(signed, { keystore: await keystore("oracle"), "password file": "password", ...more }, source);

  /** Runs `upheld report --all` on the config; what it answered, said, and printed as JSON. */
  async function run(args: readonly string[], around: Partial<Io> = {}) {
    return desk.chain.during(async (_, url) => {
      const env = { UPHELD_RPC: url, UPHELD_FACTORY: FACTORY };
      const { io, heard } = listening({ env, ...around });
      const all = ["report", "--all", "--config", join(desk.folder, "oracle.yaml"), ...args];
      const exitCode = await main(all, [report], io, { deployFolder: desk.folder });
      const json = args.includes("--json") ? (JSON.parse(heard.out) as Record<string, unknown>) : {};
      return { exitCode, out: heard.out, err: withoutSpinner(heard.err), json };
    });
  }
  const atTerminal = { isTerminal: true };

  it("shows, dry, what it would do, without a key", async () => {
    config(desk.signMany(2));
    const { exitCode, out, err } = await run(["--dry-run"], atTerminal);
    const lines = out.trimEnd().split("\n");
    expect([exitCode, lines.length, lines[0]]).to.deep.equal([0, 4, "Nothing was written or sent."]);
    expect(lines.slice(1, 3)).to.satisfy((each: string[]) =>
      each.every((line) => /would report {2}4740 bad/.test(line)),
    );
    expect(lines.at(-1)).to.equal("2 would report.");
    expect(err).to.equal("2 of 2 are due\n");
    expect([desk.chain.taken.length, existsSync(desk.evidence)]).to.deep.equal([0, false]);
    const { json } = await run(["--dry-run", "--json"]);
    expect(json).to.deep.include({ ok: true, network: "local", dryRun: true, counts: { due: 2 } });
    expect(json["reports"]).to.have.length(2);
  });

  it("reports, and tells whoever watches how it goes on", async () => {
    await keyed(desk.signMany(1));
    const { exitCode, out, err } = await run([], atTerminal);
    expect(exitCode).to.equal(0);
    expect(out).to.match(/^CI hosting 0 .* reported {2}4740 bad of 2678400 {2}\/.*\.json\.gz\n1 reported\.\n$/);
    expect(err).to.equal("1 of 1 are due\ntransaction sent, nonce 0\n");
    expect(existsSync(desk.evidence)).to.equal(true);
    const { json } = await run(["--json"]);
    expect(json).to.deep.include({ network: "local", dryRun: false, counts: { there: 1 } });
  });

  it("waits for what an earlier run left, and says so", async () => {
    await keyed(desk.signMany(1));
    const { eth_getTransactionCount: count } = desk.chain.answers;
    let asked = 0;
    const answers = desk.chain.answers as Record<string, unknown>;
    answers["eth_getTransactionCount"] = (who: string, tag: string) =>
      tag === "pending" && asked++ === 0 ? "0x2" : count(who);
    const { exitCode, err } = await run([], atTerminal);
    expect(exitCode).to.equal(0);
    expect(err).to.equal("transaction waiting for earlier, nonce 0\n1 of 1 are due\ntransaction sent, nonce 0\n");
  });

  it("finds a monitor's files in the config's folder", async () => {
    const policy = `    policy:
      bad when: fails
      a sample speaks for: 1 hour
      unknown: counts as down
`;
    const signed = [desk.sign(ORACLE.address, (text) => text.replace("objectives:", (key) => `${policy}${key}`))];
    const samples = Array.from({ length: 31 * 24 }, (_, i) => `${FEBRUARY - 31n * DAY + BigInt(i * 3_600)},1`);
    desk.write("samples.csv", ["time,value", ...samples, ""].join("\n"));
    config(signed, {}, () => "samples: samples.csv");
    const { json } = await run(["--dry-run", "--json"]);
    expect((json["reports"] as Record<string, unknown>[])[0]).to.deep.include({
      ...{ outcome: "due", measurements: [{ total: "2678400", bad: "0", excluded: "0" }] },
    });
  });

  it("says how many are measured, now and then", async () => {
    config(desk.signMany(50));
    const { err } = await run(["--dry-run"], atTerminal);
    expect(err).to.equal("50 of 50 are due\n25 measured\n50 measured\n");
  });

  it("keeps evidence elsewhere when told so, and takes the month that is named", async () => {
    await keyed(desk.signMany(1));
    const elsewhere = join(desk.folder, "elsewhere");
    expect((await run(["--period", "2030-03", "--evidence", elsewhere, "--json"])).json["counts"]).to.deep.equal({
      early: 1,
    });
    const { json } = await run(["--evidence", elsewhere, "--json"]);
    expect((json["reports"] as { file: string }[])[0]?.file.startsWith(`${elsewhere}/31337/`)).to.equal(true);
    expect(existsSync(desk.evidence)).to.equal(false);
  });

  it("fails when something failed, though the rest is reported", async () => {
    await keyed(desk.signMany(1), {}, () => "outages: nowhere.csv");
    const { exitCode, json } = await run(["--json"]);
    expect([exitCode, json["counts"]]).to.deep.equal([1, { failed: 1 }]);
  });

  it("prints no calldata", async () => {
    config(desk.signMany(1));
    const { exitCode, json } = await run(["--calldata", "--json"]);
    expect(exitCode).to.equal(2);
    expect(json["error"]).to.deep.include({
      ...{ code: "usage", message: "--calldata is for one agreement.", hint: "Name the agreement, without --all." },
    });
  });

  it("asks before it sends on a live chain, as which account and what", async () => {
    desk.chain.answers.eth_chainId = () => "0xaa36a7";
    await keyed(desk.signMany(2), { network: "sepolia" });
    const { exitCode, err } = await run([], { ...atTerminal, ask: () => Promise.resolve("n") });
    expect(exitCode).to.equal(1);
    expect(err).to.contain(`On sepolia, as ${ORACLE.address}:\n  report what is due of 2 agreements\n`);
    expect(desk.chain.taken).to.deep.equal([]);
    expect((await run(["--dry-run", "--json"])).exitCode, "a dry run asks nothing").to.equal(0);
  });

  describe("for a committee to sign", () => {
    const batch = () => join(desk.folder, "january.batch.json");
    const proposing = (...more: string[]) => run(["--propose", batch(), ...more]);
    const read = () => JSON.parse(readFileSync(batch(), "utf8")) as { reports: { agreement: string }[] };

    it("puts all that is due from it into one file, and sends nothing", async () => {
      const signed = [desk.sign(COMMITTEE), desk.sign(), desk.sign(COMMITTEE)];
      config(signed, { committee: COMMITTEE });
      const { exitCode, out } = await proposing();
      const lines = out.trimEnd().split("\n");
      expect(exitCode).to.equal(0);
      expect(lines.slice(-4)).to.deep.equal([
        "2 proposed.",
        `1 more are due, but not from ${COMMITTEE}: left out.`,
        `${batch()} holds 2 reports.`,
        `2 of 2 members sign it with \`upheld cosign ${batch()} --config …\`; give them the file and the evidence.`,
      ]);
      expect(lines[0]).to.match(/ proposed {2}4740 bad of 2678400 {2}\//);
      expect(read().reports.map(({ agreement }) => agreement)).to.deep.equal([signed[0]?.address, signed[2]?.address]);
      expect(desk.chain.taken).to.deep.equal([]);
      const { json } = await proposing("--json");
      expect(json).to.deep.include({ network: "local", dryRun: false, file: batch(), inFile: 2, others: 1 });
      expect(json["counts"]).to.deep.equal({ proposed: 2 });
    });

    it("writes nothing in a dry run", async () => {
      config([desk.sign(COMMITTEE)], { committee: COMMITTEE });
      const { out, err } = await run(["--propose", batch(), "--dry-run"], atTerminal);
      expect(out).to.match(/ would report {2}4740 bad of 2678400\n1 would report\.\nNo batch was written\.\n$/);
      expect(err).to.equal("1 of 1 are due\n");
      expect([existsSync(batch()), existsSync(desk.evidence)]).to.deep.equal([false, false]);
      const { json } = await proposing("--dry-run", "--json");
      expect(json).to.include({ dryRun: true, others: 0 }).and.not.to.have.any.keys("file", "inFile");
    });

    it("tells what it cannot measure, what is there already, and proposes the rest in the config's order", async () => {
      const signed = [desk.sign(COMMITTEE), desk.sign(COMMITTEE), desk.sign(COMMITTEE)];
      signed[0]!.told.state["stage"] = 3n;
      let i = 0;
      config(signed, { committee: COMMITTEE }, () => `outages: ${i++ === 1 ? "nowhere" : "outages"}.csv`);
      const { exitCode, json } = await proposing("--json");
      expect(exitCode).to.equal(1);
      const reports = json["reports"] as Record<string, unknown>[];
      expect(reports.map(({ service, outcome }) => [service, outcome])).to.deep.equal([
        ["CI hosting 0", "there"],
        ["CI hosting 1", "failed"],
        ["CI hosting 2", "proposed"],
      ]);
      expect(reports[1]).to.deep.include({ period: "0", closes: String(signed[1]!.told.summary["reportUntil"]) });
      expect((reports[1]?.["problem"] as { code: string }).code).to.equal("file.unreadable");
      expect(json["inFile"]).to.equal(1);
    });

    it("tells what becomes of each, and asks no other oracle's monitor", async () => {
      const signed = [desk.sign(COMMITTEE), desk.sign(), desk.sign(COMMITTEE)];
      await desk.chain.during(async (provider) => {
        const source: SourceOf = (_, i) => `outages: ${i === 2 ? "nowhere" : "outages"}.csv`;
        const proposal = await proposeDue({
          ...{ ...(await desk.open(provider, signed, source)), measure: desk.measure, evidence: desk.evidence },
          ...{ atOnce: 1, committee: COMMITTEE, tell: desk.tell },
        });
        expect([proposal.reports.length, proposal.others]).to.deep.equal([1, 1]);
        expect(proposal.outcomes.map(({ kind }) => kind)).to.deep.equal(["proposed", "failed"]);
      });
      expect(desk.heard).to.deep.equal([
        { event: "looked", agreements: 3, due: 2 },
        { event: "measured", agreement: "CI hosting 0" },
        { event: "not measured", agreement: "CI hosting 2" },
      ]);
    });

    it("writes no file of nothing", async () => {
      config([desk.sign()], { committee: COMMITTEE });
      const { out } = await proposing();
      expect(out).to.match(/left out\.\nNo batch was written\.\n$/);
      expect(existsSync(batch())).to.equal(false);
    });

    it("is for a config that names it", async () => {
      const file = config([desk.sign(COMMITTEE)]);
      expect((await proposing("--json")).json["error"]).to.deep.include({
        ...{ code: "usage", message: "--propose is for a committee, and the config names none." },
        hint: `Add "committee: 0x…" to ${file}.`,
      });
    });
  });

  describe("the exit code", () => {
    const of = (...some: [Outcome["kind"], boolean?][]) =>
      exitCodeOf(some.map(([kind, retry]) => ({ kind, problem: { code: "", message: "", retry } }) as Outcome));
    it("is that of the worst", () => {
      expect(of()).to.equal(0);
      expect(of(["reported"], ["early", true], ["over"])).to.equal(0);
      expect(of(["reported"], ["failed"])).to.equal(1);
      expect(of(["late"])).to.equal(1);
      expect(of(["failed", true], ["reported"], ["failed", true])).to.equal(75);
      expect(of(["failed", true], ["late"])).to.equal(1);
    });
  });

  /** What a job works with, at a chain that is asked. */
  const within = <T>(
    work: (context: Context, url: string) => Promise<T>,
    options: Partial<CommonOptions> = {},
    around: Partial<Io> = {},
  ) =>
    desk.chain.during((_, url) => {
      const { io } = listening({ ...around, env: { UPHELD_RPC: url, UPHELD_FACTORY: FACTORY, ...around.env } });
      const common = { json: false, dryRun: false, calldata: false, yes: false, ...options } as CommonOptions;
      return work(new Context(common, new Output(io, false), { deployFolder: desk.folder }), url);
    });
  const heard: unknown[] = [];
  const tell = (event: string, values?: object) => void heard.push({ event, ...values });
  const opened = async (context: Context, file: string) => {
    const oracle = await openOracle(context, file);
    return { oracle, keys: await openKeys(context, oracle, tell) };
  };
  const from = (file: string, options: Partial<CommonOptions> = {}, env: Io["env"] = {}) =>
    within(async (context) => (await opened(context, file)).keys.dispatch.from, options, { env });

  describe("the key", () => {
    it("is the config's keystore, with the password in its file or in the environment's", async () => {
      const signed = desk.signMany(1);
      expect(await from(await keyed(signed))).to.equal(ORACLE.address);
      const bare = config(signed, { keystore: "oracle.json" });
      expect(await from(bare, {}, { UPHELD_PASSWORD_FILE: join(desk.folder, "password") })).to.equal(ORACLE.address);
      expect(await problemOf(from(bare))).to.include({ code: "usage.no-password" });
    });

    it("is another one by flag or by environment, before the config's", async () => {
      const file = await keyed(desk.signMany(1));
      await keystore("other", MEMBERS[0]);
      const [other, password] = ["other.json", "password"].map((name) => join(desk.folder, name)) as [string, string];
      const UPHELD_PASSWORD_FILE = password;
      expect(await from(file, { keystore: other }, { UPHELD_PASSWORD_FILE })).to.equal(MEMBERS[0]?.address);
      const named = { UPHELD_KEYSTORE: other, UPHELD_PASSWORD_FILE };
      expect(await from(file, {}, named)).to.equal(MEMBERS[0]?.address);
      expect(await from(file, {}, { UPHELD_KEYSTORE: "" }), "empty is not set").to.equal(ORACLE.address);
      desk.chain.answers.eth_accounts = () => [MEMBERS[1]?.address];
      expect(await from(file, { from: MEMBERS[1]!.address })).to.equal(MEMBERS[1]?.address);
      // whoever has no such keystore is not given the config's key in its place
      expect(await from(file, { hardhatKey: "K" })).to.equal(MEMBERS[1]?.address);
      expect(await from(file, {}, { UPHELD_HARDHAT_KEY: "K" })).to.equal(MEMBERS[1]?.address);
    });

    it("is on a play chain that of the first agreement's oracle, whose node signs", async () => {
      const file = config(desk.signMany(1));
      desk.chain.answers.eth_accounts = () => [MEMBERS[0]?.address, ORACLE.address];
      expect(await from(file)).to.equal(ORACLE.address);
      desk.chain.answers.eth_accounts = () => [MEMBERS[0]?.address];
      expect(await from(file), "or its first").to.equal(MEMBERS[0]?.address);
      desk.chain.answers.eth_accounts = () => [];
      const none = await problemOf(from(file));
      expect([none.code, none.message]).to.deep.equal(["signer.none", "No key is at hand for the oracle."]);
    });

    it("is in AWS KMS where the config says so, unless another one is named", async () => {
      const wallet = key("77");
      const kms = await startKms(new SigningKey(wallet.privateKey));
      const before = { ...process.env };
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
      try {
        const { key: name, region, endpoint } = kms.options;
        const settings = { kms: `{ key: ${name}, region: ${region}, endpoint: "${endpoint}" }` };
        const file = config(desk.signMany(1), settings);
        expect(await from(file)).to.equal(wallet.address);
        desk.chain.committee.members = [wallet.address];
        const members = await within(async (context) => {
          const oracle = await openOracle(context, file);
          const committee = await Committee.at(oracle.chain.provider, 31_337n, COMMITTEE);
          return (await memberKeys(context, oracle, committee)).map((one) => one.getAddress());
        });
        expect(await Promise.all(members), "a member's too").to.deep.equal([wallet.address]);
        desk.chain.answers.eth_accounts = () => [ORACLE.address];
        expect(await from(file, { from: ORACLE.address })).to.equal(ORACLE.address);
      } finally {
        kms.stop();
        process.env = before;
      }
    });

    it("pays and sends as the config, the flags and the chain say", async () => {
      const file = await keyed(desk.signMany(1), { "highest gas price": "30 gwei" });
      const { signal } = new AbortController();
      await within(
        async (context) => {
          const { oracle, keys } = await opened(context, file);
          const { provider, signer, onEvent, ...rest } = keys.dispatch;
          expect(rest).to.deep.equal({
            ...{ from: ORACLE.address, chainId: 31_337n, confirmations: 1, signal },
            highestGasPrice: 30n * 10n ** 9n,
          });
          expect([provider, signer.provider]).to.deep.equal([oracle.chain.provider, oracle.chain.provider]);
          expect(keys.committee).to.equal(undefined);
          heard.length = 0;
          onEvent?.({ kind: "waiting for earlier", from: 3, to: 4 });
          expect(heard).to.deep.equal([{ event: "transaction waiting for earlier", from: 3, to: 4 }]);
        },
        {},
        { signal },
      );
      const plain = await keyed(desk.signMany(1));
      const sending = await within(async (context) => (await opened(context, plain)).keys.dispatch, {
        confirmations: 9,
      });
      expect(sending.confirmations).to.equal(9);
      expect(sending).not.to.have.property("highestGasPrice");
    });
  });

  describe("a committee's keys", () => {
    /** A config with a keystore of each of these. */
    const withKeys = async (...wallets: Wallet[]) => {
      const names = await Promise.all(wallets.map((wallet) => keystore(`key-${wallet.address}`, wallet)));
      const keystores = `[${names.join(", ")}]`;
      return config([desk.sign(COMMITTEE)], { keystore: keystores, "password file": "password", committee: COMMITTEE });
    };
    const ofMembers = (file: string | undefined, options: Partial<CommonOptions> = {}) =>
      within(async (context) => {
        const oracle = file === undefined ? undefined : await openOracle(context, file);
        const { provider } = await context.chain();
        const found = await memberKeys(context, oracle, await Committee.at(provider, 31_337n, COMMITTEE));
        return Promise.all(found.map((one) => one.getAddress()));
      }, options);
    const addresses = MEMBERS.map(({ address }) => address);

    it("make its quorum, and the first pays", async () => {
      const file = await withKeys(MEMBERS[1]!, MEMBERS[0]!);
      const { committee, dispatch } = await within(async (context) => (await opened(context, file)).keys);
      expect([committee?.address, dispatch.from]).to.deep.equal([COMMITTEE, MEMBERS[1]?.address]);
    });

    it("are those of the config that are members', to sign with", async () => {
      expect(await ofMembers(await withKeys(ORACLE, ...MEMBERS))).to.deep.equal(addresses);
      const file = await withKeys(ORACLE);
      expect(await problemOf(ofMembers(file))).to.deep.equal({
        code: "signer.wrong",
        message: `No key of ${file} is a member's of the committee ${COMMITTEE}.`,
        hint: `Its members are ${addresses.join(", ")}.`,
      });
    });

    it("are the one that is named, or that a play chain's node has", async () => {
      desk.chain.answers.eth_accounts = () => [ORACLE.address, MEMBERS[0]?.address];
      expect(await ofMembers(undefined)).to.deep.equal([MEMBERS[0]?.address]);
      expect(await ofMembers(config([desk.sign(COMMITTEE)]))).to.deep.equal([MEMBERS[0]?.address]);
      const file = await withKeys(MEMBERS[1]!);
      expect(await ofMembers(file), "unless the config names keys").to.deep.equal([MEMBERS[1]?.address]);
      expect(await ofMembers(file, { from: MEMBERS[0]!.address })).to.deep.equal([MEMBERS[0]?.address]);
      const { code, message } = await problemOf(ofMembers(file, { from: ORACLE.address }));
      expect([code, message]).to.deep.equal([
        "signer.wrong",
        `This job is for a member, ${addresses.join(" or ")}; the key is of ${ORACLE.address}.`,
      ]);
    });
  });

  describe("the factory", () => {
    const NOWHERE = `0x${"77".repeat(20)}`;
    const factory = (settings: Readonly<Record<string, string>>, flags: Partial<CommonOptions>, env: Io["env"]) => {
      const file = config(desk.signMany(1), settings);
      return within(
        async (context) => {
          const oracle = await openOracle(context, file);
          const { address, block } = await factoryOf(context, oracle.chain, oracle.config);
          return [address, block];
        },
        flags,
        { env },
      );
    };
    const none = { UPHELD_FACTORY: "" };
    const remember = (address: string, block: number) => {
      mkdirSync(desk.folder, { recursive: true });
      new AddressBook(join(desk.folder, "addresses.local.json")).set(31_337n, { factory: address, block });
    };

    it("is the config's, from the block that is remembered for it", async () => {
      const named = { factory: `"${FACTORY}"` };
      expect(await factory(named, {}, none)).to.deep.equal([FACTORY, 0]);
      remember(NOWHERE, 5);
      expect(await factory(named, {}, none)).to.deep.equal([FACTORY, 0]);
      remember(FACTORY, 5);
      expect(await factory(named, {}, none)).to.deep.equal([FACTORY, 5]);
    });

    it("is another one by flag or by environment, else the one that is remembered", async () => {
      const wrong = { factory: `"${NOWHERE}"` };
      expect(await factory(wrong, { factory: FACTORY }, none)).to.deep.equal([FACTORY, 0]);
      expect(await factory(wrong, {}, { UPHELD_FACTORY: FACTORY })).to.deep.equal([FACTORY, 0]);
      expect((await problemOf(factory(wrong, {}, none))).code).to.equal("factory.not-one");
      expect((await problemOf(factory({}, {}, none))).code).to.equal("factory.unknown");
      remember(FACTORY, 7);
      expect(await factory({}, {}, none)).to.deep.equal([FACTORY, 7]);
    });
  });

  it("reads the record where an agreement needs it: the one that the config names, or that is remembered", async () => {
    const policy = `    policy:
      bad when: fails
      a sample speaks for: 60 seconds
      unknown: counts as down
      planned maintenance: announced before it starts
`;
    const signed = [
      desk.sign(ORACLE.address, (text) =>
        text
          .replace("objectives:", (key) => `${policy}${key}`)
          .replace("excluded: none", "excluded: up to 2 hours, counts as up"),
      ),
    ];
    const refused = (settings: Readonly<Record<string, string>>) => {
      const file = config(signed, settings);
      return within(async (context) => {
        const { measure, agreements } = await openOracle(context, file);
        const period = { number: 0n, start: FEBRUARY - 31n * DAY, end: FEBRUARY };
        return problemOf(measure(agreements[0]!, period));
      });
    };
    expect(await refused({})).to.include({
      code: "record.unknown",
      message: `No record of the factory ${FACTORY} is known on local.`,
    });
    expect(await refused({ record: `"${COMMITTEE}"` })).to.include({
      code: "record.not-one",
      message: `There is no record at ${COMMITTEE} on this chain.`,
    });
  });

  it("tells which node is asked instead, or outvoted", async () => {
    const file = config(desk.signMany(1));
    const events: unknown[] = [];
    await desk.chain.during((_, first) =>
      within(async (context, second) => {
        const { chain } = await openOracle(
          new Context({ ...context.options, rpc: `${first},${second}` }, context.output, context.services),
          file,
        );
        tellNodes(chain, (event, values) => void events.push({ event, ...values }));
        const { onNode } = chain.provider as unknown as { onNode: (event: NodeEvent) => void };
        onNode({ kind: "outvoted", host: "a", method: "eth_call" });
        onNode({ kind: "asked", host: "b", before: undefined } as never);
        onNode({ kind: "asked", host: "c", before: "b" } as never);
        chain.provider.destroy();
      }),
    );
    expect(events).to.deep.equal([
      { event: "node outvoted", node: "a", method: "eth_call" },
      { event: "node takes over", node: "c", before: "b" },
    ]);
  });

  it("lends monitors its environment, its clock and a wait that can be stopped", async () => {
    await within(
      async (context) => {
        const { environment, now, wait } = monitorServices(context);
        expect([environment["TOKEN"], now()]).to.deep.equal(["secret", 77]);
        const began = Date.now();
        await wait(30);
        expect(Date.now() - began).to.be.at.least(25);
        const stop = new AbortController();
        const waiting = wait(60_000, stop.signal).catch((error: unknown) => error);
        stop.abort(new Error("enough"));
        expect(await waiting).to.have.property("message", "enough");
      },
      {},
      { env: { TOKEN: "secret" }, now: () => 77n },
    );
  });
});
