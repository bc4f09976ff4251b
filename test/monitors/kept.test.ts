import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { apart, isKept, keptMonitor, keptUntil, missedIn, partName, partsIn } from "../../src/monitors/kept.ts";
import { problemOf } from "../chain/rejection.ts";
import { readAll } from "./kit.ts";

const HOUR = 3_600;
/** 2025-10-01T00:00:00Z */
const START = 1_759_276_800;
const span = (from: number, to: number) => ({ start: BigInt(START + from), end: BigInt(START + to) });

describe("a folder that was collected into", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-kept-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const source = () => {
    writeFileSync(join(folder, "source.txt"), "a server\n");
  };
  /** A file of `which` that tells of these seconds, with a sample a minute. */
  const piece = (from: number, to: number, which = "samples") => {
    mkdirSync(join(folder, which), { recursive: true });
    const lines = [];
    for (let at = from; at < to; at += 60) lines.push(`${START + at},${at / 60},eu\n`);
    writeFileSync(join(folder, which, partName(span(from, to), "csv")), `time,value,place\n${lines.join("")}`);
  };
  const read = async (from: number, to: number, since?: bigint) =>
    ((await readAll(keptMonitor(folder, since), [span(from, to)]))["eu"] ?? []).map(([time]) => time - START);

  it("calls a file after its time", () => {
    expect(partName(span(0, HOUR), "csv")).to.equal("2025-10-01T000000Z_2025-10-01T010000Z.csv");
    expect(partName(span(61, 62), "txt")).to.equal("2025-10-01T000101Z_2025-10-01T000102Z.txt");
  });

  it("lists files by their start, the longest first, and nothing that is called otherwise", async () => {
    for (const [from, to] of [
      [60, 120],
      [0, 60],
      [0, 120],
      [60, 90],
    ] as const)
      piece(from, to);
    for (const name of [
      ".x.tmp",
      "notes.csv",
      "2025-10-01T000000Z_2025-10-01T010000Z.csv.bak",
      "x2025-10-01T000000Z_2025-10-01T010000Z.csv",
      "2025-10-01T000000Z_2025-10-01T010000Z.json",
    ])
      writeFileSync(join(folder, "samples", name), "");
    const parts = await partsIn(join(folder, "samples"));
    expect(parts).to.deep.equal(
      [span(0, 120), span(0, 60), span(60, 120), span(60, 90)].map((part) => ({
        ...part,
        path: join(folder, "samples", partName(part, "csv")),
      })),
    );
    expect(await partsIn(join(folder, "absent"))).to.deep.equal([]);
  });

  it("says what cannot be listed", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, message, hint, file: where } = await problemOf(partsIn(file));
    expect([code, hint, where]).to.deep.equal(["file.unreadable", "check its name and its permissions", file]);
    expect(message).to.match(/^cannot be read: ENOTDIR/);
  });

  for (const [what, given, pieces] of [
    [
      "side by side",
      [
        [0, 60],
        [60, 120],
      ],
      [
        [0, 60],
        [60, 120],
      ],
    ],
    [
      "that overlap",
      [
        [0, 70],
        [60, 120],
      ],
      [
        [0, 70],
        [70, 120],
      ],
    ],
    [
      "within another",
      [
        [0, 120],
        [30, 60],
        [60, 120],
      ],
      [[0, 120]],
    ],
    [
      "after a longer one",
      [
        [0, 120],
        [30, 60],
        [90, 150],
      ],
      [
        [0, 120],
        [120, 150],
      ],
    ],
    [
      "with a hole between",
      [
        [0, 60],
        [90, 120],
      ],
      [
        [0, 60],
        [90, 120],
      ],
    ],
  ] as const) {
    it(`takes from files ${what} each second once`, () => {
      const parts = given.map(([from, to]) => ({ path: "p", ...span(from, to) }));
      expect(apart(parts).map(({ start, end }) => [Number(start) - START, Number(end) - START])).to.deep.equal(pieces);
    });
  }

  it("knows whether and up to when it was collected", async () => {
    expect([isKept(folder), await keptUntil(folder)]).to.deep.equal([false, undefined]);
    source();
    piece(0, 120);
    piece(60, 90);
    expect([isKept(folder), await keptUntil(folder)]).to.deep.equal([true, BigInt(START + 120)]);
  });

  it("tells what was missed, in order", async () => {
    expect(await missedIn(folder)).to.deep.equal([]);
    mkdirSync(join(folder, "missed"));
    for (const [from, why] of [
      [60, "second\n"],
      [0, "first\n"],
    ] as const)
      writeFileSync(join(folder, "missed", partName(span(from, from + 30), "txt")), why);
    expect(await missedIn(folder)).to.deep.equal([
      { ...span(0, 30), why: "first" },
      { ...span(60, 90), why: "second" },
    ]);
  });

  it("names the source that it was collected from", () => {
    source();
    expect(keptMonitor(folder).source).to.equal("a server, kept by upheld collect");
  });

  it("gives each sample of a window once, its start included", async () => {
    source();
    piece(0, 600);
    piece(300, 600);
    piece(540, 900);
    expect(await read(60, 840)).to.deep.equal([60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780]);
    expect(await read(0, 60)).to.deep.equal([0]);
    expect(await read(1, 60)).to.deep.equal([]);
    expect(await read(60, 60)).to.deep.equal([]);
  });

  it("reads what tells of holes from beside the samples", async () => {
    source();
    piece(0, 120);
    piece(0, 60, "up");
    const up = await readAll(keptMonitor(folder, 0n, "up"), [span(0, 60)]);
    expect(up).to.deep.equal({ eu: [[START, 0]] });
  });

  describe("refuses", () => {
    const refused = async (from: number, to: number, since?: bigint) => {
      const { code, message, hint, file, retry } = await problemOf(read(from, to, since));
      expect(file).to.equal(folder);
      return { code, message, hint, retry };
    };

    it("to be read before anything was kept", async () => {
      const problem = await problemOf(Promise.resolve().then(() => keptMonitor(folder)));
      expect(problem).to.deep.equal({
        code: "kept.none",
        message: "nothing is kept there yet",
        hint: "run upheld collect first",
        file: folder,
      });
      mkdirSync(join(folder, "source.txt"));
      const other = await problemOf(Promise.resolve().then(() => keptMonitor(folder)));
      expect([other.code, other.file]).to.deep.equal(["file.unreadable", folder]);
      expect(other.message).to.match(/^cannot be read: EISDIR/);
    });

    it("what was not collected yet, by one second", async () => {
      source();
      piece(0, 120);
      expect(await read(0, 120)).to.deep.equal([0, 60]);
      expect(await refused(0, 121)).to.deep.equal({
        code: "kept.too-early",
        message: "samples are kept up to 2025-10-01T00:02:00Z, asked is for 2025-10-01T00:02:01Z",
        hint: "let upheld collect run, then try again",
        retry: true,
      });
      rmSync(join(folder, "samples"), { recursive: true });
      expect((await refused(0, 60)).message).to.contain("kept up to 1970-01-01T00:00:00Z");
    });

    it("what begins more than an hour before the first file, by one second", async () => {
      source();
      piece(HOUR, 2 * HOUR);
      expect(await read(0, HOUR + 120)).to.deep.equal([HOUR, HOUR + 60]);
      expect(await refused(-1, HOUR + 120)).to.deep.equal({
        code: "kept.too-old",
        message: "samples are kept from 2025-10-01T01:00:00Z on, asked is for 2025-09-30T23:59:59Z",
        hint: "if monitoring only began then, say `monitored since`; else report explicit counts",
        retry: undefined,
      });
      expect((await refused(0, HOUR - 1)).code).to.equal("kept.too-old");
      expect(await read(0, HOUR)).to.deep.equal([]);
    });

    it("no beginning before monitoring began", async () => {
      source();
      piece(3 * HOUR, 4 * HOUR);
      const since = BigInt(START + 2 * HOUR);
      expect((await read(0, 4 * HOUR, since)).length).to.equal(60);
      expect((await refused(0, 4 * HOUR, since - 1n)).code).to.equal("kept.too-old");
      expect(await read(0, 2 * HOUR, since)).to.deep.equal([]);
      expect((await refused(0, 5 * HOUR, since)).code).to.equal("kept.too-early");
    });

    it("what a missing file told of, and no other time", async () => {
      source();
      piece(0, 600);
      piece(660, 1_200);
      expect(await refused(0, 1_200)).to.deep.equal({
        code: "kept.part-missing",
        message: "the file that tells of 2025-10-01T00:10:00Z to 2025-10-01T00:11:00Z is not there",
        hint: "restore it from a copy: what was collected is not fetched again",
        retry: undefined,
      });
      expect((await refused(0, 601)).code).to.equal("kept.part-missing");
      expect((await read(0, 600)).length).to.equal(10);
      expect((await refused(659, 1_200)).code).to.equal("kept.part-missing");
      expect((await read(660, 1_200)).length).to.equal(9);
    });

    it("a file that is gone while it is read, as something to try again", async () => {
      source();
      piece(0, 600);
      piece(600, 1_200);
      const reading = keptMonitor(folder).read(span(0, 1_200))[Symbol.asyncIterator]();
      await reading.next();
      rmSync(join(folder, "samples", partName(span(600, 1_200), "csv")));
      const { code, file, retry } = await problemOf(Promise.resolve(reading.next()));
      expect([code, file, retry]).to.deep.equal(["file.unreadable", folder, true]);
    });

    it("a file that is no CSV, by its own name", async () => {
      source();
      piece(0, 600);
      const path = join(folder, "samples", partName(span(0, 600), "csv"));
      writeFileSync(path, "time,value,place\nsoon,1,eu\n");
      const { code, file, line, retry } = await problemOf(read(0, 600));
      expect([code, file, line, retry]).to.deep.equal(["time.malformed", path, 2, undefined]);
    });
  });
});
