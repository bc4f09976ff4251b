import { expect } from "chai";
import type { Samples } from "../../src/measure/columns.ts";
import { remembered } from "../../src/monitors/remembered.ts";
import type { SampleMonitor } from "../../src/monitors/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { readAll } from "./kit.ts";

const HOUR = 3_600;
/** 2025-10-01T00:00:00Z */
const START = 1_759_276_800;

type Chunk = readonly [place: string, samples: Samples];

describe("remembered", () => {
  let reads = 0;
  beforeEach(() => {
    reads = 0;
  });

  /** Chunks with times in seconds after START. */
  function file(...chunks: readonly Chunk[]): SampleMonitor {
    return {
      source: "samples listed in a.csv",
      async *read(window, signal) {
        reads++;
        await Promise.resolve();
        signal?.throwIfAborted();
        for (const [vantage, samples] of chunks) {
          const found = [...samples].map(([time, value]) => [START + time, value] as const);
          expect(found.every(([time]) => window.start <= time && time < window.end)).to.equal(true);
          yield { vantage, samples: found };
        }
      },
    };
  }
  const window = (start: number, end: number) => ({ start: BigInt(START + start), end: BigInt(START + end) });
  const read = async (monitor: SampleMonitor, start: number, end: number) =>
    Object.fromEntries(
      Object.entries(await readAll(monitor, [window(start, end)])).map(([place, samples]) => [
        place,
        samples.map(([time, value]) => [time - START, value]),
      ]),
    );

  it("reads the file once, and gives each window what is in it, its start included", async () => {
    const monitor = remembered(
      file(
        [
          "eu",
          [
            [0, 1],
            [60, 0],
            [120, 1],
          ],
        ],
        ["us", [[30, 0.5]]],
        ["eu", [[180, 0]]],
      ),
    );
    expect(monitor.source).to.equal("samples listed in a.csv");
    expect(await read(monitor, 0, 60)).to.deep.equal({ eu: [[0, 1]], us: [[30, 0.5]] });
    expect(await read(monitor, 60, 121)).to.deep.equal({
      eu: [
        [60, 0],
        [120, 1],
      ],
    });
    expect(await read(monitor, 121, 180)).to.deep.equal({});
    expect(await read(monitor, 0, 3_780)).to.deep.equal({
      eu: [
        [0, 1],
        [60, 0],
        [120, 1],
        [180, 0],
      ],
      us: [[30, 0.5]],
    });
    expect(reads).to.equal(1);
  });

  it("puts samples into the order of time, each with its value", async () => {
    const monitor = remembered(
      file(
        [
          "eu",
          [
            [180, 3],
            [60, 1],
          ],
        ],
        [
          "eu",
          [
            [120, 2],
            [0, 0],
          ],
        ],
      ),
    );
    const given: (readonly [number, number])[] = [];
    for await (const { samples } of monitor.read(window(0, 200))) given.push(...samples);
    expect(given).to.deep.equal([0, 60, 120, 180].map((time, i) => [START + time, i]));
  });

  const refused = async (start: number, end: number, ...chunks: readonly Chunk[]) => {
    const { code, message, hint } = await problemOf(readAll(remembered(file(...chunks)), [window(start, end)]));
    expect(code).to.equal("monitor.too-old");
    expect(hint).to.equal("put together the files of the whole time, or name the monitor itself");
    return message.replace("the file does not have all of that time: ", "");
  };

  it("refuses a window that begins more than an hour before the first sample of any place", async () => {
    const chunks = [
      ["us", [[HOUR + 50, 1]]],
      [
        "eu",
        [
          [HOUR, 1],
          [3 * HOUR, 1],
        ],
      ],
    ] as const;
    expect(await read(remembered(file(...chunks)), 0, 3 * HOUR)).to.have.keys("eu", "us");
    expect(await refused(-1, 3 * HOUR, ...chunks)).to.equal("its first sample is of 2025-10-01T01:00:00Z");
  });

  it("refuses a window that ends before the first sample, however short", async () => {
    expect(
      await refused(0, 60, [
        "eu",
        [
          [60, 1],
          [HOUR, 1],
        ],
      ]),
    ).to.equal("its first sample is of 2025-10-01T00:01:00Z");
    expect(await read(remembered(file(["eu", [[59, 1]]])), 0, 60)).to.deep.equal({ eu: [[59, 1]] });
  });

  it("refuses a window that ends more than an hour after the last sample of any place", async () => {
    const chunks = [
      [
        "eu",
        [
          [0, 1],
          [HOUR + 0.5, 1],
        ],
      ],
      ["us", [[5, 1]]],
    ] as const;
    expect(await read(remembered(file(...chunks)), 0, 2 * HOUR)).to.have.keys("eu", "us");
    expect(await refused(0, 2 * HOUR + 1, ...chunks)).to.equal("its last sample is of 2025-10-01T01:00:00Z");
  });

  it("refuses a file without samples", async () => {
    expect(await refused(0, 60)).to.equal("it has no samples at all");
  });

  it("stops when it is told to", async () => {
    const reason = new Error("enough");
    const reading = remembered(file(["eu", [[0, 1]]])).read(window(0, 60), AbortSignal.abort(reason));
    const next = reading[Symbol.asyncIterator]().next();
    expect(await Promise.resolve(next).catch((error: unknown) => error)).to.equal(reason);
  });
});
