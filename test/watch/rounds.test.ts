import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Factory } from "../../src/chain/factory.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import type { Terms } from "../../src/terms/types.ts";
import { readWatchConfig } from "../../src/watch/config.ts";
import { Watch, type WatchOptions } from "../../src/watch/watch.ts";
import { answering, RpcError } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { hookSink, mailSink, stalling } from "./receivers.ts";
import { accepted, ACTIVE, event, on, PEOPLE, reported, seat, TEXT, usdc, watched } from "./told.ts";
import { createdLog, FACTORY, logOf, ToldChain } from "./told-chain.ts";

const START = on("2030-01-05");
const RECIPIENT = "  - role: client\n    webhook: { address variable: HOOK }\n";
type Sink = Awaited<ReturnType<typeof hookSink>>;

describe("a watcher's rounds", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: ToldChain;
  let sink: Sink;
  let terms: Terms;
  let agreement: string;
  let told: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "upheld-rounds-"));
    writeFileSync(join(folder, "harbor.sla.yaml"), TEXT);
    sink = await hookSink();
    ({ terms } = watched());
    chain = new ToldChain(on("2029-12-01"));
    agreement = chain.sign(terms, {});
    chain.mine(on("2029-12-10"), createdLog(agreement, terms), ...ACTIVE.map((one) => logOf(agreement, one)));
    chain.mine(START);
    told = [];
  });
  afterEach(() => {
    sink.close();
    rmSync(folder, { recursive: true });
  });

  const configOf = (agreements = "  - agreement: harbor.sla.yaml\n", recipients = RECIPIENT, more = ""): string => {
    const file = join(folder, "watch.yaml");
    writeFileSync(file, `state: state\n${more}agreements:\n${agreements}recipients:\n${recipients}`);
    return file;
  };

  /** Lets `work` have a watcher of the config. */
  async function watching<T>(
    work: (watch: Watch) => Promise<T>,
    config = configOf(),
    options: Partial<WatchOptions> = {},
  ): Promise<T> {
    return answering(chain.answers, async (provider) => {
      const watch = await Watch.open({
        ...{
          config: readWatchConfig(config),
          factory: await Factory.at(provider, FACTORY),
          network: networkNamed("local"),
        },
        ...{
          confirmations: 1,
          environment: { HOOK: sink.url },
          now: () => 1_000,
          signal: new AbortController().signal,
        },
        tell: (name, values = {}) => {
          const { code, title, agreement: of, from, to } = values;
          told.push(
            [name, code, title, name === "not genuine" ? of : undefined, from, from === undefined ? undefined : to]
              .filter((part) => part !== undefined)
              .map(String)
              .join(" "),
          );
        },
        ...options,
      });
      try {
        return await work(watch);
      } finally {
        watch.close();
      }
    });
  }

  const once = (config?: string, options?: Partial<WatchOptions>) =>
    watching(async (watch) => ({ isGood: await watch.round(true), status: { ...watch.status } }), config, options);
  const refusal = (config?: string, options?: Partial<WatchOptions>) =>
    problemOf(watching(() => Promise.resolve(), config, options));
  const titles = () =>
    sink.posts.flatMap(({ body }) => (body["notices"] as { title: string }[]).map(({ title }) => title));
  const ACTIVE_TITLE = "both sides accepted: the agreement is active";

  /** Everything is news to who begins to watch that early. */
  const early = () => {
    chain = new ToldChain(on("2029-12-01"));
    chain.sign(terms, {});
    chain.mine(on("2029-12-10"), createdLog(agreement, terms), ...ACTIVE.map((one) => logOf(agreement, one)));
  };

  it("look, write down and tell, and say what they came to", async () => {
    early();
    const { isGood, status } = await once();
    expect(isGood).to.equal(true);
    expect(titles()).to.deep.equal([ACTIVE_TITLE]);
    expect(told).to.deep.equal([`notice ${ACTIVE_TITLE}`, `delivered`, "round"]);
    expect(status).to.deep.equal({
      ...{ rounds: 1, failedRounds: 0, lastRoundAt: 1_000, lastGoodRoundAt: 1_000, nextRoundAt: 0 },
      ...{ lastProblem: undefined, agreements: 1, found: 1, waiting: 0, refused: 0, missing: 0 },
    });
    const book = JSON.parse(readFileSync(join(folder, "state", "watch.json"), "utf8")) as object;
    expect(book).to.deep.include({ version: 1, chainId: "31337", factory: FACTORY, found: {} });
  });

  it("tell nothing twice, and read on from where the last one ended", async () => {
    await once();
    expect(titles(), "it is no news any more").to.deep.equal([]);
    expect(chain.asked).to.deep.equal([[0, 2]]);
    chain.asked.length = 0;
    chain.mine(START + 60n, logOf(agreement, event("Funded", 0n, { from: PEOPLE.client, amount: usdc(5) })));
    const { status } = await once();
    expect(chain.asked).to.deep.equal([[3, 3]]);
    expect(titles()).to.deep.equal(["5.00 USDC came in"]);
    expect(status.found).to.equal(1);
    await once();
    expect(titles()).to.have.length(1);
  });

  it("tell what happened while nobody watched, however long ago", async () => {
    await once();
    chain.mine(START + 60n, logOf(agreement, event("Funded", 0n, { amount: usdc(5) })));
    chain.mine(on("2030-01-30"));
    await once();
    expect(titles()).to.include("5.00 USDC came in");
  });

  it("tell by mail as well, and wait no longer for its server than they are told to", async () => {
    early();
    const mails = await mailSink();
    const silent = await stalling();
    const mailing = (port: number) =>
      configOf(
        undefined,
        "  - role: client\n    email: owner@harbor.example\n",
        `mail: { from: w@northwind.example, server: 127.0.0.1, port: ${port}, security: none }\n`,
      );
    try {
      const late = await once(mailing(silent.port), { timeoutMs: 100 });
      expect([late.isGood, late.status.waiting]).to.deep.equal([true, 1]);
      expect(told).to.include("not delivered mail.unreachable");
      expect((await once(mailing(mails.port))).status.waiting).to.equal(0);
      expect(mails.mails[0]?.text).to.contain("on local, notice active");
    } finally {
      silent.close();
      await mails.close();
    }
  });

  it("date what happened by its block", async () => {
    await once();
    chain.mine(on("2030-02-02"), logOf(agreement, reported(0n, 100)));
    chain.mine(on("2030-02-03"));
    await once();
    const [notice] = sink.posts.at(-1)?.body["notices"] as { at: string; lines: string[] }[];
    expect(notice?.at).to.equal("2030-02-02T00:00:00.000Z");
    expect(notice?.lines.join("\n")).to.contain("Final 9 Feb 2030, in 6 days");
  });

  it("look no nearer than blocks that have their confirmations", async () => {
    await once();
    chain.mine(START + 60n, logOf(agreement, event("Funded", 0n, { amount: usdc(5) })));
    chain.mine(START + 61n);
    const heads = async (confirmations: number) => {
      await once(undefined, { confirmations });
      return titles().length;
    };
    expect(await heads(3)).to.equal(0);
    expect(await heads(2)).to.equal(1);
    chain.asked.length = 0;
    rmSync(join(folder, "state"), { recursive: true });
    expect(await once(undefined, { confirmations: 100 }), "never before the first").to.include({ isGood: true });
    expect(chain.asked).to.deep.equal([[0, 0]]);
  });

  describe("after a reorganisation", () => {
    const funded = (amount: number) => logOf(agreement, event("Funded", 0n, { amount: usdc(amount) }));

    it("take back what is gone, and read anew from the last block that both know", async () => {
      await once();
      chain.mine(START + 60n, funded(5));
      chain.mine(START + 61n);
      await once();
      chain.mine(START + 62n);
      await once();
      chain.fork(2);
      for (const second of [70n, 71n, 72n, 73n]) chain.mine(START + second);
      chain.asked.length = 0;
      told.length = 0;
      await once();
      expect(told[0]).to.equal("reorganised 3 5");
      expect(chain.asked).to.deep.equal([[3, 6]]);
      expect(titles()).to.deep.equal(["5.00 USDC came in", "Taken back: 5.00 USDC came in"]);
      told.length = 0;
      await once();
      expect(told, "once").to.deep.equal(["round"]);
    });

    it("read anew from the beginning when no block is known any more", async () => {
      await once();
      chain.fork(-1);
      for (let i = 0; i < 4; ++i)
        chain.mine(START + BigInt(i), ...(i === 1 ? ACTIVE.map((one) => logOf(agreement, one)) : []));
      chain.asked.length = 0;
      await once();
      expect(told).to.include("reorganised 0 2");
      expect(chain.asked).to.deep.equal([[0, 3]]);
    });

    it("wait for a chain that is shorter than it was", async () => {
      await once();
      chain.mine(START + 60n, funded(5));
      await once();
      chain.fork(2);
      await once();
      expect(titles()).to.deep.equal(["5.00 USDC came in", "Taken back: 5.00 USDC came in"]);
    });

    it("tell nothing when it happens while they read", async () => {
      await once();
      chain.mine(START + 60n, funded(5));
      let isDone = false;
      chain.onAsked = (method) => {
        if (method !== "eth_call" || isDone || chain.asked.length < 2) return;
        isDone = true;
        chain.fork(2);
        chain.mine(START + 99n);
      };
      const { isGood, status } = await once();
      expect(isGood).to.equal(false);
      expect(status.lastProblem).to.deep.equal({
        ...{ code: "chain.moved", message: "The chain was reorganised, or its nodes differ, while it was read." },
        ...{ hint: "It is read again in the next round.", retry: true },
      });
      expect(titles()).to.deep.equal([]);
      chain.onAsked = () => undefined;
      expect((await once()).isGood).to.equal(true);
      expect(titles()).to.deep.equal([]);
    });
  });

  it("fail while the chain cannot be read, and deliver what waits all the same", async () => {
    early();
    sink.status = 404;
    const first = await once();
    expect([first.isGood, first.status.waiting, first.status.refused]).to.deep.equal([true, 1, 1]);
    sink.status = 200;
    told.length = 0;
    chain.mine(on("2029-12-11"));
    await watching(async (watch) => {
      chain.onAsked = () => {
        throw new RpcError(-32_000, "out of order");
      };
      expect(await watch.round(true)).to.equal(false);
      const { rounds, failedRounds, lastRoundAt, lastGoodRoundAt, lastProblem, waiting } = watch.status;
      expect({ rounds, failedRounds, lastRoundAt, lastGoodRoundAt, waiting }).to.deep.equal({
        ...{ rounds: 1, failedRounds: 1, lastRoundAt: 1_000, lastGoodRoundAt: 0, waiting: 0 },
      });
      expect(lastProblem?.code).to.match(/^chain\./);
      expect(told[0]).to.equal(`round failed ${lastProblem?.code ?? ""}`);
      expect(titles()).to.deep.equal([ACTIVE_TITLE]);
      chain.onAsked = () => undefined;
      expect(await watch.round(true)).to.equal(true);
      expect(watch.status).to.include({ rounds: 2, failedRounds: 1, lastGoodRoundAt: 1_000, lastProblem: undefined });
    });
  });

  it("fail when what was told cannot be written down", async () => {
    early();
    await watching(async (watch) => {
      rmSync(join(folder, "state", "agreements"), { recursive: true });
      expect(await watch.round(true)).to.equal(false);
      expect(watch.status.lastProblem?.code).to.equal("file.unwritable");
    });
  });

  it("wait for an agreement that nobody has created yet", async () => {
    chain = new ToldChain(on("2029-12-01"));
    chain.sign(terms, { phase: "none" });
    const { isGood, status } = await once();
    expect([isGood, status.agreements, status.found]).to.deep.equal([true, 1, 0]);
    expect(existsSync(join(folder, "state", "agreements", `${agreement}.json`))).to.equal(false);
    chain.say(agreement, { phase: "draft", state: { providerAccepted: true, clientAccepted: false } });
    chain.mine(on("2029-12-29"), logOf(agreement, accepted("provider")));
    expect((await once()).status.found, "a reminder to accept").to.equal(1);
    expect(titles()).to.deep.equal(["in 3 days: accept before 1 Jan 2030, or it lapses"]);
  });

  it("write feeds and calendars of what each recipient is told of", async () => {
    early();
    const other = watched((text) => text.replace("salt: 00", "salt: 11").replace("CI hosting", "Other"));
    writeFileSync(join(folder, "other.sla.yaml"), TEXT.replace("salt: 00", "salt: 11").replace("CI hosting", "Other"));
    chain.mine(on("2029-12-11"), ...ACTIVE.map((one) => logOf(chain.sign(other.terms, {}), one)));
    const recipients =
      "  - role: client\n    feed: web/all.atom\n    calendar: web/all.ics\n" +
      "  - role: client\n    agreements: Other\n    about: payments\n    feed: web/some.atom\n    calendar: web/some.ics\n";
    const agreements = "  - agreement: harbor.sla.yaml\n  - agreement: other.sla.yaml\n";
    await once(configOf(agreements, recipients));
    const read = (name: string) => readFileSync(join(folder, "web", name), "utf8");
    expect(read("all.atom").match(/<entry>/g)).to.have.length(2);
    expect(read("some.atom")).not.to.contain("<entry>");
    expect(read("all.atom")).to.contain("on local, notice active");
    expect(read("all.ics").match(/SUMMARY:CI hosting: the agreement ends/g)).to.have.length(1);
    expect(read("all.ics").match(/SUMMARY:Other: the agreement ends/g)).to.have.length(1);
    expect(read("some.ics")).to.contain("SUMMARY:Other:").and.not.contain("CI hosting");
    expect(read("all.ics")).to.contain("X-WR-CALNAME:Upheld, for the client");
  });

  it("count the evidence that is not there", async () => {
    chain.mine(on("2030-02-02"), logOf(agreement, reported(0n, 0)));
    chain.mine(on("2030-02-03"));
    const more = "evidence: { from: published, keep: copies }\n";
    const { status } = await once(configOf(undefined, undefined, more));
    expect(status.missing).to.equal(1);
    expect(titles()).to.include("January 2030: the evidence of the report cannot be had");
  });

  it("wait no longer for a channel that left the config", async () => {
    early();
    sink.status = 404;
    expect((await once()).status.waiting).to.equal(1);
    const recipients = "  - role: client\n    webhook: { address variable: OTHER }\n";
    expect((await once(configOf(undefined, recipients))).status.waiting).to.equal(0);
  });

  describe("find agreements by the account of a party", () => {
    const byProvider = () => configOf(`  - provider: "${PEOPLE.provider}"\n`);

    it("when they begin and later, each once", async () => {
      expect((await once(byProvider())).status.agreements).to.equal(1);
      const other = watched((text) => text.replace("salt: 00", "salt: 11"));
      const address = chain.sign(other.terms, {});
      chain.mine(START + 60n, createdLog(address, other.terms));
      chain.asked.length = 0;
      const second = await once(byProvider());
      expect(second.status.agreements).to.equal(2);
      expect(chain.asked.slice(0, 2), "read on").to.deep.equal([
        [3, 3],
        [3, 3],
      ]);
      expect((await once(byProvider())).status.agreements, "known from then on").to.equal(2);
      const book = JSON.parse(readFileSync(join(folder, "state", "watch.json"), "utf8")) as { found: object };
      expect(book.found).to.deep.equal({ [`provider ${PEOPLE.provider}`]: [agreement, address] });
    });

    it("of the client likewise", async () => {
      expect((await once(configOf(`  - client: "${PEOPLE.client}"\n`))).status.agreements).to.equal(1);
      rmSync(join(folder, "state"), { recursive: true });
      expect((await once(configOf(`  - client: "${PEOPLE.provider}"\n`))).status.agreements).to.equal(0);
    });

    it("and pass over what only claims to be one", async () => {
      const foreign = `0x${"77".repeat(20)}`;
      chain.mine(
        START + 60n,
        logOf(foreign, event("SeatTaken", 0n, { seat: seat("provider"), account: PEOPLE.provider })),
      );
      expect((await once(byProvider())).status.agreements).to.equal(1);
      expect(told).to.include(`not genuine ${foreign}`);
    });

    it("beside those that are named, each once, told by its address", async () => {
      chain.mine(on("2030-02-02"), logOf(agreement, reported(0n, 100)));
      await once(byProvider());
      const [post] = sink.posts.map(({ body }) => body["notices"] as { service: string; lines: string[] }[]).flat();
      expect(post?.service).to.match(/^0x[0-9a-f]{4}…[0-9a-f]{4}$/i);
      expect(post?.lines).to.include("measure 1: 0 s bad of 744 h.");
      rmSync(join(folder, "state"), { recursive: true });
      const both = configOf(`  - agreement: harbor.sla.yaml\n    name: Named\n  - provider: "${PEOPLE.provider}"\n`);
      sink.posts.length = 0;
      const { status } = await once(both);
      expect(status.agreements).to.equal(1);
      expect((sink.posts[0]?.body["notices"] as { service: string }[])[0]?.service).to.equal("Named");
    });
  });

  describe("begin only when the config fits", () => {
    it("one agreement is named once", async () => {
      const twice = configOf(`  - agreement: harbor.sla.yaml\n  - agreement: "${agreement}"\n`);
      expect(await refusal(twice)).to.deep.equal({
        ...{ code: "watch.twice", hint: "Keep one of them.", file: twice, line: 4 },
        message: `${agreement} and harbor.sla.yaml are the same agreement, ${agreement}.`,
      });
    });

    it("a recipient's agreements exist", async () => {
      const odd = configOf(undefined, `  - role: client\n    agreements: [CI hosting, Habor]\n    feed: a.atom\n`);
      expect(await refusal(odd)).to.deep.equal({
        ...{ code: "watch.no-such-agreement", file: odd, line: 5 },
        ...{ message: 'No agreement is called "Habor".', hint: "There are CI hosting." },
      });
    });

    it("a file can be read", async () => {
      const config = configOf("  - agreement: nowhere.sla.yaml\n");
      expect(await refusal(config)).to.deep.equal({
        code: "usage.agreement",
        message: `The file "${join(folder, "nowhere.sla.yaml")}" of line 3 cannot be read.`,
        hint: "Name an agreement's address or its *.sla.yaml, from the config's folder.",
      });
    });

    it("an address is an agreement of the factory", async () => {
      const foreign = `0x${"77".repeat(20)}`;
      const config = configOf(`  - agreement: "${foreign}"\n`);
      expect(await refusal(config)).to.deep.equal({
        ...{ code: "agreement.not-genuine", file: config, line: 3 },
        message: `${foreign} is no agreement of the factory ${FACTORY}.`,
        hint: "Check the address, the network and the factory that the config names.",
      });
    });

    it("the state tells of the same chain and the same factory", async () => {
      await once();
      const file = join(folder, "state", "watch.json");
      const text = readFileSync(file, "utf8");
      const other = `0x${"77".repeat(20)}`;
      for (const [is, was, message] of [
        ['"31337"', '"1"', `chain 1 and the factory ${FACTORY}`],
        [FACTORY, other, `chain 31337 and the factory ${other}`],
      ] as const) {
        writeFileSync(file, text.replace(is, was));
        expect(await refusal()).to.deep.equal({
          ...{ code: "watch.other-chain", hint: "Name another folder as state." },
          message: `${join(folder, "state")} tells of ${message}; now it is chain 31337 and ${FACTORY}.`,
        });
      }
      writeFileSync(file, text);
      expect((await once()).isGood, "refused, it let go of the state").to.equal(true);
    });

    it("no other watcher has the state", async () => {
      await watching(async () => {
        expect((await refusal()).code).to.equal("watch.in-use");
      });
      expect((await once()).isGood).to.equal(true);
    });
  });

  describe("go on as a daemon", () => {
    /** Runs until `rounds` are over; how long it would wait then, in milliseconds. */
    async function running(rounds: number, every: string): Promise<number> {
      const stop = new AbortController();
      return watching(
        async (watch) => {
          await watch.run();
          return watch.status.nextRoundAt - 1_000;
        },
        configOf(undefined, undefined, `every: ${every}\n`),
        {
          signal: stop.signal,
          tell: (name) => {
            told.push(name);
            if (told.filter((one) => one === "round").length >= rounds) stop.abort();
          },
        },
      );
    }

    it("one round after the other, until they are stopped", async () => {
      expect(await running(2, "1 s")).to.equal(1_000);
      expect(told).to.deep.equal(["round", "round", "stopped"]);
    });

    it("the next one sooner after a failure than after a good one", async () => {
      expect(await running(1, "5 min")).to.equal(300_000);
      chain.onAsked = (method) => {
        if (method === "eth_blockNumber") throw new RpcError(-32_000, "out of order");
      };
      told.length = 0;
      expect(await running(1, "5 min")).to.equal(30_000);
      told.length = 0;
      expect(await running(1, "20 s"), "and never later").to.equal(20_000);
    });

    it("not at all once they are stopped", async () => {
      await watching(
        async (watch) => {
          await watch.run();
          expect(watch.status.rounds).to.equal(0);
        },
        undefined,
        { signal: AbortSignal.abort() },
      );
      expect(told).to.deep.equal(["stopped"]);
    });
  });
});
