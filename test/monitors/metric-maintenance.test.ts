import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { metricMaintenance } from "../../src/monitors/metric-maintenance.ts";
import { JUNE, matrix, series, START, TestServer } from "./server.ts";
import { quickServices } from "./services.ts";

const DAY = 86_400;

/** By what a server answers; a real Prometheus is asked in metric-maintenance.server.test.ts. */
describe("metricMaintenance", () => {
  const server = new TestServer();
  afterEach(() => {
    server.stop();
  });

  type Values = readonly (readonly [after: number, value: number])[];

  /** The windows of two days, in seconds after their start. */
  async function read(places: Readonly<Record<string, Values>>, slot: number) {
    const url = await server.play({
      samples: (time) => {
        const end = Number(time) - START;
        const ofDay = Object.entries(places).map(([instance, values]) => {
          const within = values.filter(([after]) => after >= end - DAY && after < end);
          return series({ instance }, ...within.map(([after, value]): [number, string] => [START + after, `${value}`]));
        });
        return matrix(...ofDay.filter(({ values }) => values.length > 0));
      },
    });
    const services = quickServices();
    const options = { query: "monitor_status", value: 3, slot };
    const windows = await metricMaintenance(new HttpClient({ url }, services), options, services).read(JUNE);
    return windows.map(({ start, end }) => [Number(start) - START, Number(end) - START]);
  }

  for (const [what, places, slot, windows] of [
    ["lasts as long as the sample speaks", { a: [[100, 3]] }, 60, [[100, 160]]],
    [
      "ends with the next sample",
      {
        a: [
          [100, 3],
          [130, 1],
        ],
      },
      60,
      [[100, 130]],
    ],
    [
      "ends with its slot, when the next sample comes later",
      {
        a: [
          [100, 3],
          [161, 1],
        ],
      },
      60,
      [[100, 160]],
    ],
    [
      "is one window over several samples",
      {
        a: [
          [100, 3],
          [160, 3],
          [220, 0],
        ],
      },
      60,
      [[100, 220]],
    ],
    [
      "is two windows when another number lies between",
      {
        a: [
          [100, 3],
          [160, 2],
          [220, 3],
        ],
      },
      60,
      [
        [100, 160],
        [220, 280],
      ],
    ],
    [
      "goes on over midnight",
      {
        a: [
          [DAY - 30, 3],
          [DAY + 30, 3],
          [DAY + 60, 1],
        ],
      },
      60,
      [[DAY - 30, DAY + 60]],
    ],
    [
      "begins with the second of the sample",
      {
        a: [
          [100.9, 3],
          [130.9, 1],
        ],
      },
      60,
      [[100, 130]],
    ],
    [
      "is no second, when the next sample falls into the same",
      {
        a: [
          [100.1, 3],
          [100.9, 1],
        ],
      },
      60,
      [],
    ],
    [
      "is where any place says so",
      {
        a: [
          [100, 3],
          [160, 1],
        ],
        b: [
          [130, 3],
          [190, 1],
        ],
      },
      60,
      [[100, 190]],
    ],
    ["of one place does not end with another's sample", { a: [[100, 3]], b: [[110, 1]] }, 60, [[100, 160]]],
    [
      "is only where the number is the same",
      {
        a: [
          [100, 1],
          [160, 2],
          [220, 0],
          [280, 3.5],
        ],
      },
      60,
      [],
    ],
  ] as const) {
    it(what, async () => {
      expect(await read(places, slot)).to.deep.equal(windows);
    });
  }

  it("says in its source which number it is", () => {
    const services = quickServices();
    const client = new HttpClient({ url: "https://a.example" }, services);
    const { source } = metricMaintenance(client, { query: "monitor_status", value: 3, slot: 60 }, services);
    expect(source).to.equal("where it is 3: Prometheus API at a.example: monitor_status");
  });
});
