import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { csvSampleMonitor } from "../../src/monitors/csv-samples.ts";
import { openMetricsMonitor, type OpenMetricsOptions } from "../../src/monitors/openmetrics.ts";
import { problemOf } from "../chain/rejection.ts";
import { readAll } from "./kit.ts";

const EVER = { start: 0n, end: 10_000_000_000n };

describe("files of samples", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-samples-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const keep = (text: string) => {
    const file = join(folder, "samples");
    writeFileSync(file, text);
    return file;
  };
  const csv = (text: string) => readAll(csvSampleMonitor(keep(text)), [EVER]);
  const openMetrics = (text: string, options: Partial<OpenMetricsOptions> = {}) =>
    readAll(openMetricsMonitor(keep(text), { metric: "up", ...options }), [EVER]);

  describe("csvSampleMonitor", () => {
    it("reads times of both kinds, with fractions", async () => {
      const text = "time,value\n2025-10-09T14:45:00Z,1\n2025-10-09T14:45:01.25+00:00,0\n1760021102.5,-1.5e-1\n";
      expect(await csv(text)).to.deep.equal({
        only: [
          [1760021100, 1],
          [1760021101.25, 0],
          [1760021102.5, -0.15],
        ],
      });
    });

    for (const [what, text, code, line, message] of [
      ["no column", "time,up\n", "csv.header", 1, 'there is no column "value": the first line reads "time,up"'],
      ["one too many", "time,value,note\n", "csv.header", 1, 'the column "note" is not known, or there twice'],
      ["one twice", "time,value,value\n", "csv.header", 1, 'the column "value" is not known, or there twice'],
      ["a word for a value", "time,value\n1,1\n2,up\n", "csv.sample", 3, '"up" is not a number'],
      ["no value", "time,value\n1,\n", "csv.sample", 2, '"" is not a number'],
      ["a place of two words", "time,value,place\n1,1,new york\n", "csv.sample", 2, '"new york" is not one word'],
      [
        "a time without a zone",
        "time,value\n2025-10-09T14:45:00,1\n",
        "time.no-zone",
        2,
        '"2025-10-09T14:45:00" does not say its time zone',
      ],
      [
        "a time of elsewhere",
        "time,value\n2025-10-09T14:45:00+02:00,1\n",
        "time.not-utc",
        2,
        '"2025-10-09T14:45:00+02:00" is not in UTC: its zone is "+02:00"',
      ],
      ["nothing", "", "csv.empty", undefined, "the file is empty"],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const problem = await problemOf(csv(text));
        expect([problem.code, problem.line, problem.message, problem.file]).to.deep.equal([
          code,
          line,
          message,
          join(folder, "samples"),
        ]);
      });
    }

    it("says which file cannot be read", async () => {
      const file = join(folder, "absent.csv");
      const problem = await problemOf(readAll(csvSampleMonitor(file), [EVER]));
      expect([problem.code, problem.file]).to.deep.equal(["file.unreadable", file]);
    });
  });

  describe("openMetricsMonitor", () => {
    it("reads labels, exemplars, numbers of all kinds, and of those only what counts", async () => {
      const text = [
        "# TYPE up gauge",
        'up{instance="https://a.example/x",job="one\\"two\\\\n"} 1 1760021100',
        'up{instance="https://a.example/x"} 0.5 1760021101.125 # {trace="x"} 1',
        "up 1e3 1760021102",
        "up NaN 1760021103",
        "up +Inf 1760021104",
        "up_total 5 1760021105",
        "# EOF",
      ].join("\n");
      expect(await openMetrics(text)).to.deep.equal({
        "a.example-x": [
          [1760021100, 1],
          [1760021101.125, 0.5],
        ],
        only: [[1760021102, 1_000]],
      });
      const labels = { job: 'one"two\\n' };
      expect(await openMetrics(text, { labels })).to.deep.equal({ "a.example-x": [[1760021100, 1]] });
    });

    it("reads by a preset", async () => {
      const text = "monitor_status 2 1\nmonitor_status 3 2\nmonitor_status 1 3\n# EOF\n";
      expect(await openMetrics(text, { metric: "monitor_status", preset: "uptime-kuma" })).to.deep.equal({
        only: [
          [1, 0],
          [3, 1],
        ],
      });
    });

    for (const [what, text, code, line, message] of [
      [
        "a file that was cut",
        "up 1 1\nup 1 2\n",
        "openmetrics.cut",
        2,
        "the file does not end with # EOF: a part of it is missing",
      ],
      ["more after its end", "# EOF\nup 1 1\n", "openmetrics.malformed", 2, "something follows # EOF"],
      [
        "numbers of now",
        "up 1\n# EOF\n",
        "openmetrics.no-time",
        1,
        "a sample has no time: these are numbers of now, not a history",
      ],
      ["a word for a number", "up x 1\n# EOF\n", "openmetrics.malformed", 1, '"x" is not a number'],
      ["labels that are none", "up{a=b} 1 1\n# EOF\n", "openmetrics.malformed", 1, '"a=b" are not labels'],
      ["a line that is none", "up{ 1 1\n# EOF\n", "openmetrics.malformed", 1, '"up{ 1 1" is not a sample'],
      [
        "an endless line",
        `up{a="${"x".repeat(16_400)}"} 1 1\n# EOF\n`,
        "openmetrics.malformed",
        1,
        "a line is longer than 16384 characters",
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const problem = await problemOf(openMetrics(text));
        expect([problem.code, problem.line, problem.message]).to.deep.equal([code, line, message]);
      });
    }

    it("refuses a series without the label that tells places apart", async () => {
      const problem = await problemOf(openMetrics('up{instance="x"} 1 1\n# EOF\n', { label: "region" }));
      expect(problem.message).to.equal("a series says nothing in its label region");
    });

    it("says which file cannot be read", async () => {
      const file = join(folder, "absent.om");
      const problem = await problemOf(readAll(openMetricsMonitor(file, { metric: "up" }), [EVER]));
      expect([problem.code, problem.file]).to.deep.equal(["file.unreadable", file]);
    });
  });
});
