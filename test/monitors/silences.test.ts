import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { silencesOf } from "../../src/monitors/silences.ts";
import { problemOf } from "../chain/rejection.ts";
import { answering, type Answering } from "./answers.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => BigInt(Date.parse(text) / 1000);
const DAY = { start: at("2025-10-09T00:00:00Z"), end: at("2025-10-10T00:00:00Z") };

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual?: boolean;
}

/** What Alertmanager answers; a real one is asked in silences.server.test.ts. */
describe("silencesOf, by what Alertmanager answers", () => {
  let server: Answering | undefined;
  afterEach(() => server?.stop());

  const silence = (from: string, to: string, ...matchers: readonly Matcher[]) => ({
    startsAt: from,
    endsAt: to,
    matchers,
  });

  async function read(silences: unknown, labels: Record<string, string> = {}) {
    await server?.stop();
    server = await answering({ "/api/v2/silences": silences });
    return silencesOf(new HttpClient({ url: server.url }, quickServices()), labels).read(DAY);
  }

  for (const [what, matchers, isMatched] of [
    ["no matcher", [], true],
    ["the same value", [{ name: "service", value: "website", isRegex: false }], true],
    ["another value", [{ name: "service", value: "mail", isRegex: false }], false],
    ["a part of the value", [{ name: "service", value: "web", isRegex: false }], false],
    ["no regular expression, though it looks like one", [{ name: "service", value: "web.*", isRegex: false }], false],
    ["a regular expression for all of it", [{ name: "service", value: "web.*", isRegex: true }], true],
    ["a regular expression for its beginning", [{ name: "service", value: "web", isRegex: true }], false],
    ["a regular expression for its end", [{ name: "service", value: "site", isRegex: true }], false],
    ["a choice of which one is all of it", [{ name: "service", value: "mail|website", isRegex: true }], true],
    ["a choice of which each is a part", [{ name: "service", value: "web|site", isRegex: true }], false],
    ["all but another value", [{ name: "service", value: "mail", isRegex: false, isEqual: false }], true],
    ["all but this value", [{ name: "service", value: "website", isRegex: false, isEqual: false }], false],
    [
      "all but what a regular expression means",
      [{ name: "service", value: "w.*", isRegex: true, isEqual: false }],
      false,
    ],
    ["a label that is not there, as empty", [{ name: "region", value: "", isRegex: false }], true],
    ["a label that must be there", [{ name: "region", value: "", isRegex: false, isEqual: false }], false],
    [
      "two labels of which one is not so",
      [
        { name: "service", value: "website", isRegex: false },
        { name: "site", value: "oslo", isRegex: false },
      ],
      false,
    ],
    [
      "two labels that both are so",
      [
        { name: "service", value: "website", isRegex: false },
        { name: "site", value: "vienna", isRegex: false },
      ],
      true,
    ],
  ] as const) {
    it(`${isMatched ? "takes" : "leaves out"} a silence of ${what}`, async () => {
      const one = silence("2025-10-09T01:00:00Z", "2025-10-09T02:00:00Z", ...matchers);
      const window = { start: at("2025-10-09T01:00:00Z"), end: at("2025-10-09T02:00:00Z") };
      expect(await read([one], { service: "website", site: "vienna" })).to.deep.equal(isMatched ? [window] : []);
    });
  }

  for (const [what, from, to, window] of [
    ["ends with the day's first second", "2025-10-08T00:00:00Z", "2025-10-09T00:00:01Z", true],
    ["ends as the day begins", "2025-10-08T00:00:00Z", "2025-10-09T00:00:00Z", false],
    ["begins with the day's last second", "2025-10-09T23:59:59Z", "2025-10-11T00:00:00Z", true],
    ["begins as the day ends", "2025-10-10T00:00:00Z", "2025-10-11T00:00:00Z", false],
    ["is longer than the day", "2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z", true],
    ["ends as it begins", "2025-10-09T01:00:00Z", "2025-10-09T01:00:00Z", false],
    ["ends before it begins", "2025-10-09T02:00:00Z", "2025-10-09T01:00:00Z", false],
  ] as const) {
    it(`${window ? "gives, uncut," : "leaves out"} one that ${what}`, async () => {
      expect(await read([silence(from, to)])).to.deep.equal(window ? [{ start: at(from), end: at(to) }] : []);
    });
  }

  it("cuts fractions of seconds off, and knows zones", async () => {
    expect(await read([silence("2025-10-09T03:00:00.999+02:00", "2025-10-09T02:00:00.001Z")])).to.deep.equal([
      { start: at("2025-10-09T01:00:00Z"), end: at("2025-10-09T02:00:00Z") },
    ]);
  });

  it("names its labels, with their values quoted", () => {
    const client = new HttpClient({ url: "https://a.example/am" }, quickServices());
    expect(silencesOf(client, { service: 'a "b"', site: "oslo" }).source).to.equal(
      'Alertmanager at a.example/am: silences of {service="a \\"b\\"",site="oslo"}',
    );
  });

  it("says what is wrong with an answer of something else", async () => {
    const { code, message, hint } = await problemOf(read([{ startsAt: "2025-10-09T01:00:00Z", matchers: [] }]));
    const host = server?.url.slice("http://".length);
    expect([code, hint]).to.deep.equal(["monitor.unexpected", "check the address"]);
    expect(message).to.equal(
      `what answers at ${host} is not Alertmanager: status 200 (0: endsAt: Invalid input: expected string, received undefined)`,
    );
    expect((await problemOf(read(undefined))).message).to.match(/ is not Alertmanager: status 404 \(Invalid input: /);
  });
});
