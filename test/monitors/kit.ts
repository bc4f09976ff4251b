import { expect } from "chai";
import fc from "fast-check";
import type { Period } from "../../src/measure/types.ts";
import type { SampleMonitor } from "../../src/monitors/types.ts";
import { hold } from "./hold.ts";
import { recordings, type Recording } from "./recordings.ts";

type Places = Record<string, (readonly [number, number])[]>;

/** All that a monitor gives of these windows, by place, in the order of time. */
export async function readAll(monitor: SampleMonitor, windows: readonly Period[]): Promise<Places> {
  const places: Places = {};
  for (const window of windows) {
    for await (const { vantage, samples } of monitor.read(window)) (places[vantage] ??= []).push(...samples);
  }
  for (const samples of Object.values(places)) samples.sort(([a], [b]) => a - b);
  return places;
}

/**
 * Judges a source of samples: `open` makes one that was told of a recording, and it must give exactly that, however the
 * month is cut into windows.
 */
export function judge(open: (recording: Recording) => Promise<SampleMonitor>): void {
  for (const recording of recordings) {
    describe(recording.name, () => {
      const { period, places, known, slot } = recording;
      let monitor: SampleMonitor;
      before(async () => {
        monitor = await open(recording);
      });

      it("gives exactly the samples from the start on and before the end", async () => {
        expectSame(await readAll(monitor, [period]), expected(recording, [period]));
      });

      it("leads to the seconds that are known", async () => {
        const read = await readAll(monitor, [period]);
        const counted = Object.keys(places).map((place) => [place, hold(read[place] ?? [], period, slot)]);
        expect(Object.fromEntries(counted)).to.deep.equal(known);
      });

      it("gives the same in whatever windows it is asked", async () => {
        const seconds = Number(period.end - period.start);
        const cuts = fc.array(fc.integer({ min: 1, max: seconds - 1 }), { minLength: 1, maxLength: 3 });
        const check = async (at: readonly number[]) => {
          const windows = split(period, at);
          expectSame(await readAll(monitor, windows), expected(recording, windows));
        };
        await fc.assert(fc.asyncProperty(cuts, check), { numRuns: 3, seed: 4 });
        // around a sample, and second by second: no sample twice, none lost
        const first = Math.floor(Object.values(places)[0]?.[5]?.[0] ?? 0) - Number(period.start);
        await check([first - 1, first, first + 1]);
      });

      it("gives nothing, and no error, for seconds between two samples", async () => {
        const between = { start: period.start + 1_201n, end: period.start + 1_202n };
        expectSame(await readAll(monitor, [between]), expected(recording, [between]));
      });

      it("stops when it is told to", async () => {
        const reason = new Error("enough");
        const reading = readOne(monitor, period, AbortSignal.abort(reason));
        expect(await reading.catch((error: unknown) => error)).to.equal(reason);
      });

      it("says on one line where its samples come from", () => {
        expect(monitor.source).to.match(/^[^\n]{10,200}$/);
      });
    });
  }
}

async function readOne(monitor: SampleMonitor, period: Period, signal: AbortSignal): Promise<unknown> {
  for await (const chunk of monitor.read(period, signal)) return chunk;
  return undefined;
}

function split({ start, end }: Period, cuts: readonly number[]): Period[] {
  const marks = [...new Set([0, ...cuts, Number(end - start)])].sort((a, b) => a - b).map((at) => start + BigInt(at));
  return marks.slice(1).map((mark, i) => ({ start: marks[i]!, end: mark }));
}

function expected({ places }: Recording, windows: readonly Period[]): Places {
  const within = ([time]: readonly [number, number]) =>
    windows.some(({ start, end }) => Number(start) <= time && time < Number(end));
  const kept = Object.entries(places).map(([place, samples]) => [place, samples.filter(within)] as const);
  return Object.fromEntries(kept.filter(([, samples]) => samples.length > 0));
}

/** As deep equality, but it names the first difference instead of printing a month. */
function expectSame(read: Places, wanted: Places): void {
  expect(Object.keys(read).sort()).to.deep.equal(Object.keys(wanted).sort());
  for (const [place, samples] of Object.entries(wanted)) {
    const got = read[place] ?? [];
    const index = samples.findIndex(([time, value], i) => got[i]?.[0] !== time || got[i][1] !== value);
    expect(index === -1 ? undefined : { place, index, got: got[index] }).to.deep.equal(
      index === -1 ? undefined : { place, index, got: samples[index] },
    );
    expect(got.length, place).to.equal(samples.length);
  }
}
