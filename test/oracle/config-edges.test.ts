import { expect } from "chai";
import { z } from "zod";
import { UpheldErrors, type Problem } from "../../src/errors.ts";
import { parseConfig, readConfig } from "../../src/oracle/config.ts";
import { parseYaml } from "../../src/oracle/yaml.ts";
import { problemOf } from "../support/problem.ts";

const FILE = "/srv/upheld/oracle.yaml";
const AGREEMENTS = "agreements:\n  - agreement: a.yaml\n    measures: { 1: { counts: c.csv } }\n";
const least = (...settings: string[]) => ["evidence: e", ...settings, AGREEMENTS].join("\n");
const measured = (source: string) => `evidence: e\n${AGREEMENTS.replace("{ counts: c.csv }", source)}`;

function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    throw error;
  }
  return [];
}
const told = (text: string) => problemsOf(() => parseConfig(text, FILE)).map(({ message }) => message);

describe("an oracle's config at its edges", () => {
  it("leaves out what it does not say", () => {
    const { agreements, ...rest } = parseConfig(least(), FILE);
    expect(rest).to.deep.equal({
      ...{ file: FILE, network: undefined, factory: undefined, record: undefined, keystores: [], kms: undefined },
      ...{ passwordFile: undefined, committee: undefined, evidence: "/srv/upheld/e", atOnce: 4, port: 9_477 },
      ...{ highestGasPrice: undefined, settleBelow: undefined, warnBefore: 86_400n, tolerance: 0n },
    });
    expect(agreements).to.have.length(1);
  });

  const WHOLE = {
    "measure at once": [1, 64],
    port: [1, 65_535],
  } as const;
  for (const [name, [from, to]] of Object.entries(WHOLE)) {
    it(`has ${name} from ${from} to ${to}, in digits`, () => {
      const config = (value: string | number) => least(`${name}: "${value}"`);
      const { atOnce, port } = parseConfig(config(to), FILE);
      expect(name === "port" ? port : atOnce).to.equal(to);
      expect(told(config(from))).to.deep.equal([]);
      for (const wrong of [from - 1, to + 1, "1.5", "-1", "1e1", "0000001", " 1", "1 "]) {
        expect(told(config(wrong))).to.deep.equal([`${name}: "${wrong}" is not a whole number from ${from} to ${to}.`]);
      }
    });
  }

  it("has prices in gwei, to the wei", () => {
    const price = (text: string) => parseConfig(least(`highest gas price: ${text}`), FILE).highestGasPrice;
    expect(price("0.000000001 gwei")).to.equal(1n);
    expect(price("12 gwei")).to.equal(12_000_000_000n);
    for (const wrong of ["0.0000000001 gwei", "1. gwei", ".5 gwei", "x1 gwei", "1 gwei x", "1gwei", "1  gwei", "1"]) {
      expect(told(least(`highest gas price: ${wrong}`))).to.deep.equal([
        `highest gas price: "${wrong}" is not a price of gas; write it like 30 gwei.`,
      ]);
    }
  });

  it("has addresses of services that begin with http or https and hold no space", () => {
    const kms = (endpoint: string) => least(`kms: { key: k, endpoint: "${endpoint}" }`);
    for (const right of ["http://a", "https://a.example:1/b"]) {
      expect(parseConfig(kms(right), FILE).kms).to.deep.equal({ key: "k", endpoint: right });
    }
    for (const wrong of ["ftp://a", "xhttp://a", "http://a b", "http://", "https://a:b"]) {
      expect(told(kms(wrong)), wrong).to.deep.equal([
        "kms, endpoint: not an http(s) address such as https://kms.example.org.",
      ]);
    }
    const whole = parseConfig(least("kms: { key: k, region: r, endpoint: http://a }"), FILE).kms;
    expect(whole).to.deep.equal({ key: "k", region: "r", endpoint: "http://a" });
  });

  it("has no empty values, no empty list of keystores and at least one agreement", () => {
    expect(told(least('password file: ""'))).to.deep.equal(["password file: has no value."]);
    expect(told("evidence: e\nagreements: []\n")).to.deep.equal(["agreements: name at least one agreement."]);
    expect(told(least("keystore: []"))).to.have.length(1);
    expect(parseConfig(least("keystore: [a]"), FILE).keystores).to.deep.equal(["/srv/upheld/a"]);
    expect(told(least("keystore: a", "kms: { key: k }"))).to.deep.equal([
      "kms: a keystore is named too: keep one of both.",
    ]);
  });

  it("has addresses with a right checksum, however they are written", () => {
    const address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    for (const name of ["factory", "record", "committee"] as const) {
      const given = (text: string) => parseConfig(least(`${name}: "${text}"`), FILE)[name];
      expect(given(address.toLowerCase())).to.equal(address);
      const broken = address.replace("C8", "c8");
      expect(told(least(`${name}: "${broken}"`))).to.deep.equal([
        `${name}: not an address (0x and 40 hex digits, with a right checksum).`,
      ]);
    }
  });

  it("has durations in words", () => {
    expect(parseConfig(least("tolerance: 90 seconds"), FILE).tolerance).to.equal(90n);
    expect(told(least("tolerance: 90"))[0]).to.match(/^tolerance: .*; .*[^.]\.$/);
  });

  describe("has sources", () => {
    const source = (text: string) => parseConfig(measured(text), FILE).agreements[0]?.sources.get("1");
    const refused = (text: string) => told(measured(text)).map((message) => message.replace(/^.*measures, 1: /, ""));
    const MAINTENANCE = "maintenance: { alertmanager: { url: http://a, labels: { alertname: Down } } }";

    it("of each kind, files from the config's folder", () => {
      expect(source("{ outages: o.csv }")).to.deep.equal({ kind: "outages", outages: "/srv/upheld/o.csv" });
      expect(source("{ counts: /c.csv }")).to.deep.equal({ kind: "counts", counts: "/c.csv" });
      expect(source("{ samples: s.csv }")).to.deep.equal({ kind: "monitor", monitor: { samples: "s.csv" } });
      expect(source(`{ samples: s.csv, exclusions: x.csv, ${MAINTENANCE} }`)).to.deep.equal({
        ...{ kind: "monitor", monitor: { samples: "s.csv" }, exclusions: "/srv/upheld/x.csv" },
        maintenance: { alertmanager: { url: "http://a", labels: { alertname: "Down" } } },
      });
      expect(source("{ tickets: { file: t.csv, columns: { id: No, priority: P, opened: O } } }")).to.deep.equal({
        ...{ kind: "tickets", file: "/srv/upheld/t.csv", columns: { id: "No", priority: "P", opened: "O" } },
      });
    });

    it("one for each measure, with what may stand beside it", () => {
      const one =
        "name exactly one of outages, counts, tickets, prometheus, samples, openmetrics, statuspage, upptime.";
      expect(refused("{ exclusions: x.csv }")).to.deep.equal([one]);
      expect(refused("{ counts: c.csv, samples: s.csv }")).to.deep.equal([one]);
      const columns = "{ id: No, priority: P, opened: O }";
      expect(refused(`{ tickets: { file: t.csv, columns: ${columns} }, ${MAINTENANCE} }`)).to.deep.equal([
        "waiting and office hours stop a ticket's clock: leave exclusions and maintenance out.",
      ]);
      expect(refused(`{ counts: c.csv, ${MAINTENANCE} }`)).to.deep.equal([
        "counts say themselves what is excluded: leave exclusions and maintenance out.",
      ]);
      expect(refused(`{ outages: o.csv, ${MAINTENANCE} }`)).to.deep.equal([
        "a file of outages has its exclusions in a file too: leave maintenance out.",
      ]);
      expect(refused("{ samples: s.csv, kept in: k }")).to.deep.equal([
        'only what prometheus says is collected: leave "kept in" out.',
      ]);
    });
  });

  it("names agreements once, whatever they are called", () => {
    const two = least().replace(
      AGREEMENTS,
      AGREEMENTS + AGREEMENTS.replace("agreements:\n", "").replace("a.yaml", "./a.yaml"),
    );
    expect(problemsOf(() => parseConfig(two, FILE))).to.deep.equal([
      {
        code: "config.twice",
        message: "/srv/upheld/a.yaml stands twice, first on line 3.",
        ...{ file: FILE, line: 5 },
      },
    ]);
  });

  it("must be there, and says where it is written down what it holds", () => {
    expect(problemOf(() => readConfig("/nowhere/oracle.yaml"))).to.deep.equal({
      code: "usage.config",
      message: 'The config "/nowhere/oracle.yaml" cannot be read.',
      hint: "docs/oracle.md says what it holds.",
    });
  });
});

describe("YAML by a schema", () => {
  const schema = () =>
    z.strictObject({
      name: z.string(),
      list: z.array(z.strictObject({ a: z.string().regex(/^x/, "no x") })).optional(),
    });
  const parse = (text: string) => parseYaml(text, FILE, "some", schema());
  const problems = (text: string) => problemsOf(() => parse(text));

  it("takes every scalar for a text", () => {
    expect(parse("name: 0x12\nlist: [{ a: x }]\n").value).to.deep.equal({ name: "0x12", list: [{ a: "x" }] });
    expect(parse("name: 1.50\n").value).to.deep.equal({ name: "1.50" });
    expect(parse("name: null\n").value).to.deep.equal({ name: "null" });
  });

  it("knows the line of each key and item, or of what would hold it", () => {
    const { lineOf } = parse("\nname: n\nlist:\n  - a: x1\n  - a:\n      x2\n");
    expect(lineOf(["name"])).to.equal(2);
    expect(lineOf(["list"])).to.equal(3);
    expect(lineOf(["list", 0])).to.equal(4);
    expect(lineOf(["list", 1, "a"]), "the key's, not its value's").to.equal(5);
    expect(lineOf(["list", 1, "b"]), "of the item that has none").to.equal(5);
    expect(lineOf(["list", 7])).to.equal(3);
    expect(lineOf([])).to.equal(2);
  });

  it("says each problem with its code, its place and its line", () => {
    expect(problems("nme: n\nlist: [{ a: y, b: 1, c: 2 }]\n")).to.have.deep.members([
      { code: "some.missing-key", message: "name is missing.", file: FILE, line: 1 },
      { code: "some.not-understood", message: "list 1, a: no x.", file: FILE, line: 2 },
      { code: "some.unknown-key", message: 'Unknown key "b" in list 1.', file: FILE, line: 2 },
      { code: "some.unknown-key", message: 'Unknown key "c" in list 1.', file: FILE, line: 2 },
      { code: "some.unknown-key", message: 'Unknown key "nme".', file: FILE, line: 1 },
    ]);
    const [other] = problems("name: [n]\n");
    expect(other).to.include({ code: "some.not-understood", line: 1 });
  });

  it("says what is no YAML, once, without the line in its words", () => {
    const [first] = problems("name: n\nname: m\n");
    expect(first).to.deep.include({ code: "some.not-yaml", file: FILE, line: 2 });
    expect(first?.message).to.equal("Map keys must be unique");
  });

  it("says of an empty file that it is none", () => {
    expect(problems("")[0]).to.include({ code: "some.not-understood", file: FILE });
  });
});
