import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TABLE } from "../backtest/table.ts";
import { alone } from "./alone.ts";

const EXAMPLE = "examples/github-actions-2025";
const YEAR = ["--from", "2025-01", "--to", "2025-12"];
const at = (text: string) => Date.parse(text) / 1000;

interface Past {
  readonly periods: readonly {
    readonly start: string;
    readonly outcome: string;
    readonly credit?: string;
    readonly earned?: string;
    readonly fromBond?: string;
    readonly measures?: readonly { measure: string; total: string; bad: string; excluded: string; unknown: string }[];
    readonly problem?: { code: string; message: string };
    readonly silence?: { credit: string };
    readonly ifUnknownIsDown?: { credit: string };
  }[];
  readonly together: {
    readonly measured: number;
    readonly notHeld: number;
    readonly refused: number;
    readonly fee: string;
    readonly credit: string;
    readonly earned: string;
    readonly ifUnknownIsDown?: { credit: string };
  };
  readonly notes: readonly string[];
}

describe("upheld backtest", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-backtest-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const past = async (...args: string[]): Promise<Past & { exitCode: number }> => {
    const { json, exitCode } = await alone(["backtest", ...args, "--json"], { now: at("2026-03-05T00:00:00Z") });
    if (json["error"] !== undefined) throw new Error(JSON.stringify(json["error"]));
    return { ...(json as unknown as Past), exitCode };
  };
  const refusal = async (...args: string[]) => {
    const { exitCode, json } = await alone(["backtest", ...args, "--json"]);
    const { message, hint } = json["error"] as { message: string; hint: string };
    return { exitCode, message, hint };
  };

  it("gives the demo's year, to the cent", async () => {
    const table = `${EXAMPLE}/agreement.sla.yaml`;
    const args = ["backtest", table, "--outages", `${EXAMPLE}/outages.csv`, ...YEAR];
    const { out, exitCode } = await alone(args);
    expect(exitCode).to.equal(0);
    const shown = out.split("\n").filter((line) => line.startsWith("2025-"));
    const demo = readFileSync("README.md", "utf8").matchAll(
      /^ {2}[A-Z][a-z]{2} {4}(.{12}) (\S+ %) +(\S+) +(\S+) [◄ ]/gm,
    );
    const expected = [...demo].map(([, down, uptime, provider, client]) => [down?.trim(), uptime, client, provider]);
    expect(expected).to.have.length(12);
    expect(shown.map((line) => line.split(/ {2,}/).slice(1))).to.deep.equal(expected);
    expect(out).to.contain("12 periods: 750.00 of 12,000.00 USDC back to the client, 6.25 %; 11,250.00 paid.");
  });

  const withPolicy = (unknown: string) =>
    TABLE.replace(
      "    excluded: none\n",
      `    excluded: none\n    policy: { bad when: fails, a sample speaks for: 60 seconds, unknown: ${unknown} }\n`,
    );

  /** A sample a minute in these months of 2025; down and missing where it says. */
  function samples(from: string, to: string, down: [string, number][] = [], holes: [string, number][] = []) {
    const within = (time: number, spans: [string, number][]) =>
      spans.some(([start, minutes]) => at(start) <= time && time < at(start) + 60 * minutes);
    const lines = ["time,value"];
    for (let time = at(from); time < at(to); time += 60) {
      if (!within(time, holes)) lines.push(`${time},${within(time, down) ? 0 : 1}`);
    }
    return `${lines.join("\n")}\n`;
  }

  it("says which months a file of samples does not have, and makes nothing up for them", async () => {
    const table = write("own.sla.yaml", withPolicy("counts as down"));
    const file = write(
      "a.csv",
      samples("2025-02-10", "2025-05-20", [
        ["2025-03-09T10:00Z", 79],
        ["2025-04-01T00:00Z", 480],
      ]),
    );
    const { periods, together, exitCode } = await past(
      table,
      "--samples",
      file,
      "--from",
      "2025-01",
      "--to",
      "2025-05",
    );
    expect(periods.map(({ start, outcome, credit }) => [start.slice(0, 7), outcome, credit])).to.deep.equal([
      ["2025-01", "not held", undefined],
      ["2025-02", "not held", undefined],
      ["2025-03", "measured", "100.00"],
      ["2025-04", "measured", "250.00"],
      ["2025-05", "not held", undefined],
    ]);
    expect(periods[1]?.problem?.message).to.contain("its first sample is of 2025-02-10T00:00:00Z");
    expect(periods[4]?.problem?.message).to.contain("its last sample is of 2025-05-19T23:59:00Z");
    expect(periods[2]?.measures).to.deep.equal([
      { measure: "uptime", total: "2678400", bad: "4740", excluded: "0", unknown: "0" },
    ]);
    expect(together).to.include({ measured: 2, notHeld: 3, fee: "2000.00", credit: "350.00", earned: "1650.00" });
    expect(exitCode).to.equal(0);
  });

  it("ends with 1 when nothing could be measured", async () => {
    const file = write("b.csv", samples("2025-02-10", "2025-02-11"));
    const { out, exitCode } = await alone([
      "backtest",
      write("t.sla.yaml", TABLE),
      "--samples",
      file,
      "--from",
      "2025-01",
      "--to",
      "2025-02",
    ]);
    expect([exitCode, out.includes("Nothing could be measured.")]).to.deep.equal([1, true]);
  });

  it("counts unknown time as the policy of the file says, or tells what silence would have given", async () => {
    const file = write("c.csv", samples("2024-12-31", "2025-03-01", [], [["2025-01-10T00:00Z", 120]]));
    const months = ["--from", "2025-01", "--to", "2025-02"];
    const as = async (unknown: string) =>
      (await past(write("u.sla.yaml", withPolicy(unknown)), "--samples", file, ...months)).periods[0];
    expect(await as("counts as down")).to.include({ outcome: "measured", credit: "100.00" });
    expect(await as("counts as up")).to.include({ outcome: "measured", credit: "0.00" });
    expect((await as("counts as up"))?.measures?.[0]).to.include({ unknown: "7200", bad: "0" });
    const refused = await as("refused below 99.9%");
    expect(refused).to.deep.include({
      outcome: "no report",
      silence: { fee: "1000.00", credit: "500.00", earned: "500.00", fromBond: "0.00" },
    });
    expect(refused?.problem?.message).to.contain("7200 of 2678400 s are unknown");
  });

  it("assumes a policy where the table has none, says so, and what unknown time could be worth", async () => {
    const file = write(
      "d.csv",
      samples("2024-12-31", "2025-03-01", [["2025-02-05T12:00Z", 50]], [["2025-01-10T00:00Z", 120]]),
    );
    const result = await past(write("n.sla.yaml", TABLE), "--samples", file, "--from", "2025-01", "--to", "2025-02");
    expect(result.notes[0]).to.equal(
      "Assumed, as the table has no policy for uptime: bad when a sample is below 1; a sample speaks for 90 s; unknown time counts as up.",
    );
    expect(result.periods.map(({ credit }) => credit)).to.deep.equal(["0.00", "100.00"]);
    // the sample before the hole speaks half a minute longer than a minute
    expect(result.periods[0]?.measures?.[0]?.unknown).to.equal("7170");
    expect(result.periods[0]?.ifUnknownIsDown?.credit).to.equal("100.00");
    expect(result.together.ifUnknownIsDown?.credit).to.equal("200.00");
  });

  it("takes most of several places", async () => {
    const lines = samples("2025-01-01", "2025-02-01").trim().split("\n").slice(1);
    const isDown = (line: string, place: number) => {
      const time = Number(line.split(",")[0]) - at("2025-01-05");
      return time >= 0 && time < 3_600 * place;
    };
    const text = ["a", "b", "c"].flatMap((place, i) =>
      lines.map((line) => (isDown(line, i) ? line.replace(",1", ",0") : line) + `,${place}`),
    );
    const file = write("p.csv", ["time,value,place", ...text, ""].join("\n"));
    const { periods, notes } = await past(
      write("n2.sla.yaml", TABLE),
      "--samples",
      file,
      "--from",
      "2025-01",
      "--to",
      "2025-01",
    );
    expect(periods[0]?.measures?.[0]?.bad).to.equal("3600");
    expect(notes[0]).to.contain("below 1 in 2 of 3 places");
  });

  it("takes counts for what a monitor cannot tell, and says what nothing is given for", async () => {
    const file = write("e.csv", samples("2024-12-31", "2025-04-01", [["2025-03-05T12:00Z", 60]]));
    const tickets = write("tickets.csv", "period,total,bad,excluded\n2025-02,40,2,0\n2025-03,50,3,0\n");
    const { periods, notes } = await past(
      "msp-tickets",
      "--samples",
      file,
      "--counts",
      `urgent tickets=${tickets}`,
      "--from",
      "2025-01",
      "--to",
      "2025-03",
    );
    expect(periods.map(({ outcome, credit }) => [outcome, credit])).to.deep.equal([
      ["not held", undefined],
      // 2 urgent tickets: 5 %; the first period is the burn-in
      ["measured", "200.00"],
      // 60 minutes are 99.865 %: 5 %; 3 urgent tickets: 10 %
      ["measured", "600.00"],
    ]);
    expect(periods[0]?.problem?.message).to.contain("no line for period 0 (2025-01)");
    expect(notes.at(-1)).to.equal("Not counted, as nothing is given for it: normal tickets, low tickets.");
  });

  it("begins the agreement anew when its term is over: the caps, the bond and the burn-in too", async () => {
    const table = write("short.sla.yaml", TABLE.replace("periods: 12", "periods: 2\nburn-in: 1 period"));
    const outages = write("o.csv", "start,end\n2025-01-01T00:00:00Z,2025-07-01T00:00:00Z\n");
    const { periods } = await past(table, "--outages", outages, "--from", "2025-01", "--to", "2025-06");
    expect(periods.map(({ credit }) => credit)).to.deep.equal(["0.00", "250.00", "0.00", "250.00", "0.00", "250.00"]);
    const capped = write("cap.sla.yaml", TABLE.replace("periods: 12", "periods: 3\nterm credit cap: 300 USDC"));
    const down = await past(capped, "--outages", outages, "--from", "2025-01", "--to", "2025-06");
    expect(down.periods.map(({ credit }) => credit)).to.deep.equal([
      "250.00",
      "50.00",
      "0.00",
      "250.00",
      "50.00",
      "0.00",
    ]);
  });

  it("takes what is above the fee from the bond as far as it goes", async () => {
    const table = write(
      "bond.sla.yaml",
      TABLE.replace("credit cap: 50%", "credit cap: 150%\nbond: 600 USDC").replace("below 99%: 25%", "below 99%: 150%"),
    );
    const outages = write("o2.csv", "start,end\n2025-01-01T00:00:00Z,2025-07-01T00:00:00Z\n");
    const { periods } = await past(table, "--outages", outages, "--from", "2025-01", "--to", "2025-03");
    expect(periods.map(({ credit, fromBond, earned }) => [credit, fromBond, earned])).to.deep.equal([
      ["1500.00", "500.00", "0.00"],
      ["1100.00", "100.00", "0.00"],
      ["1000.00", "0.00", "0.00"],
    ]);
  });

  it("counts periods from the first day, whatever start and anchor the file has", async () => {
    const table = write(
      "later.sla.yaml",
      TABLE.replace("period: month", "period: quarter\nstarts: 2027-03-10\nanchor: 2027-03-01"),
    );
    const outages = write("o3.csv", "start,end\n2025-02-01T00:00:00Z,2025-02-02T00:00:00Z\n");
    const { periods } = await past(table, "--outages", outages, "--from", "2025-01-15", "--to", "2025-12");
    expect(periods.map(({ start, credit }) => [start, credit])).to.deep.equal([
      ["2025-01-15T00:00:00Z", "250.00"],
      ["2025-04-15T00:00:00Z", "0.00"],
      ["2025-07-15T00:00:00Z", "0.00"],
    ]);
  });

  it("means the twelve months before this one when nobody says which", async () => {
    const outages = write("o4.csv", "start,end\n");
    const { periods } = await past(write("t2.sla.yaml", TABLE), "--outages", outages);
    expect([periods.length, periods[0]?.start, periods.at(-1)?.start]).to.deep.equal([
      12,
      "2025-03-01T00:00:00Z",
      "2026-02-01T00:00:00Z",
    ]);
  });

  it("takes the sources of an oracle's config", async () => {
    write("harbor.sla.yaml", withPolicy("counts as down"));
    write("f.csv", samples("2024-12-31", "2025-02-01", [["2025-01-09T10:00Z", 79]]));
    const config = write(
      "oracle.yaml",
      "evidence: e\nagreements:\n  - agreement: harbor.sla.yaml\n    measures: { uptime: { samples: f.csv } }\n",
    );
    const months = ["--from", "2025-01", "--to", "2025-01"];
    const { periods } = await past(join(folder, "harbor.sla.yaml"), "--config", config, ...months);
    expect(periods[0]).to.include({ credit: "100.00" });
    const { message } = await refusal(write("other.sla.yaml", TABLE), "--config", config);
    expect(message).to.contain("has no agreement with the file");
  });

  it("prints CSV that a spreadsheet reads", async () => {
    const outages = write("o5.csv", "start,end\n2025-01-05T00:00:00Z,2025-01-05T01:00:00Z\n");
    const { out } = await alone([
      "backtest",
      write("t3.sla.yaml", TABLE),
      "--outages",
      outages,
      "--from",
      "2025-01",
      "--to",
      "2025-02",
      "--csv",
    ]);
    expect(out).to.equal(`start,end,outcome,uptime total,uptime bad,uptime excluded,uptime unknown,fee,credit,paid
2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,measured,2678400,3600,0,0,1000.00,100.00,900.00
2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,measured,2419200,0,0,0,1000.00,0.00,1000.00
`);
  });

  describe("refuses", () => {
    const cases: [string, () => string[], string][] = [
      ["nothing that knows the past", () => [], "Nothing is named that knows the past."],
      ["an address", () => [`0x${"11".repeat(20)}`], "An address says nothing of how it is measured."],
      ["a table that is none", () => ["nosuch", "--outages", "o"], 'There is no file and no preset "nosuch".'],
      ["a month that is none", () => ["--from", "2025-13"], '--from "2025-13": no such day.'],
      [
        "an end before the start",
        () => [...["--from", "2025-03", "--to", "2025-01"], "--outages", "o"],
        "--from 2025-03 is not before --to.",
      ],
      [
        "less than a period",
        () => ["--outages", "o", "--from", "2025-01-02", "--to", "2025-01-20"],
        "There is no whole month between 2025-01-02T00:00:00Z and 2025-01-20T00:00:00Z.",
      ],
      [
        "two sources at once",
        () => ["--outages", "o", "--samples", "s"],
        "--samples and --outages cannot be given together.",
      ],
      ["a measure that is none", () => ["--outages", "o", "--measure", "speed"], 'There is no measure "speed".'],
      [
        "counts for no measure",
        () => ["msp-tickets", "--counts", "t.csv"],
        '--counts "t.csv" does not say for which measure.',
      ],
      [
        "a table without time",
        () => ["aws-s3", "--outages", "o"],
        "The table has no measure of seconds or days that a monitor could tell.",
      ],
      [
        "probe_success for a policy of another metric",
        () => ["google-cloud", "--prometheus", "http://127.0.0.1:1"],
        "The table's policy is about another metric than probe_success.",
      ],
      ["CSV and JSON at once", () => ["--csv"], "--csv and --json cannot be given together."],
    ];
    for (const [what, args, said] of cases) {
      it(what, async () => {
        expect(await refusal(...args())).to.include({ exitCode: 2, message: said });
      });
    }

    it("a server that does not answer, as something to try again", async () => {
      const { exitCode } = await alone(["backtest", "--prometheus", "http://127.0.0.1:1", "--json"]);
      expect(exitCode).to.equal(75);
    });
  });
});
