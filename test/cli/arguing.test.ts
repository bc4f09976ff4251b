import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Agreement } from "../../src/chain/agreement.ts";
import { Factory } from "../../src/chain/factory.ts";
import { keepEvidence } from "../../src/evidence/files.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Series } from "../../src/measure/series.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "./world.ts";

const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 1, of: 1 },
  minimum: 60,
  counts: "whole",
  unknown: "up",
  coverage: 900_000_000,
};

const START = Date.parse("2030-01-01T00:00:00Z") / 1000;
const second = (text: string) => Date.parse(`2030-01-${text}Z`) / 1000;

/** A probe every 30 s that fails for ten hours on the 9th, and says nothing for an hour on the 20th. */
function probes(): Series {
  const [times, values]: [number[], number[]] = [[], []];
  for (let time = START; time < second("31T23:59:59"); time += 30) {
    if (time >= second("20T10:00:00") && time < second("20T11:00:00")) continue;
    times.push(time);
    values.push(time >= second("09T10:00:00") && time < second("09T20:00:00") ? 0 : 1);
  }
  return { vantage: "vienna", times, values };
}

describe("an argument by the executable", () => {
  let world: World;
  let file: string;
  let reported: string;
  const evidence = () => join(world.folder, "evidence");

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    await world.ok("deploy", world.file);
    await world.ok("fund", world.file, "12,000", "--transfer");
    await world.ok("accept", world.file, "--as", "client");
    await world.ok("accept", world.file, "--as", "provider");
    await world.at("2030-02-01T00:00:00Z");
    reported = await reportSamples();
    file = world.file;
  });
  after(() => world.end());

  /** As the oracle's job does it: evidence first, then the report. */
  async function reportSamples(): Promise<string> {
    const { agreement: address } = (await world.ok("status", world.file)).json as { agreement: string };
    const agreement = await Agreement.at(await Factory.at(world.provider, world.factory), address);
    const { start, end } = await agreement.period(0n);
    const { indicators } = agreement.terms;
    const { chainId } = await world.provider.getNetwork();
    const kept = await keepEvidence(
      evidence(),
      {
        chainId,
        agreement: address,
        period: { index: 0, start, end },
        revision: 0,
        author: "oracle",
        tool: "test",
        source: "one probe",
        indicators: [
          { grade: "samples", indicator: indicators[0]!, policy: POLICY, series: [probes()], maintenance: [] },
        ],
      },
      (length) => new Uint8Array(length).fill(7),
    );
    const { to, data } = agreement.calls.report(0n, 0n, kept.measurements, kept.evidence.root);
    const signer = await world.provider.getSigner(world.people.oracle);
    await (await signer.sendTransaction({ to, data })).wait();
    return kept.path;
  }

  const csv = (name: string, ...lines: string[]) => world.write(name, ["start,end", ...lines, ""].join("\n"));
  const SAME = "2030-01-09T10:00:00Z,2030-01-09T20:00:00Z";

  it("verifies samples to money, and says by whose policy", async () => {
    const { out, exitCode } = await world.run(["verify", file, "--evidence", evidence()]);
    expect(out).to.contain(
      [
        "Period 0, 1 Jan 2030 to 1 Feb 2030",
        "  uptime: 89,160 samples of 1 place (grade samples) → 36000 bad of 2678400",
        "  → credit 250.00 → not final yet",
        "! samples counted by the evidence's own policy: the agreement's file fixes none",
        "✓ All agrees: 0 periods, 1 evidence file, every unit accounted for.",
      ].join("\n"),
    );
    expect(exitCode).to.equal(0);
  });

  it("finds nothing to dispute on the same step, from the files alone", async () => {
    const mine = csv(
      "mine.csv",
      SAME,
      "2030-01-20T10:30:00Z,2030-01-20T10:44:00Z",
      "2030-01-21T10:30:00Z,2030-01-21T10:30:59Z",
    );
    const { out } = await world.run(["compare", file, reported, mine, "--rpc", "http://127.0.0.1:1"]);
    expect(out).to.equal(
      [
        "uptime: 14 min differ",
        "  2030-01-20T10:30:00Z to 2030-01-20T10:44:00Z  14 min: only mine.csv says bad; the other knows nothing of 14 min of it",
        "  bad 10 h by 2030-01.r0.json.gz, 10 h 14 min by mine.csv",
        "14 min more is the same 25 % step: nothing to dispute.",
        "",
      ].join("\n"),
    );
  });

  it("says what other minutes are worth, and to whom", async () => {
    const mine = csv("mine.csv", SAME, "2030-01-10T00:00:00Z,2030-01-12T00:00:00Z");
    const run = async (second: string) => (await world.run(["compare", file, reported, second])).out;
    const out = await run(mine);
    expect(out).to.contain(
      "A credit of 500.00 USDC (50 %) instead of 250.00 USDC (25 %): 250.00 USDC that the client may claim.",
    );
    expect(out).to.contain(`Within the window: upheld dispute ${file} --as client --from ${mine}`);
    expect(await run(csv("none.csv", "2030-01-01T00:00:00Z,2030-01-01T00:01:00Z"))).to.contain(
      "A credit of 0.00 USDC (0 %) instead of 250.00 USDC (25 %): 250.00 USDC that the provider may claim.",
    );
    const { json } = await world.ok("compare", file, reported, mine);
    expect(json).to.deep.include({ credit: { first: "250.00", second: "500.00" }, claimant: "client", refused: [] });
  });

  it("refuses evidence of another agreement", async () => {
    const text = readFileSync(file, "utf8").replace("starts: 2030-01-01", "starts: 2030-01-02");
    const other = world.write("other.sla.yaml", text);
    const { code } = await world.refusal("compare", other, reported, csv("mine.csv", SAME));
    expect(code).to.equal("compare.other-agreement");
  });

  it("has no case before anybody disputes", async () => {
    expect(await world.refusal("case", file)).to.include({ code: "case.nothing-disputed" });
  });

  it("turns the second source into a claim, evidence first", async () => {
    const mine = csv("mine.csv", SAME, "2030-01-10T00:00:00Z,2030-01-12T00:00:00Z");
    const dispute = ["dispute", file, "--as", "client", "--evidence", evidence()];
    const both = await world.refusal(...dispute, "--from", mine, "--counts", "1,1");
    expect(both).to.deep.include({ code: "usage", message: "--from and --counts cannot be given together." });
    await world.ok(...dispute, "--from", mine);
    const { json } = await world.ok("verify", file, "--evidence", evidence());
    expect(json).to.deep.include({ agrees: true, files: 2, missing: [] });
  });

  it("lays the case before the arbiter: offers, minutes, money", async () => {
    await world.at("2030-02-16T00:00:00Z");
    const { out } = await world.run(["case", file, "--evidence", evidence()]);
    const claim = reported.replace(".json.gz", ".client.json.gz");
    expect(out).to.equal(
      [
        "Period 0, 1 Jan 2030 to 1 Feb 2030, fee 1,000.00 USDC: 250.00 USDC wait for the ruling.",
        "OFFERS",
        "  report: credit 250.00 USDC",
        "    uptime: 36000 bad of 2678400",
        `    recomputed from ${reported} (grade samples)`,
        "  client: credit 500.00 USDC, stake 50.00 USDC",
        "    uptime: 208800 bad of 2678400",
        `    recomputed from ${claim} (grade outages)`,
        "WHAT DIFFERS: report and client",
        "  uptime: 48 h differ",
        "    2030-01-10T00:00:00Z to 2030-01-12T00:00:00Z  48 h: only the client says bad",
        "    bad 10 h by the report, 58 h by the client",
        "RULINGS",
        "  report    250.00 to the provider, 0.00 stay the client's; the client's stake of 50.00 to the provider",
        "  client    0.00 to the provider, 250.00 stay the client's; the client's stake of 50.00 to the client",
        "  declined  250.00 to the provider, 0.00 stay the client's; the client's stake of 50.00 to the client",
        `upheld rule ${file} 0 report|client|declined`,
        "",
      ].join("\n"),
    );
  });

  it("foretold what the ruling moved", async () => {
    await world.ok("rule", file, "0", "client");
    const { json } = await world.ok("verify", file, "--evidence", evidence());
    const [month] = json["periods"] as { credit: string; earned: string }[];
    expect(month).to.include({ credit: "500.00", earned: "500.00" });
  });
});
