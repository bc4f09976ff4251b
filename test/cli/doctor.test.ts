import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkNodes } from "../../src/doctor/nodes.ts";
import { anvilPath } from "../chain/nodes.ts";
import { startProxy } from "../chain/proxy.ts";
import { committeeOf, configText, keystoreOf, signMany, walletOf, type Signed } from "../oracle/many.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { World, type Surroundings } from "./world.ts";

interface Said {
  readonly level: string;
  readonly check: string;
  readonly about: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

const POLICY = `    policy:
      bad when: fails
      a sample speaks for: 40 seconds
      unknown: is excluded
`;

describe("upheld doctor", function () {
  this.timeout(180_000);
  let world: World;
  let prometheus: TestPrometheus | undefined;
  let forgetful: TestPrometheus | undefined;
  let signed: Signed[];
  let keys: { keystore: string; password: string };
  const now = () => BigInt(Math.floor(Date.now() / 1000));

  before(async function () {
    if (anvilPath() === undefined || programAt(PROMETHEUS) === undefined) this.skip();
    const end = Math.floor(Date.now() / 1000);
    const often = Array.from({ length: 4 * 2_880 }, (_, i) => [end - 4 * 86_400 + 30 * i, 1] as const);
    const series = [
      { metric: "probe_success", labels: { instance: "ci" }, samples: often },
      { metric: "probe_success", labels: { instance: "rare" }, samples: often.filter((_, i) => i % 10 === 0) },
    ];
    prometheus = await startPrometheus({ series, retention: "100d" });
    forgetful = await startPrometheus({ series: series.slice(0, 1), retention: "15d" });
    world = await World.begin();
    signed = await signMany(world, 2, {
      change: (text) =>
        text.replace("    how: One probe a minute.\n", (how) => how.replace("minute", "half minute") + POLICY),
    });
    keys = await keystoreOf(world, "oracle");
  });
  after(async () => {
    await prometheus?.stop();
    await forgetful?.stop();
    await world.end();
  });

  const source = (query: string, url = prometheus?.url ?? "") => `prometheus: { url: "${url}", query: '${query}' }`;
  const config = (
    settings: Record<string, string> = {},
    text = source('probe_success{instance="ci"}'),
    which = signed,
  ) =>
    world.write(
      "oracle.yaml",
      configText(
        which,
        {
          network: "local",
          keystore: keys.keystore,
          "password file": keys.password,
          evidence: "evidence",
          ...settings,
        },
        () => text,
      ),
    );
  const doctor = (...args: string[]) => doctorIn({}, ...args);
  async function doctorIn(around: Surroundings, ...args: string[]) {
    const { exitCode, json, out } = await world.run(["doctor", ...args, "--json"], { now: now(), ...around });
    if (json["findings"] === undefined) throw new Error(out);
    const findings = json["findings"] as Said[];
    return { exitCode, findings, bad: findings.filter(({ level }) => level !== "ok") };
  }

  it("has nothing to complain of where all is well", async () => {
    const { exitCode, bad, findings } = await doctor(config());
    expect(bad).to.deep.equal([]);
    expect(exitCode).to.equal(0);
    // how many days are left depends on how long the tests before took
    const checks = findings.map(
      ({ check, message }) => `${check}: ${message.replace(/in 6[12] days/, "in two months")}`,
    );
    expect(checks).to.include.members([
      "chain: local, chain 31337, play money: its clock is its own",
      "key: it can report for every agreement",
      `key: the password opens it: ${walletOf(3).address}`,
      "clock: the monitor's clock and this computer's agree",
      "source: 1 place: ci",
      "holes: none in the last 7 days",
      "interval: a sample every 30 s; 40 min 19 s of 28 days may be down without a credit",
      "retention: it keeps 100 days, 44 days are needed",
      "agreement: genuine and active; period 0 is due from 1 Feb 2030 (in two months) on",
    ]);
    const { out } = await world.run(["doctor", config()], { now: now() });
    expect(out)
      .to.contain("✓ source     CI hosting 0, uptime; CI hosting 1, uptime: 1 place: ci\n")
      .and.to.match(/All is well\.\n$/);
  });

  const broken: [string, () => Promise<string[]> | string[], number, Partial<Said>][] = [
    [
      "samples every five minutes",
      () => [config({}, source('probe_success{instance="rare"}'))],
      1,
      {
        level: "problem",
        check: "interval",
        message: "a sample comes every 5 min and speaks for 40 s: 87 % of the time is unknown",
      },
    ],
    [
      "a monitor that forgets a month before it is reported",
      () => [config({}, source("probe_success", forgetful?.url))],
      1,
      {
        level: "problem",
        check: "retention",
        message: "it keeps 15 days; a period, and the window for its report, take 37 days",
      },
    ],
    [
      "two series for one place",
      () => [config({}, source("probe_success"))],
      1,
      { level: "problem", check: "source", message: "the agreement has 1 place, the monitor 2 places: ci, rare" },
    ],
    [
      "a query that finds nothing",
      () => [config({}, source("nosuch"))],
      1,
      { level: "problem", check: "source", message: "it has no sample of the last 7 days" },
    ],
    [
      "a folder that nobody collects into",
      () => [config({}, `${source('probe_success{instance="ci"}')}, "kept in": kept`)],
      1,
      { level: "problem", check: "retention", message: "nothing is kept there yet" },
    ],
    [
      "a key of somebody else",
      async () => [config(await other())],
      1,
      {
        level: "problem",
        check: "key",
        message: `its oracle is ${walletOf(3).address}, the key is of ${walletOf(5).address}`,
      },
    ],
    [
      "a password that does not fit",
      () => [config({ "password file": world.write("no.pw", "no\n") })],
      1,
      { level: "problem", check: "key", message: "The password does not open the keystore." },
    ],
    [
      "a committee that is none",
      () => [config({ committee: `"${walletOf(9).address}"` })],
      1,
      { level: "problem", check: "key" },
    ],
    [
      "a limit below what gas costs",
      () => [config({ "highest gas price": "0.000000001 gwei" })],
      0,
      { level: "warning", check: "gas" },
    ],
    [
      "a file that is no deployed agreement",
      () => [config({}, undefined, [...signed, { address: "", file: world.write("none.sla.yaml", otherAgreement()) }])],
      1,
      { level: "problem", check: "agreement" },
    ],
  ];
  const other = async () => {
    const { keystore, password } = await keystoreOf(world, "other", walletOf(5));
    return { keystore, "password file": password };
  };
  const otherAgreement = () =>
    `service: Never\n${["provider", "client", "oracle", "arbiter"].map((role) => `${role}: "${world.people[role as "client"]}"`).join("\n")}\n`;

  for (const [what, args, code, finding] of broken) {
    it(`finds ${what}, with what to do`, async () => {
      const { exitCode, bad, findings } = await doctor(...(await args()));
      const found = bad.find((one) =>
        Object.entries(finding).every(([key, value]) => one[key as keyof Said] === value),
      );
      expect(found, JSON.stringify(bad, null, 1)).to.not.equal(undefined);
      expect(found?.hint).to.be.a("string").and.not.equal("");
      expect(exitCode).to.equal(code);
      // bad news first
      const rank = ["problem", "warning", "ok"];
      const order = findings.map(({ level }) => rank.indexOf(level));
      expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
    });
  }

  it("finds a keystore that others can read", async () => {
    const { keystore } = await keystoreOf(world, "open");
    chmodSync(keystore, 0o644);
    const { bad, exitCode } = await doctor(config({ keystore }));
    expect([exitCode, bad[0]?.message]).to.deep.equal([1, "Others can read the keystore."]);
  });

  const keysIn = ({ findings }: { findings: readonly Said[] }) =>
    findings.flatMap(({ check, message }) => (check === "key" ? [message] : []));
  const opens = (index: number) => `the password opens it: ${walletOf(index).address}`;
  const unfit = `its oracle is ${walletOf(3).address}, the key is of ${walletOf(5).address}`;
  const unknown = "its password is known to nobody but a person";
  const forAll = "it can report for every agreement";

  it("finds the keys as the job does: those of the environment before the config's, its password only with them", async () => {
    const { keystore, password } = await keystoreOf(world, "fifth", walletOf(5));
    const without = { keystore: keys.keystore, network: "local", evidence: "evidence" };
    const named = async (env: Record<string, string>, ...args: string[]) => keysIn(await doctorIn({ env }, ...args));
    const write = (name: string, settings: Record<string, string>) =>
      world.write(
        name,
        configText(signed, settings, () => "counts: none.csv"),
      );
    const bare = write("bare.yaml", without);
    const full = write("full.yaml", { ...without, "password file": keys.password });
    const ours = { UPHELD_KEYSTORE: keys.keystore, UPHELD_PASSWORD_FILE: keys.password };
    const theirs = { UPHELD_KEYSTORE: keystore, UPHELD_PASSWORD_FILE: password };
    expect(await named(theirs, full)).to.deep.equal([unfit, opens(5)]);
    expect(await named({ ...theirs, UPHELD_KEYSTORE: "" }, full)).to.deep.equal([opens(3), forAll]);
    expect(await named({ UPHELD_KEYSTORE: keys.keystore }, full)).to.deep.equal([unknown, forAll]);
    expect(await named({ UPHELD_PASSWORD_FILE: keys.password }, bare)).to.deep.equal([opens(3), forAll]);
    expect(await named({}, bare)).to.deep.equal([unknown, forAll]);
    // of one agreement what is named goes first
    const one = [signed[0]?.file ?? "", "--evidence", world.folder];
    expect(await named(ours, ...one)).to.deep.equal([opens(3), forAll]);
    expect(await named({ ...ours, UPHELD_PASSWORD_FILE: password }, ...one, "--keystore", keystore)).to.deep.equal([
      unfit,
      opens(5),
    ]);
    expect(await named({}, ...one)).to.deep.equal(["the local node signs", forAll]);
  });

  it("counts the keys of a committee's members", async () => {
    const fifth = await keystoreOf(world, "member", walletOf(5));
    const committee = await committeeOf(world, [walletOf(3).address, walletOf(5).address], 2);
    const [one] = await signMany(world, 1, { oracle: committee, from: 50 });
    const of = (keystore: string) =>
      doctor(config({ committee: `"${committee}"`, keystore }, "counts: none.csv", one === undefined ? [] : [one]));
    const [first] = keysIn(await of(keys.keystore));
    expect(first).to.match(/^its oracle is the committee .* of which 2 must sign; 1 key at hand is a member's$/);
    expect(keysIn(await of(`[${keys.keystore}, ${fifth.keystore}]`)).slice(-1)).to.deep.equal([forAll]);
  });

  it("says for how long the coin will do, of the key that sends", async () => {
    const { findings } = await doctor(config());
    const gas = findings.filter(({ check }) => check === "gas");
    expect(gas).to.have.length(1);
    expect(gas[0]?.about).to.deep.equal([walletOf(3).address]);
    expect(gas[0]?.message).to.match(/^\d+(\.\d+)? of the chain's coin: years of 2 agreements, 0\.\d+ a month at/);
  });

  it("judges a policy by how long its samples speak where no monitor is named yet", async () => {
    const intervals = async (...args: string[]) =>
      (await doctor(...args, "--evidence", world.folder)).findings.filter(({ check }) => check === "interval");
    expect(await intervals(signed[0]?.file ?? "")).to.deep.equal([
      {
        ...{ level: "ok", check: "interval", about: ["CI hosting 0, uptime"] },
        message: "a sample every 40 s; 40 min 19 s of 28 days may be down without a credit",
      },
    ]);
    expect(await intervals(signed[0]?.address ?? "")).to.deep.equal([]);
  });

  it("finds another chain, and a factory that is none", async () => {
    const other = await doctor(config(), "--network", "base", "--rpc", world.node.url);
    expect(other.bad[0]).to.include({ level: "problem", check: "chain" });
    expect(other.bad[0]?.message).to.match(/is local \(chain 31337\), not base \(chain 8453\)\.$/);
    expect(other.findings.some(({ check }) => check === "agreement")).to.equal(false);
    const none = await doctor(config({ factory: `"${walletOf(9).address}"` }));
    expect(none.bad[0]).to.include({ level: "problem", check: "chain" });
    expect(none.findings.some(({ check }) => ["agreement", "key", "gas"].includes(check))).to.equal(false);
    // what needs no chain is looked at all the same
    expect(none.findings.map(({ check }) => check)).to.include.members(["source", "evidence"]);
  });

  it("ends when it is stopped", async () => {
    expect((await world.run(["doctor", config()], { signal: AbortSignal.abort() })).exitCode).to.equal(130);
  });

  it("looks at one agreement, its monitor named beside it", async () => {
    const { bad, findings } = await doctor(
      signed[0]?.file ?? "",
      "--prometheus",
      prometheus?.url ?? "",
      "--query",
      'probe_success{instance="ci"}',
      "--evidence",
      join(world.folder, "evidence"),
    );
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ check }) => check)).to.include.members([
      "chain",
      "agreement",
      "key",
      "gas",
      "source",
      "retention",
      "evidence",
    ]);
    const alone = await doctor(signed[0]?.address ?? "", "--evidence", world.folder);
    expect(alone.bad).to.deep.equal([]);
  });

  it("says that a period is due, and that it is late", async () => {
    await world.at("2030-02-01T00:00:00Z");
    const counts = world.write("c.csv", "period,total,bad,excluded\n2030-01,9,5,0\n");
    const counted = async () =>
      (await doctor(config({}, `counts: ${counts}`))).findings.find(({ check }) => check === "source")?.message;
    expect(await counted()).to.match(/c\.csv has period 0: 5 bad of 9$/);
    expect((await doctor(config())).bad).to.deep.include({
      level: "warning",
      check: "agreement",
      about: ["CI hosting 0", "CI hosting 1"],
      message: "period 0 is due now, until 6 Feb 2030 (in 5 days)",
      hint: "upheld report --all, or let upheld keep run",
    });
    await world.at("2030-02-05T00:00:01Z");
    expect((await doctor(config())).bad[0]).to.include({
      level: "problem",
      message: "period 0 is due now, until 6 Feb 2030 (in 23 h)",
    });
    await world.at("2030-02-06T00:00:00Z");
    const late = await doctor(config());
    expect(late.bad[0]?.message).to.contain("Too late: the window for period 0 closed 6 Feb 2030");
    expect(late.exitCode).to.equal(1);
    expect(await counted()).to.match(/c\.csv is asked for a line once the period is over$/);
  });

  it("goes on looking at monitors when the chain does not answer", async () => {
    const { exitCode, findings } = await doctor(config(), "--rpc", "http://127.0.0.1:1");
    expect(exitCode).to.equal(1);
    expect(findings[0]).to.include({ level: "problem", check: "chain" });
    expect(findings).to.deep.include({
      level: "ok",
      check: "source",
      about: ["CI hosting 0, uptime", "CI hosting 1, uptime"],
      message: "1 place: ci",
    });
  });

  it("asks each node by itself: one that is silent, behind, or on a fork", async () => {
    const { url } = world.node;
    for (let i = 0; i < 8; ++i) await world.provider.send("evm_mine", []);
    const behind = await startProxy(url, {
      fault: () => "pass",
      change: ({ method, params }, result) => {
        if (method !== "eth_getBlockByNumber" || !(params as unknown[]).includes("latest")) return undefined;
        const block = result as { number: string };
        return { ...block, number: `0x${(Number(block.number) - 5).toString(16)}` };
      },
    });
    const fork = await startProxy(url, {
      fault: () => "pass",
      change: ({ method }, result) =>
        method === "eth_getBlockByNumber" ? { ...(result as object), hash: `0x${"ab".repeat(32)}` } : undefined,
    });
    const ask = async (...urls: string[]) =>
      (await checkNodes(urls.join(","), undefined, now(), 2_000)).map(({ level, message }) => `${level}: ${message}`);
    expect(await ask(url, behind.url))
      .to.include("warning: it is 5 blocks behind the others")
      .and.to.include("ok: 2 nodes agree");
    expect((await ask(url, fork.url)).some((text) => /^problem: .* have different blocks/.test(text))).to.equal(true);
    expect(await ask(url, "http://127.0.0.1:1")).to.include("warning: No answer from the node at 127.0.0.1:1.");
    await Promise.all([behind.stop(), fork.stop()]);
  });

  it("asks neither for a key nor for coin where nothing is reported any more", async () => {
    await world.at("2031-06-01T00:00:00Z");
    const { findings, exitCode } = await doctor(
      config({ keystore: (await keystoreOf(world, "last", walletOf(5))).keystore }),
    );
    expect(findings.filter(({ check }) => check === "agreement")).to.deep.equal([
      {
        ...{ level: "warning", check: "agreement", about: ["CI hosting 0", "CI hosting 1"] },
        message: "it is closed: nothing is reported for it any more",
        hint: "take it out of the config",
      },
    ]);
    expect(findings.some(({ check }) => check === "gas")).to.equal(false);
    expect(keysIn({ findings })).to.deep.equal([opens(5)]);
    expect(exitCode).to.equal(0);
  });

  it("refuses a monitor beside a config, whose own they are", async () => {
    const { exitCode, message } = await world.refusal("doctor", config(), "--prometheus", "http://x");
    expect([exitCode, message]).to.deep.equal([2, "With a config the sources, keys and folders are the config's."]);
  });
});
