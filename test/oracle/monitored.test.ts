import { join } from "node:path";
import { expect } from "chai";
import { readEvidence } from "../../src/evidence/files.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { configText, keystoreOf, signMany, type Signed } from "./many.ts";

const [START, END] = [Date.UTC(2030, 0, 1) / 1000, Date.UTC(2030, 1, 1) / 1000];
const at = (day: number, hour: number, minute: number) => Date.UTC(2030, 0, day, hour, minute) / 1000;

/** Down 79 minutes on the 9th; nothing known for 10 minutes on the 20th. */
const OUTAGE = [at(9, 0, 37), at(9, 1, 56)] as const;
const HOLE = [at(20, 12, 0), at(20, 12, 10)] as const;
/** For its first four minutes the exporter does not answer, then Prometheus itself is gone. */
const EXPORTER_DOWN = [HOLE[0], at(20, 12, 4)] as const;
const MONITOR_DOWN = [at(20, 12, 4), HOLE[1]] as const;
const within = (time: number, [from, to]: readonly [number, number]) => time >= from && time < to;

function januaryAt(seconds: number): (readonly [number, number])[] {
  const samples: (readonly [number, number])[] = [];
  for (let time = START - 60 + seconds; time < END; time += 60) {
    if (!within(time, HOLE)) samples.push([time, within(time, OUTAGE) ? 0 : 1]);
  }
  return samples;
}

function upInJanuary(): (readonly [number, number])[] {
  const samples: (readonly [number, number])[] = [];
  for (let time = START - 60; time < END; time += 60) {
    if (!within(time, MONITOR_DOWN)) samples.push([time, within(time, EXPORTER_DOWN) ? 0 : 1]);
  }
  return samples;
}

const POLICY = `    policy:
      bad when: fails
      a sample speaks for: 60 seconds
      unknown: counts as down
`;

/** From a real Prometheus to the chain, and back by `verify`: what the samples say, to the second. */
describe("an oracle that reads a monitor", function () {
  this.timeout(120_000);
  let world: World;
  let prometheus: TestPrometheus | undefined;
  let signed: Signed[];
  const afterwards = { now: BigInt(END + 3_600) };

  before(async function () {
    if (anvilPath() === undefined || programAt(PROMETHEUS) === undefined) this.skip();
    const labels = { instance: "ci" };
    const series = [
      { metric: "probe_success", labels, samples: januaryAt(0) },
      { metric: "up", labels, samples: upInJanuary() },
    ];
    prometheus = await startPrometheus({ series });
    world = await World.begin();
    signed = await signMany(world, 2, {
      change: (text, i) => (i === 0 ? text.replace("    how: One probe a minute.\n", (how) => how + POLICY) : text),
    });
  });
  after(async () => {
    await prometheus?.stop();
    await world.end();
  });

  const config = async (which: readonly Signed[]) => {
    const { keystore, password } = await keystoreOf(world, `oracle-${which.length}-${which[0]?.address ?? ""}`);
    const settings = { network: "local", keystore, "password file": password, evidence: "evidence" };
    const source = `prometheus: { url: "${prometheus?.url ?? ""}", query: "probe_success", up: "up" }`;
    return world.write(
      "oracle.yaml",
      configText(which, settings, () => source),
    );
  };

  it("reports what the samples say under the agreement's policy, to the second", async () => {
    const file = await config(signed.slice(0, 1));
    await world.at("2030-02-01T00:00:00Z");
    const { exitCode, json } = await world.run(["report", "--all", "--config", file, "--yes", "--json"], afterwards);
    expect(exitCode).to.equal(0);
    // 79 minutes down, and 10 unknown ones that the policy counts as down
    const [report] = json["reports"] as Record<string, unknown>[];
    expect(report).to.deep.include({
      outcome: "reported",
      measurements: [{ total: "2678400", bad: String(79 * 60 + 10 * 60), excluded: "0" }],
    });
  });

  it("swears the samples themselves, so that anyone can judge them again", async () => {
    const [first] = signed;
    const folder = join(world.folder, "evidence");
    const path = join(folder, "31337", (first?.address ?? "").toLowerCase(), "2030-01.r0.json.gz");
    const { indicators } = await readEvidence(path);
    expect(indicators[0]).to.include({ grade: "samples", bad: String(89 * 60) });
    const { out, exitCode } = await world.run(["verify", first?.file ?? "", "--evidence", folder]);
    expect([exitCode, out]).to.satisfy(([code, text]: [number, string]) => code === 0 && text.includes("All agrees"));
  });

  it("swears why nothing was known, and verify says it", async () => {
    const [first] = signed;
    const command = ["verify", first?.file ?? "", "--evidence", join(world.folder, "evidence")];
    const { out } = await world.run(command);
    expect(out)
      .to.contain("    nothing known of ci for 6 min, first at 20 Jan 2030 12:04: monitor down\n")
      .and.contain("    nothing known of ci for 4 min, first at 20 Jan 2030 12:00: exporter down\n");
    const { json } = await world.ok(...command);
    const [{ measures } = { measures: [] }] = json["periods"] as { measures: { holes: unknown }[] }[];
    expect(measures[0]?.holes).to.deep.equal([
      { vantage: "ci", reason: "monitor down", seconds: "360", first: String(MONITOR_DOWN[0]) },
      { vantage: "ci", reason: "exporter down", seconds: "240", first: String(EXPORTER_DOWN[0]) },
    ]);
  });

  it("says of an agreement without a policy that samples do not become counts by themselves", async () => {
    const file = await config(signed.slice(1));
    const { exitCode, out } = await world.run(["report", "--all", "--config", file, "--yes"], afterwards);
    expect(exitCode).to.equal(1);
    expect(out).to.contain("uptime of CI hosting 1: samples do not become counts by themselves");
  });
});
