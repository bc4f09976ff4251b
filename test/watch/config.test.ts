import { expect } from "chai";
import { UpheldErrors } from "../../src/errors.ts";
import { parseWatchConfig } from "../../src/watch/config.ts";

const GOOD = `state: state
mail:
  from: Upheld <w@northwind.example>
  server: smtp.northwind.example
  user: upheld
  password variable: SMTP_PASSWORD
agreements:
  - agreement: harbor.sla.yaml
    name: Harbor
  - provider: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
recipients:
  - role: client
    email: [a@harbor.example, b@harbor.example]
    slack: { address file: slack.url }
`;

/** `line: message` of each problem. */
function problems(text: string): string[] {
  try {
    parseWatchConfig(text, "watch.yaml");
  } catch (error) {
    if (!(error instanceof UpheldErrors)) throw error;
    return error.problems.map(({ line, message, file }) => `${file ?? ""}:${line ?? 0}: ${message}`);
  }
  return [];
}

describe("a watcher's config", () => {
  it("means files from its own folder, and has defaults for the rest", () => {
    const config = parseWatchConfig(GOOD, "/etc/upheld/watch.yaml");
    expect(config).to.deep.include({
      state: "/etc/upheld/state",
      remind: [259_200n, 86_400n],
      every: 300n,
      port: 9478,
    });
    expect(config.mail).to.deep.equal({
      from: "Upheld <w@northwind.example>",
      host: "smtp.northwind.example",
      port: 587,
      security: "starttls",
      login: { user: "upheld", password: { environment: "SMTP_PASSWORD" } },
    });
    expect(config.agreements.map(({ kind }) => kind)).to.deep.equal(["file", "provider"]);
    expect(config.recipients[0]?.channels.map(({ key }) => key)).to.deep.equal([
      "client email a@harbor.example",
      "client email b@harbor.example",
      "client slack /etc/upheld/slack.url",
    ]);
  });

  it("uses the port's own security: 465 is TLS from the first byte", () => {
    const at = (more: string) => parseWatchConfig(GOOD.replace("  user:", `${more}  user:`), "w.yaml").mail;
    expect(at("  port: 465\n")).to.include({ port: 465, security: "tls" });
    expect(at("  security: tls\n")).to.include({ port: 465, security: "tls" });
    expect(at("  port: 2525\n")).to.include({ port: 2525, security: "starttls" });
  });

  const cases: readonly [what: string, change: (text: string) => string, expected: string][] = [
    ["an unknown key", (text) => `${text}colour: red\n`, 'watch.yaml:15: Unknown key "colour".'],
    [
      "a role that is none",
      (text) => text.replace("role: client", "role: judge"),
      "watch.yaml:12: recipients 1, role: not one of provider, client, arbiter.",
    ],
    [
      "an address that is none",
      (text) => text.replace("0x7099", "0x7098"),
      "watch.yaml:10: agreements 2, provider: not an address (0x and 40 hex digits, with a right checksum).",
    ],
    [
      "a webhook's address in the open",
      (text) => text.replace("{ address file: slack.url }", "https://hooks.slack.com/T0"),
      "watch.yaml:14: recipients 1, slack: Invalid input: expected object, received string.",
    ],
    [
      "a user without a password",
      (text) => text.replace("  password variable: SMTP_PASSWORD\n", ""),
      "watch.yaml:2: mail: a user needs a password file or a password variable, and the other way round.",
    ],
    [
      "mail over the open network",
      (text) => text.replace("  user:", "  security: none\n  user:"),
      "watch.yaml:2: mail: security: none is for a server on this machine: anybody on the way could read the mail.",
    ],
    [
      "an e-mail recipient without a mail server",
      (text) => text.replace(/mail:\n( .*\n)+/, ""),
      "watch.yaml:8: recipients 1, email: no mail server is named: add mail.",
    ],
    [
      "a recipient that nothing reaches",
      (text) => `${text}  - role: provider\n`,
      "watch.yaml:15: recipients 2: name at least one of email, slack, teams, webhook, feed, calendar.",
    ],
    [
      "evidence with a password in its address",
      (text) => `evidence: { from: "https://u:p@x.example/e", keep: e }\n${text}`,
      "watch.yaml:1: evidence, from: neither a folder nor an http(s) address without a password.",
    ],
    [
      "two feeds in one file",
      (text) => `${text}    feed: a.atom\n  - role: provider\n    feed: a.atom\n`,
      "is written for the recipient of line 12 already.",
    ],
    ["a span of time that is none", (text) => `every: often\n${text}`, "watch.yaml:1: every:"],
  ];
  for (const [what, change, expected] of cases) {
    it(`refuses ${what}, with its line`, () => {
      const found = problems(change(GOOD));
      expect(found).to.have.length(1);
      expect(found[0]).to.contain(expected);
    });
  }
});
