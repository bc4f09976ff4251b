import { once } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { csvMonitor, MAX_FILE, MAX_LINE, readWindows } from "../../src/measure/csv.ts";
import { measureOutages } from "../../src/measure/outages.ts";
import { MAX_WINDOWS } from "../../src/measure/windows.ts";
import { Mode, Unit } from "../../src/terms/types.ts";

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;
const OCTOBER = { start: time("2025-10-01T00:00:00Z"), end: time("2025-11-01T00:00:00Z") };

const HEADER_HINT = `the first line is "start,end"; "instance" and "note" may follow, other columns are refused`;
const TIME_HINT = "write it as 2025-10-09T14:45:00Z: whole seconds, in UTC";
const WINDOW_HINT = "end is the first second after it; it must come after the start";
const HINTS: Readonly<Record<string, string>> = {
  "csv.empty": HEADER_HINT,
  "csv.header": HEADER_HINT,
  "csv.malformed": "each line needs as many fields as the first",
  "csv.line-too-long": "is this a CSV file of outages?",
  "csv.instance": `write a number from 1, or "all"`,
  "measure.reversed": WINDOW_HINT,
  "measure.empty-window": WINDOW_HINT,
};

const read = (text: string | Buffer, period = OCTOBER) =>
  readWindows(Readable.from([Buffer.from(text)]), "outages.csv", period, "outage");

const problemOf = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UpheldError) return error.problem;
  throw new Error("no UpheldError was thrown", { cause: error });
};

describe("readWindows", () => {
  const one = { start: time("2025-10-09T14:45:00Z"), end: time("2025-10-09T16:40:00Z") };

  for (const [what, text] of [
    ["Z", "start,end\n2025-10-09T14:45:00Z,2025-10-09T16:40:00Z\n"],
    ["+00:00", "start,end\n2025-10-09T14:45:00+00:00,2025-10-09T16:40:00+00:00\n"],
    ["no seconds, a space for the T", "start,end\n2025-10-09 14:45Z,2025-10-09 16:40Z"],
    ["a byte order mark and CRLF", "\ufeffstart,end\r\n2025-10-09T14:45:00Z,2025-10-09T16:40:00Z\r\n"],
    ["quotes, spaces and a note", 'note,end,start\n"a, b", "2025-10-09T16:40:00Z" ,2025-10-09T14:45:00Z\n'],
  ] as const) {
    it(`reads times with ${what}`, async () => {
      expect((await read(text)).windows).to.deep.equal([{ ...one, line: 2 }]);
    });
  }

  it("reads which instance was hit", async () => {
    const text =
      "start,end,instance\n2025-10-09T14:45:00Z,2025-10-09T16:40:00Z,3\n2025-10-01T00:00Z,2025-10-01T00:01Z,all\n";
    expect((await read(text)).windows.map(({ instance }) => instance)).to.have.members([3, 0]);
  });

  it("says that a file with a header only lists nothing", async () => {
    const { windows, notes } = await read("start,end\n");
    expect(windows).to.deep.equal([]);
    expect(notes).to.deep.equal([{ code: "none", count: 0, message: "no outage is listed" }]);
  });

  it("says which windows it merged, cut and left out, and on which line the first is", async () => {
    const { notes } = await read(
      [
        "start,end",
        "2025-09-01T00:00:00Z,2025-09-01T01:00:00Z",
        "2025-09-30T23:00:00Z,2025-10-01T01:00:00Z",
        "2025-10-01T00:30:00Z,2025-10-01T02:00:00Z",
        "2025-11-01T00:00:00Z,2025-11-01T02:00:00Z",
      ].join("\n"),
    );
    const bounds = "2025-10-01T00:00:00Z to 2025-11-01T00:00:00Z";
    expect(notes).to.deep.equal([
      { code: "merged", count: 1, line: 4, message: "1 outage overlapped another and merged with it" },
      { code: "clipped", count: 1, line: 3, message: `1 outage cut to the period ${bounds}` },
      { code: "outside", count: 2, line: 2, message: `2 outages of 4 outside ${bounds}` },
    ]);
  });

  const row = (start: string, end = "2025-10-09T16:40:00Z") =>
    `start,end\n2025-10-01T00:00Z,2025-10-01T00:01Z\n${start},${end}\n`;
  for (const [what, text, code, line, message] of [
    ["an empty file", "", "csv.empty", undefined, "the file is empty"],
    [
      "a missing header",
      "2025-10-09T14:45:00Z,2025-10-09T16:40:00Z",
      "csv.header",
      1,
      'there is no column "start": the first line reads "2025-10-09T14:45:00Z,2025-10-09T16:40:00Z"',
    ],
    [
      "a missing column",
      "start,until\n",
      "csv.header",
      1,
      'there is no column "end": the first line reads "start,until"',
    ],
    [
      "a first line that is very long",
      `${"x".repeat(100)},end\n`,
      "csv.header",
      1,
      `there is no column "start": the first line reads "${"x".repeat(80)}"`,
    ],
    ["an unknown column", "start,end,timezone\n", "csv.header", 1, 'the column "timezone" is not known'],
    ["a column twice", "start,end,start\n", "csv.header", 1, 'the column "start" is there twice'],
    [
      "a row with a field more",
      "start,end\na,b,c\n",
      "csv.malformed",
      2,
      "Invalid Record Length: expect 2, got 3 on line 2",
    ],
    ["an unclosed quote", 'start,end\n"a,b\n', "csv.malformed", 2, undefined],
    [
      "a time without zone",
      row("2025-10-09T14:45:00"),
      "time.no-zone",
      3,
      '"2025-10-09T14:45:00" does not say its time zone',
    ],
    ["a bare date", row("2025-10-09"), "time.malformed", 3, '"2025-10-09" is not a time'],
    [
      "a time in another zone",
      row("2025-10-09T14:45:00+02:00"),
      "time.not-utc",
      3,
      '"2025-10-09T14:45:00+02:00" is not in UTC: its zone is "+02:00"',
    ],
    [
      "a fraction of a second",
      row("2025-10-09T14:45:00.5Z"),
      "time.fraction",
      3,
      '"2025-10-09T14:45:00.5Z" has a fraction of a second',
    ],
    [
      "a day that does not exist",
      row("2025-02-30T14:45:00Z"),
      "time.malformed",
      3,
      '"2025-02-30T14:45:00Z" does not exist in the calendar',
    ],
    [
      "an hour that does not exist",
      row("2025-10-09T24:00:00Z"),
      "time.malformed",
      3,
      '"2025-10-09T24:00:00Z" does not exist in the calendar',
    ],
    ["an empty field", row(""), "time.malformed", 3, '"" is not a time'],
    [
      "an end before its start",
      row("2025-10-09T16:40:01Z"),
      "measure.reversed",
      3,
      "the outage ends at 2025-10-09T16:40:00Z, before its start 2025-10-09T16:40:01Z",
    ],
    ["an outage without length", row("2025-10-09T16:40:00Z"), "measure.empty-window", 3, undefined],
    [
      "an instance that is no number",
      "start,end,instance\n2025-10-01T00:00Z,2025-10-01T00:01Z,0\n",
      "csv.instance",
      2,
      '"0" is not the number of an instance',
    ],
    [
      "an instance with more after it",
      "start,end,instance\n2025-10-01T00:00Z,2025-10-01T00:01Z,1st\n",
      "csv.instance",
      2,
      '"1st" is not the number of an instance',
    ],
    [
      "an instance with more before it",
      "start,end,instance\n2025-10-01T00:00Z,2025-10-01T00:01Z,no1\n",
      "csv.instance",
      2,
      '"no1" is not the number of an instance',
    ],
    [
      "an instance of eleven digits, and shows no more of it than fits",
      `start,end,instance\n2025-10-01T00:00Z,2025-10-01T00:01Z,1${"0".repeat(70)}\n`,
      "csv.instance",
      2,
      `"1${"0".repeat(59)}" is not the number of an instance`,
    ],
    [
      "one endless line",
      "x".repeat(MAX_LINE * 2),
      "csv.line-too-long",
      1,
      `a line is longer than ${MAX_LINE} characters`,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const problem = await problemOf(read(text));
      expect(problem.code).to.equal(code);
      expect(problem.file).to.equal("outages.csv");
      expect(problem.line).to.equal(line);
      if (message !== undefined) expect(problem.message).to.equal(message);
      expect(problem.hint).to.equal(HINTS[code] ?? TIME_HINT);
    });
  }

  it("takes an instance of ten digits", async () => {
    const text = "start,end,instance\n2025-10-01T00:00Z,2025-10-01T00:01Z,4294967295\n";
    expect((await read(text)).windows[0]?.instance).to.equal(4_294_967_295);
  });

  it("keeps what the parser or the disk said as the cause", async () => {
    const error: unknown = await read("start,end\na,b,c\n").catch((reason: unknown) => reason);
    expect((error as UpheldError).cause).to.have.property("code", "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH");
  });

  it("passes a defect on as it is", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("a defect"));
      },
    });
    const error: unknown = await readWindows(broken, "outages.csv", OCTOBER, "outage").catch((e: unknown) => e);
    expect(error).to.not.be.instanceOf(UpheldError);
    expect((error as Error).message).to.equal("a defect");
  });

  it("counts lines as an editor does, past empty ones", async () => {
    expect((await problemOf(read("start,end\n\n\nx,y\n"))).line).to.equal(4);
  });
});

describe("readWindows of a file larger than memory should hold", function () {
  this.timeout(120_000);

  /** Lines made as they are read: `rows` outages of `length` seconds, one each `every` seconds, over and over in the period. */
  async function* synthetic(rows: number, every: number, length: number) {
    yield "start,end\n";
    const seconds = Number(OCTOBER.end - OCTOBER.start) - every;
    for (let row = 0; row < rows;) {
      let text = "";
      for (const stop = Math.min(row + 1_000, rows); row < stop; row++) {
        const start = Number(OCTOBER.start) + ((row * every) % seconds);
        text += `${new Date(start * 1_000).toISOString().slice(0, 19)}Z,${new Date((start + length) * 1_000).toISOString().slice(0, 19)}Z\n`;
      }
      yield text;
      await Promise.resolve();
    }
  }

  it("keeps little memory over 600,000 lines", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const live = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = live();
    let [most, chunks] = [0, 0];
    const watched = async function* () {
      for await (const text of synthetic(600_000, 60, 30)) {
        if (++chunks % 50 === 0) most = Math.max(most, live() - before);
        yield text;
      }
    };
    const { windows, notes } = await readWindows(Readable.from(watched()), "big.csv", OCTOBER, "outage");
    expect(windows.length).to.equal(44_639);
    expect(notes.find(({ code }) => code === "merged")?.count).to.equal(600_000 - 44_639);
    // all 600,000 windows would be 65 MB
    expect(most, "bytes held while reading").to.be.greaterThan(1e6).and.lessThan(30e6);
  });

  it("refuses more separate outages than the limit, as soon as it knows", async () => {
    let yielded = 0;
    const counted = async function* () {
      for await (const text of synthetic(1_300_000, 2, 1)) {
        yielded++;
        yield text;
      }
    };
    const problem = await problemOf(readWindows(Readable.from(counted()), "big.csv", OCTOBER, "outage"));
    expect(problem.code).to.equal("measure.too-many-windows");
    expect(problem.message).to.include(`more than ${MAX_WINDOWS} separate outages`);
    expect(problem.file).to.equal("big.csv");
    expect(problem.hint).to.equal("join those that belong together, or report explicit counts");
    expect(yielded).to.be.lessThan(400);
  });
});

describe("csvMonitor", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "upheld-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("reads outages and exclusions, and names both files without their folders", async () => {
    const [outages, exclusions] = [join(directory, "down.csv"), join(directory, "maintenance.csv")];
    await writeFile(outages, "start,end\n2025-10-09T14:45:00Z,2025-10-09T16:40:00Z\n");
    await writeFile(exclusions, "start,end\n2025-10-09T16:00:00Z,2025-10-09T17:00:00Z\n");
    const seen = await csvMonitor(outages, exclusions).read(OCTOBER);
    expect(seen.outages.length).to.equal(1);
    expect(seen.exclusions.length).to.equal(1);
    expect(seen.source).to.equal("outages listed in down.csv, exclusions in maintenance.csv");
    expect(seen.notes).to.deep.equal([]);
  });

  it("reads outages alone, and passes on what there is to remark on", async () => {
    const [outages, exclusions] = [join(directory, "alone.csv"), join(directory, "none.csv")];
    await writeFile(outages, "start,end\n2025-09-09T14:45:00Z,2025-09-09T16:40:00Z\n");
    await writeFile(exclusions, "start,end\n");
    const alone = await csvMonitor(outages).read(OCTOBER);
    expect(alone).to.deep.include({ outages: [], exclusions: [], source: "outages listed in alone.csv" });
    expect(alone.notes.map(({ code }) => code)).to.deep.equal(["outside"]);
    const both = await csvMonitor(outages, exclusions).read(OCTOBER);
    expect(both.notes.map(({ message }) => message)).to.deep.equal([
      "1 outage of 1 outside 2025-10-01T00:00:00Z to 2025-11-01T00:00:00Z",
      "no exclusion is listed",
    ]);
  });

  it("says when the file is not there", async () => {
    const file = join(directory, "absent.csv");
    const problem = await problemOf(csvMonitor(file).read(OCTOBER));
    expect(problem).to.deep.include({
      code: "file.unreadable",
      hint: "check its name and its permissions",
      file,
    });
    expect(problem.message).to.match(/^cannot be read: ENOENT: no such file/);
  });

  it("refuses a file of 1 GB at once, and takes one of the largest size", async () => {
    const name = join(directory, "large.csv");
    // sparse: it takes no space, and reads as zeros
    const file = await open(name, "w");
    await file.truncate(1_000_000_000);
    const problem = await problemOf(csvMonitor(name).read(OCTOBER));
    expect(problem.code).to.equal("csv.too-large");
    expect(problem.message).to.equal(`the file has 1000000000 bytes, more than the limit of ${MAX_FILE}`);
    expect(problem.hint).to.equal("keep only the outages of the period; is this the right file?");
    expect(problem.file).to.equal(name);
    await file.truncate(MAX_FILE + 1);
    expect((await problemOf(csvMonitor(name).read(OCTOBER))).code).to.equal("csv.too-large");
    await file.truncate(MAX_FILE);
    expect((await problemOf(csvMonitor(name).read(OCTOBER))).code).to.equal("csv.line-too-long");
    await file.close();
  });

  it("lets go of the file when a line is wrong", async () => {
    const input = Readable.from(["start,end\nx,y\n", "z".repeat(10)]);
    const closed = once(input, "close");
    await problemOf(readWindows(input, "outages.csv", OCTOBER, "outage"));
    await closed;
  });
});

describe("examples/github-actions-2025/outages.csv", () => {
  // as issue and screens have them: 1 h 19, 20 min, 3 h 32, 2 h 00, 4 h 16, 8 h 53, 1 h 09
  const bad = [79, 0, 0, 20, 212, 120, 0, 256, 0, 533, 0, 69].map((minutes) => BigInt(minutes * 60));

  for (const [month, expected] of bad.entries()) {
    const name = `2025-${String(month + 1).padStart(2, "0")}`;
    it(`has ${expected} bad seconds in ${name}`, async () => {
      const period = { start: BigInt(Date.UTC(2025, month) / 1000), end: BigInt(Date.UTC(2025, month + 1) / 1000) };
      const seen = await csvMonitor("examples/github-actions-2025/outages.csv").read(period);
      const uptime = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n };
      const { measurement } = measureOutages(seen, period, uptime);
      expect(measurement).to.deep.equal({ total: period.end - period.start, bad: expected, excluded: 0n });
    });
  }
});
