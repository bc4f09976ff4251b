import { expect } from "chai";
import { buildEvidence, type EvidenceInput } from "../../src/evidence/build.ts";
import { packEvidence } from "../../src/evidence/files.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { Monitors, type OpenedMonitor } from "../../src/monitors/open.ts";
import { Readings } from "../../src/oracle/groups.ts";
import { readOpened } from "../../src/oracle/monitored.ts";
import { october, SALT, uptime, window } from "../evidence/fixtures.ts";
import { policy, seen } from "../evidence/sampled.ts";
import { quickServices } from "../monitors/services.ts";

/** They differ in all that agreements on one monitor may differ in; values up to 1 count as good or as bad. */
const POLICIES: readonly Policy[] = [
  policy,
  { ...policy, unknown: "up" },
  { ...policy, minimum: 7_200 },
  { ...policy, counts: "whole minutes" },
  { ...policy, places: { bad: 1, of: 3 } },
  { ...policy, good: { atMost: 0 } },
  { ...policy, scale: 1_000 },
  { ...policy, slot: 90 },
];

const MONITOR = { prometheus: { url: "http://127.0.0.1:1", query: "probe_success" } } as const;
const OCTOBER = october().period;

/** The samples of three places, in three pieces each; counts how often it is read. */
function place(): { opened: OpenedMonitor; asked: () => number } {
  let asked = 0;
  const third = (all: ArrayLike<number>, part: number) => Math.floor((all.length * part) / 3);
  const monitor = {
    source: "three places",
    // eslint-disable-next-line @typescript-eslint/require-await
    async *read() {
      asked++;
      for (const part of [0, 1, 2]) {
        for (const { vantage, times, values } of seen) {
          const [from, to] = [third(times, part), third(times, part + 1)];
          const samples = Array.from(times.slice(from, to), (time, i) => [time, values[from + i] ?? 0] as const);
          yield { vantage, samples };
        }
      }
    },
  };
  return { opened: { kind: "samples", monitor }, asked: () => asked };
}

describe("agreements on one monitor", function () {
  this.timeout(60_000);

  const monitors = new Monitors(quickServices(), (file) => file);
  const measured = async (opened: OpenedMonitor, one: Policy, readings?: Readings): Promise<EvidenceInput> => {
    const about = { indicator: uptime, policy: one, label: "uptime" };
    const source = { kind: "monitor", monitor: MONITOR } as const;
    const { input, source: line } = await readOpened(opened, monitors, source, about, OCTOBER, undefined, readings);
    return october({ indicators: [input], source: line });
  };
  const bytesOf = (input: EvidenceInput) => packEvidence(buildEvidence(input, SALT).evidence);

  it("have the evidence, to the byte, that each would have alone", async () => {
    const [readings, shared] = [new Readings(), place()];
    const files = new Set<string>();
    for (const one of POLICIES) {
      const together = bytesOf(await measured(shared.opened, one, readings));
      expect(together.equals(bytesOf(await measured(place().opened, one)))).to.equal(true);
      files.add(together.toString("hex"));
    }
    expect(files.size).to.equal(POLICIES.length);
    // another slot asks for other samples
    expect(shared.asked()).to.equal(2);
  });

  it("are judged once where their policies see the same", async () => {
    const [readings, shared] = [new Readings(), place()];
    const inputs = [];
    for (const one of POLICIES) inputs.push((await measured(shared.opened, one, readings)).indicators[0]);
    const judged = inputs.map((input) => (input?.grade === "samples" ? input.seen : undefined));
    expect(judged.slice(0, 4).every((one) => one !== undefined && one === judged[0])).to.equal(true);
    expect(new Set(judged).size).to.equal(5);
  });

  it("have the counts that their samples alone would have, also with maintenance", async () => {
    for (const one of POLICIES) {
      const input = await measured(place().opened, one, new Readings());
      const [first] = input.indicators;
      if (first?.grade !== "samples") throw new Error("no samples");
      const maintenance = [window("2025-10-09T15:00:00Z", "2025-10-09T15:30:00Z")];
      const alone = { grade: first.grade, indicator: uptime, policy: one, series: first.series, maintenance };
      const [judged, anew] = [{ ...first, maintenance }, alone].map((each) => ({ ...input, indicators: [each] }));
      expect(buildEvidence(judged ?? input, SALT)).to.deep.equal(buildEvidence(anew ?? input, SALT));
    }
  });
});
