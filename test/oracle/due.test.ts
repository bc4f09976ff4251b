import { join } from "node:path";
import { expect } from "chai";
import { Factory } from "../../src/chain/factory.ts";
import { parseConfig } from "../../src/oracle/config.ts";
import { whatIsDue, type Standing } from "../../src/oracle/due.ts";
import { chunks, openPortfolio, readSummaries } from "../../src/oracle/portfolio.ts";
import { HangUp, RpcError } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { DAY, FACTORY, FEBRUARY, TOKEN, type ToldAgreement } from "../support/told-chain.ts";
import { COUNTS, Desk, ORACLE, type Signed } from "./desk.ts";
import { configText } from "./many.ts";

const UNTIL = FEBRUARY + 5n * DAY;

describe("what is due", function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
  });

  /** What each agreement needs at `now`, as the chain says it. */
  const standings = (signed: readonly Signed[], now = FEBRUARY, month?: string) =>
    desk.chain.during(async (provider) => {
      const { factory, agreements } = await desk.open(provider, signed);
      const summaries = await readSummaries(
        factory,
        agreements.map(({ address }) => address),
      );
      return whatIsDue(factory, agreements, summaries, now, month);
    });
  /** The same of one, without its agreement and the problem's words. */
  async function standing(change: (told: ToldAgreement) => void, now?: bigint, month?: string) {
    const one = desk.sign();
    change(one.told);
    const [found] = await standings([one], now, month);
    const { agreement, problem, ...rest } = found as Standing & { problem?: { code: string } };
    expect(agreement.address).to.equal(one.address);
    return problem === undefined ? rest : { ...rest, code: problem.code };
  }
  const state = (changes: Record<string, unknown>) => (told: ToldAgreement) => void Object.assign(told.state, changes);
  const asIs = () => undefined;
  const reported = (address: string, period: bigint, revision = 0n) => {
    if (revision > 0n) desk.chain.emit(address, "Revised", [period, revision]);
    desk.chain.emit(address, "Reported", [period, 0n, `0x${"12".repeat(32)}`, [COUNTS]]);
  };

  it("is a report from the first second of its window to the last, with all that it takes", async () => {
    const due = { kind: "due", number: 0n, start: FEBRUARY - 31n * DAY, end: FEBRUARY, reportUntil: UNTIL };
    expect(await standing(asIs)).to.deep.equal({ ...due, oracle: ORACLE.address });
    expect((await standing(asIs, UNTIL - 1n)).kind).to.equal("due");
    expect(await standing(asIs, UNTIL)).to.deep.equal({ kind: "late", number: 0n, code: "report.too-late" });
    expect(await standing(asIs, FEBRUARY - 1n)).to.deep.equal({
      ...{ kind: "early", number: 0n, opens: FEBRUARY, code: "report.too-early" },
    });
  });

  it("is nothing when the oracle's report stands, corrected or not", async () => {
    expect(await standing(state({ stage: 3n, revision: 2n }))).to.deep.equal({
      ...{ kind: "there", number: 0n, revision: 2n },
    });
    expect((await standing(state({ stage: 4n }))).kind, "disputed").to.equal("there");
  });

  it("is too late when silence stands, disputed or not", async () => {
    expect(await standing(state({ stage: 3n, revision: 255n }))).to.deep.include({ kind: "late", number: 0n });
    expect(await standing(state({ stage: 4n, revision: 255n }))).to.deep.include({
      ...{ kind: "late", code: "report.frozen" },
    });
  });

  it("waits for a draft's start, and is over in what lapsed or closed", async () => {
    const phase = (number: bigint) => (told: ToldAgreement) => void (told.summary["phase"] = number);
    expect(await standing(phase(1n))).to.deep.equal({
      ...{ kind: "early", number: 0n, code: "report.not-active", opens: FEBRUARY - 31n * DAY },
    });
    for (const each of [3n, 4n]) {
      expect(await standing(phase(each))).to.deep.equal({ kind: "over", number: 0n, code: "report.not-active" });
    }
  });

  it("is over after the last period", async () => {
    expect((await standing(state({ period: 11n }))).kind).to.equal("due");
    expect(await standing(state({ period: 12n }))).to.deep.equal({ kind: "over", number: undefined });
    expect(await standing(state({ period: 3n, periods: 3n })), "terminated").to.deep.equal({
      ...{ kind: "over", number: undefined },
    });
  });

  it("can be asked of a month: the period that starts in it", async () => {
    expect((await standing(state({ period: 2n }), FEBRUARY, "2030-03")).kind).to.equal("due");
    expect(await standing(asIs, FEBRUARY, "2030-02")).to.deep.equal({
      ...{ kind: "early", number: 1n, opens: FEBRUARY, code: "report.too-early" },
    });
    expect(await standing(asIs, FEBRUARY, "2031-01")).to.deep.equal({
      ...{ kind: "over", number: undefined, code: "period.none" },
    });
    expect((await standing(asIs, FEBRUARY, "2030-12")).number).to.equal(11n);
    expect(await standing(state({ periods: 11n }), FEBRUARY, "2030-12"), "terminated").to.deep.equal({
      ...{ kind: "over", number: undefined },
    });
  });

  it("is told by events of a period that is resolved: reported once, corrected, silent or never", async () => {
    const signed = [desk.sign(), desk.sign(), desk.sign(), desk.sign()];
    for (const { told } of signed) told.state["period"] = 2n;
    const [once, corrected, silent] = signed.map(({ address }) => address) as [string, string, string];
    reported(once, 0n);
    reported(once, 1n, 3n);
    reported(corrected, 0n);
    reported(corrected, 0n, 1n);
    reported(silent, 0n, 255n);
    const found = (await standings(signed, FEBRUARY, "2030-01")).map((one) => ({
      ...{ kind: one.kind, number: one.number },
      ...("revision" in one ? { revision: one.revision } : {}),
      ...(one.kind === "late" ? { code: one.problem?.code } : {}),
    }));
    const late = { kind: "late", number: 0n, code: "report.resolved" };
    expect(found).to.deep.equal([
      { kind: "there", number: 0n, revision: 0n },
      { kind: "there", number: 0n, revision: 1n },
      late,
      late,
    ]);
  });

  it("cannot be said of what the factory did not make", async () => {
    const one = desk.sign();
    desk.chain.agreements.delete(one.address);
    const [found] = await standings([one]);
    expect(found).to.deep.equal({
      ...{ kind: "failed", number: undefined, agreement: found?.agreement },
      problem: {
        code: "agreement.not-genuine",
        message: `There is no agreement of this factory at ${one.address}.`,
        hint: "Check the network and the factory; a draft that was never deployed: `upheld deploy`.",
      },
    });
  });
});

describe("summaries of many agreements", function () {
  this.timeout(60_000);

  /** Asks for `count`, of a node that answers at most `most` in one call; how many each answered call was for. */
  async function asked(count: number, most = 1_000, refusal: () => Error = () => new RpcError(-32_000, "out of gas")) {
    const desk = new Desk();
    const signed = desk.signMany(3).map(({ address }) => address);
    const pages: number[] = [];
    const addresses = Array.from({ length: count }, (_, i) => signed[i % 3]!);
    const blocks: unknown[] = [];
    try {
      return await desk.chain.during(async (provider) => {
        const factory = await Factory.at(provider, FACTORY);
        desk.chain.answers.eth_call = ((request: { to: string; data: string }, block: unknown) => {
          const size = (request.data.length - 10) / 64 - 2;
          if (size > most) throw refusal();
          pages.push(size);
          blocks.push(block);
          return desk.chain.call(request);
        }) as never;
        const found = await readSummaries(factory, addresses, 7);
        expect(found.map((one) => one?.agreement)).to.deep.equal(addresses);
        expect(new Set(blocks)).to.deep.equal(new Set(count === 0 ? [] : ["0x7"]));
        return pages.sort((a, b) => b - a);
      });
    } finally {
      desk.end();
    }
  }

  it("are forty in one call", async () => {
    expect(await asked(0)).to.deep.equal([]);
    expect(await asked(40)).to.deep.equal([40]);
    expect(await asked(81)).to.deep.equal([40, 40, 1]);
  });

  it("are asked for in halves where a node allows less, down to one by one", async () => {
    expect(await asked(7, 4)).to.deep.equal([4, 3]);
    expect(await asked(5, 1)).to.deep.equal([1, 1, 1, 1, 1]);
    expect(await problemOf(asked(2, 0))).to.include({ code: "contract.unknown" });
  });

  it("are not asked for again in halves of a node that does not answer", async () => {
    let calls = 0;
    const silent = asked(8, 4, () => {
      calls += 1;
      return new HangUp();
    });
    expect(await problemOf(silent)).to.include({ code: "chain.unreachable" });
    expect(calls).to.equal(1);
  });

  it("come in parts of equal size, and a rest", () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).to.deep.equal([[1, 2], [3, 4], [5]]);
    expect(chunks([1, 2], 2)).to.deep.equal([[1, 2]]);
    expect(chunks([], 2)).to.deep.equal([]);
  });
});

describe("an oracle's agreements", function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
  });

  const opened = (text: string) =>
    desk.chain.during(async (provider) =>
      openPortfolio(parseConfig(text, join(desk.folder, "oracle.yaml")), await Factory.at(provider, FACTORY)),
    );
  const config = (...refs: string[]) =>
    configText(
      refs.map((file) => ({ file, address: "" })),
      { evidence: "evidence" },
    );

  it("are what their files say, without asking the chain for each", async () => {
    const one = desk.sign();
    const call = desk.chain.call.bind(desk.chain);
    desk.chain.answers.eth_call = (request) => {
      if (request.to !== FACTORY.toLowerCase()) throw new Error("the file says it");
      return call(request);
    };
    const [{ served, ...watched }] = (await opened(config(one.file))) as [Awaited<ReturnType<typeof opened>>[0]];
    expect(watched).to.deep.equal({
      ...{ label: "CI hosting 0", address: one.address, terms: one.told.terms, names: ["uptime"] },
      ...{ policies: [undefined], disclosures: [undefined], ticketRules: [undefined] },
      currency: { symbol: "USDC", decimals: 6, address: TOKEN },
    });
    expect(served).to.include({ ref: one.file, isFile: true });
  });

  it("hold together what they have from one template", async () => {
    const [one, two] = [desk.sign(), desk.sign()];
    const [first, second] = await opened(config(one.file, two.file));
    expect([first?.address, second?.address]).to.deep.equal([one.address, two.address]);
    expect(second?.terms).to.deep.equal(two.told.terms);
    expect(second?.terms.objectives).to.equal(first?.terms.objectives);
    expect(second?.policies).to.equal(first?.policies);
    expect(second?.currency).to.equal(first?.currency);
    expect(second?.served.sources).to.equal(first?.served.sources);
  });

  it("give back what opening many took, and nothing for a few", async () => {
    const asked: unknown[] = [];
    const real = globalThis.gc;
    globalThis.gc = ((options: unknown) => void asked.push(options)) as NonNullable<typeof real>;
    try {
      const signed = desk.signMany(100).map(({ file }) => file);
      await opened(config(...signed.slice(1)));
      expect(asked).to.deep.equal([]);
      await opened(config(...signed));
      const all = { type: "major", execution: "sync", flavor: "last-resort" };
      expect(asked, "of the config, and of the files").to.deep.equal([all, all]);
    } finally {
      globalThis.gc = real;
    }
  });

  it("are what the chain says when their addresses are named, each token asked once", async () => {
    const [one, two] = [desk.sign(), desk.sign()];
    let asked = 0;
    const call = desk.chain.call.bind(desk.chain);
    desk.chain.answers.eth_call = (request) => {
      if (request.to === TOKEN.toLowerCase()) asked += 1;
      return call(request);
    };
    const text = config(`"${one.address}"`, `"${two.address}"`).replaceAll("uptime:", "1:");
    const [first, second] = await opened(text);
    const { served, currency, ...watched } = first!;
    expect(watched).to.deep.equal({
      ...{ label: one.address, address: one.address, terms: one.told.terms },
      ...{ names: [], policies: [], disclosures: [], ticketRules: [] },
    });
    expect(currency).to.include({ symbol: "USDC", decimals: 6 });
    expect(served).to.include({ ref: one.address, isFile: false });
    expect(second?.terms.document).to.equal(two.told.terms.document);
    expect(asked, "its symbol and its decimals").to.equal(2);
  });

  it("must be there", async () => {
    const nowhere = `0x${"77".repeat(20)}`;
    expect(await problemOf(opened(config(`"${nowhere}"`)))).to.deep.equal({
      code: "agreement.nothing-there",
      message: `There is no agreement at ${nowhere} on this chain.`,
      hint: "Check the address, the network and the factory that the config names.",
    });
    expect((await problemOf(opened(config(`"${FACTORY}"`)))).code, "a contract of another kind").to.equal(
      "agreement.nothing-there",
    );
    const file = join(desk.folder, "none.sla.yaml");
    expect(await problemOf(opened(config(file)))).to.deep.equal({
      code: "usage.agreement",
      message: `The file "${file}" cannot be read.`,
      hint: "Name an agreement's address or its *.sla.yaml, from the config's folder.",
    });
  });

  it("are not blamed for a node that does not answer", async () => {
    const one = desk.sign();
    const call = desk.chain.call.bind(desk.chain);
    desk.chain.answers.eth_call = (request) => {
      if (request.to === one.address.toLowerCase()) throw new HangUp();
      return call(request);
    };
    expect((await problemOf(opened(config(`"${one.address}"`)))).code).to.equal("chain.unreachable");
  });

  it("must not be one and the same, once as a file and once as an address", async () => {
    const one = desk.sign();
    const text = configText(
      [
        { file: one.file, address: "" },
        { file: `"${one.address}"`, address: "" },
      ],
      { evidence: "evidence" },
      () => "outages: outages.csv",
    ).replace(/(0x\w+"\n {4}measures:\n {6})uptime/, "$11");
    expect(await problemOf(opened(text))).to.deep.equal({
      code: "config.twice",
      message: `${one.address} and ${one.file} are the same agreement, ${one.address}.`,
      file: join(desk.folder, "oracle.yaml"),
      line: 6,
    });
  });

  it("are checked one by one with the file that names them", async () => {
    const one = desk.sign();
    const seen: unknown[] = [];
    const file = join(desk.folder, "oracle.yaml");
    await desk.chain.during(async (provider) =>
      openPortfolio(parseConfig(config(one.file), file), await Factory.at(provider, FACTORY), (...given) => {
        seen.push([given[0].address, given[1]]);
      }),
    );
    expect(seen).to.deep.equal([[one.address, file]]);
    const { code } = await problemOf(opened(config(one.file).replace("uptime", "speed")));
    expect(code, "by its sources, unless told otherwise").to.equal("config.unknown-measure");
  });
});
