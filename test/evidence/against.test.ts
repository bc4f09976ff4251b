import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readAgainst } from "../../src/evidence/against.ts";
import { buildEvidence, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { keepEvidence, packEvidence } from "../../src/evidence/files.ts";
import { notesOfDay, RECORD_VANTAGE, remarksIn, type Remark } from "../../src/evidence/notes.ts";
import { readSecond } from "../../src/evidence/second.ts";
import type { EvidenceDay } from "../../src/evidence/schema.ts";
import { problemOf } from "../chain/rejection.ts";
import { october, octoberOutages, SALT, tickets, uptime, window } from "./fixtures.ts";
import { octoberOf } from "./sampled.ts";

const { period } = october();

describe("evidence beside what the chain has", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-against-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** The chain's side of what `input` became. */
  function onChain(input: EvidenceInput) {
    const { measurements, evidence } = buildEvidence(input, SALT);
    const { chainId, agreement, revision } = input;
    const indicators = input.indicators.map(({ indicator }) => indicator);
    return { chainId, agreement, period: input.period, revision, root: evidence.root, indicators, measurements };
  }
  const fixed = (length: number) => new Uint8Array(length).fill(0x5a);

  it("is missing, until it is there: then its grades and what it was written from are known", async () => {
    const missing = await readAgainst(folder, "oracle", onChain(october()));
    expect(missing.kind).to.equal("missing");
    const { path } = await keepEvidence(folder, october(), fixed);
    expect(missing.path).to.equal(path);
    const found = await readAgainst(folder, "oracle", onChain(october()));
    expect(found).to.deep.include({ kind: "sound", path, grades: ["outages", "totals"] });
    expect(found.kind === "sound" && found.input.source).to.equal("outages listed in outages.csv");
    // a party's account lies beside it
    expect((await readAgainst(folder, "client", onChain(october()))).kind).to.equal("missing");
  });

  it("differs where the chain has another root, and says where", async () => {
    const { path } = await keepEvidence(folder, october(), fixed);
    const chain = { ...onChain(october()), root: `0x${"11".repeat(32)}` };
    const found = await readAgainst(folder, "oracle", chain);
    expect(found).to.include({ kind: "differs", path });
    expect(found.kind === "differs" && found.message).to.match(/^\S.*: .*0x1111/);
  });

  const csv = (...lines: string[]) => {
    const path = join(folder, "mine.csv");
    writeFileSync(path, ["start,end", ...lines, ""].join("\n"));
    return path;
  };
  const MORNING = "2025-10-09T08:00:30Z,2025-10-09T08:02:00Z";

  describe("in a second source", () => {
    const remarks: Remark[] = [
      { vantage: "vienna", ...window("2025-10-09T08:00:00Z", "2025-10-09T08:01:00Z"), reason: "exporter down" },
      { vantage: RECORD_VANTAGE, ...window("2025-10-10T08:00:00Z", "2025-10-10T09:00:00Z"), reason: "maintenance 3" },
    ];
    const excluded = window("2025-10-10T08:00:00Z", "2025-10-10T09:00:00Z");
    const secondOf = async (one: IndicatorInput) =>
      (await readSecond(csv(MORNING), october({ indicators: [one] }))).indicators[0];

    it("outages stand in the place of those of the first, what is excluded stays with its entry of the record", async () => {
      const outages = [{ ...window("2025-10-09T08:00:30Z", "2025-10-09T08:02:00Z"), line: 2 }];
      const first = { grade: "outages", indicator: uptime, outages: octoberOutages, exclusions: [excluded] } as const;
      expect(await secondOf({ ...first, remarks })).to.deep.equal({ ...first, outages, remarks: [remarks[1]] });
      expect(await secondOf(first)).to.deep.equal({ ...first, outages, remarks: [] });
      const stated = { total: 2_678_400n, bad: 5n, excluded: 0n };
      expect(await secondOf({ grade: "totals", indicator: uptime, measurement: stated })).to.deep.equal({
        ...first,
        outages,
        exclusions: [],
      });
    });

    it("what samples were told of stays where it is of the record", async () => {
      const [sampled] = octoberOf({ remarks }).indicators as [IndicatorInput];
      expect(await secondOf(sampled)).to.deep.include({ grade: "outages", remarks: [remarks[1]] });
    });

    it("a list of outages says nothing of what is not counted in seconds", async () => {
      const desk = october({
        indicators: [{ grade: "totals", indicator: tickets, measurement: { total: 1n, bad: 0n, excluded: 0n } }],
      });
      const path = csv(MORNING);
      expect(await problemOf(readSecond(path, desk))).to.deep.equal({
        code: "compare.nothing-in-seconds",
        message: "nothing is counted in seconds",
        hint: "a CSV of outages says nothing about it: compare with a second evidence file",
        file: path,
      });
      expect((await problemOf(readSecond(path, october(), 9))).message).to.equal(
        "indicator 9 is not counted in seconds",
      );
    });

    it("another evidence file must be of the same start, too, and is taken whole", async () => {
      const path = join(folder, "mine.json.gz");
      writeFileSync(path, packEvidence(buildEvidence(october(), SALT).evidence));
      const same = await readSecond(path, october());
      expect([same.source, same.notes, same.indicators.length]).to.deep.equal(["outages listed in outages.csv", [], 2]);
      const later = october({ period: { ...period, start: period.start + 1n } });
      expect(await problemOf(readSecond(path, later))).to.deep.equal({
        code: "compare.not-alike",
        message: "it is from 2025-10-01T00:00:00Z, the first from 2025-10-01T00:00:01Z",
        hint: "only two accounts of the same period and the same measures can be compared",
        file: path,
      });
    });
  });
});

describe("the notes of a day", () => {
  const day = { date: "2025-10-09", ...window("2025-10-09T00:00:00Z", "2025-10-10T00:00:00Z") };
  const remark = (vantage: string, from: string, to: string, reason = "exporter down"): Remark => ({
    ...{ vantage, reason },
    ...window(`2025-10-${from}Z`, `2025-10-${to}Z`),
  });
  const listed = (...remarks: Remark[]) =>
    notesOfDay(1, remarks, day).map(({ vantage, start, end, reason }) => `${vantage} ${start} ${end} ${reason}`);

  it("are cut to it, in order, each once", () => {
    expect(
      listed(
        remark("b", "09T10:00:00", "09T11:00:00"),
        remark("a", "08T10:00:00", "09T01:00:00"),
        remark("a", "09T23:00:00", "11T00:00:00"),
        remark("b", "09T10:00:00", "09T11:00:00"),
        remark("b", "09T10:00:00", "09T11:00:00", "another"),
      ),
    ).to.deep.equal([
      "a 2025-10-09T00:00:00Z 2025-10-09T01:00:00Z exporter down",
      "a 2025-10-09T23:00:00Z 2025-10-10T00:00:00Z exporter down",
      "b 2025-10-09T10:00:00Z 2025-10-09T11:00:00Z another",
      "b 2025-10-09T10:00:00Z 2025-10-09T11:00:00Z exporter down",
    ]);
  });

  it("are none of what ends as it begins, or begins as it ends", () => {
    expect(listed(remark("a", "08T10:00:00", "09T00:00:00"), remark("a", "10T00:00:00", "11T00:00:00"))).to.deep.equal(
      [],
    );
  });

  it("are read back of the indicator alone", () => {
    const one = remark("a", "09T10:00:00", "09T11:00:00");
    const days = [{ notes: [...notesOfDay(1, [one], day), ...notesOfDay(2, [{ ...one, vantage: "b" }], day)] }];
    expect(remarksIn(days as unknown as EvidenceDay[], 1)).to.deep.equal([one]);
    expect(remarksIn(days as unknown as EvidenceDay[], 2)).to.deep.equal([{ ...one, vantage: "b" }]);
    expect(remarksIn(days as unknown as EvidenceDay[], 3)).to.deep.equal([]);
  });
});
