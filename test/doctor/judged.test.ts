import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { expect } from "chai";
import { REPORT_GAS } from "../../src/chain/cost.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { checkEvidence } from "../../src/doctor/evidence.ts";
import { bad, inOrder, ok } from "../../src/doctor/finding.ts";
import { judgeGas, monthlyGas } from "../../src/doctor/gas.ts";
import { checkKeys, judgeDuties } from "../../src/doctor/keys.ts";
import { judgeClock, neededFor } from "../../src/doctor/monitor.ts";
import { judgeHeads, type Head } from "../../src/doctor/nodes.ts";
import { judgeSamples } from "../../src/doctor/samples.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const said = (findings: readonly { level: string; message: string }[]) =>
  findings.map(({ level, message }) => `${level}: ${message}`);

describe("doctor's findings", () => {
  it("come with the bad news first, and the same of several things once", () => {
    const findings = [
      ok("gas", "a", "enough"),
      bad("warning", "chain", "x", "slow", "wait"),
      bad("problem", "key", "b", "wrong", "change it"),
      bad("problem", "key", "c", "wrong", "change it"),
      bad("problem", "key", "c", "wrong", "change it"),
    ];
    expect(inOrder(findings).map(({ level, of }) => [level, of])).to.deep.equal([
      ["problem", ["b", "c"]],
      ["warning", ["x"]],
      ["ok", ["a"]],
    ]);
  });
});

describe("doctor on gas", () => {
  const terms = sampleTerms();
  const monthly = { ...terms, periodMonths: 1 };
  const account = `0x${"11".repeat(20)}`;
  const judge = (balance: bigint, more: { price?: bigint; highest?: bigint } = {}, all = [monthly]) =>
    judgeGas({ account, balance, price: more.price ?? 10n ** 9n, highest: more.highest }, all)[0];

  it("reckons with what a report was measured to use, and not much more", () => {
    const { ours, calls } = JSON.parse(readFileSync("bench/gas-snapshot.json", "utf8")) as Record<
      string,
      Record<string, number>
    >;
    const first =
      (calls?.["first breach ever reported, in a batch of 100, each"] ?? 0) -
      (calls?.["first month, in a batch of 100, each"] ?? 0);
    const measured = (ours?.["monthAlone"] ?? 0) + first;
    expect(Number(REPORT_GAS)).to.be.within(measured, measured * 1.3);
  });

  it("adds a quarter's report as a third, a year's as a twelfth", () => {
    expect(monthlyGas([monthly])).to.equal(REPORT_GAS);
    expect(monthlyGas([{ periodMonths: 3 }, { periodMonths: 3 }, { periodMonths: 3 }])).to.equal(REPORT_GAS);
    expect(monthlyGas([{ periodMonths: 12 }])).to.equal((REPORT_GAS + 11n) / 12n);
    expect(monthlyGas([])).to.equal(0n);
  });

  it("is a problem below a month, a warning below three, exactly", () => {
    const month = REPORT_GAS * 10n ** 9n;
    const levels = [month - 1n, month, 3n * month - 1n, 3n * month].map((balance) => judge(balance)?.level);
    expect(levels).to.deep.equal(["problem", "warning", "warning", "ok"]);
    expect(judge(month * 11n)?.message)
      .to.contain("11 months of 1 agreement")
      .and.to.contain("0.00007 a month at 1.0 gwei");
    expect(judge(0n)).to.include({
      level: "problem",
      hint: `send 0.00084 for a year to ${account}; a rollup's price of data comes on top`,
    });
  });

  it("warns when the config lets gas cost less than it does", () => {
    expect(judge(10n ** 18n, { highest: 10n ** 9n })?.level).to.equal("ok");
    expect(judge(10n ** 18n, { highest: 10n ** 9n - 1n })).to.include({ level: "warning" });
  });
});

describe("doctor on nodes", () => {
  const head = (host: string, changes: Partial<Head> = {}): Head => ({
    host,
    number: 100,
    time: 1_000n,
    hash: "0xaa",
    ...changes,
  });

  it("lets three blocks pass, not four", () => {
    expect(said(judgeHeads([head("a"), head("b", { number: 97 })], undefined, 2))).to.deep.equal(["ok: 2 nodes agree"]);
    expect(said(judgeHeads([head("a"), head("b", { number: 96 })], undefined, 2))[0]).to.equal(
      "warning: it is 4 blocks behind the others",
    );
  });

  it("finds one that has another block", () => {
    const found = judgeHeads([head("a"), head("b"), head("c", { hash: "0xbb" })], 1_000n, 3);
    expect(said(found)).to.include("problem: a and c have different blocks: one is on a fork, or lies");
  });

  it("tells an old head and a clock that is behind, by the second", () => {
    const at = (now: bigint) => said(judgeHeads([head("a"), head("b")], now, 2)).at(-1);
    expect(at(985n)).to.equal("ok: block 100 is 0 s old");
    expect(at(984n)).to.equal("problem: this computer's clock is at least 16 s behind the chain's");
    expect(at(1_120n)).to.equal("ok: block 100 is 2 min old");
    expect(at(1_121n)).to.match(/^warning: the newest block, 100, is 2 min 1 s old/);
    expect(at(2_801n)).to.match(/^problem: .* 30 min 1 s old/);
  });

  it("warns of a single node, but not on a play chain", () => {
    expect(said(judgeHeads([head("a")], 1_000n, 1))[0]).to.contain("warning: it is the only node");
    expect(judgeHeads([head("a")], undefined, 1)).to.deep.equal([]);
  });
});

describe("doctor on keys", function () {
  this.timeout(60_000);
  let folder = "";
  const wallet = Wallet.createRandom();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "upheld-doctor-"));
    await writeKeystore(join(folder, "key.json"), wallet, "right", { scryptN: 2 });
    writeFileSync(join(folder, "pw"), "right\n", { mode: 0o600 });
    writeFileSync(join(folder, "wrong"), "left\n", { mode: 0o600 });
    writeFileSync(join(folder, "open.json"), readFileSync(join(folder, "key.json")), { mode: 0o600 });
    chmodSync(join(folder, "open.json"), 0o604);
    writeFileSync(join(folder, "open"), "right\n");
    chmodSync(join(folder, "open"), 0o644);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const look = async (keystore: string, password?: string) => {
    const passwordFile = password === undefined ? undefined : join(folder, password);
    const { accounts, findings } = await checkKeys({
      keystores: [join(folder, keystore)],
      passwordFile,
      kms: undefined,
      held: [],
    });
    return { accounts, level: findings[0]?.level, message: findings[0]?.message, hint: findings[0]?.hint };
  };

  it("opens them as the job will", async () => {
    expect(await look("key.json", "pw")).to.deep.include({
      level: "ok",
      accounts: [wallet.address],
      message: `the password opens it: ${wallet.address}`,
    });
    expect(await look("key.json", "wrong")).to.deep.include({
      level: "problem",
      accounts: [wallet.address],
      message: "The password does not open the keystore.",
    });
    expect(await look("key.json")).to.deep.include({ level: "warning", accounts: [wallet.address] });
  });

  it("finds what others can read, and what is not there", async () => {
    expect(await look("open.json", "pw")).to.deep.include({
      level: "problem",
      accounts: [],
      message: "Others can read the keystore.",
      hint: `Take their rights first: chmod 600 ${join(folder, "open.json")}`,
    });
    expect((await look("key.json", "open")).message).to.equal(
      `${join(folder, "open")}: Others can read the password file.`,
    );
    expect((await look("none.json", "pw")).message).to.equal(
      "The keystore file cannot be read: ENOENT: no such file or directory.",
    );
    expect((await look("pw", "pw")).message).to.contain("not an encrypted JSON keystore");
  });

  it("finds that there is none", async () => {
    const { findings } = await checkKeys({ keystores: [], passwordFile: undefined, kms: undefined, held: [] });
    expect(findings[0]).to.include({ level: "problem", message: "no key is named that could sign reports" });
  });

  const [a, b, c] = ["0x11", "0x22", "0x33"] as const;
  const duty = { label: "harbor", oracle: a, provider: "0xaa", client: "0xbb" };

  it("must be the oracle's, or those of enough members of the committee that is", () => {
    expect(judgeDuties([a], [duty], undefined)).to.deep.equal([]);
    expect(said(judgeDuties([b], [duty], undefined))).to.deep.equal([
      `problem: its oracle is ${a}, the key is of ${b}`,
    ]);
    expect(said(judgeDuties([b, a], [duty], undefined))[0]).to.contain("which is not the first key");
    const committee = { address: a, members: [b, c, "0x44"], threshold: 2 };
    expect(judgeDuties([b, c], [duty], committee)).to.deep.equal([]);
    expect(said(judgeDuties([b], [duty], committee))[0]).to.contain(
      "of which 2 must sign; 1 key at hand is a member's",
    );
    expect(said(judgeDuties([a], [{ ...duty, oracle: c }], committee))).to.have.length(1);
  });

  it("should hold no seat", () => {
    expect(said(judgeDuties([a], [{ ...duty, provider: a }], undefined))[0]).to.contain(
      "warning: the key that reports is the provider's own",
    );
  });
});

describe("doctor on clocks", () => {
  it("lets five seconds pass, warns of six, and takes more than a minute for a problem", () => {
    const levels = [0, 5, 5.1, -6, 60, -61].map(
      (skew) => judgeClock("uptime", { theirs: 1_000 + skew, ours: 1_000 })[0]?.level,
    );
    expect(levels).to.deep.equal(["ok", "ok", "warning", "warning", "warning", "problem"]);
    expect(judgeClock("uptime", { theirs: 1_090, ours: 1_000 })[0]?.message).to.equal(
      "the monitor's clock is 1 min 30 s ahead of this computer's",
    );
  });
});

describe("doctor on retention", () => {
  it("wants the longest period, its slot and the windows for report and dispute", () => {
    const start = BigInt(Date.UTC(2026, 0, 1) / 1000);
    const terms = {
      ...sampleTerms(),
      start,
      anchor: start,
      periodMonths: 1,
      periods: 3,
      reportWindow: 500n,
      disputeWindow: 70n,
    };
    expect(neededFor(terms, 60)).to.deep.equal({ report: 31n * 86_400n + 560n, dispute: 31n * 86_400n + 630n });
  });
});

describe("doctor on evidence", () => {
  it("tries to write, in the folder or where it will be made, and leaves nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "upheld-doctor-"));
    expect((await checkEvidence(folder))[0]?.message).to.match(/^can be written; \d+ MB free$/);
    expect((await checkEvidence(join(folder, "a", "b")))[0]?.message).to.match(/^can be made/);
    writeFileSync(join(folder, "file"), "");
    expect((await checkEvidence(join(folder, "file")))[0]).to.include({ level: "problem" });
    rmSync(join(folder, "file"));
    expect(readdirSync(folder)).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });
});

describe("doctor on samples", () => {
  const terms = sampleTerms();
  const DAY = 86_400;
  const start = Date.UTC(2026, 0, 10) / 1000;
  const window = { start: BigInt(start), end: BigInt(start + 7 * DAY) };
  const policy: Policy = {
    good: { atLeast: 1 },
    scale: 1,
    slot: 40,
    places: { bad: 1, of: 1 },
    minimum: 0,
    counts: "whole",
    unknown: "excluded",
    coverage: 990_000_000,
  };
  const series = (keep: (time: number) => boolean, value = 1, vantage = "a") => {
    const times = Array.from({ length: 7 * 2_880 }, (_, i) => start + 30 * i).filter(keep);
    return { vantage, times, values: times.map(() => value) };
  };
  const judge = (
    all: Parameters<typeof judgeSamples>[0],
    changes: Partial<Policy> = {},
    up: Parameters<typeof judgeSamples>[1] = [],
  ) =>
    judgeSamples(all, up, { about: "uptime", terms, indicator: 0, policy: { ...policy, ...changes }, window }).map(
      ({ level, check, message }) => `${level} ${check}: ${message}`,
    );
  const whole = series(() => true);

  it("are well when they are all there", () => {
    expect(judge([whole]).filter((text) => !text.startsWith("ok"))).to.deep.equal([]);
    expect(judge([whole])).to.include("ok holes: none in the last 7 days");
  });

  it("must be there, and of as many places as were agreed", () => {
    expect(judge([])).to.deep.equal(["problem source: it has no sample of the last 7 days"]);
    expect(judge([whole, { ...whole, vantage: "b" }])).to.deep.equal([
      "problem source: the agreement has 1 place, the monitor 2 places: a, b",
    ]);
    expect(judge([whole], { places: { bad: 1, of: 2 } })[0]).to.equal(
      "warning source: the agreement has 2 places, the monitor only 1 place: a",
    );
  });

  it("must still come", () => {
    const text = judge([series((time) => time < start + 6 * DAY)]);
    expect(text).to.include("problem source: its newest sample is of 2026-01-15T23:59:30Z");
  });

  it("must have a good one among them", () => {
    expect(judge([series(() => true, 0)])).to.include("problem source: not one sample of the last 7 days is good");
  });

  it("may have holes: told with their length and why, refused below what the policy wants", () => {
    const hole = (minutes: number) => series((time) => time < start + DAY || time >= start + DAY + minutes * 60);
    const up = {
      vantage: "a",
      times: whole.times,
      values: whole.times.map((time) => (time >= start + DAY && time < start + DAY + 1_200 ? 0 : 1)),
    };
    const [text] = judge([hole(30)], {}, [up]).filter((each) => each.includes("holes"));
    expect(text).to.equal(
      "warning holes: 29 min 50 s of the last 7 days are unknown, 0.295 %: 2026-01-11T00:00:10Z for 19 min 50 s (the exporter was down), 2026-01-11T00:20:00Z for 10 min (the exporter answered without the metric)",
    );
    expect(judge([hole(120)]).find((each) => each.includes("holes"))).to.match(
      /^problem holes: .*; a month like that is refused$/,
    );
    expect(judge([hole(2)]).find((each) => each.includes("holes"))).to.match(/^ok holes: 1 min 50 s/);
    expect(judge([hole(2)], { unknown: "down", coverage: 0 }).find((each) => each.includes("holes"))).to.match(
      /^warning holes: .*; it counts as down$/,
    );
  });

  it("may begin in these days: what was before is no hole", () => {
    expect(judge([series((time) => time >= start + 5 * DAY)])).to.include("ok holes: none in the last 7 days");
  });
});
