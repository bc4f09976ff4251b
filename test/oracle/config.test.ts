import { expect } from "chai";
import { UpheldErrors } from "../../src/errors.ts";
import { parseConfig, readConfig } from "../../src/oracle/config.ts";

const ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const FILE = "/srv/upheld/oracle.yaml";

const FULL = `network: base
factory: "${ADDRESS}"
keystore: keys/oracle.json
password file: /etc/upheld/oracle.pw
committee: "${ADDRESS}"
evidence: evidence
measure at once: 8
highest gas price: 30 gwei
settle below: 0.5 gwei
warn before: 1 day 12 h
port: 9500
agreements:
  - agreement: harbor.sla.yaml
    measures:
      uptime:
        outages: harbor.csv
        exclusions: maintenance.csv
      tickets:
        counts: tickets.csv
  - agreement: "${ADDRESS}"
    measures:
      1:
        prometheus:
          url: http://127.0.0.1:9090
          query: probe_success{job="harbor"}
          vantage label: place
        exclusions: maintenance.csv
tolerance: 2 minutes
`;

/** `line: message` of each problem. */
function problems(text: string): string[] {
  try {
    parseConfig(text, FILE);
  } catch (error) {
    if (!(error instanceof UpheldErrors)) throw error;
    for (const { file } of error.problems) expect(file).to.equal(FILE);
    return error.problems.map(({ line, message, code }) => `${line}: ${message} [${code}]`);
  }
  return [];
}

describe("an oracle's config", () => {
  it("says all there is to say, its files from its own folder", () => {
    const { agreements, network, ...rest } = parseConfig(FULL, FILE);
    expect(network?.chainId).to.equal(8453n);
    expect(rest).to.deep.equal({
      file: FILE,
      factory: ADDRESS,
      record: undefined,
      keystores: ["/srv/upheld/keys/oracle.json"],
      passwordFile: "/etc/upheld/oracle.pw",
      kms: undefined,
      committee: ADDRESS,
      evidence: "/srv/upheld/evidence",
      atOnce: 8,
      highestGasPrice: 30_000_000_000n,
      settleBelow: 500_000_000n,
      warnBefore: 129_600n,
      tolerance: 120n,
      port: 9500,
    });
    expect(agreements.map(({ ref, isFile, line }) => ({ ref, isFile, line }))).to.deep.equal([
      { ref: "/srv/upheld/harbor.sla.yaml", isFile: true, line: 13 },
      { ref: ADDRESS, isFile: false, line: 20 },
    ]);
    expect([...(agreements[0]?.sources ?? [])]).to.deep.equal([
      ["uptime", { kind: "outages", outages: "/srv/upheld/harbor.csv", exclusions: "/srv/upheld/maintenance.csv" }],
      ["tickets", { kind: "counts", counts: "/srv/upheld/tickets.csv" }],
    ]);
    expect([...(agreements[1]?.sources ?? [])]).to.deep.equal([
      [
        "1",
        {
          kind: "monitor",
          monitor: {
            prometheus: {
              url: "http://127.0.0.1:9090",
              query: 'probe_success{job="harbor"}',
              "vantage label": "place",
            },
          },
          exclusions: "/srv/upheld/maintenance.csv",
        },
      ],
    ]);
  });

  it("needs little: evidence and agreements", () => {
    const least = "evidence: e\nagreements:\n  - agreement: a.yaml\n    measures: { 1: { counts: c.csv } }\n";
    const { keystores, atOnce, warnBefore, port, settleBelow, highestGasPrice } = parseConfig(least, FILE);
    expect({ keystores, atOnce, warnBefore, port, settleBelow, highestGasPrice }).to.deep.equal({
      keystores: [],
      atOnce: 4,
      warnBefore: 86_400n,
      port: 9477,
      settleBelow: undefined,
      highestGasPrice: undefined,
    });
  });

  it("takes several keystores, or a key in KMS, not both", () => {
    const several = FULL.replace("keystore: keys/oracle.json", "keystore: [a.json, b.json]");
    expect(parseConfig(several, FILE).keystores).to.deep.equal(["/srv/upheld/a.json", "/srv/upheld/b.json"]);
    const kms = "kms: { key: alias/oracle, region: eu-central-1 }";
    const managed = parseConfig(FULL.replace("keystore: keys/oracle.json", kms), FILE);
    expect(managed.kms).to.deep.equal({ key: "alias/oracle", region: "eu-central-1" });
    const local = FULL.replace("keystore: keys/oracle.json", "kms: { key: k, endpoint: http://127.0.0.1:4566 }");
    expect(parseConfig(local, FILE).kms).to.deep.equal({ key: "k", endpoint: "http://127.0.0.1:4566" });
    expect(problems(`${kms}\n${FULL}`)).to.deep.equal([
      "1: kms: a keystore is named too: keep one of both. [config.not-understood]",
    ]);
  });

  it("maps the columns of an export of tickets, its file from the config's folder", () => {
    const tickets =
      "tickets: { file: desk.csv, columns: { id: No, priority: P, opened: O, answered: A, resolved: R, waiting: W } }";
    const { agreements } = parseConfig(FULL.replace("counts: tickets.csv", tickets), FILE);
    expect(agreements[0]?.sources.get("tickets")).to.deep.equal({
      kind: "tickets",
      file: "/srv/upheld/desk.csv",
      columns: { id: "No", priority: "P", opened: "O", responded: "A", resolved: "R", waiting: "W" },
    });
  });

  const wrong: [what: string, change: (text: string) => string, said: string[]][] = [
    [
      "an export of tickets without a column that it needs",
      (text) => text.replace("counts: tickets.csv", "tickets: { file: a.csv, columns: { id: No, priority: P } }"),
      ["19: agreements 1, measures, tickets, tickets, columns, opened is missing. [config.missing-key]"],
    ],
    [
      "an export of tickets with maintenance beside it",
      (text) =>
        text.replace(
          "counts: tickets.csv",
          "tickets: { file: a.csv, columns: { id: No, priority: P, opened: O } }\n        exclusions: b.csv",
        ),
      [
        "18: agreements 1, measures, tickets: waiting and office hours stop a ticket's clock: leave exclusions and maintenance out. [config.not-understood]",
      ],
    ],
    ["an unknown key", (text) => text.replace("port:", "prot:"), ['11: Unknown key "prot". [config.unknown-key]']],
    [
      "an unknown key further in",
      (text) => text.replace("          query:", "          quarry: x\n          query:"),
      ['25: Unknown key "quarry" in agreements 2, measures, 1, prometheus. [config.unknown-key]'],
    ],
    [
      "no evidence folder",
      (text) => text.replace("evidence: evidence\n", ""),
      ["1: evidence is missing. [config.missing-key]"],
    ],
    [
      "an agreement without a name",
      (text) => text.replace("  - agreement: harbor.sla.yaml\n    measures:", "  - measures:"),
      ["13: agreements 1, agreement is missing. [config.missing-key]"],
    ],
    [
      "a broken address",
      (text) => text.replace(`factory: "${ADDRESS}"`, "factory: 0x12"),
      ["2: factory: not an address (0x and 40 hex digits, with a right checksum). [config.not-understood]"],
    ],
    [
      "a price in another coin",
      (text) => text.replace("30 gwei", "30 wei"),
      ['8: highest gas price: "30 wei" is not a price of gas; write it like 30 gwei. [config.not-understood]'],
    ],
    [
      "a duration that is none",
      (text) => text.replace("1 day 12 h", "soon"),
      [
        '10: warn before: "soon" is not a duration; Write it as 5 days, 4.5 hours or 1 h 30 min. [config.not-understood]',
      ],
    ],
    [
      "too many at once",
      (text) => text.replace("at once: 8", "at once: 65"),
      ['7: measure at once: "65" is not a whole number from 1 to 64. [config.not-understood]'],
    ],
    [
      "two sources for one measure",
      (text) => text.replace("        counts: tickets.csv", "        counts: tickets.csv\n        outages: o.csv"),
      [
        "18: agreements 1, measures, tickets: name exactly one of outages, counts, tickets, prometheus, samples, openmetrics, statuspage, upptime. [config.not-understood]",
      ],
    ],
    [
      "exclusions beside counts",
      (text) => text.replace("        counts: tickets.csv", "        counts: tickets.csv\n        exclusions: o.csv"),
      [
        "18: agreements 1, measures, tickets: counts say themselves what is excluded: leave exclusions and maintenance out. [config.not-understood]",
      ],
    ],
    [
      "maintenance from a monitor beside a file of outages",
      (text) =>
        text.replace(
          "        exclusions: maintenance.csv\n      tickets",
          "        maintenance: { alertmanager: { url: http://127.0.0.1:9093, labels: { alertname: Down } } }\n      tickets",
        ),
      [
        "15: agreements 1, measures, uptime: a file of outages has its exclusions in a file too: leave maintenance out. [config.not-understood]",
      ],
    ],
    [
      "a key's address that is none",
      (text) => text.replace("keystore: keys/oracle.json", "kms: { key: k, endpoint: localhost:4566 }"),
      ["3: kms, endpoint: not an http(s) address such as https://kms.example.org. [config.not-understood]"],
    ],
    [
      "a number that is a list",
      (text) => text.replace("port: 9500", "port: [9500]"),
      ["11: port: Invalid input: expected string, received array. [config.not-understood]"],
    ],
    [
      "an address of Prometheus that is none",
      (text) => text.replace("http://127.0.0.1:9090", "127.0.0.1:9090"),
      [
        "24: agreements 2, measures, 1, prometheus, url: not an http(s) address such as http://127.0.0.1:9090. [config.not-understood]",
      ],
    ],
    [
      "a network that is not known",
      (text) => text.replace("network: base", "network: bass"),
      [
        '1: network: There is no network "bass"; Use a chain id or one of: local, ethereum, optimism, polygon, base, arbitrum, gnosis, sepolia, base-sepolia. [config.not-understood]',
      ],
    ],
    [
      "a folder for what is not collected",
      (text) =>
        text.replace("        exclusions: maintenance.csv\n      tickets", "        kept in: kept\n      tickets"),
      [
        '15: agreements 1, measures, uptime: only what prometheus says is collected: leave "kept in" out. [config.not-understood]',
      ],
    ],
    [
      "an agreement twice",
      (text) => text.replace("harbor.sla.yaml", ADDRESS),
      [`20: ${ADDRESS} stands twice, first on line 13. [config.twice]`],
    ],
    [
      "an agreement twice, said after its measures",
      (text) =>
        text.replace("tolerance:", `  - measures: { 1: { counts: c.csv } }\n    agreement: "${ADDRESS}"\ntolerance:`),
      [`29: ${ADDRESS} stands twice, first on line 20. [config.twice]`],
    ],
  ];
  for (const [what, change, said] of wrong) {
    it(`names the line of ${what}`, () => {
      const text = change(FULL);
      expect(text).not.to.equal(FULL);
      expect(problems(text)).to.deep.equal(said);
    });
  }

  it("keeps a monitor's samples in a folder beside it", () => {
    const text = FULL.replace(
      "          vantage label: place\n",
      "          vantage label: place\n        kept in: kept/a\n",
    );
    const [, second] = parseConfig(text, FILE).agreements;
    expect(second?.sources.get("1")).to.include({ kind: "monitor", keptIn: "/srv/upheld/kept/a" });
  });

  it("tells all problems at once", () => {
    const text = FULL.replace("port: 9500", "port: none").replace("measure at once: 8", "measure at once: 0");
    expect(problems(text)).to.have.length(2);
  });

  it("names the line where it is not YAML", () => {
    expect(problems("evidence: e\nagreements: [\n")[0]).to.match(/^3: .* \[config\.not-yaml\]$/);
  });

  it("must be there", () => {
    expect(() => readConfig("/nowhere/oracle.yaml")).to.throw('The config "/nowhere/oracle.yaml" cannot be read.');
  });
});
