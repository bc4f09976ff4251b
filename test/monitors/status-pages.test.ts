import { expect } from "chai";
import { measureOutages } from "../../src/measure/outages.ts";
import { HttpClient } from "../../src/monitors/http.ts";
import { statuspageMonitor, type StatuspageOptions } from "../../src/monitors/statuspage.ts";
import { GITHUB, github, upptimeMonitor, type UpptimeOptions } from "../../src/monitors/upptime.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { answering, type Answering } from "./answers.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => BigInt(Date.parse(text) / 1000);
const OCTOBER = { start: at("2025-10-01T00:00:00Z"), end: at("2025-11-01T00:00:00Z") };
const span = (start: string, end: string) => ({ start: at(start), end: at(end) });

let server: Answering | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe("statuspageMonitor", () => {
  const incident = (impact: string, created: string, resolved: string | null, more = {}) => ({
    id: "j92m3ctr23tq",
    name: "made up",
    status: resolved === null ? "investigating" : "resolved",
    impact,
    created_at: created,
    resolved_at: resolved,
    incident_updates: [],
    ...more,
  });

  async function read(incidents: unknown, maintenances: unknown = [], options: StatuspageOptions = {}) {
    server = await answering({
      "/api/v2/incidents.json": { page: { id: "x" }, incidents },
      "/api/v2/scheduled-maintenances.json": { page: { id: "x" }, scheduled_maintenances: maintenances },
    });
    return statuspageMonitor(new HttpClient({ url: server.url }, quickServices()), options).read(OCTOBER);
  }

  const major = incident("major", "2025-10-09T14:45:00.999Z", "2025-10-09T16:40:00.001Z");
  const critical = incident("critical", "2025-10-20T08:00:00-06:00", "2025-10-20T09:00:00-06:00");

  it("takes major and critical incidents as outages, in whole seconds and UTC", async () => {
    const { outages, exclusions, notes } = await read([
      critical,
      incident("minor", "2025-10-11T00:00:00Z", null),
      major,
    ]);
    expect(outages).to.deep.equal([
      span("2025-10-09T14:45:00Z", "2025-10-09T16:40:00Z"),
      span("2025-10-20T14:00:00Z", "2025-10-20T15:00:00Z"),
    ]);
    expect([exclusions, notes]).to.deep.equal([[], []]);
  });

  it("takes other impacts when told to, and says in the source what it took", async () => {
    const { outages, source } = await read(
      [major, incident("minor", "2025-10-11T00:00:00Z", "2025-10-11T00:00:07Z")],
      [],
      {
        impacts: ["minor"],
      },
    );
    expect(outages).to.deep.equal([span("2025-10-11T00:00:00Z", "2025-10-11T00:00:07Z")]);
    expect(source).to.match(/^Statuspage at 127\.0\.0\.1:\d+: incidents of impact minor$/);
  });

  it("begins when the page says it started, lasts to the end of the period while it is not resolved", async () => {
    const started = incident("major", "2025-10-09T14:45:00Z", null, { started_at: "2025-10-09T14:00:00Z" });
    expect((await read([started])).outages).to.deep.equal([{ start: at("2025-10-09T14:00:00Z"), end: OCTOBER.end }]);
  });

  it("leaves out what was over within its second", async () => {
    const brief = incident("major", "2025-10-12T00:00:00.1Z", "2025-10-12T00:00:00.9Z");
    expect((await read([brief])).outages).to.deep.equal([]);
  });

  it("can keep to one component", async () => {
    const [api, other] = [{ components: [{ name: "API" }, { name: "Web" }] }, { components: [{ name: "Web" }] }];
    const incidents = [
      incident("major", "2025-10-01T01:00:00Z", "2025-10-01T02:00:00Z", api),
      incident("major", "2025-10-02T01:00:00Z", "2025-10-02T02:00:00Z", other),
      incident("major", "2025-10-03T01:00:00Z", "2025-10-03T02:00:00Z"),
    ];
    const { outages, source } = await read(incidents, [], { component: "API" });
    expect(outages).to.deep.equal([span("2025-10-01T01:00:00Z", "2025-10-01T02:00:00Z")]);
    expect(source).to.match(/ that name API$/);
  });

  it("takes maintenance from its announcement on, and leads to counts", async () => {
    const planned = (created: string) =>
      incident("maintenance", created, null, {
        scheduled_for: "2025-10-09T15:00:00.000Z",
        scheduled_until: "2025-10-09T16:00:00.000Z",
      });
    const observation = await read([major], [planned("2025-10-09T15:30:00Z"), planned("2025-10-09T15:59:59Z")]);
    expect(observation.exclusions).to.deep.equal([span("2025-10-09T15:30:00Z", "2025-10-09T16:00:00Z")]);
    const indicator = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n };
    const { measurement } = measureOutages(observation, OCTOBER, indicator);
    expect(measurement).to.deep.equal({ total: 2_678_400n, bad: 6_900n - 1_800n, excluded: 1_800n });
  });

  it("takes maintenance of the component only, and none that names no component", async () => {
    const planned = (day: string, more = {}) =>
      incident("maintenance", "2025-10-01T00:00:00Z", null, {
        scheduled_for: `2025-10-${day}T15:00:00Z`,
        scheduled_until: `2025-10-${day}T16:00:00Z`,
        ...more,
      });
    const all = [
      planned("05", { components: [{ name: "API" }] }),
      planned("06", { components: [{ name: "Web" }] }),
      planned("07", { components: null }),
      planned("08", { components: [] }),
    ];
    expect((await read([], all)).exclusions.length).to.equal(4);
    await server?.stop();
    const { exclusions, source } = await read([], all, { component: "API" });
    expect(exclusions).to.deep.equal([span("2025-10-05T15:00:00Z", "2025-10-05T16:00:00Z")]);
    expect(source).to.match(/^Statuspage at 127\.0\.0\.1:\d+: incidents of impact major, critical that name API$/);
  });

  it("notes what it cut or merged of outages and maintenance, not that nothing was announced", async () => {
    const before = incident("major", "2025-09-30T23:00:00Z", "2025-10-01T01:00:00Z");
    const planned = incident("maintenance", "2025-09-01T00:00:00Z", null, {
      scheduled_for: "2025-10-31T23:00:00Z",
      scheduled_until: "2025-11-01T01:00:00Z",
    });
    const { outages, exclusions, notes } = await read([before], [planned]);
    expect(outages).to.deep.equal([span("2025-10-01T00:00:00Z", "2025-10-01T01:00:00Z")]);
    expect(exclusions).to.deep.equal([span("2025-10-31T23:00:00Z", "2025-11-01T00:00:00Z")]);
    expect(notes.map(({ code }) => code)).to.deep.equal(["clipped", "clipped"]);
    await server?.stop();
    expect((await read([])).notes.map(({ code, message }) => [code, message.includes("outage")])).to.deep.equal([
      ["none", true],
    ]);
  });

  it("needs but one of fifty incidents from before the period", async () => {
    const [old, late] = ["2025-10-01T00:00:00Z", "2025-10-02T00:00:00Z"].map((at) => incident("none", at, at));
    expect((await read([...Array.from({ length: 49 }, () => late), old])).outages).to.deep.equal([]);
    await server?.stop();
    const { hint } = await problemOf(read(Array.from({ length: 51 }, () => late)));
    expect(hint).to.equal("older ones are missing: list the outages in a CSV file from the page's history");
  });

  it("refuses a page whose maintenance is none", async () => {
    const told = await problemOf(read([], [incident("maintenance", "2025-10-01T00:00:00Z", null)]));
    expect(told.hint).to.equal("check the address");
    expect(told.message).to.match(/ is not a Statuspage: status 200 \(scheduled_maintenances: 0: scheduled_for: /);
  });

  it("refuses a page that has forgotten the beginning of the period, by one second", async () => {
    const fifty = (created: string) => Array.from({ length: 50 }, () => incident("none", created, created));
    expect((await read(fifty("2025-10-01T00:00:00Z"))).outages).to.deep.equal([]);
    await server?.stop();
    expect((await read(fifty("2025-10-01T00:00:01Z").slice(1))).outages).to.deep.equal([]);
    await server?.stop();
    const { code, message } = await problemOf(read(fifty("2025-10-01T00:00:01Z")));
    expect(code).to.equal("monitor.too-old");
    expect(message).to.match(/ gives out its last 50 incidents, all of them later than 2025-10-01T00:00:00Z$/);
  });

  it("refuses what is no Statuspage", async () => {
    const { code, message } = await problemOf(read([{ impact: "major" }]));
    expect(code).to.equal("monitor.unexpected");
    expect(message).to.match(/ is not a Statuspage: status 200 \(incidents: 0: created_at: /);
  });
});

describe("upptimeMonitor", () => {
  const PATH = (labels: string, page: number) =>
    `/repos/acme/status/issues?labels=${labels}&state=all&since=2025-10-01T00:00:00Z&per_page=100&page=${page}`;
  const issue = (title: string, created: string, closed: string | null, body: string | null = null) => ({
    number: 7,
    title,
    body,
    state: closed === null ? "open" : "closed",
    created_at: created,
    closed_at: closed,
  });
  const down = (created: string, closed: string | null) => issue("🛑 Website is down", created, closed);

  async function read(pages: readonly unknown[][], maintenance: unknown[] = [], options: Partial<UpptimeOptions> = {}) {
    const answers = pages.map((page, i) => [PATH("status,website", i + 1), page] as const);
    server = await answering({ ...Object.fromEntries(answers), [PATH("maintenance", 1)]: maintenance });
    const client = github({ url: server.url }, quickServices());
    return upptimeMonitor(client, { repository: "acme/status", site: "website", ...options }).read(OCTOBER);
  }

  it("takes issues as outages, from opened to closed or the end of the period", async () => {
    const issues = [
      down("2025-10-31T23:00:00Z", null),
      down("2025-09-30T23:00:00Z", "2025-10-01T00:10:00Z"),
      issue("⚠️ Website has degraded performance", "2025-10-05T00:00:00Z", "2025-10-05T01:00:00Z"),
    ];
    const { outages, source } = await read([issues]);
    expect(outages).to.deep.equal([
      { start: OCTOBER.start, end: at("2025-10-01T00:10:00Z") },
      { start: at("2025-10-31T23:00:00Z"), end: OCTOBER.end },
    ]);
    expect(source).to.match(/^Upptime issues of website in acme\/status at 127\.0\.0\.1:\d+$/);
  });

  it("takes degraded performance as an outage when told to", async () => {
    const degraded = issue("⚠️ Website has degraded performance", "2025-10-05T00:00:00Z", "2025-10-05T01:00:00Z");
    const { outages } = await read([[degraded]], [], { degraded: true });
    expect(outages).to.deep.equal([span("2025-10-05T00:00:00Z", "2025-10-05T01:00:00Z")]);
  });

  it("reads page after page, until one is not full", async () => {
    const hour = (i: number) => new Date(Date.UTC(2025, 9, 1) + i * 3_600_000).toISOString();
    const full = Array.from({ length: 100 }, (_, i) => down(hour(2 * i), hour(2 * i + 1)));
    const { outages } = await read([full, [down(hour(200), hour(201))]]);
    expect(outages.length).to.equal(101);
    expect(server?.asked.length).to.equal(3);
  });

  it("takes maintenance of this site, from when it was announced on", async () => {
    const body = (start: string, end: string, sites: string) =>
      `<!--\nstart: ${start}\nend: ${end}\nexpectedDown: ${sites}\n-->\nWe move.`;
    const { exclusions } = await read(
      [[]],
      [
        issue(
          "Move",
          "2025-10-01T00:00:00Z",
          null,
          body("2025-10-07T13:00:00.220Z", "2025-10-07T14:00:00.220Z", "api, website"),
        ),
        issue("Late", "2025-10-08T13:30:00Z", null, body("2025-10-08T13:00:00Z", "2025-10-08T14:00:00Z", "website")),
        issue("Other", "2025-10-01T00:00:00Z", null, body("2025-10-09T13:00:00Z", "2025-10-09T14:00:00Z", "api")),
        issue("No times", "2025-10-01T00:00:00Z", null, "<!-- start: soon -->"),
        issue("No body", "2025-10-01T00:00:00Z", null),
      ],
    );
    expect(exclusions).to.deep.equal([
      span("2025-10-07T13:00:00Z", "2025-10-07T14:00:00Z"),
      span("2025-10-08T13:30:00Z", "2025-10-08T14:00:00Z"),
    ]);
  });

  for (const [what, body, isTaken] of [
    [
      "with spaces around",
      "<!--\n  start :  2025-10-07T13:00:00Z  \n end:2025-10-07T14:00:00Z\nexpectedDown:website\n-->",
      true,
    ],
    [
      "of several sites",
      "<!--start: 2025-10-07T13:00:00Z\nend: 2025-10-07T14:00:00Z\nexpectedDown: a,website ,b-->",
      true,
    ],
    ["without an end", "<!--\nstart: 2025-10-07T13:00:00Z\nexpectedDown: website\n-->", false],
    ["without a start", "<!--\nend: 2025-10-07T13:00:00Z\nexpectedDown: website\n-->", false],
    ["of no site", "<!--\nstart: 2025-10-07T13:00:00Z\nend: 2025-10-07T14:00:00Z\n-->", false],
    [
      "of a site that begins alike",
      "<!--\nstart: 2025-10-07T13:00:00Z\nend: 2025-10-07T14:00:00Z\nexpectedDown: website2\n-->",
      false,
    ],
    ["outside of the comment", "start: 2025-10-07T13:00:00Z\nend: 2025-10-07T14:00:00Z\nexpectedDown: website", false],
    [
      "with other words before",
      "<!--\nrestart: 2025-10-07T13:00:00Z\nend: 2025-10-07T14:00:00Z\nexpectedDown: website\n-->",
      false,
    ],
  ] as const) {
    it(`${isTaken ? "takes" : "leaves out"} maintenance ${what}`, async () => {
      const { exclusions } = await read([[]], [issue("Move", "2025-10-01T00:00:00Z", null, body)]);
      expect(exclusions).to.deep.equal(isTaken ? [span("2025-10-07T13:00:00Z", "2025-10-07T14:00:00Z")] : []);
    });
  }

  it("says which repository is not there", async () => {
    const { code, message } = await problemOf(read([]));
    expect(code).to.equal("monitor.unexpected");
    expect(message).to.match(/ is not GitHub with the repository acme\/status: status 404 /);
  });

  it("asks GitHub when no other address is named", () => {
    expect(GITHUB).to.equal("https://api.github.com");
    expect(github({}, quickServices()).host).to.equal("api.github.com");
  });
});
