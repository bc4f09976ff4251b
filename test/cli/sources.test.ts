import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { gather, type GivenSources } from "../../src/cli/sources.ts";
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
});
