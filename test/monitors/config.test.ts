import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parseDocument } from "yaml";
import {
  connectionOf,
  maintenanceConfig,
  maintenanceShapes,
  monitorConfig,
  monitorShapes,
} from "../../src/monitors/config.ts";
import { Monitors } from "../../src/monitors/open.ts";
import { answering } from "./answers.ts";
import { readAll } from "./kit.ts";
import { JUNE, matrix, series, START, TestServer } from "./server.ts";
import { quickServices } from "./services.ts";

const PAGE = readFileSync(new URL("../../docs/monitors.md", import.meta.url), "utf8");

const examples = [...PAGE.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, text = ""]) => parseYaml(text));

/** As the oracle's configuration is read: every scalar is a text. */
function parseYaml(text: string): Record<string, unknown> {
  return parseDocument(text, { schema: "failsafe" }).toJS() as Record<string, unknown>;
}

const two = matrix(series({ place: "oslo" }, [START, "1"]), series({ place: "berlin" }, [START, "1"]));
const monitors = () => new Monitors(quickServices(), (file) => `/etc/upheld/${file}`);
const open = (text: string) => monitors().open(monitorConfig.parse(parseYaml(text)));
const issuesOf = (text: string) => monitorConfig.safeParse(parseYaml(text)).error?.issues.map(({ message }) => message);

describe("the configuration of monitors", () => {
  it("is shown in docs/monitors.md for each kind, and every example opens", () => {
    const kinds = examples.map((example) => Object.keys(example)[0] ?? "");
    const maintenance = examples.filter((_example, i) => Object.keys(maintenanceShapes).includes(kinds[i] ?? ""));
    const sources = examples
      .filter((example) => !maintenance.includes(example))
      // the folder of what is collected stands beside the monitor, not in it
      .map((example) => Object.fromEntries(Object.entries(example).filter(([key]) => key !== "kept in")))
      .map((example) => monitors().open(monitorConfig.parse(example)))
      .map(({ kind, monitor }) => [kind, "source" in monitor ? monitor.source : ""]);
    expect(sources).to.deep.equal([
      [
        "samples",
        'Prometheus API at prometheus.example.org: probe_success{job="blackbox",instance="https://www.example.org"}, read as blackbox',
      ],
      [
        "samples",
        'Prometheus API at mimir.example.org/prometheus: probe_duration_seconds{job="blackbox",service="website"}',
      ],
      [
        "samples",
        'Prometheus API at prometheus.example.org: monitor_status{monitor_name="Website"}, read as uptime-kuma',
      ],
      [
        "samples",
        'Prometheus API at prometheus.example.org: gatus_results_endpoint_success{group="core",name="website"}, read as gatus',
      ],
      [
        "samples",
        'Prometheus API at prometheus.example.org: probe_success{job="blackbox",instance="https://www.example.org"}',
      ],
      ["samples", "probe_success listed in october.om, read as blackbox"],
      ["samples", "samples listed in october.csv"],
      ["outages", ""],
      ["outages", ""],
    ]);
    expect(
      maintenance.map((example) => monitors().openMaintenance(maintenanceConfig.parse(example)).source),
    ).to.deep.equal([
      'Alertmanager at alertmanager.example.org: silences of {service="website"}',
      'where it is 3: Prometheus API at prometheus.example.org: monitor_status{monitor_name="Website"}',
    ]);
    expect(kinds).to.include.members([...Object.keys(monitorShapes), ...Object.keys(maintenanceShapes)]);
  });

  it("names `up` beside the metric when it is asked for", () => {
    const opened = open("prometheus: { url: 'https://a', query: probe_success, up: up }");
    expect(opened.kind === "samples" && opened.up?.source).to.equal("Prometheus API at a: up");
  });

  for (const [what, given, auth] of [
    ["a token in a file", "token file: t", { bearer: { file: "/etc/upheld/t" } }],
    ["a token in a variable", "token variable: T", { bearer: { environment: "T" } }],
    ["a password in a file", "user: u, password file: p", { user: "u", password: { file: "/etc/upheld/p" } }],
    ["a password in a variable", "user: u, password variable: P", { user: "u", password: { environment: "P" } }],
    ["no secret", "tenant: a", undefined],
  ] as const) {
    it(`reaches a server with ${what}`, () => {
      const { prometheus } = monitorConfig.parse(parseYaml(`prometheus: { url: 'https://a', query: q, ${given} }`));
      expect(connectionOf(prometheus!, (file) => `/etc/upheld/${file}`).auth).to.deep.equal(auth);
    });
  }

  it("says how to reach a server in all it can say", () => {
    const text = "prometheus: { url: 'https://a', query: q, tenant: b, certificate authority: c, time limit: 2 min }";
    expect(
      connectionOf(monitorConfig.parse(parseYaml(text)).prometheus!, (file) => `/etc/upheld/${file}`),
    ).to.deep.equal({ url: "https://a", ca: "/etc/upheld/c", tenant: "b", timeout: 120_000 });
  });

  it("says nothing of what is not given", () => {
    const { prometheus } = monitorConfig.parse(parseYaml("prometheus: { url: 'https://a', query: q }"));
    expect(connectionOf(prometheus!, (file) => file)).to.have.keys("url");
  });

  it("hands on which incidents of a status page count", async () => {
    const day = { created_at: "2025-10-09T14:00:00Z", resolved_at: "2025-10-09T15:00:00Z" };
    const incident = {
      id: "1",
      name: "Mail is down",
      status: "resolved",
      impact: "minor",
      incident_updates: [],
      ...day,
    };
    const server = await answering({
      "/api/v2/incidents.json": { page: { id: "x" }, incidents: [incident] },
      "/api/v2/scheduled-maintenances.json": { page: { id: "x" }, scheduled_maintenances: [] },
    });
    const outagesOf = async (more: string) => {
      const { kind, monitor } = open(`statuspage: { url: '${server.url}'${more} }`);
      if (kind !== "outages") throw new Error(`a status page gives ${kind}`);
      const month = { start: 1_759_276_800n, end: 1_761_955_200n };
      return (await monitor.read(month)).outages.length;
    };
    try {
      const counts = [await outagesOf(""), await outagesOf(", impacts: [minor]")];
      counts.push(await outagesOf(", impacts: [minor], component: Website"));
      expect(counts).to.deep.equal([0, 1, 0]);
    } finally {
      await server.stop();
    }
  });

  it("hands on what a vantage is called", async () => {
    const server = new TestServer();
    const url = await server.play({ samples: (time) => (time === `${START + 86_400}` ? two : matrix()) });
    try {
      const opened = open(`prometheus: { url: '${url}', query: q, vantage label: place }`);
      if (opened.kind !== "samples") throw new Error(`Prometheus gives ${opened.kind}`);
      const read = await readAll(opened.monitor, [JUNE]);
      expect(Object.keys(read).sort()).to.deep.equal(["berlin", "oslo"]);
    } finally {
      server.stop();
    }
  });

  const ACCESS = "url: 'https://x', query: y";
  const SECRETS = ["token file: a", "token variable: b", "password file: c", "password variable: d"];
  const ONE = "name one password or token, in a file or in a variable";
  const PAIR = "a user needs a password file or a password variable, and the other way round";

  it("takes one secret at most, and a password only with its user", () => {
    const told = (...given: string[]) => issuesOf(`prometheus: { ${[ACCESS, ...given].join(", ")} }`);
    for (const [i, one] of SECRETS.entries()) {
      const [alone, withUser] = i < 2 ? [undefined, [PAIR]] : [[PAIR], undefined];
      expect([told(one), told("user: u", one)], one).to.deep.equal([alone, withUser]);
      for (const other of SECRETS.slice(i + 1)) {
        expect([told(one, other), told("user: u", one, other)], `${one}, ${other}`).to.deep.equal([[ONE], [ONE]]);
      }
    }
    expect([told(), told("user: u")]).to.deep.equal([undefined, [PAIR]]);
  });

  it("guards every server in the same way", () => {
    const two = "url: 'https://x', token file: a, token variable: b";
    for (const text of [`statuspage: { ${two} }`, `upptime: { ${two}, repository: a/b, site: c }`]) {
      expect(issuesOf(text), text).to.deep.equal([ONE]);
    }
    const maintenance = [
      `alertmanager: { ${two}, labels: { a: b } }`,
      `uptime-kuma: { ${two}, query: q, a sample speaks for: 60 s }`,
    ];
    for (const text of maintenance) {
      const { error } = maintenanceConfig.safeParse(parseYaml(text));
      expect(
        error?.issues.map(({ message }) => message),
        text,
      ).to.deep.equal([ONE]);
    }
    const { error } = maintenanceConfig.safeParse({});
    expect(error?.issues[0]?.message).to.equal("name exactly one of alertmanager, uptime-kuma");
  });

  for (const text of [
    "samples: ''",
    "prometheus: { url: 'https://x', query: '' }",
    "prometheus: { url: 'https://x', query: y, tenant: '' }",
    "prometheus: { url: 'https://x', query: y, vantage label: '' }",
    "openmetrics: { file: '', metric: a }",
    "openmetrics: { file: a, metric: '' }",
    "upptime: { repository: a/b, site: '' }",
    "statuspage: { url: 'https://x', component: '' }",
    "statuspage: { url: 'https://x', impacts: [''] }",
  ]) {
    it(`wants a value where ${text} has none`, () => {
      expect(issuesOf(text)).to.deep.equal(["has no value"]);
    });
  }

  for (const [address, isOne] of [
    ["http://x", true],
    ["https://x.example:9090/a", true],
    ["https://", false],
    ["https://a b", false],
    ["see https://x", false],
    ["ftp://x", false],
    ["https://x:port", false],
  ] as const) {
    it(`calls ${address} ${isOne ? "an" : "no"} address`, () => {
      expect(issuesOf(`statuspage: { url: '${address}' }`)).to.deep.equal(
        isOne ? undefined : ["not an http(s) address such as http://127.0.0.1:9090"],
      );
    });
  }

  for (const [repository, isOne] of [
    ["acme/status", true],
    ["a.b-c_d/e.f-g_h", true],
    ["a/b/c", false],
    ["a b/c", false],
    ["/b", false],
    ["a/", false],
  ] as const) {
    it(`calls ${repository} ${isOne ? "a" : "no"} repository`, () => {
      expect(issuesOf(`upptime: { repository: '${repository}', site: x }`)).to.deep.equal(
        isOne ? undefined : ["not owner/name"],
      );
    });
  }

  it("reads yes and no, and nothing else for them", () => {
    const degraded = (word: string) =>
      monitorConfig.parse(parseYaml(`upptime: { repository: a/b, site: c, degraded: ${word} }`)).upptime?.degraded;
    expect([degraded("yes"), degraded("no")]).to.deep.equal([true, false]);
    expect(() => degraded("maybe")).to.throw();
    expect(issuesOf("statuspage: { url: 'https://x', impacts: [] }")).to.have.length(1);
  });

  for (const [what, text, message] of [
    [
      "two monitors",
      "{ samples: a.csv, statuspage: { url: 'https://x' } }",
      "name exactly one of prometheus, samples, openmetrics, statuspage, upptime",
    ],
    ["no monitor", "{}", "name exactly one of prometheus, samples, openmetrics, statuspage, upptime"],
    ["an unknown key", "prometheus: { url: 'https://x', query: y, password: geheim }", 'Unrecognized key: "password"'],
    [
      "two secrets",
      "prometheus: { url: 'https://x', query: y, token file: a, token variable: b }",
      "name one password or token, in a file or in a variable",
    ],
    [
      "a user without a password",
      "prometheus: { url: 'https://x', query: y, user: a }",
      "a user needs a password file or a password variable, and the other way round",
    ],
    [
      "a password without a user",
      "prometheus: { url: 'https://x', query: y, password file: a }",
      "a user needs a password file or a password variable, and the other way round",
    ],
    [
      "a time without a zone",
      "prometheus: { url: 'https://x', query: y, monitored since: '2025-10-01T00:00:00' }",
      '"2025-10-01T00:00:00" does not say its time zone; write it as 2025-10-09T14:45:00Z: whole seconds, in UTC',
    ],
    [
      "no duration",
      "prometheus: { url: 'https://x', query: y, time limit: soon }",
      '"soon" is not a duration; Write it as 5 days, 4.5 hours or 1 h 30 min',
    ],
    [
      "an address that is none",
      "prometheus: { url: x, query: y }",
      "not an http(s) address such as http://127.0.0.1:9090",
    ],
    ["a repository that is none", "upptime: { repository: acme, site: x }", "not owner/name"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(issuesOf(text)).to.deep.equal([message]);
    });
  }
});
