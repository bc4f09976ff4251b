import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvSampleMonitor } from "../../src/monitors/csv-samples.ts";
import { openMetricsMonitor } from "../../src/monitors/openmetrics.ts";
import { openMetrics } from "../support/prometheus.ts";
import { judge } from "./kit.ts";
import { recordings, type Recording } from "./recordings.ts";

describe("files of samples, judged by the kit", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-samples-"));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const written = (recording: Recording, ending: string, text: string) => {
    const file = join(folder, `${recordings.indexOf(recording)}.${ending}`);
    writeFileSync(file, text);
    return file;
  };

  /** Places in turn, and the second half of the month before the first: no order is needed. */
  const rows = ({ places }: Recording) => {
    const all = Object.entries(places).flatMap(([place, samples]) =>
      samples.map((sample) => [place, ...sample] as const),
    );
    const middle = all.length >> 1;
    return [...all.slice(middle), ...all.slice(0, middle)];
  };

  describe("CSV with seconds since 1970", () => {
    judge((recording) => {
      const text = ["time,value,place", ...rows(recording).map(([place, time, value]) => `${time},${value},${place}`)];
      return Promise.resolve(csvSampleMonitor(written(recording, "csv", text.join("\n"))));
    });
  });

  describe("CSV with times in UTC", () => {
    judge((recording) => {
      const text = rows(recording).map(
        ([place, time, value]) => `${place},${new Date(time * 1000).toISOString()},${value}`,
      );
      return Promise.resolve(
        csvSampleMonitor(written(recording, "utc.csv", ["place,time,value", ...text].join("\r\n"))),
      );
    });
  });

  describe("OpenMetrics", () => {
    judge((recording) => {
      const series = Object.entries(recording.places).flatMap(([instance, samples]) => [
        { metric: "probe_success", labels: { instance, job: 'a "b", {c}' }, samples },
        {
          metric: "probe_success",
          labels: { instance, job: "other" },
          samples: [[Number(recording.period.start) + 1, 7] as const],
        },
        {
          metric: "probe_success_total",
          labels: { instance },
          samples: [[Number(recording.period.start) + 1, 8] as const],
        },
      ]);
      const file = written(recording, "om", openMetrics(series));
      return Promise.resolve(openMetricsMonitor(file, { metric: "probe_success", labels: { job: 'a "b", {c}' } }));
    });
  });
});
