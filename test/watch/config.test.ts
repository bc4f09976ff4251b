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
    expect(at("  certificate authority: ca.pem\n")?.ca).to.match(/\/ca\.pem$/);
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
    ["a feed and a calendar in one file", (text) => `${text}    feed: a\n    calendar: a\n`, "watch.yaml:12: "],
    ["no state", (text) => text.replace("state: state\n", ""), "watch.yaml:1: state is missing."],
    ["an empty state", (text) => text.replace("state: state", 'state: ""'), "watch.yaml:1: state: has no value."],
    ["a network that is none", (text) => `network: nowhere\n${text}`, "watch.yaml:1: network: "],
    ["a factory that is none", (text) => `factory: "0x12"\n${text}`, "watch.yaml:1: factory: not an address"],
    [
      "a span of no length",
      (text) => `remind: [1 day, 0 s]\n${text}`,
      "watch.yaml:1: remind 2: must be longer than nothing.",
    ],
    [
      "no agreements",
      (text) => text.replace(/agreements:\n( .*\n)+/, "agreements: []\n"),
      "watch.yaml:7: agreements: name at least one agreement.",
    ],
    [
      "no recipients",
      (text) => text.replace(/recipients:\n( .*\n)+/, "recipients: []\n"),
      "watch.yaml:11: recipients: name at least one recipient.",
    ],
    [
      "an agreement and an account in one",
      (text) => text.replace("    name: Harbor", '    client: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"'),
      "watch.yaml:8: agreements 1: name exactly one of agreement, provider, client.",
    ],
    [
      "an item that names neither",
      (text) => text.replace("  - agreement: harbor.sla.yaml\n    name", "  - name"),
      "watch.yaml:8: agreements 1: name exactly one of agreement, provider, client.",
    ],
    [
      "a name for all of an account's",
      (text) => text.replace("recipients:", "    name: All\nrecipients:"),
      "watch.yaml:10: agreements 2: name and evidence are for one agreement.",
    ],
    [
      "a place of evidence for all of an account's",
      (text) =>
        text.replace("recipients:", "    evidence: here\nrecipients:").replace("mail:", "evidence: { keep: e }\nmail:"),
      "watch.yaml:11: agreements 2: name and evidence are for one agreement.",
    ],
    [
      "evidence that is kept nowhere",
      (text) => text.replace("    name: Harbor", "    evidence: here"),
      "watch.yaml:9: agreements 1, evidence: say where copies are kept: add evidence, keep.",
    ],
    [
      "an agreement's evidence of another scheme",
      (text) => `evidence: { keep: e }\n${text.replace("    name: Harbor", "    evidence: ftp://x.example")}`,
      "watch.yaml:10: agreements 1, evidence: neither a folder nor an http(s) address without a password.",
    ],
    [
      "an e-mail address that is none",
      (text) => text.replace("a@harbor.example, ", "a@harbor@x, "),
      "watch.yaml:13: recipients 1, email 1: not an e-mail address.",
    ],
    [
      "a sender that is none",
      (text) => text.replace("from: Upheld <w@northwind.example>", "from: Upheld w@northwind.example"),
      "watch.yaml:3: mail, from: not a sender: write Name <name@example.org>.",
    ],
    [
      "a mail server with a port in its name",
      (text) => text.replace("server: smtp.northwind.example", "server: smtp://northwind.example"),
      "watch.yaml:4: mail, server: not a host's name: no scheme, no port.",
    ],
    [
      "a security that is none",
      (text) => text.replace("  user:", "  security: some\n  user:"),
      "watch.yaml:5: mail, security: not one of tls, starttls, none.",
    ],
    [
      "two passwords",
      (text) => text.replace("  password variable:", "  password file: pw\n  password variable:"),
      "watch.yaml:2: mail: name one password, in a file or in a variable.",
    ],
    [
      "a password without a user",
      (text) => text.replace("  user: upheld\n", ""),
      "watch.yaml:2: mail: a user needs a password file or a password variable, and the other way round.",
    ],
    [
      "a webhook without an address",
      (text) => text.replace("{ address file: slack.url }", "{}"),
      "watch.yaml:14: recipients 1, slack: name its address in an address file or an address variable, not here.",
    ],
    [
      "a webhook with two addresses",
      (text) => text.replace("{ address file: slack.url }", "{ address file: a, address variable: B }"),
      "watch.yaml:14: recipients 1, slack: name its address in an address file or an address variable, not here.",
    ],
    [
      "a topic that is none",
      (text) => `${text}    about: weather\n`,
      "watch.yaml:15: recipients 1, about 1: not one of reports, disputes, payments, deadlines, funding, changes, evidence.",
    ],
    ["no topic at all", (text) => `${text}    about: []\n`, "watch.yaml:15: recipients 1, about: is empty."],
    ["a reminder that is none", (text) => `remind: soon\n${text}`, 'watch.yaml:1: remind 1: "soon" is not '],
    ["a span of time that is none", (text) => `every: often\n${text}`, "watch.yaml:1: every:"],
  ];
  for (const [what, change, expected] of cases) {
    it(`refuses ${what}, with its line`, () => {
      const found = problems(change(GOOD));
      expect(found).to.have.length(1);
      expect(found[0]).to.contain(expected);
    });
  }

  it("takes ports from 1 to 65535", () => {
    for (const port of [1, 65_535]) expect(parseWatchConfig(`port: ${port}\n${GOOD}`, "w.yaml").port).to.equal(port);
    for (const port of ["0", "65536", "080000", "x", "1.5"])
      expect(problems(`port: ${port}\n${GOOD}`), port).to.deep.equal([
        `watch.yaml:1: port: "${port}" is not a whole number from 1 to 65535.`,
      ]);
  });

  it("says what is wrong with a span of time, and how one is written", () => {
    const [problem] = problems(`every: often\n${GOOD}`);
    expect(problem).to.match(/^watch\.yaml:1: every: .+; .+[^.]\.$/);
  });

  it("lets mail go without encryption to this machine alone", () => {
    const to = (server: string) =>
      problems(GOOD.replace("smtp.northwind.example", `"${server}"`).replace("  user:", "  security: none\n  user:"));
    for (const server of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) expect(to(server), server).to.deep.equal([]);
    for (const server of ["localhost.x.example", "x.localhost", "127.0.0.1.x.example", "1127.0.0.1", "127.0.0", "::11"])
      expect(to(server), server).to.have.length(1);
  });

  it("reads all that may be said", () => {
    const account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const text = `network: local
factory: "${account.toLowerCase()}"
state: state
evidence: { from: "https://files.example/e", keep: copies, within: 2 h }
remind: [1 day, 6 h, 1 day, 7 days]
report late after: 3 h
every: 1 min
port: 9000
agreements:
  - agreement: "${account.toLowerCase()}"
    name: Named
    evidence: own
  - client: "${account}"
recipients:
  - role: arbiter
    agreements: Named
    about: [disputes, deadlines]
    teams: { address variable: TEAMS }
    webhook: { address file: hook.url }
    feed: web/a.atom
    calendar: web/a.ics
`;
    const config = parseWatchConfig(text, "/etc/upheld/watch.yaml");
    expect(config.network?.name).to.equal("local");
    expect(config).to.deep.include({
      ...{ file: "/etc/upheld/watch.yaml", factory: account, state: "/etc/upheld/state", mail: undefined },
      evidence: { from: "https://files.example/e", keep: "/etc/upheld/copies", within: 7_200n },
      remind: [604_800n, 86_400n, 21_600n],
      ...{ lateAfter: 10_800n, every: 60n, port: 9_000 },
      agreements: [
        { kind: "address", ref: account, name: "Named", evidence: "/etc/upheld/own", line: 10 },
        { kind: "client", account, line: 13 },
      ],
      recipients: [
        {
          ...{ role: "arbiter", only: ["Named"], about: ["disputes", "deadlines"], line: 15 },
          channels: [
            { kind: "teams", key: "arbiter teams TEAMS", address: { environment: "TEAMS" } },
            {
              ...{ kind: "webhook", key: "arbiter webhook /etc/upheld/hook.url" },
              address: { file: "/etc/upheld/hook.url" },
            },
          ],
          ...{ feed: "/etc/upheld/web/a.atom", calendar: "/etc/upheld/web/a.ics" },
        },
      ],
    });
    const plain = parseWatchConfig(GOOD, "w.yaml");
    expect(plain).to.include({ network: undefined, factory: undefined, evidence: undefined, lateAfter: undefined });
    expect(plain.recipients[0]).to.deep.include({ only: undefined, feed: undefined, calendar: undefined });
    expect(plain.recipients[0]?.about).to.have.length(7);
    const kept = parseWatchConfig(`evidence: { keep: e }\n${GOOD}`, "/a/w.yaml").evidence;
    expect(kept).to.deep.equal({ from: undefined, keep: "/a/e", within: 21_600n });
    const folder = parseWatchConfig(`evidence: { from: f, keep: e }\n${GOOD}`, "/a/w.yaml").evidence;
    expect(folder?.from).to.equal("/a/f");
  });

  it("has a mail server's password in a file beside it, or none at all", () => {
    const filed = parseWatchConfig(GOOD.replace("password variable: SMTP_PASSWORD", "password file: pw"), "/a/w.yaml");
    expect(filed.mail?.login).to.deep.equal({ user: "upheld", password: { file: "/a/pw" } });
    const open = parseWatchConfig(GOOD.replace(/ {2}user.*\n {2}password.*\n/, ""), "/a/w.yaml");
    expect(open.mail).to.include({ login: undefined, security: "starttls" });
  });
});
