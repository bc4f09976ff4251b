import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { signMany } from "../oracle/many.ts";
import { Dice, SEED } from "../support/random.ts";
import { hookSink, mailSink } from "./receivers.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));
const KILLS = 8;

describe("upheld watch, killed anywhere", function () {
  this.timeout(240_000);
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
  });
  after(() => world.end());

  it("misses nothing, and what it repeats has the same id and the same words", async () => {
    const dice = new Dice(SEED);
    const sink = await mailSink();
    const hooks = await hookSink();
    const signed = await signMany(world, 7, { fees: 3n });
    const agreements = signed.map(({ file }) => `  - agreement: ${file}\n`).join("");
    const recipients =
      "  - role: client\n    email: [one@harbor.example, two@harbor.example]\n" +
      "  - role: provider\n    webhook: { address variable: HOOK }\n    feed: all.atom\n    calendar: all.ics\n";
    const config = world.write(
      "killed.yaml",
      `state: state\nevery: 1 s\nport: 9479\nmail:\n  from: w@northwind.example\n  server: 127.0.0.1\n  port: ${sink.port}\n` +
        `  security: none\nagreements:\n${agreements}recipients:\n${recipients}`,
    );
    const env = { ...process.env, UPHELD_RPC: world.node.url, UPHELD_FACTORY: world.factory, HOOK: hooks.url };
    let child: ChildProcess | undefined;
    const start = () =>
      spawn(process.execPath, [SHIM, "watch", "--once", "--config", config], { env, stdio: "ignore" });
    // In the middle of a delivery as well: after the server took a letter, before the watcher hears of it.
    let isBetween = false;
    sink.onTaken = async () => {
      if (!isBetween && !dice.chance(0.2)) return;
      child?.kill("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 200));
    };
    await world.at("2030-02-01T00:00:00Z");
    let killed = 0;
    try {
      for (let i = 0; i < KILLS; ++i) {
        const one = signed[i % signed.length];
        if (i < signed.length && one !== undefined) {
          const evidence = join(world.folder, "evidence");
          await world.ok("report", one.file, "--counts", `2678400,${i * 1_000},0`, "--evidence", evidence);
        }
        isBetween = i % 2 === 0;
        child = start();
        const ended = once(child, "close");
        const timer = setTimeout(() => child?.kill("SIGKILL"), isBetween ? 30_000 : 400 + dice.below(2_500));
        await ended;
        clearTimeout(timer);
        if (child.signalCode === "SIGKILL") killed += 1;
      }
      sink.onTaken = () => undefined;
      child = start();
      await once(child, "close");
      expect(child.exitCode).to.equal(0);
    } finally {
      child?.kill("SIGKILL");
      hooks.close();
      await sink.close();
    }
    expect(killed, `seed ${SEED}: enough were killed to mean something`).to.be.greaterThan(KILLS / 3);

    // Every notice of every agreement reached every reader.
    const reports = (text: string) => [...text.matchAll(/Agreement (0x\w{40}) on local, notice (report\/0\/0)$/gm)];
    for (const to of ["one@harbor.example", "two@harbor.example"]) {
      const told = sink.mails.filter((mail) => mail.to === to).flatMap(({ text }) => reports(text).map(([, of]) => of));
      expect([...new Set(told)].toSorted(), to).to.deep.equal(signed.map(({ address }) => address).toSorted());
    }
    const hooked = hooks.posts.flatMap(({ body }) => body["notices"] as { notice: string; agreement: string }[]);
    expect(
      new Set(hooked.filter(({ notice }) => notice === "report/0/0").map(({ agreement }) => agreement)).size,
    ).to.equal(7);

    // The same letter has the same id, and no notice comes to one reader under two ids.
    const byId = Map.groupBy(sink.mails, ({ headers }) => headers.get("message-id"));
    expect([...byId.values()].filter((same) => same.length > 1).length, "something was repeated").to.be.greaterThan(0);
    for (const [id, same] of byId) {
      expect(
        new Set(same.map(({ text, to, headers }) => `${to}${headers.get("date") ?? ""}${text}`)).size,
        id,
      ).to.equal(1);
    }
    const underIds = new Map<string, Set<string>>();
    for (const { to, text, headers } of sink.mails) {
      for (const [, of, notice] of text.matchAll(/Agreement (0x\w{40}) on local, notice (\S+)$/gm)) {
        const key = `${to} ${of ?? ""} ${notice ?? ""}`;
        underIds.set(key, (underIds.get(key) ?? new Set()).add(headers.get("message-id") ?? ""));
      }
    }
    expect([...underIds].filter(([, ids]) => ids.size > 1)).to.deep.equal([]);
    const keys = Map.groupBy(hooks.posts, ({ headers }) => headers["idempotency-key"]);
    for (const same of keys.values()) expect(new Set(same.map(({ body }) => JSON.stringify(body))).size).to.equal(1);
  });
});
