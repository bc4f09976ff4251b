import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";
import { AddressBook } from "../../src/chain/addresses.ts";
import { main } from "../../src/cli/main.ts";
import { answering, RpcError } from "../chain/answering.ts";
import { freePort } from "../support/programs.ts";
import { hookSink } from "./receivers.ts";
import { ACTIVE, on, PEOPLE, TEXT, watched } from "./told.ts";
import { createdLog, FACTORY, logOf, ToldChain } from "./told-chain.ts";

type Sink = Awaited<ReturnType<typeof hookSink>>;

describe("upheld watch, without a node", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: ToldChain;
  let sink: Sink;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "upheld-watch-"));
    writeFileSync(join(folder, "harbor.sla.yaml"), TEXT);
    sink = await hookSink();
    const { terms } = watched();
    chain = new ToldChain(on("2029-12-01"));
    const agreement = chain.sign(terms, {});
    chain.mine(on("2029-12-10"), createdLog(agreement, terms), ...ACTIVE.map((one) => logOf(agreement, one)));
  });
  afterEach(() => {
    sink.close();
    rmSync(folder, { recursive: true });
  });

  const configOf = (more = ""): string => {
    const file = join(folder, "watch.yaml");
    const recipients = "  - role: client\n    webhook: { address variable: HOOK }\n";
    writeFileSync(file, `state: state\n${more}agreements:\n  - agreement: harbor.sla.yaml\nrecipients:\n${recipients}`);
    return file;
  };

  async function run(args: readonly string[], env: Record<string, string> = {}, signal = new AbortController().signal) {
    let [out, err] = ["", ""];
    const exitCode = await answering(chain.answers, (_, __, url) =>
      main(
        ["watch", ...args],
        jobs,
        {
          out: (text) => (out += text),
          err: (text) => (err += text),
          ...{
            isTerminal: !args.includes("--json"),
            useColor: false,
            now: () => 0n,
            ask: () => Promise.resolve(""),
            signal,
          },
          env: { UPHELD_RPC: url, UPHELD_FACTORY: FACTORY, HOOK: sink.url, ...env },
        },
        { deployFolder: folder },
      ),
    );
    return { exitCode, out, err };
  }

  const once = (...more: string[]) => run(["--once", "--config", configOf(), ...more]);
  const TITLE = "both sides accepted: the agreement is active";

  it("says what it found, and that it told it", async () => {
    const { exitCode, out, err } = await once();
    expect(out).to.equal(
      `  CI hosting: ${TITLE}\n1 agreement: 1 new notice, 0 not delivered yet, 0 without evidence.\n`,
    );
    expect(err).to.contain("delivered to client webhook HOOK");
    expect(exitCode).to.equal(0);
    expect((await once()).out).to.equal("1 agreement: 0 new notices, 0 not delivered yet, 0 without evidence.\n");
  });

  it("says the same as JSON", async () => {
    const { out } = await once("--json");
    expect(JSON.parse(out)).to.deep.include({
      ...{ network: "local", agreements: 1, notices: 1, waiting: 0, refused: 0, evidenceMissing: 0 },
    });
  });

  it("asks to be run again while letters wait, or the chain cannot be read", async () => {
    sink.status = 404;
    const refused = await once();
    expect(refused.exitCode).to.equal(75);
    expect(refused.out).to.contain("1 agreement: 1 new notice, 1 not delivered yet, 0 without evidence.");
    expect(refused.err).to.match(/client webhook HOOK: The webhook at \S+ answers with status 404\./);
    sink.status = 200;
    expect((await once()).exitCode).to.equal(0);
    chain.onAsked = (method) => {
      if (method === "eth_blockNumber") throw new RpcError(-32_000, "out of order");
    };
    const failed = await once();
    expect(failed.out).to.match(/\[chain\.[\w-]+\]\n1 agreement: 0 new notices/);
    expect(failed.exitCode).to.equal(75);
  });

  it("lets no second one begin on the same state, which may try again", async () => {
    const { takeState } = await import("../../src/watch/lock.ts");
    const giveBack = takeState(join(folder, "state"));
    const { exitCode, err, out } = await once();
    giveBack();
    expect(exitCode).to.equal(75);
    expect(err + out).to.contain("Another watcher has");
  });

  it("looks no nearer than it is told to", async () => {
    expect(JSON.parse((await once("--confirmations", "2", "--json")).out)).to.include({ notices: 0 });
    expect(JSON.parse((await once("--json")).out)).to.include({ notices: 1 });
  });

  it("reads what the factory of the config made, from the block that is remembered for it", async () => {
    const env = { UPHELD_FACTORY: "" };
    const args = ["--once", "--json", "--config", configOf(`factory: "${FACTORY}"\n`)];
    expect((await run(args, env)).exitCode).to.equal(0);
    expect(chain.asked).to.deep.equal([[0, 1]]);
    rmSync(join(folder, "state"), { recursive: true });
    const book = new AddressBook(join(folder, "addresses.local.json"));
    book.set(31_337n, { factory: FACTORY, block: 1, record: PEOPLE.stranger });
    chain.asked.length = 0;
    expect((await run(args, env)).exitCode).to.equal(0);
    expect(chain.asked).to.deep.equal([[1, 1]]);
    const none = await run(["--once", "--config", configOf()], { UPHELD_FACTORY: PEOPLE.stranger });
    expect(none.err + none.out, "whoever names another means it").to.contain("There is no Upheld factory");
    const other = await run(args, { UPHELD_FACTORY: PEOPLE.stranger });
    expect(other.err + other.out).to.contain(PEOPLE.stranger);
  });

  it("as a daemon logs, answers for itself, and lets go of its state when it is stopped", async () => {
    const port = await freePort();
    const config = configOf(`port: ${port}\n`);
    const stop = new AbortController();
    let answer: { status: number; text: string } | undefined;
    sink.posts.push = (...posts) => {
      // The first letter is there: by then it listens.
      void fetch(`http://127.0.0.1:${port}/healthz`).then(async (response) => {
        answer = { status: response.status, text: await response.text() };
        stop.abort();
      });
      return posts.length;
    };
    const { exitCode, out } = await run(["--config", config], {}, stop.signal);
    expect(exitCode).to.equal(0);
    expect(answer).to.deep.equal({ status: 200, text: '{"ok":true,"reasons":[]}\n' });
    const log = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(log.map(({ event }) => event)).to.deep.equal(["started", "notice", "delivered", "round", "stopped"]);
    expect(log[0]).to.include({ network: "local", port });
    expect(log[1]).to.include({ service: "CI hosting", notice: "active", title: TITLE });
    expect((await run(["--once", "--config", config])).exitCode, "the state is free").to.equal(0);
  });

  it("as a daemon does not begin while its port is taken, and lets go of its state", async () => {
    const port = Number(new URL(sink.url).port);
    const { exitCode, err, out } = await run(["--config", configOf(`port: ${port}\n`)]);
    expect(exitCode).to.equal(1);
    expect(err + out).to.contain(`Port ${port} cannot be used`);
    expect((await once()).exitCode).to.equal(0);
  });
});
