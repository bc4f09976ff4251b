import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { UpheldErrors } from "../../src/errors.ts";
import { givenSource, type GivenSource } from "../../src/cli/given-source.ts";
import { problemIn } from "./answer.ts";

const prometheus = "http://127.0.0.1:9090";

describe("the source that a command line names", () => {
  const sourceIn = (given: GivenSource) => givenSource(given)?.source;

  it("is none, or one of a Prometheus, of samples or of outages, files meant from here", () => {
    expect(givenSource({})).to.equal(undefined);
    expect(sourceIn({ samples: "s.csv" })).to.deep.equal({ kind: "monitor", monitor: { samples: "s.csv" } });
    expect(sourceIn({ outages: "o.csv" })).to.deep.equal({ kind: "outages", outages: resolve("o.csv") });
    expect(givenSource({ samples: "s.csv" })?.path("x")).to.equal(resolve("x"));
    expect(givenSource({ prometheus })?.path("x")).to.equal(resolve("x"));
  });

  it("asks a Prometheus for probe_success unless told otherwise", () => {
    const asks = (given: GivenSource) => {
      const source = sourceIn({ prometheus, ...given });
      return source?.kind === "monitor" ? source.monitor.prometheus : undefined;
    };
    expect(asks({})).to.deep.equal({ url: prometheus, query: "probe_success", preset: "blackbox" });
    expect(asks({ query: "up" })).to.deep.equal({ url: prometheus, query: "up" });
    expect(asks({ query: 'my_metric{job="x"}', vantageLabel: "region" })).to.deep.equal({
      ...{ url: prometheus, query: 'my_metric{job="x"}' },
      "vantage label": "region",
    });
  });

  it("is read as the product of its metric means it", () => {
    const presetOf = (query: string) => {
      const source = sourceIn({ prometheus, query });
      return source?.kind === "monitor" ? source.monitor.prometheus?.preset : undefined;
    };
    expect(presetOf(' monitor_status{monitor="x"}')).to.equal("uptime-kuma");
    expect(presetOf("gatus_results_endpoint_success")).to.equal("gatus");
    expect(presetOf("probe_success_total")).to.equal(undefined);
    expect(presetOf("{__name__='probe_success'}")).to.equal(undefined);
  });

  it("may be written in a file, other files meant from beside it", () => {
    const folder = mkdtempSync(join(tmpdir(), "upheld-source-"));
    const monitor = join(folder, "m.yaml");
    writeFileSync(monitor, "outages: o.csv\n");
    const named = givenSource({ monitor });
    expect(named?.source).to.deep.equal({ kind: "outages", outages: join(folder, "o.csv") });
    expect(named?.path("y")).to.equal(join(folder, "y"));
    writeFileSync(monitor, "outage: o.csv\n");
    expect(() => givenSource({ monitor })).to.throw(UpheldErrors, 'Unknown key "outage".');
    expect(problemIn(() => givenSource({ monitor: join(folder, "none.yaml") })).hint).to.equal(
      "docs/monitors.md shows what it may hold.",
    );
    rmSync(folder, { recursive: true });
  });

  const wrong: [given: GivenSource, message: string, hint: string][] = [
    ...([{ query: "up" }, { vantageLabel: "region" }, { query: "up", samples: "s.csv" }] as const).map(
      (given): [GivenSource, string, string] => [
        given,
        "--query and --vantage-label go with --prometheus.",
        "Say where it is: --prometheus http://…",
      ],
    ),
    [{ samples: "s", outages: "o" }, "--samples and --outages cannot be given together.", "Keep one of them."],
    [
      { prometheus, monitor: "m", samples: "s" },
      "--prometheus and --monitor and --samples cannot be given together.",
      "Keep one of them.",
    ],
    [
      { prometheus: "nowhere" },
      "--prometheus: not an http(s) address such as http://127.0.0.1:9090.",
      "Its address is that of its own page, without /graph.",
    ],
  ];
  for (const [given, message, hint] of wrong) {
    it(`is refused: ${Object.keys(given).join(", ")}`, () => {
      expect(problemIn(() => givenSource(given))).to.deep.equal({ code: "usage", message, hint });
    });
  }
});
