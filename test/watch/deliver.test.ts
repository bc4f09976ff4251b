import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Channel } from "../../src/watch/config.ts";
import { deliver, waitingIn, type DeliverOptions, type Kept } from "../../src/watch/deliver.ts";
import { newState } from "../../src/watch/journal.ts";
import { nameOf } from "../../src/watch/letter.ts";
import { Mailer } from "../../src/watch/mail.ts";
import { Store, type Message } from "../../src/watch/store.ts";
import { message, said } from "./letters.ts";
import { hookSink, mailSink } from "./receivers.ts";

const KEY = "client webhook HOOK";
const HOOK: Channel = { kind: "webhook", key: KEY, address: { environment: "HOOK" } };
const NOW = Date.parse("2030-02-03T00:00:00Z");
type Sink = Awaited<ReturnType<typeof hookSink>>;

describe("delivering", function () {
  this.timeout(60_000);
  let folder: string;
  let store: Store;
  let sink: Sink;
  let now: number;
  let told: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "upheld-deliver-"));
    store = new Store(folder);
    sink = await hookSink();
    now = NOW;
    told = [];
  });
  afterEach(() => {
    sink.close();
    rmSync(folder, { recursive: true });
  });

  const waiting = (id: string, keys: readonly string[] = [KEY], changes: Partial<Message> = {}): Message =>
    message(id, { deliveries: Object.fromEntries(keys.map((key) => [key, { tries: 0, nextAt: 0 }])), ...changes });

  const kept = (messages: Message[], agreement = "0x1", label = "Harbor"): Kept => ({
    label,
    state: { ...newState(agreement), messages },
  });

  const run = (all: readonly Kept[], options: Partial<DeliverOptions> = {}) =>
    deliver(all, {
      ...{ store, chainId: 31_337n, network: "local", channels: new Map([[KEY, { channel: HOOK, role: "client" }]]) },
      ...{ mailer: undefined, environment: { HOOK: sink.url }, now: () => now, isEager: false },
      tell: (event, values) => {
        const code = values?.["code"];
        told.push(typeof code === "string" ? `${event} ${code}` : event);
      },
      ...options,
    });

  const deliveryOf = ({ state }: Kept, i = 0) => state.messages[i]?.deliveries[KEY];
  const noticesOf = () =>
    sink.posts.map(({ body }) => (body["notices"] as { notice: string }[]).map(({ notice }) => notice));

  it("hands over each letter that waits, the most urgent first, and writes down that it is sent", async () => {
    const one = kept([waiting("a"), waiting("b", [KEY], { said: { client: said("t", "bad") } }), waiting("c", [])]);
    await run([one, kept([], "0x2")]);
    expect(noticesOf()).to.deep.equal([["b"], ["a"]]);
    expect(store.agreement("0x2"), "nothing to write down").to.equal(undefined);
    expect(deliveryOf(one)).to.deep.equal({ tries: 1, nextAt: 0, sentAt: "2030-02-03T00:00:00.000Z" });
    expect(store.agreement("0x1"), "on disk").to.deep.equal(one.state);
    expect(told).to.deep.equal(["delivered", "delivered"]);
    await run([one]);
    expect(sink.posts, "once").to.have.length(2);
  });

  it("tells which letter it was, to whom, and of which notices", async () => {
    const values: unknown[] = [];
    await run([kept([waiting("a")])], { tell: (_, about) => values.push(about) });
    expect(values).to.deep.equal([{ to: KEY, id: nameOf("31337", "0x1", "a", KEY), notices: ["0x1/a"] }]);
    expect(sink.posts[0]?.headers["idempotency-key"]).to.equal(nameOf("31337", "0x1", "a", KEY));
  });

  it("waits after a failure, ever longer, up to an hour, and is told why", async () => {
    const one = kept([waiting("a")]);
    sink.status = 404;
    const waits: number[] = [];
    for (let i = 0; i < 12; ++i) {
      await run([one]);
      waits.push(((deliveryOf(one)?.nextAt ?? 0) - now) / 1000);
      expect(deliveryOf(one)?.tries).to.equal(i + 1);
      now = deliveryOf(one)?.nextAt ?? 0;
    }
    expect(waits).to.deep.equal([15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]);
    expect(deliveryOf(one)?.problem).to.match(/answers with status 404\.$/);
    expect(store.agreement("0x1"), "on disk").to.deep.equal(one.state);
    expect(new Set(told)).to.deep.equal(new Set(["not delivered hook.refused"]));
    sink.status = 200;
    await run([one]);
    expect(deliveryOf(one)).to.have.keys("tries", "nextAt", "sentAt");
  });

  it("is not tried again before its time, unless somebody is in a hurry", async () => {
    const one = kept([waiting("a")]);
    sink.status = 404;
    await run([one]);
    now += 15_000 - 1;
    await run([one]);
    expect(deliveryOf(one)?.tries).to.equal(1);
    await run([one], { isEager: true });
    expect(deliveryOf(one)?.tries).to.equal(2);
    now += 30_000;
    await run([one]);
    expect(deliveryOf(one)?.tries, "from its very millisecond on").to.equal(3);
  });

  it("goes on with the next letter after one that was refused", async () => {
    sink.status = 404;
    const one = kept([waiting("a"), waiting("b")]);
    await run([one]);
    expect(told).to.deep.equal(["not delivered hook.refused", "not delivered hook.refused"]);
  });

  it("tries no other letter while a channel is out of reach, and the other channels all the same", async () => {
    const other: Channel = { kind: "webhook", key: "provider webhook OTHER", address: { environment: "OTHER" } };
    const channels = new Map([
      [KEY, { channel: HOOK, role: "client" as const }],
      [other.key, { channel: other, role: "client" as const }],
    ]);
    for (const [environment, code] of [
      [{ HOOK: "http://127.0.0.1:9/" }, "hook.unreachable"],
      [{}, "watch.secret"],
    ] as const) {
      told = [];
      sink.posts.length = 0;
      const one = kept([waiting("a", [KEY, other.key]), waiting("b", [KEY, other.key])]);
      await run([one], { channels, environment: { ...environment, OTHER: sink.url } });
      expect(told.toSorted()).to.deep.equal(["delivered", "delivered", `not delivered ${code}`]);
      expect(noticesOf()).to.deep.equal([["a"], ["b"]]);
    }
  });

  it("counts what waits, and what was tried in vain", async () => {
    const all = [kept([waiting("a"), waiting("b")]), kept([waiting("c")], "0x2")];
    expect(waitingIn(all)).to.deep.equal({ count: 3, tried: 0, problem: undefined });
    await run(all, { environment: { HOOK: "http://127.0.0.1:9/" } });
    expect(waitingIn(all)).to.deep.equal({
      ...{ count: 3, tried: 1, problem: "The webhook at 127.0.0.1:9 cannot be reached." },
    });
    await run(all, { isEager: true });
    expect(waitingIn(all)).to.deep.equal({ count: 0, tried: 0, problem: undefined });
  });

  it("stops in between, when it is stopped, and marks nothing as refused", async () => {
    const stop = new AbortController();
    const one = kept([waiting("a"), waiting("b")]);
    const stopped = await run([one], {
      signal: stop.signal,
      tell: () => {
        stop.abort();
      },
    }).catch((error: unknown) => error);
    expect(stopped).to.have.property("name", "AbortError");
    expect(noticesOf()).to.deep.equal([["a"]]);
    expect(deliveryOf(one, 1)).to.deep.equal({ tries: 0, nextAt: 0 });
  });

  it("by mail needs a mail server", async () => {
    const mail: Channel = { kind: "email", key: KEY, to: "a@x.example" };
    const channels = new Map([[KEY, { channel: mail, role: "client" as const }]]);
    const one = kept([waiting("a"), waiting("b")]);
    await run([one], { channels });
    expect(told).to.deep.equal(["not delivered mail.unreachable"]);
    expect(deliveryOf(one)?.problem).to.equal("No mail server is named.");
    const mails = await mailSink();
    const server = {
      from: "w@x.example",
      host: "127.0.0.1",
      port: mails.port,
      security: "none",
      login: undefined,
    } as const;
    const mailer = new Mailer(server, { environment: {}, network: "local" });
    try {
      await run([one], { channels, mailer, isEager: true });
      expect(mails.mails.map(({ to }) => to)).to.deep.equal(["a@x.example", "a@x.example"]);
    } finally {
      mailer.close();
      await mails.close();
    }
  });

  describe("many at once", () => {
    const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `n/${from + i}`);
    const many = (count: number) => kept(ids(count).map((id) => waiting(id)));

    it("go one by one up to five, and above as one letter", async () => {
      await run([many(5)]);
      expect(noticesOf()).to.deep.equal(ids(5).map((id) => [id]));
      sink.posts.length = 0;
      await run([many(6)]);
      expect(noticesOf()).to.deep.equal([ids(6)]);
      expect(sink.posts[0]?.body).to.include({ subject: "Upheld: 6 in all", made: "2030-02-03T00:00:00.000Z" });
    });

    it("go a hundred at a time, each under a name of its own", async () => {
      const all = many(205);
      await run([all]);
      expect(noticesOf().map(({ length }) => length)).to.deep.equal([100, 100, 5]);
      expect(new Set(sink.posts.map(({ body }) => body["id"])).size).to.equal(3);
      expect(waitingIn([all]).count).to.equal(0);
    });

    it("go as the same letter again when it was refused, whatever came meanwhile", async () => {
      const all = many(6);
      sink.status = 404;
      await run([all]);
      expect(readdirSync(join(folder, "envelopes"))).to.deep.equal([`${nameOf("31337", KEY)}.json`]);
      all.state.messages.push(waiting("new"));
      sink.status = 200;
      await run([all]);
      expect(sink.posts, "not before its time, and nothing else before it").to.deep.equal([]);
      now += 15_000;
      await run([all]);
      expect(noticesOf()).to.deep.equal([ids(6), ["new"]]);
      expect(new Set(all.state.messages.map(({ deliveries }) => deliveries[KEY]?.tries))).to.deep.equal(
        new Set([2, 1]),
      );
      await run([all]);
      expect(sink.posts, "once").to.have.length(2);
    });

    it("go at once for whoever is in a hurry", async () => {
      const all = many(6);
      sink.status = 404;
      await run([all]);
      sink.status = 200;
      await run([all], { isEager: true });
      expect(noticesOf()).to.deep.equal([ids(6)]);
    });

    it("go on after a piece that was refused no further in this round", async () => {
      const all = many(205);
      sink.status = 404;
      await run([all]);
      expect(told).to.deep.equal(["not delivered hook.refused"]);
      expect(waitingIn([all])).to.include({ count: 205, tried: 100 });
    });

    it("leave out what was tried by itself: that goes once more under its own name", async () => {
      const all = many(7);
      all.state.messages[3]!.deliveries[KEY] = { tries: 1, nextAt: 0 };
      await run([all]);
      expect(noticesOf()).to.deep.equal([["n/3"], ids(7).filter((id) => id !== "n/3")]);
    });

    it("are the same letter when the process was killed between handing it over and writing that down", async () => {
      const before = many(6);
      await run([before]);
      // What is on disk of the messages is from before.
      const after = many(6);
      for (const { deliveries } of after.state.messages) deliveries[KEY] = { tries: 1, nextAt: 0 };
      await run([after], { store: new Store(folder) });
      expect(sink.posts).to.have.length(2);
      expect(sink.posts[1]?.body).to.deep.equal(sink.posts[0]?.body);
    });

    it("are sent with those that got there before, and not once all did", async () => {
      const partly = many(6);
      await run([partly]);
      delete partly.state.messages[2]!.deliveries[KEY]!.sentAt;
      await run([partly]);
      expect(noticesOf()).to.deep.equal([ids(6), ids(6)]);
      await run([partly]);
      expect(sink.posts).to.have.length(2);
    });

    it("do without agreements and messages that are watched no more", async () => {
      const [all, other] = [
        many(6),
        kept(
          ids(6, 6).map((id) => waiting(id)),
          "0x2",
          "Other",
        ),
      ];
      sink.status = 404;
      await run([all, other]);
      sink.status = 200;
      now += 60_000;
      all.state.messages.splice(0, 2);
      await run([all]);
      expect(noticesOf()).to.deep.equal([ids(4, 2)]);
      await run([]);
      expect(sink.posts).to.have.length(1);
    });
  });
});
