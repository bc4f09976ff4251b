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
      ["no time", "value,place\n", "csv.header", 1, 'there is no column "time": the first line reads "value,place"'],
      [
        "a long first line",
        `${"x".repeat(100)}\n`,
        "csv.header",
        1,
        `there is no column "time": the first line reads "${"x".repeat(80)}"`,
      ],
      ["a number and more", "time,value\n1,1x\n", "csv.sample", 2, '"1x" is not a number'],
      ["more and a number", "time,value\n1,x1\n", "csv.sample", 2, '"x1" is not a number'],
      ["a number without its beginning", "time,value\n1,.5\n", "csv.sample", 2, '".5" is not a number'],
      [
        "a long text for a value",
        `time,value\n1,${"x".repeat(70)}\n`,
        "csv.sample",
        2,
        `"${"x".repeat(60)}" is not a number`,
      ],
      [
        "a place of 61 characters",
        `time,value,place\n1,1,${"x".repeat(61)}\n`,
        "csv.sample",
        2,
        `"${"x".repeat(60)}" is not one word`,
      ],
      ["a place without a name", "time,value,place\n1,1,\n", "csv.sample", 2, '"" is not one word'],
      ["a time of ten decimals", "time,value\n1.1234567890,1\n", "time.malformed", 2, undefined],
      ["a time of thirteen digits", "time,value\n1760021100000,1\n", "time.malformed", 2, undefined],
      ["a time and more", "time,value\n1760021100x,1\n", "time.malformed", 2, undefined],
      ["a time before 1970", "time,value\n-1,1\n", "time.malformed", 2, undefined],
      ["a fraction that is no end", "time,value\n2025-10-09T14:45.5:00Z,1\n", "time.not-utc", 2, undefined],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const problem = await problemOf(csv(text));
        expect([problem.code, problem.line, problem.message, problem.file]).to.deep.equal([
          code,
          line,
          message ?? problem.message,
          join(folder, "samples"),
        ]);
      });
    }

    it("says what to write instead", async () => {
      const hintOf = async (text: string) => (await problemOf(csv(text))).hint;
      const columns = 'the first line is "time,value"; "place" may follow, other columns are refused';
      expect([await hintOf(""), await hintOf("time\n")]).to.deep.equal([columns, columns]);
      expect(await hintOf("time,value\n1,up\n")).to.equal(
        "write 1 for a success and 0 for a failure, or what was measured",
      );
      expect(await hintOf("time,value,place\n1,1,a b\n")).to.equal("name a place with letters, digits and . _ : -");
    });

    it("reads columns in any order, and the longest of times, numbers and places", async () => {
      const place = `A.z_0:-${"x".repeat(53)}`;
      const text = `value,place,time\n-12.5E+10,${place},999999999999.123456789\n1e2,${place},0\n7,${place},3.5\n`;
      const all = { start: 0n, end: 2n ** 45n };
      expect(await readAll(csvSampleMonitor(keep(text)), [all])).to.deep.equal({
        [place]: [
          [0, 100],
          [3.5, 7],
          [999999999999.123456789, -125_000_000_000],
        ],
      });
    });

    it("keeps what is in the window, its start included, in however many chunks it comes", async () => {
      const rows = Array.from({ length: 25_000 }, (_, i) => `${i},${i % 2},${i % 3 === 0 ? "eu" : "us"}\n`);
      const monitor = csvSampleMonitor(keep(`time,value,place\n${rows.join("")}`));
      const chunks: [string, number][] = [];
      const times: number[] = [];
      for await (const { vantage, samples } of monitor.read({ start: 100n, end: 24_900n })) {
        chunks.push([vantage, samples.length]);
        times.push(...[...samples].map(([time]) => time));
      }
      expect(times.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 24_800 }, (_, i) => 100 + i));
      expect(chunks).to.deep.equal([
        ["us", 6_667],
        ["eu", 3_333],
        ["us", 6_667],
        ["eu", 3_333],
        ["eu", 1_600],
        ["us", 3_200],
      ]);
    });

    it("stops between two chunks when it is told to", async () => {
      const rows = Array.from({ length: 25_000 }, (_, i) => `${i},1\n`);
      const [stop, reason] = [new AbortController(), new Error("enough")];
      const reading = csvSampleMonitor(keep(`time,value\n${rows.join("")}`)).read(EVER, stop.signal);
      let chunks = 0;
      const work = async () => {
        for await (const chunk of reading) {
          expect(chunk.samples.length).to.equal(10_000);
          if (++chunks === 1) stop.abort(reason);
        }
      };
      expect(await work().catch((error: unknown) => error)).to.equal(reason);
      expect(chunks).to.equal(1);
    });

    it("names the file without its folder", () => {
      expect(csvSampleMonitor("/a/b/c.csv").source).to.equal("samples listed in c.csv");
    });

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

    it("reads lines that end otherwise, times with fractions and before 1970, and leaves out what begins alike", async () => {
      const text = "# HELP up x\r\nup_total{ 1\r\nupper 1\r\nup{} 1 1.5\r\nup 0 -5\r\nother 1\r\n# EOF\r\n";
      const all = await problemOf(openMetrics(text));
      expect([all.code, all.line]).to.deep.equal(["openmetrics.malformed", 2]);
      const good = text.replace("up_total{ 1", "up_total 1 1").replace("upper 1", "upper 1 1");
      expect(await openMetrics(good)).to.deep.equal({ only: [[1.5, 1]] });
      const before = readAll(openMetricsMonitor(keep(good), { metric: "up" }), [{ start: -10n, end: 0n }]);
      expect(await before).to.deep.equal({ only: [[-5, 0]] });
    });

    it("reads infinities and no numbers in any case, as saying nothing", async () => {
      const texts = ["Inf", "+inf", "-INF", "Infinity", "+Infinity", "-infinity", "NaN", "nan", "1"];
      const lines = texts.map((text, i) => `up ${text} ${i + 1}\n`);
      expect(await openMetrics(`${lines.join("")}# EOF\n`)).to.deep.equal({ only: [[9, 1]] });
      const signed = (text: string) =>
        openMetrics(`monitor_status ${text} 1\n# EOF\n`, { metric: "monitor_status", preset: "uptime-kuma" });
      expect((await problemOf(signed("-inf"))).message).to.match(/ has the value -Infinity, /);
      expect((await problemOf(signed("+inf"))).message).to.match(/ has the value Infinity, /);
    });

    it("undoes escapes in labels, and leaves those it does not know", async () => {
      const text = 'up{a="x\\ny\\"z\\\\n\\t",instance="b"} 1 1\n# EOF\n';
      expect(await openMetrics(text, { labels: { a: 'x\ny"z\\n\\t' } })).to.deep.equal({ b: [[1, 1]] });
      expect(await openMetrics(text, { labels: { a: "x" } })).to.deep.equal({});
      expect(await openMetrics(text, { labels: { absent: "x" } })).to.deep.equal({});
    });

    it("takes a line of 16384 characters", async () => {
      const line = (length: number) => `up{a="${"x".repeat(length - 12)}"} 1 1`;
      expect(line(16_384)).to.have.length(16_384);
      expect(await openMetrics(`${line(16_384)}\n# EOF\n`)).to.deep.equal({ only: [[1, 1]] });
      expect((await problemOf(openMetrics(`${line(16_385)}\n# EOF\n`))).code).to.equal("openmetrics.malformed");
    });

    it("tells places apart by the label, in one word", async () => {
      const text = 'up{region="a b",instance="x"} 1 1\nup{region="c"} 0 2\n# EOF\n';
      expect(await openMetrics(text, { label: "region" })).to.deep.equal({ "a-b": [[1, 1]], c: [[2, 0]] });
      expect(await openMetrics(text)).to.deep.equal({ x: [[1, 1]], only: [[2, 0]] });
      const nameless = await problemOf(openMetrics('up{instance="??"} 1 1\n# EOF\n'));
      expect(nameless.message).to.equal("a series says nothing in its label instance");
    });

    it("names its metric, the file without its folder, and the preset", () => {
      expect(openMetricsMonitor("/a/b.om", { metric: "up" }).source).to.equal("up listed in b.om");
      const preset = openMetricsMonitor("/a/b.om", { metric: "monitor_status", preset: "uptime-kuma" });
      expect(preset.source).to.equal("monitor_status listed in b.om, read as uptime-kuma");
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
      ["a number with more before it", "up xInf 1\n# EOF\n", "openmetrics.malformed", 1, '"xInf" is not a number'],
      ["a number with more behind it", "up Infx 1\n# EOF\n", "openmetrics.malformed", 1, '"Infx" is not a number'],
      ["no number and more", "up nanx 1\n# EOF\n", "openmetrics.malformed", 1, '"nanx" is not a number'],
      [
        "a long word for a number",
        `up ${"x".repeat(70)} 1\n# EOF\n`,
        "openmetrics.malformed",
        1,
        `"${"x".repeat(60)}" is not a number`,
      ],
      [
        "a long line that is none",
        `up{ ${"x".repeat(70)}\n# EOF\n`,
        "openmetrics.malformed",
        1,
        `"up{ ${"x".repeat(56)}" is not a sample`,
      ],
      [
        "labels that are none, at length",
        `up{${"x".repeat(70)}} 1 1\n# EOF\n`,
        "openmetrics.malformed",
        1,
        `"${"x".repeat(60)}" are not labels`,
      ],
      ["more behind a time", "up 1 1 2\n# EOF\n", "openmetrics.malformed", 1, '"up 1 1 2" is not a sample'],
      ["a time with more behind it", "up 1 1x\n# EOF\n", "openmetrics.malformed", 1, '"up 1 1x" is not a sample'],
      [
        "labels without a comma",
        'up{a="b"c="d"} 1 1\n# EOF\n',
        "openmetrics.malformed",
        1,
        '"a="b"c="d"" are not labels',
      ],
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
        expect([problem.file, problem.hint]).to.deep.equal([
          join(folder, "samples"),
          'each line reads: metric{label="value"} 1 1759276800; times are seconds since 1970; the last line is # EOF',
        ]);
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
