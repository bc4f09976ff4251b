import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { matrix, series, TestServer } from "../monitors/server.ts";
import { committeeOf, configText, keystoreOf, signMany, walletOf, type Signed } from "./many.ts";

const HOUR = 3_600;
const FEBRUARY = Date.UTC(2030, 1, 1) / 1000;
/** Whether it has stopped two hours after midnight on the 9th. */
const isDown = (time: number) => time === Date.UTC(2030, 0, 9, 2) / 1000;

const POLICY = `    policy:
      bad when: fails
      a sample speaks for: 1 hour
      unknown: counts as down
`;

/** A committee's members measure for each other what one job measures for itself: a shared monitor is asked as often. */
describe("a committee's batch over agreements on one monitor", function () {
  this.timeout(120_000);
  const monitor = new TestServer();
  let world: World;
  let committee: string;
  let url: string;
  let signed: Signed[];
  /** Three on one monitor, two on another, none beside its like. */
  const jobs = ["a", "b", "a", "b", "a"];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    committee = await committeeOf(
      world,
      [6, 7].map((i) => walletOf(i).address),
      2,
    );
    await keystoreOf(world, "member", walletOf(6));
    const change = (text: string) => text.replace("    how: One probe a minute.\n", (how) => how + POLICY);
    signed = await signMany(world, jobs.length, { oracle: committee, change });
    await world.at("2030-02-01T00:00:00Z");
    url = await monitor.play({ samples: (until) => matrix(series({ instance: "ci" }, ...day(Number(until)))) });
  });
  after(async () => {
    monitor.stop();
    await world.end();
  });

  /** A sample an hour of the day and the hour before `until`. */
  const day = (until: number) =>
    Array.from({ length: 26 }, (_, i) => until - i * HOUR)
      .toReversed()
      .map((time): [number, string] => [time, isDown(time) ? "0" : "1"]);

  function config(name: string, which = signed): string {
    // one at a time: the groups' order is not the config's
    const keys = { keystore: "keys/member.json", "password file": "member.pw", "measure at once": "1" };
    const source = (one: Signed) =>
      `prometheus: { url: "${url}", query: 'probe_success{job="${jobs[signed.indexOf(one)] ?? ""}"}' }`;
    return world.write(name, configText(which, { committee, evidence: "evidence", ...keys }, source));
  }
  const run = async (...args: string[]) => {
    monitor.asked = [];
    const around = { now: BigInt(FEBRUARY + HOUR) };
    const { json, exitCode, out } = await world.run([...args, "--json"], around);
    expect(exitCode, out).to.equal(0);
    return { json, asked: samplesAsked() };
  };
  /** How often each of the two was asked for samples of each day. */
  function samplesAsked(): Record<string, number> {
    const queries = monitor.asked.map(({ url: { searchParams } }) => searchParams.get("query") ?? "");
    const days = queries.filter((query) => query.startsWith("probe_success"));
    return Object.fromEntries(["a", "b"].map((job) => [job, days.filter((one) => one.includes(`"${job}"`)).length]));
  }
  const batch = (name: string) => join(world.folder, `${name}.batch.json`);
  const proposing = (name: string, file: string) => ["report", "--all", "--config", file, "--propose", batch(name)];
  const evidence = () =>
    readdirSync(join(world.folder, "evidence"), { recursive: true, encoding: "utf8" })
      .filter((name) => basename(name).endsWith(".gz"))
      .map((name) => [name, readFileSync(join(world.folder, "evidence", name)).toString("hex")]);

  /** The month's days, and the hour before that speaks into it. */
  const ONCE = { a: 32, b: 32 };

  it("is proposed after reading each of them once", async () => {
    const { json, asked } = await run(...proposing("together", config("all.yaml")));
    expect(json["counts"]).to.deep.equal({ proposed: 5 });
    expect(asked).to.deep.equal(ONCE);
  });

  it("is, with its evidence, to the byte what proposing one after the other makes", async () => {
    const before = evidence();
    for (const [i, one] of signed.entries()) await run(...proposing("alone", config(`alone-${i}.yaml`, [one])));
    expect(readFileSync(batch("alone"), "utf8")).to.equal(readFileSync(batch("together"), "utf8"));
    expect(before).to.have.length(5);
    expect(evidence()).to.deep.equal(before);
  });

  it("is signed after reading each of them once", async () => {
    const { json, asked } = await run("cosign", batch("together"), "--config", config("all.yaml"));
    expect(json).to.deep.include({ signed: true, signatures: 1 });
    expect(asked).to.deep.equal(ONCE);
  });
});
