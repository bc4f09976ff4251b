import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildEvidence, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { compareAccounts } from "../../src/evidence/compare.ts";
import { packEvidence } from "../../src/evidence/files.ts";
import { readSecond, readSound } from "../../src/evidence/second.ts";
import { october, octoberOutages, SALT, tickets, uptime, window } from "./fixtures.ts";
import { octoberOf, policy } from "./sampled.ts";
import { problemOf } from "../chain/rejection.ts";

const { period } = october();
const [first, last] = octoberOutages as [(typeof octoberOutages)[0], (typeof octoberOutages)[0]];
const outagesOf = (outages: typeof octoberOutages, exclusions: typeof octoberOutages = []): EvidenceInput =>
  october({ indicators: [{ grade: "outages", indicator: uptime, outages, exclusions }] });

describe("compareAccounts", () => {
  it("names every second that only one of them says is bad", () => {
    const later = window("2025-10-29T16:00:00Z", "2025-10-29T23:00:00Z");
    const [found] = compareAccounts(outagesOf([first, last]), outagesOf([later]), period);
    const other = { instance: 0, unknown: 0n };
    expect(found?.stretches).to.deep.equal([
      { ...first, ...other, says: "first" },
      { ...window("2025-10-29T16:00:00Z", "2025-10-29T16:17:00Z"), ...other, says: "second" },
      { ...window("2025-10-29T23:00:00Z", "2025-10-29T23:15:00Z"), ...other, says: "first" },
    ]);
    expect([found?.first.bad, found?.second.bad]).to.deep.equal([31_980n, 25_200n]);
  });

  it("takes no excluded second for a bad one", () => {
    const [found] = compareAccounts(outagesOf([first], [first]), outagesOf([]), period);
    expect(found?.stretches).to.deep.equal([]);
  });

  it("says how much of it the other could not see", () => {
    const blind = { grade: "samples", indicator: uptime, policy: { ...policy, unknown: "up", coverage: 0 } } as const;
    const sampled = october({ indicators: [{ ...blind, series: [], maintenance: [] }] });
    const [found] = compareAccounts(sampled, outagesOf([first]), period);
    expect(found?.stretches).to.deep.equal([{ ...first, instance: 0, says: "second", unknown: 6_900n }]);
  });

  it("compares instance by instance, those alike once", () => {
    const of = (instance: number): IndicatorInput => ({
      grade: "outages",
      indicator: { ...uptime, instances: 3n },
      outages: [{ ...first, instance }],
      exclusions: [],
    });
    const compared = (a: number, b: number) =>
      compareAccounts({ indicators: [of(a)] }, { indicators: [of(b)] }, period)[0]?.stretches?.map((stretch) => [
        stretch.instance,
        stretch.says,
      ]);
    expect(compared(2, 2)).to.deep.equal([]);
    expect(compared(2, 3)).to.deep.equal([
      [2, "first"],
      [3, "second"],
    ]);
    expect(compared(0, 2)).to.deep.equal([[0, "first"]]);
  });

  it("has no times where one of them has counts alone", () => {
    const stated = (bad: bigint) =>
      october({ indicators: [{ grade: "totals", indicator: tickets, measurement: { total: 9n, bad, excluded: 0n } }] });
    const [found] = compareAccounts(stated(1n), stated(2n), period);
    expect(found).to.deep.include({ id: 9, stretches: undefined });
    expect([found?.first.bad, found?.second.bad]).to.deep.equal([1n, 2n]);
  });
});

describe("a second source", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "upheld-second-"));
  });
  after(() => rm(folder, { recursive: true }));
  const put = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const csv = (...lines: string[]) => put("mine.csv", ["start,end", ...lines, ""].join("\n"));
  const MORNING = "2025-10-09T08:00:30Z,2025-10-09T08:02:00Z";

  it("may be a CSV, for all that is counted in seconds; the rest is as in the first", async () => {
    const second = await readSecond(await csv(MORNING), october());
    expect(second.indicators.map(({ grade }) => grade)).to.deep.equal(["outages", "totals"]);
    expect(second.source).to.equal("outages listed in mine.csv");
    const [uptimes, desk] = compareAccounts(october(), second, period);
    expect([uptimes?.second.bad, desk?.second.bad]).to.deep.equal([90n, 3n]);
  });

  it("counts a CSV by the agreed policy, in the agreed hours, beside the announced maintenance", async () => {
    const maintenance = [window("2025-10-09T08:00:00Z", "2025-10-09T08:01:00Z")];
    const count = async (changes: object, ...lines: string[]) => {
      const sampled = octoberOf({ maintenance, policy: { ...policy, ...changes } });
      return compareAccounts(sampled, await readSecond(await csv(...lines), sampled), period)[0]?.second.bad;
    };
    expect(await count({}, MORNING)).to.equal(60n);
    expect(await count({ minimum: 90 }, MORNING)).to.equal(60n);
    expect(await count({ minimum: 91 }, MORNING)).to.equal(0n);
    expect(await count({ counts: "beyond", minimum: 60 }, MORNING)).to.equal(30n);
    const hours = { zone: "UTC", open: [{ day: 4, from: 481, to: 482 }], holidays: [] };
    expect(await count({ hours }, MORNING)).to.equal(60n);
    expect(await count({ hours }, "2025-10-01T00:00:00Z,2025-11-01T00:00:00Z")).to.equal(5n * 60n);
  });

  it("may be about one measure alone", async () => {
    const two = october({
      indicators: [1, 2].map((id) => ({
        grade: "outages",
        indicator: { ...uptime, id },
        outages: [first],
        exclusions: [],
      })),
    });
    const second = await readSecond(await csv(MORNING), two, 2);
    expect(compareAccounts(two, second, period).map((one) => one.second.bad)).to.deep.equal([6_900n, 90n]);
    const problem = await problemOf(readSecond(await csv(MORNING), october(), 9));
    expect(problem).to.deep.include({
      code: "compare.nothing-in-seconds",
      message: "indicator 9 is not counted in seconds",
    });
  });

  it("may be a second evidence file, of the same period and measures", async () => {
    const sampled = octoberOf();
    const path = await put("mine.json.gz", packEvidence(buildEvidence(sampled, SALT).evidence));
    const second = await readSecond(path, outagesOf([first]));
    expect(second.source).to.equal("three blackbox exporters");
    expect(compareAccounts(outagesOf([first]), second, period)[0]?.second.bad).to.equal(6_900n);

    const shorter = { ...outagesOf([]), period: { ...period, end: period.end - 1n } };
    expect(await problemOf(readSecond(path, shorter))).to.deep.include({
      code: "compare.not-alike",
      message: "it is until 2025-11-01T00:00:00Z, the first until 2025-10-31T23:59:59Z",
      file: path,
    });
    expect((await problemOf(readSecond(path, october()))).message).to.equal(
      "it is about indicators 1/1/2, the first about indicators 1/1/2 9/3/1",
    );
  });

  it("that was changed is refused by its day", async () => {
    const { evidence } = buildEvidence(october(), SALT);
    evidence.days[8]!.outages.pop();
    const path = await put("changed.json.gz", packEvidence(evidence));
    const problem = await problemOf(readSound(path));
    expect(problem.code).to.equal("evidence.damaged");
    expect(problem.message).to.include("day 2025-10-09, leaf 9");
  });
});
