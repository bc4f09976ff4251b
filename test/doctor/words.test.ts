import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { SigningKey, Wallet } from "ethers";
import { REPORT_GAS } from "../../src/chain/cost.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { checkEvidence, judgeRoom } from "../../src/doctor/evidence.ts";
import { bad, fromProblem, inOrder, ok } from "../../src/doctor/finding.ts";
import { judgeGas } from "../../src/doctor/gas.ts";
import { judgeInterval } from "../../src/doctor/interval.ts";
import { checkKeys, judgeDuties, type Duty } from "../../src/doctor/keys.ts";
import { checkNodes, judgeHeads, type Head } from "../../src/doctor/nodes.ts";
import { judgeSamples, seriesIn } from "../../src/doctor/samples.ts";
import { findingsData, findingsText } from "../../src/cli/doctoring.ts";
import { Output } from "../../src/cli/output.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Series } from "../../src/measure/series.ts";
import { answering, blockOf, HangUp, type Answers } from "../chain/answering.ts";
import { startKms } from "../chain/kms-server.ts";
import { listening } from "../cli/answer.ts";
import { flat, sampleTerms } from "../terms/sample-terms.ts";
import { Test } from "../../src/terms/types.ts";
import { told } from "./told.ts";

describe("what doctor says about an error", () => {
  it("is its message, its file unless that is what it is about, and its hint", () => {
    const problem = { code: "x", message: "it is wrong", hint: "right it", file: "a.yaml" };
    expect(told([fromProblem("source", "uptime", problem)])).to.deep.equal([
      "problem source uptime: a.yaml: it is wrong",
      "  right it",
    ]);
    expect(told([fromProblem("source", "a.yaml", { ...problem, hint: undefined as never })])).to.deep.equal([
      "problem source a.yaml: it is wrong",
      "  See the message.",
    ]);
  });
});

describe("doctor's findings together", () => {
  const findings = [
    ok("gas", "a", "enough"),
    bad("warning", "chain", "", "slow", "wait"),
    ...["b", "c", "d", "e"].map((about) => bad("problem", "key", about, "wrong", "change it")),
    bad("problem", "key", "b", "wrong", "change it soon"),
    bad("problem", "source", "b", "wrong", "change it"),
    bad("problem", "source", "f", "wrong too", "change it"),
    bad("warning", "source", "f", "wrong too", "change it"),
  ];

  it("are told once where they are the same in every word", () => {
    expect(inOrder(findings).map(({ level, check, of }) => [level, check, of])).to.deep.equal([
      ["problem", "key", ["b", "c", "d", "e"]],
      ["problem", "key", ["b"]],
      ["problem", "source", ["b"]],
      ["problem", "source", ["f"]],
      ["warning", "chain", [""]],
      ["warning", "source", ["f"]],
      ["ok", "gas", ["a"]],
    ]);
  });

  const color = (useColor: boolean) => new Output(listening({ useColor }).io, false).color;

  it("are lines for people: a mark, what was looked at, of what, and what to do", () => {
    expect(findingsText(findings, color(false))).to.deep.equal([
      "✗ key        b; c; d and 1 more: wrong",
      "             change it",
      "✗ key        b: wrong",
      "             change it soon",
      "✗ source     b: wrong",
      "             change it",
      "✗ source     f: wrong too",
      "             change it",
      "! chain      slow",
      "             wait",
      "! source     f: wrong too",
      "             change it",
      "✓ gas        a: enough",
      "",
      "4 problems, 2 warnings.",
    ]);
    const one = [findings[2]!, findings[3]!, findings[4]!];
    expect(findingsText([...one, findings[1]!], color(false))).to.deep.equal([
      "✗ key        b; c; d: wrong",
      "             change it",
      "! chain      slow",
      "             wait",
      "",
      "1 problem, 1 warning.",
    ]);
    expect(findingsText([findings[1]!], color(false)).at(-1)).to.equal("0 problems, 1 warning.");
    expect(findingsText([findings[0]!], color(false)).at(-1)).to.equal("All is well.");
  });

  it("are red, yellow and green where colours are wanted", () => {
    const text = findingsText([findings[0]!, findings[1]!, findings[2]!], color(true));
    expect(text.map((line) => /\u001b\[(\d+)m(\S)/u.exec(line)?.slice(1))).to.deep.equal([
      ["31", "✗"],
      undefined,
      ["33", "!"],
      undefined,
      ["32", "✓"],
      undefined,
      undefined,
    ]);
    expect(text[1]).to.match(/^\u001b\[2m {13}change it/u);
  });

  it("are the same for machines", () => {
    expect(findingsData([findings[0]!, findings[1]!, findings[2]!])).to.deep.equal([
      { level: "problem", check: "key", about: ["b"], message: "wrong", hint: "change it" },
      { level: "warning", check: "chain", about: [], message: "slow", hint: "wait" },
      { level: "ok", check: "gas", about: ["a"], message: "enough", hint: undefined },
    ]);
  });
});

describe("what doctor says about gas", () => {
  const account = "0xaa";
  const month = REPORT_GAS * 10n ** 9n;
  const monthly = sampleTerms();
  const judge = (balance: bigint, more: { price?: bigint; highest?: bigint; all?: (typeof monthly)[] } = {}) => {
    const { price = 10n ** 9n, highest, all = [monthly] } = more;
    return told(judgeGas({ account, balance, price, highest }, all));
  };
  const hint = "  send 0.00084 for a year to 0xaa; a rollup's price of data comes on top";

  it("is for how many months it is enough", () => {
    expect(judge(month - 1n)).to.deep.equal([
      "problem gas 0xaa: 0.000069999 of the chain's coin: less than a month of 1 agreement, 0.00007 a month at 1.0 gwei",
      hint,
    ]);
    expect(judge(month)).to.deep.equal([
      "warning gas 0xaa: 0.00007 of the chain's coin: 1 month of 1 agreement, 0.00007 a month at 1.0 gwei",
      hint,
    ]);
    expect(judge(1_000n * month, { all: [monthly, { ...monthly, periodMonths: 3 }] })).to.deep.equal([
      "ok gas 0xaa: 0.07 of the chain's coin: 749 months of 2 agreements, 0.000093334 a month at 1.0 gwei",
    ]);
    expect(judge(1_001n * month - 1n)[0]).to.contain("1,000 months of");
    expect(judge(1_001n * month)).to.deep.equal([
      "ok gas 0xaa: 0.07007 of the chain's coin: years of 1 agreement, 0.00007 a month at 1.0 gwei",
    ]);
  });

  it("is an amount that a person reads: four decimals, or nine of less than one", () => {
    expect(judge(12_345_678_900_000_000_000n, { price: 10n ** 12n })[0]).to.contain("12.3456 of the chain's coin");
    expect(judge(1_000_045_600_000_000_000n, { price: 10n ** 12n })[0]).to.contain(" 1 of the chain's coin");
    expect(judge(123_456_789_900_000_000n, { price: 10n ** 12n })[0]).to.contain("0.123456789 of the chain's coin");
  });

  it("is nothing where no gas is needed, or it costs nothing", () => {
    expect(judge(0n, { all: [] })).to.deep.equal(["ok gas 0xaa: 0 of the chain's coin; nothing is to be reported"]);
    expect(judge(1n, { price: 0n })).to.deep.equal(["ok gas 0xaa: 0 of the chain's coin; gas costs nothing now"]);
    expect(judge(0n, { price: 0n })[0]).to.match(/^problem gas 0xaa: .* less than a month/);
  });

  it("is a limit of the config that is too low, beside the rest", () => {
    expect(judge(1_001n * month, { highest: 10n ** 9n - 1n })).to.deep.equal([
      "warning gas 0xaa: a unit of gas costs 1.0 gwei, above the limit of 0.999999999 gwei: nothing is sent",
      "  raise `highest gas price` if a deadline is near",
      "ok gas 0xaa: 0.07007 of the chain's coin: years of 1 agreement, 0.00007 a month at 1.0 gwei",
    ]);
    expect(judge(0n, { highest: 1n, all: [] })).to.have.length(3);
    expect(judge(1n, { highest: 0n, price: 0n })).to.have.length(1);
  });
});

describe("what doctor says about blocks", () => {
  const head = (host: string, changes: Partial<Head> = {}): Head => ({
    ...{ host, number: 100, time: 1_000n, hash: "0xaa" },
    ...changes,
  });
  const judge = (heads: Head[], now: bigint | undefined, addresses: number) => told(judgeHeads(heads, now, addresses));

  it("is who is behind, and who has another chain", () => {
    expect(judge([head("a", { number: 50 }), head("b"), head("c", { hash: "0xbb" })], 1_000n, 3)).to.deep.equal([
      "warning chain a: it is 50 blocks behind the others",
      "  it is asked last; if it stays so take its address out",
      "problem chain: a and c have different blocks: one is on a fork, or lies",
      "  compare with a public explorer and take the wrong address out",
      "ok chain: block 50 is 0 s old",
    ]);
    expect(judge([], 1_000n, 2)).to.deep.equal([]);
  });

  it("is that there is no second address, however many answer", () => {
    expect(judge([head("a")], 1_000n, 1)).to.deep.equal([
      "warning chain a: it is the only node: while it fails nothing is reported",
      "  name a second address, with a comma between them; three outvote one that lies",
      "ok chain: block 100 is 0 s old",
    ]);
    expect(judge([head("a")], 1_000n, 2)).to.deep.equal(["ok chain: block 100 is 0 s old"]);
  });

  it("goes by the newest block", () => {
    const heads = [head("a", { time: 900n, number: 99 }), head("b"), head("c", { time: 950n })];
    expect(judge(heads, 1_010n, 3)).to.deep.equal(["ok chain: 3 nodes agree", "ok chain: block 100 is 10 s old"]);
    expect(judge(heads, 984n, 3)[2]).to.equal("  let the system keep its time: timedatectl set-ntp true");
    expect(judge(heads, 1_121n, 3).slice(1)).to.deep.equal([
      "warning chain: the newest block, 100, is 2 min 1 s old: the nodes stand still, or this computer's clock is ahead",
      "  look at another node and at this computer's clock (timedatectl)",
    ]);
    expect(judge(heads, 2_800n, 3)[1]).to.match(/^warning/);
    expect(judge(heads, 2_801n, 3)[1]).to.match(/^problem/);
  });

  /** A node of `chain` whose newest block is of 1,000 s. */
  const node = (chain: bigint, more: Answers = {}): Answers => ({
    eth_chainId: () => `0x${chain.toString(16)}`,
    eth_getBlockByNumber: (number: string) => blockOf(number === "latest" ? 9 : Number(number), 1_000),
    ...more,
  });
  const ask = (chain: bigint, answers: Answers, more: { other?: string; expected?: string; now?: bigint } = {}) =>
    answering(answers, async (_, asked, url) => {
      const rpc = more.other === undefined ? url : `${more.other} , ${url}`;
      const expected = more.expected === undefined ? undefined : networkNamed(more.expected);
      const findings = await checkNodes(rpc, expected, more.now ?? 1_000n, 2_000);
      const host = new URL(url).host;
      const blocks = asked.flatMap(({ method, params }) => (method === "eth_getBlockByNumber" ? [params[0]] : []));
      return { text: told(findings).map((line) => line.replaceAll(host, "HOST")), blocks };
    });

  it("is which chain it is, and its blocks, three back where all should have the same", async () => {
    const { text, blocks } = await ask(8_453n, node(8_453n));
    expect(text).to.deep.equal([
      "ok chain: base, chain 8453",
      "warning chain HOST: it is the only node: while it fails nothing is reported",
      "  name a second address, with a comma between them; three outvote one that lies",
      "ok chain: block 9 is 0 s old",
    ]);
    expect(blocks).to.deep.equal(["latest", "0x6"]);
  });

  it("is that a play chain's clock is its own", async () => {
    expect((await ask(31_337n, node(31_337n), { now: 9n ** 9n })).text).to.deep.equal([
      "ok chain: local, chain 31337, play money: its clock is its own",
    ]);
  });

  it("is that it is another chain than was meant", async () => {
    expect((await ask(1n, node(1n), { expected: "base" })).text).to.deep.equal([
      "problem chain HOST: The node at HOST is ethereum (chain 1), not base (chain 8453).",
      "  Give the RPC address of the right chain by --rpc or the environment, or the right --network.",
    ]);
  });

  it("is a warning of one that is silent while another answers, named without what may be its key", async () => {
    const { text } = await ask(8_453n, node(8_453n), { other: "http://127.0.0.1:1/secret" });
    expect(text[1]).to.equal("warning chain 127.0.0.1:1: No answer from the node at 127.0.0.1:1.");
    expect(text[3]).to.equal("ok chain: block 9 is 0 s old");
    const none = await ask(
      8_453n,
      {
        eth_chainId: () => {
          throw new HangUp();
        },
      },
      { other: "no address" },
    );
    expect(none.text[0]).to.equal("problem chain an address: The RPC address is not an http(s) URL.");
    expect(none.text[2]).to.equal("problem chain HOST: No answer from the node at HOST.");
  });

  it("is that it hangs up when asked for a block", async () => {
    const { text } = await ask(8_453n, { eth_chainId: () => "0x2105" }, { other: "no address" });
    expect(text[0]).to.equal("problem chain an address: The RPC address is not an http(s) URL.");
    expect(text[2]).to.match(/^problem chain: /);
  });
});

describe("what doctor says about keys", () => {
  const [a, b, c] = ["0x1111111111", "0x2222222222", "0x3333333333"] as const;
  const duty: Duty = { label: "harbor", oracle: a, provider: "0xaa", client: "0xbb" };
  const committee = { address: a, members: [b, c, "0x44"], threshold: 2 };
  const judge = (accounts: string[], more: Partial<Duty> = {}, seats?: typeof committee) =>
    told(judgeDuties(accounts, [{ ...duty, ...more }], seats));

  it("is whose key it should be", () => {
    expect(judge([b])).to.deep.equal([
      "problem key harbor: its oracle is 0x1111111111, the key is of 0x2222222222",
      "  name the oracle's keystore; if the oracle is a committee, name it as `committee`",
    ]);
    expect(judge([b, a])).to.deep.equal([
      "problem key harbor: its oracle is 0x1111111111, which is not the first key: that one sends the reports",
      "  agreements of another oracle need a config of their own",
    ]);
    expect(judge([b, c], { oracle: "0x55" }, committee)).to.deep.equal([
      "problem key harbor: its oracle is 0x55, the key is of 0x2222222222",
      "  agreements of another oracle need a config of their own",
    ]);
    expect(judge([])).to.deep.equal([]);
  });

  it("is how many of a committee's members are missing", () => {
    const hint =
      "  name keystores of more members, or let them sign a batch file: upheld report --propose, upheld cosign";
    expect(judge(["0x55"], {}, committee)).to.deep.equal([
      "problem key harbor: its oracle is the committee 0x1111…1111, of which 2 must sign; 0 keys at hand are members'",
      hint,
    ]);
    expect(judge([b], {}, { ...committee, threshold: 3 })[0]).to.contain(
      "of which 3 must sign; 1 key at hand is a member's",
    );
    expect(judge([c, b], {}, { ...committee, threshold: 3 })[0]).to.contain(
      "of which 3 must sign; 2 keys at hand are members'",
    );
    expect(judge([c, b], {}, committee)).to.deep.equal([]);
  });

  it("is nothing of agreements whose oracle they are", () => {
    expect(judge([a, b])).to.deep.equal([]);
  });

  it("is that it holds a seat, beside whatever else is wrong", () => {
    const own = (seat: string) => [
      `warning key harbor: the key that reports is the ${seat}'s own: it judges its own case, and who steals it has the seat's money`,
      "  let the oracle have a key of its own: both parties agree on it (upheld agree)",
    ];
    expect(judge([a], { provider: a })).to.deep.equal(own("provider"));
    expect(judge([a], { client: a })).to.deep.equal(own("client"));
    expect(judge([b], { client: b }).slice(2)).to.deep.equal(own("client"));
    expect(judge([b], { client: b }, committee).slice(2)).to.deep.equal(own("client"));
    expect(judge([b, c], { client: b }, committee)).to.deep.equal(own("client"));
  });

  const none = { keystores: [], passwordFile: undefined, kms: undefined, held: [] };

  it("is that none is named, or that a local node signs", async () => {
    expect(told((await checkKeys(none)).findings)).to.deep.equal([
      "problem key: no key is named that could sign reports",
      "  name `keystore` in the config, or UPHELD_KEYSTORE; upheld key new makes one",
    ]);
    const { accounts, findings } = await checkKeys({ ...none, held: [a] });
    expect([accounts, told(findings)]).to.deep.equal([[a], ["ok key: the local node signs"]]);
  });

  it("is the address that AWS KMS answers with, or why it does not", async () => {
    const kept = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    const wallet = Wallet.createRandom();
    for (const refuse of [false, true]) {
      const kms = await startKms(new SigningKey(wallet.privateKey), refuse ? { refusal: "no such grant" } : {});
      const { accounts, findings } = await checkKeys({ ...none, kms: kms.options, held: [a] });
      expect(accounts).to.deep.equal(refuse ? [] : [wallet.address]);
      expect(told(findings)[0]).to.match(
        refuse ? /^problem key alias\/oracle: / : /^ok key alias\/oracle: AWS KMS answers: 0x[0-9a-fA-F]{40}$/,
      );
      kms.stop();
    }
    process.env = kept;
  });
});

describe("what doctor says about evidence", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "upheld-doctor-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is why it cannot be written, and what to do", async () => {
    writeFileSync(join(folder, "file"), "");
    const [problem, hint] = told(await checkEvidence(join(folder, "file")));
    expect(problem?.replaceAll(folder, "…")).to.match(/^problem evidence …\/file: it cannot be written: E[A-Z]+: /);
    expect(hint).to.equal(
      "  give it to the user that reports, on a file system with hard links; docs/oracle.md has a unit for systemd",
    );
  });

  it("is how much room there is, and a warning below what a year of a thousand agreements takes", () => {
    expect(told([judgeRoom("e", 300_999_999, true), judgeRoom("e", 300_000_000, false)])).to.deep.equal([
      "ok evidence e: can be written; 300 MB free",
      "ok evidence e: can be made; 300 MB free",
    ]);
    expect(told([judgeRoom("e", 299_999_999, true)])).to.deep.equal([
      "warning evidence e: 299 MB free",
      "  make room: nothing is reported whose evidence is not on disk",
    ]);
  });

  it("is told of where it will be made, and nothing stays behind", async () => {
    const room = async (path: string) => told(await checkEvidence(path))[0]?.replaceAll(folder, "…");
    const below = join(folder, "below");
    mkdirSync(below);
    expect(await room(below)).to.match(/^(ok|warning) evidence …\/below: can be written; \d+ MB free$/);
    expect(await room(join(below, "a/b"))).to.match(/^(ok|warning) evidence …\/below\/a\/b: can be made; \d+ MB free$/);
    expect(readdirSync(below)).to.deep.equal([]);
  });
});

const DAY = 86_400;
const START = Date.UTC(2025, 0, 10) / 1000;
const POLICY: Policy = {
  ...{ good: { atLeast: 1 }, scale: 1, slot: 60, places: { bad: 1, of: 1 } },
  ...{ minimum: 0, counts: "whole", unknown: "excluded", coverage: 0 },
};

describe("what doctor says about samples", () => {
  const window = { start: BigInt(START), end: BigInt(START + 2 * DAY) };
  const series = (vantage = "a", keep: (time: number) => boolean = () => true, value = 1): Series => {
    const times = Array.from({ length: 2 * 2_880 }, (_, i) => START + 30 * i).filter(keep);
    return { vantage, times, values: times.map(() => value) };
  };
  const judge = (all: Series[], changes: Partial<Policy> = {}, up: Series[] = [], within = window) =>
    told(
      judgeSamples(all, up, {
        ...{ about: "uptime", terms: sampleTerms(), indicator: 0, window: within },
        policy: { ...POLICY, ...changes },
      }),
    );

  it("is all that there is to say of good ones", () => {
    expect(judge([series()])).to.deep.equal([
      "ok source uptime: 1 place: a",
      "ok interval uptime: a sample every 30 s; 40 min 19 s of 28 days may be down without a credit",
      "ok holes uptime: none in the last 2 days",
    ]);
  });

  it("is that there are none, or only one", () => {
    const hint = "  try the query on the monitor's own page: a label may be written otherwise";
    expect(judge([])).to.deep.equal(["problem source uptime: it has no sample of the last 2 days", hint]);
    expect(judge([series("a", (time) => time === START)])).to.deep.equal([
      "problem source uptime: it has a single sample of the last 2 days",
      hint,
    ]);
    const half = { start: window.start, end: window.start + 129_600n };
    expect(judge([], {}, [], half)[0]).to.contain("of the last 2 days");
    expect(judge([], {}, [], { ...half, end: half.end - 1n })[0]).to.contain("of the last 1 day");
  });

  it("is which places there are: too many, too few, five by name, in order", () => {
    const places = (...names: string[]) => names.map((name) => series(name));
    expect(judge(places("b", "a"))).to.deep.equal([
      "problem source uptime: the agreement has 1 place, the monitor 2 places: a, b",
      "  narrow the query to one service, or say which label tells the places apart (vantage label)",
    ]);
    const of = { bad: 1, of: 6 };
    expect(judge(places("b", "a", "c", "d", "e"), { places: of }).slice(0, 3)).to.deep.equal([
      "warning source uptime: the agreement has 6 places, the monitor only 5 places: a, b, c, d, e",
      "  bring the missing ones back: what they would say is unknown",
      "ok interval uptime: a sample every 30 s; 40 min 19 s of 28 days may be down without a credit",
    ]);
    expect(judge(places("b", "a", "c", "d", "e", "f"), { places: of })[0]).to.equal(
      "ok source uptime: 6 places: a, b, c, d, e, …",
    );
  });

  it("is that the newest is old: five minutes, or three intervals, to the second", () => {
    const until = (silent: number, step = 30) =>
      judge([series("a", (time) => time <= START + 2 * DAY - silent && (time - START) % step === 0)], { slot: 600 });
    expect(until(300)[1]).to.match(/^ok interval/);
    expect(until(330).slice(1, 3)).to.deep.equal([
      "problem source uptime: its newest sample is of 2025-01-11T23:54:30Z",
      "  see whether the monitor still asks: time without samples is unknown time",
    ]);
    expect(until(900, 300)[1]).to.match(/^warning interval/);
    expect(until(1_200, 300)[1]).to.match(/^problem source/);
  });

  it("is that not one is good", () => {
    expect(judge([series("a", undefined, 0)])[1]).to.equal(
      "problem source uptime: not one sample of the last 2 days is good",
    );
    expect(judge([series("a", undefined, 0)])[2]).to.equal(
      "  is this the metric that the policy means, in its unit (samples in)?",
    );
    expect(judge([series("a", undefined, 0), series("b")], { places: { bad: 2, of: 2 } }).join()).to.not.contain(
      "not one",
    );
  });

  const holes = (text: string[]) => text.slice(text.findIndex((line) => line.includes(" holes ")));
  /** Without samples for so many minutes from the start of each hour given. */
  const without =
    (minutes: number, ...hours: number[]) =>
    (time: number) =>
      !hours.some((hour) => time >= START + hour * 3_600 && time < START + hour * 3_600 + minutes * 60);

  it("is the three longest holes, and how many more there are", () => {
    const keep = (time: number) => without(5, 2, 3)(time) && without(20, 5)(time) && without(10, 6)(time);
    expect(holes(judge([series("a", keep)]))).to.deep.equal([
      "warning holes uptime: 38 min of the last 2 days are unknown, 1.319 %: 2025-01-10T05:00:30Z for 19 min 30 s, 2025-01-10T06:00:30Z for 9 min 30 s, 2025-01-10T02:00:30Z for 4 min 30 s, 1 more",
      "  name `up` in the source: it tells whether the exporter or the monitor was down",
    ]);
    const three = (time: number) => without(5, 2, 3)(time) && without(20, 5)(time);
    expect(holes(judge([series("a", three)]))[0]).to.match(/T03:00:30Z for 4 min 30 s$/);
  });

  it("is why, and what to do about each reason", () => {
    const up = series("a", without(10, 7));
    const values = Array.from(up.times, (time) =>
      time >= START + 5 * 3_600 && time < START + 5 * 3_600 + 600 ? 0 : 1,
    );
    const said = holes(judge([series("a", without(10, 5, 6, 7))], {}, [{ ...up, values }]));
    expect(said[0]).to.contain("for 9 min 30 s (the exporter was down)");
    expect(said[0]).to.contain("for 9 min 30 s (the exporter answered without the metric)");
    expect(said[0]).to.contain("(Prometheus was down)");
    expect(said[1]).to.equal(
      "  watch the exporter (up == 0); look at what was changed in the exporter's configuration; watch Prometheus from elsewhere, or run a second",
    );
  });

  it("is well with less than a thousandth, unless unknown time is down; a problem below the policy's share", () => {
    // a thousandth of two days is 172.8 s
    const level = (minutes: number, changes: Partial<Policy> = {}) =>
      holes(judge([series("a", without(minutes, 5))], changes))[0] ?? "";
    expect(level(3)).to.match(/^ok holes uptime: 2 min 30 s of the last 2 days are unknown, 0.086 %: /);
    expect(level(3.5)).to.match(/^warning holes/);
    expect(level(3, { unknown: "down" })).to.match(/^warning holes .*; it counts as down$/);
    // an hour less half a minute of two days is 2.066 %
    expect(level(60, { coverage: 979_340_277 })).to.match(/^warning holes/);
    expect(level(60, { coverage: 979_340_278 })).to.match(/^problem holes .*; a month like that is refused$/);
  });

  it("is of each place by its name, as the policy takes the values", async () => {
    async function* chunks() {
      await Promise.resolve();
      yield { vantage: "a", samples: [[1, 0.5] as const] };
      yield { vantage: "b", samples: [[2, 1] as const] };
      yield { vantage: "a", samples: [[3, 0.25] as const] };
    }
    const all = await seriesIn(chunks(), { ...POLICY, scale: 100 });
    expect(all.map(({ vantage, times, values }) => [vantage, [...times], [...values]])).to.deep.equal([
      ["a", [1, 3], [50, 25]],
      ["b", [2], [100]],
    ]);
  });
});

describe("what doctor says about the interval", () => {
  const judge = (threshold: bigint, interval: number, changes: Partial<Policy> = {}) => {
    const terms = sampleTerms({ objectives: [{ indicator: 0, tiers: [flat(Test.Below, threshold, 1n)] }] });
    return told(judgeInterval("uptime", terms, 0, { ...POLICY, slot: DAY, ...changes }, interval));
  };

  it("is that time between two samples is unknown, half a second late apart", () => {
    const slow = [
      "problem interval uptime: a sample comes every 2 min and speaks for 1 min: 50 % of the time is unknown",
      "  probe at least every 1 min: how long a sample speaks is fixed by the agreement",
    ];
    expect(judge(900_000_000n, 120, { slot: 60 })).to.deep.equal(slow);
    expect(judge(900_000_000n, 60.5, { slot: 60 })[0]).to.match(/^ok/);
    expect(judge(900_000_000n, 60.6, { slot: 60 })[0]).to.match(/^problem .* every 1 min 1 s .*: 1 % of the time/);
    // and on top that a few lost ones decide
    expect(judge(999_900_000n, 120, { slot: 60 })).to.have.length(4);
  });

  it("is that one sample, or several in a row, break the promise alone", () => {
    expect(judge(999_900_000n, 250)).to.deep.equal([
      "problem interval uptime: one failed sample alone, 4 min 10 s, gives a credit, and what is shorter was never seen: samples every 4 min 10 s cannot prove this promise, 4 min 1 s of 28 days may be down without a credit",
      "  probe at least every 24 s, a tenth of that",
    ]);
    expect(judge(999_900_000n, 100, { minimum: 300 })[0]).to.match(
      /^problem interval uptime: 3 failed samples in a row alone, 5 min, gives a credit/,
    );
  });

  it("is that a few lost samples decide", () => {
    expect(judge(999_900_000n, 30)).to.deep.equal([
      "warning interval uptime: 4 min 1 s of 28 days may be down without a credit, and one failed sample counts 30 s of it: a few lost samples decide",
      "  probe at least every 24 s, a tenth of that",
    ]);
    expect(judge(999_900_000n, 24)[0]).to.match(/^ok/);
    expect(judge(999_900_000n, 25)[0]).to.match(/^warning/);
    expect(judge(999_900_000n, 30, { minimum: 60 })[0], "more than one sample").to.match(/^ok/);
    // nothing may be down at all: no interval is short enough, a second is the least that is asked for
    expect(judge(1_000_000_000n, 1)[1]).to.equal("  probe at least every 1 s, a tenth of that");
  });
});
