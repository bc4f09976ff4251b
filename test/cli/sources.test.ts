import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { gather, gatherFrom, type GivenSources } from "../../src/cli/sources.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";
import { problemOf } from "../chain/rejection.ts";

const PERIOD = { start: 1_893_456_000n, end: 1_896_134_400n };
const indicator = (id: number, unit: Unit): Indicator => ({
  id,
  unit,
  mode: unit === Unit.Seconds ? Mode.DowntimeOnly : Mode.Count,
  instances: 1n,
  excludedCap: 0n,
});
const INDICATORS = [indicator(1, Unit.Seconds), indicator(2, Unit.Tickets), indicator(3, Unit.Seconds)];
const HELP = "See --help for what it takes and an example.";
const NAMES = ["uptime", "urgent tickets", "mail"];

describe("what a command line says was seen", () => {
  const folder = mkdtempSync(join(tmpdir(), "upheld-sources-"));
  const csv = join(folder, "a=b.csv");
  writeFileSync(csv, "start,end\n2030-01-09T01:26:00Z,2030-01-09T01:56:00Z\n");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const read = (given: Partial<GivenSources>, names: readonly string[] = NAMES) =>
    gather(INDICATORS, PERIOD, { outages: [], exclusions: [], counts: [], ...given }, names);
  const grades = async (given: Partial<GivenSources>, names?: readonly string[]) =>
    (await read(given, names)).indicators.map(({ grade, indicator: { id } }) => `${id} ${grade}`);

  it("goes by the names of the agreement's file", async () => {
    const given = { outages: [`mail=${csv}`], counts: ["urgent tickets=10,1,0", "uptime=2678400,0,0"] };
    expect(await grades(given)).to.deep.equal(["1 totals", "2 totals", "3 outages"]);
  });

  it("goes by numbers too, with names or without", async () => {
    const given = { outages: [`1=${csv}`], counts: ["2=10,1,0", "3=2678400,0,0"] };
    for (const names of [NAMES, []]) {
      expect(await grades(given, names)).to.deep.equal(["1 outages", "2 totals", "3 totals"]);
    }
  });

  it("takes a file for all that is counted in seconds, and counts for one of them before it", async () => {
    expect(await grades({ outages: [csv], counts: ["urgent tickets=10,1,0"] })).to.deep.equal([
      "1 outages",
      "2 totals",
      "3 outages",
    ]);
    const given = { outages: [csv], counts: ["2=10,1,0", "mail=2678400,0,0"] };
    expect(await grades(given)).to.deep.equal(["1 outages", "2 totals", "3 totals"]);
  });

  it("refuses both for the same measure", async () => {
    const given = { outages: [`mail=${csv}`], counts: ["2=10,1,0", "1=1,1", "mail=2678400,0,0"] };
    expect((await problemOf(read(given))).message).to.equal("Both --counts and --outages are given for mail (3).");
  });

  it("names all that is missing at once, ready to copy", async () => {
    const { message, hint } = await problemOf(read({ counts: ["uptime=1,1"] }));
    expect(message).to.equal("Nothing is given for urgent tickets (2), mail (3).");
    expect(hint).to.contain('--counts "urgent tickets=total,bad,excluded" --counts mail=total,bad,excluded');
  });

  it("says which measures there are when one is named that is not, and why names may be unknown", async () => {
    const named = await problemOf(read({ counts: ["tickets=1,1"] }));
    expect(named.message).to.contain('names the measure "tickets"');
    expect(named.hint).to.equal("It has uptime (1), urgent tickets (2), mail (3).");
    const bare = await problemOf(read({ counts: ["uptime=1,1"] }, []));
    expect(bare.hint).to.equal("It has 1, 2, 3; names are known when the agreement is named by its file.");
  });

  it("asks for which measure counts are when there are several", async () => {
    const { message, hint } = await problemOf(read({ counts: ["1,1"] }));
    expect(message).to.equal("--counts must say for which measure.");
    expect(hint).to.contain("--counts uptime=total,bad,excluded");
  });

  it("takes nothing for a measure that is counted elsewhere, and wants nothing", async () => {
    const elsewhere = (given: Partial<GivenSources>) =>
      gather(INDICATORS, PERIOD, { outages: [], exclusions: [], counts: [], ...given }, NAMES, [false, true]);
    const { indicators, source } = await elsewhere({ outages: [csv] });
    const [, tickets] = indicators;
    expect(tickets).to.deep.equal({
      ...{ grade: "totals", indicator: INDICATORS[1] },
      measurement: { total: 0n, bad: 0n, excluded: 0n },
    });
    expect(source).to.equal("outages listed in a=b.csv");
    expect(await problemOf(elsewhere({ outages: [csv], counts: ["2=1,1"] }))).to.deep.equal({
      code: "usage",
      message: "Urgent tickets (2) follows from the agreement's record.",
      hint: "Give nothing for it.",
    });
    expect((await problemOf(elsewhere({ counts: ["uptime=1,1"] }))).message).to.equal("Nothing is given for mail (3).");
  });

  it("says in one line where all of it came from, and what was noted", async () => {
    const odd = join(folder, "odd.csv");
    writeFileSync(
      odd,
      "start,end\n2030-01-09T01:26:00Z,2030-01-09T01:56:00Z\n2029-01-01T00:00:00Z,2029-01-02T00:00:00Z\n",
    );
    const exclusions = join(folder, "x.csv");
    writeFileSync(exclusions, "start,end\n2029-12-31T00:00:00Z,2030-01-01T01:00:00Z\n");
    const given = {
      outages: [`mail=${odd}`],
      exclusions: [`mail=${exclusions}`],
      counts: ["2=10,1,0", "1=2678400,7,0"],
    };
    const { indicators, source, notes } = await read(given);
    expect(source).to.equal("counts as stated; outages listed in odd.csv, exclusions in x.csv");
    expect(indicators[0]).to.deep.include({ measurement: { total: 2_678_400n, bad: 7n, excluded: 0n } });
    expect(indicators[2]).to.have.property("exclusions").that.has.length(1);
    expect(notes.map(({ code }) => code)).to.deep.equal(["outside", "clipped"]);
  });

  const none = join(folder, "none.csv");
  const refused: [given: Partial<GivenSources>, message: string, hint?: string][] = [
    [{ outages: [csv], counts: ["2=1,1", "3=1,1"], exclusions: [none] }, `There is no file "${none}".`],
    [{ outages: [none], counts: ["2=1,1"] }, `There is no file "${none}".`],
    [{ outages: [csv, csv], counts: ["2=1,1"] }, "--outages is given twice for all measures."],
    [{ counts: ["2=1,1", "urgent tickets=1,1"] }, "--counts is given twice for urgent tickets (2)."],
    [{ outages: [`mail =${csv}`, `3=${csv}`] }, "--outages is given twice for mail (3)."],
    [
      { outages: ["speed=x.csv"] },
      '--outages names the measure "speed", which the agreement does not have.',
      "It has uptime (1), urgent tickets (2), mail (3).",
    ],
    [
      { outages: [csv] },
      "Nothing is given for urgent tickets (2).",
      'Add --counts "urgent tickets=total,bad,excluded".',
    ],
    [
      { counts: ["2=1,1", "3=1,1"] },
      "Nothing is given for uptime (1).",
      "Add --counts uptime=total,bad,excluded, or for what is counted in seconds --outages FILE.csv.",
    ],
    [
      { outages: [`1=${csv}`], counts: ["1=1,1", "2=1,1", "3=1,1"] },
      "Both --counts and --outages are given for uptime (1).",
      "Leave one of them out.",
    ],
  ];
  for (const [given, message, hint = HELP] of refused) {
    it(`is refused: ${message.replace(folder, "…")}`, async () => {
      expect(await problemOf(read(given))).to.deep.equal({ code: "usage", message, hint });
    });
  }

  it("calls measures by their numbers where no names are known", async () => {
    expect((await problemOf(read({ counts: ["1=1,1", "1=1,1"] }, []))).message).to.equal(
      "--counts is given twice for measure 1.",
    );
    expect((await problemOf(read({ counts: ["1=1,1", "3=1,1"] }, []))).hint).to.equal(
      "Add --counts 2=total,bad,excluded.",
    );
  });

  it("is a second source beside the report's file, and nothing else", async () => {
    const beside = (given: Partial<GivenSources>, from = csv) =>
      gatherFrom(from, { outages: [], exclusions: [], counts: [], ...given }, "reported.json.gz");
    for (const option of ["outages", "exclusions", "counts"] as const) {
      expect(await problemOf(beside({ [option]: ["x"] }))).to.deep.equal({
        ...{ code: "usage", message: `--from and --${option} cannot be given together.` },
        hint: "Leave one of them out.",
      });
    }
    expect(await problemOf(beside({}, none))).to.deep.equal({
      ...{ code: "usage", message: `There is no file "${none}".`, hint: HELP },
    });
  });
});
