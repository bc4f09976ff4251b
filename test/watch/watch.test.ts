import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import ICAL from "ical.js";
import { SaxesParser } from "saxes";
import { anvilPath } from "../chain/nodes.ts";
import { World, type Run } from "../cli/world.ts";
import { signMany, type Signed } from "../oracle/many.ts";
import { hookSink, mailSink, stalling, type Mail, type MailSink } from "./receivers.ts";

/** A config for one agreement, its recipients as YAML. */
export function configOf(state: string, agreements: string, recipients: string, mailPort?: number, more = ""): string {
  const mail =
    mailPort === undefined
      ? ""
      : `mail:\n  from: Upheld <upheld@northwind.example>\n  server: 127.0.0.1\n  port: ${mailPort}\n  security: none\n`;
  return `state: ${state}\n${more}${mail}agreements:\n${agreements}recipients:\n${recipients}`;
}

const BOTH =
  "  - role: client\n    email: owner@harbor.example\n  - role: provider\n    email: desk@northwind.example\n";
const subjects = (mails: readonly Mail[], to: string) =>
  mails.filter((mail) => mail.to === to).map(({ headers }) => headers.get("subject") ?? "");
const idsOf = (mails: readonly Mail[]) => mails.map(({ headers }) => headers.get("message-id") ?? "");

describe("upheld watch", function () {
  this.timeout(60_000);
  let world: World;
  let sink: MailSink;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
  });
  after(() => world.end());
  beforeEach(async () => {
    sink = await mailSink();
  });
  afterEach(() => sink.close());

  let salt = 0;
  const sign = async (change?: (text: string) => string, fees?: bigint): Promise<Signed> => {
    salt += 1;
    const [one] = await signMany(world, 1, {
      from: 1000 + salt,
      ...(change === undefined ? {} : { change }),
      ...(fees === undefined ? {} : { fees }),
    });
    return one!;
  };
  const item = ({ file }: Signed) => `  - agreement: ${file}\n    name: Harbor\n`;
  const watchOnce = (config: string, env: Record<string, string> = {}): Promise<Run> =>
    world.run(["watch", "--once", "--json", "--config", config], { env });
  const report = (file: string, bad: number, ...more: string[]) =>
    world.ok("report", file, "--counts", `2678400,${bad},0`, "--evidence", join(world.folder, "evidence"), ...more);

  /** Runs a daemon until it logs `event`, then stops it; its log. */
  async function logged(args: string[], env: Record<string, string>, event: string): Promise<string> {
    const stop = new AbortController();
    let out = "";
    const { exitCode } = await world.run(args, {
      env,
      signal: stop.signal,
      onOut: (text) => {
        out += text;
        if (out.includes(`"event":"${event}"`)) stop.abort();
      },
    });
    expect(exitCode, out).to.equal(0);
    return out;
  }

  describe("a year's beginning, told as it happens", () => {
    let signed: Signed;
    let config: string;
    before(async () => {
      signed = await sign(undefined, 3n);
    });
    beforeEach(() => {
      config = world.write("year.yaml", configOf("year", item(signed), BOTH, sink.port));
    });

    it("begins with what is still news, and says nothing twice", async () => {
      const first = await watchOnce(config);
      expect(first.exitCode, first.out).to.equal(0);
      expect(subjects(sink.mails, "owner@harbor.example")).to.include(
        "Harbor: both sides accepted: the agreement is active",
      );
      const count = sink.mails.length;
      const again = await watchOnce(config);
      expect(again.json).to.include({ notices: 0, waiting: 0 });
      expect(sink.mails).to.have.length(count);
    });

    it("warns when the report does not come, before its window closes", async () => {
      await world.at("2030-02-03T12:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: January 2030: no report yet, 6 Feb 2030 is its last moment",
      ]);
    });

    it("tells a bad month to each side in money, with what to do until when", async () => {
      await report(signed.file, 4740);
      await watchOnce(config);
      const [client] = sink.mails.filter(({ to }) => to === "owner@harbor.example");
      expect(client?.headers.get("subject")).to.equal(
        "Harbor: January 2030: 100.00 USDC of 1,000.00 USDC comes back to you",
      );
      expect(client?.text).to.contain("900.00 USDC of 1,000.00 USDC goes to Northwind IT, 100.00 USDC stays yours.");
      expect(client?.text).to.contain("uptime: 1 h 19 min bad of 744 h.");
      expect(client?.text).to.match(
        /Final 10 Feb 2030 12:00(:\d\d)? UTC, in [67] days, unless a party disputes before\./,
      );
      expect(client?.text).to.contain(`upheld dispute ${basename(signed.file)} --as client --from my-probes.csv`);
      expect(client?.headers.get("auto-submitted")).to.equal("auto-generated");
      expect(subjects(sink.mails, "desk@northwind.example")).to.deep.equal([
        "Harbor: January 2030: you lose 100.00 USDC of 1,000.00 USDC",
      ]);
    });

    it("reminds before the time to dispute ends, with the nearest reminder only", async () => {
      await world.at("2030-02-09T20:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.have.length(1);
      expect(subjects(sink.mails, "owner@harbor.example")[0]).to.match(
        /^Harbor: in 16 h: January 2030: dispute before 10 Feb 2030 12:00(:\d\d)? UTC, or the report is final$/,
      );
    });

    it("tells that it is final when it is, though nobody called the contract", async () => {
      await world.at("2030-02-10T13:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: January 2030 is final: 100.00 USDC came back to you",
      ]);
      expect(subjects(sink.mails, "desk@northwind.example")).to.deep.equal([
        "Harbor: January 2030 is final: 100.00 USDC went back to Harbor Dental, 900.00 USDC is yours",
      ]);
    });

    it("says the same when the contract says it in an event, so corrects nothing", async () => {
      await world.ok("claim", signed.file);
      const { json } = await watchOnce(config);
      expect(json["notices"]).to.equal(1);
      expect(subjects(sink.mails, "desk@northwind.example")).to.deep.equal(["Harbor: 900.00 USDC was paid to you"]);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([]);
    });

    it("warns once more on the last day", async () => {
      await world.at("2030-03-05T12:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.include(
        "Harbor: February 2030: no report yet, 6 Mar 2030 is its last moment",
      );
      expect((await watchOnce(config)).json["notices"]).to.equal(0);
    });

    it("tells of silence, of the right to leave, and of money that lacks", async () => {
      await world.at("2030-03-14T00:00:00Z");
      await watchOnce(config);
      const told = subjects(sink.mails, "owner@harbor.example")
        .concat(sink.mails.map(({ text }) => text))
        .join("\n");
      expect(told).to.contain("February 2030: 500.00 USDC of 1,000.00 USDC comes back to you");
      expect(told).to.contain("Nobody reported February 2030 in time: the credit agreed for silence stands.");
      expect(told).to.contain("February 2030 is final: 500.00 USDC came back to you");
    });
  });

  describe("mail that does not go through", () => {
    let signed: Signed;
    before(async () => {
      signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-09-01"));
    });

    it("waits while one address is refused, tells the others, and goes later under the same id", async () => {
      const config = world.write("refuse.yaml", configOf("refuse", item(signed), BOTH, sink.port));
      sink.refuse = (to) => (to === "owner@harbor.example" ? 550 : undefined);
      const refused = await watchOnce(config);
      expect(refused.exitCode).to.equal(75);
      expect(subjects(sink.mails, "desk@northwind.example").length).to.be.greaterThan(0);
      expect(refused.json["waiting"]).to.equal(subjects(sink.mails, "desk@northwind.example").length);
      const before = sink.mails.length;
      sink.refuse = () => undefined;
      expect((await watchOnce(config)).exitCode).to.equal(0);
      expect(sink.mails.slice(before).map(({ to }) => to)).to.deep.equal(Array(before).fill("owner@harbor.example"));
      expect(new Set(idsOf(sink.mails)).size).to.equal(sink.mails.length);
    });

    it("waits while nobody listens, and while a server says nothing at all", async () => {
      const silent = await stalling();
      try {
        const { Watch } = await import("../../src/watch/watch.ts");
        const { readWatchConfig } = await import("../../src/watch/config.ts");
        const { Factory } = await import("../../src/chain/factory.ts");
        const { networkNamed } = await import("../../src/chain/networks.ts");
        const file = world.write("stall.yaml", configOf("stall", item(signed), BOTH, silent.port));
        const events: string[] = [];
        const open = async () =>
          Watch.open({
            config: readWatchConfig(file),
            factory: await Factory.at(world.provider, world.factory),
            network: networkNamed("local"),
            confirmations: 1,
            environment: {},
            now: Date.now,
            signal: new AbortController().signal,
            tell: (event, values) =>
              events.push([event, values?.["code"]].filter((part) => typeof part === "string").join(" ")),
            timeoutMs: 300,
          });
        const watch = await open();
        const began = Date.now();
        await watch.round(true);
        expect(Date.now() - began, "one try for each of two readers").to.be.lessThan(5_000);
        expect(events.filter((event) => event === "not delivered mail.unreachable")).to.have.length(2);
        const waiting = watch.status.waiting;
        expect(waiting).to.be.greaterThan(1);
        await watch.round(false);
        expect(
          events.filter((event) => event.startsWith("not delivered")),
          "each waits now",
        ).to.have.length.within(2, 4);
        watch.close();
        silent.close();
        world.write("stall.yaml", configOf("stall", item(signed), BOTH, sink.port));
        expect((await watchOnce(file)).exitCode).to.equal(0);
        expect(sink.mails).to.have.length(waiting);
      } finally {
        silent.close();
      }
    });

    it("logs in with a password from a file of its owner alone, and never says it", async () => {
      await sink.close();
      sink = await mailSink({ login: { user: "upheld", password: "s3cret" } });
      world.write("smtp.pw", "wrong-pass\n");
      const text = configOf("login", item(signed), BOTH, sink.port).replace(
        "  security: none\n",
        "  security: none\n  user: upheld\n  password file: smtp.pw\n",
      );
      const config = world.write("login.yaml", text);
      const log = await logged(["watch", "--config", config], {}, "round");
      expect(log).to.contain('"code":"mail.login"').and.not.contain("wrong-pass");
      world.write("smtp.pw", "s3cret\n");
      expect((await watchOnce(config)).exitCode).to.equal(0);
      expect(sink.mails.length).to.be.greaterThan(0);
    });
  });

  describe("everything else, as time goes on", () => {
    it("tells a dispute, its answer, the split and the ruling to whom they concern, the arbiter too", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-04-01"), 3n);
      const arbiter = "  - role: arbiter\n    email: judge@court.example\n";
      const config = world.write("row.yaml", configOf("row", item(signed), BOTH + arbiter, sink.port));
      await watchOnce(config);
      await world.at("2030-05-01T00:00:00Z");
      await world.ok("report", signed.file, "--counts", "2592000,0,0", "--evidence", join(world.folder, "evidence"));
      await world.ok(
        "dispute",
        signed.file,
        "--as",
        "client",
        "--counts",
        "2592000,40000,0",
        "--evidence",
        join(world.folder, "evidence"),
      );
      sink.mails.length = 0;
      await watchOnce(config);
      const toProvider = sink.mails.filter(({ to }) => to === "desk@northwind.example");
      expect(toProvider[0]?.headers.get("subject"), "what has to be done comes first").to.contain(
        "Harbor Dental disputes April 2030: 250.00 USDC instead of 0.00 USDC",
      );
      expect(toProvider[0]?.text).to.contain("You may answer until 8 May 2030");
      sink.mails.length = 0;
      await world.at("2030-05-09T00:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "judge@court.example")).to.have.length(1);
      expect(subjects(sink.mails, "judge@court.example")[0]).to.match(
        /^Harbor: April 2030: rule on 250\.00 USDC before 7 Jun 2030( 00:00:0\d UTC)?$/,
      );
      expect(sink.mails.find(({ to }) => to === "judge@court.example")?.text).to.contain(
        `upheld rule ${basename(signed.file)} 0 report|provider|client|declined`,
      );
      sink.mails.length = 0;
      await world.ok("rule", signed.file, "0", "client");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: April 2030 is final: 250.00 USDC came back to you",
      ]);
      expect(sink.mails[0]?.text).to.contain("The arbiter found Harbor Dental's counts right.");
    });

    it("writes one file of all deadlines, which calendars read; a deadline that moves keeps its name", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-06-01"), 3n);
      const config = world.write(
        "ics.yaml",
        configOf("ics", item(signed), "  - role: client\n    calendar: client.ics\n"),
      );
      const read = () => {
        const calendar = new ICAL.Component(
          ICAL.parse(readFileSync(join(world.folder, "client.ics"), "utf8")) as unknown[],
        );
        const events = calendar.getAllSubcomponents("vevent").map((event) => ({
          uid: String(event.getFirstPropertyValue("uid")),
          title: String(event.getFirstPropertyValue("summary")),
          start: (event.getFirstPropertyValue("dtstart") as ICAL.Time).toJSDate().toISOString(),
          status: String(event.getFirstPropertyValue("status")),
          sequence: Number(event.getFirstPropertyValue("sequence")),
          alarms: event.getAllSubcomponents("valarm").length,
        }));
        return new Map(events.map((event) => [event.title, event]));
      };
      await watchOnce(config);
      const before = read();
      const due = before.get("Harbor: June 2030: the report is due by 6 Jul 2030");
      expect(due).to.include({ start: "2030-07-06T00:00:00.000Z", status: "CONFIRMED", sequence: 0, alarms: 1 });
      const maybe = before.get("Harbor: June 2030: the time to dispute may end");
      expect(maybe).to.include({ start: "2030-07-08T00:00:00.000Z", status: "TENTATIVE", alarms: 0 });
      expect(before.get("Harbor: the agreement ends 1 Jun 2031")).to.include({ start: "2031-06-01T00:00:00.000Z" });
      expect(
        [...before.values()].filter(({ status }) => status === "TENTATIVE"),
        "two for each later month",
      ).to.have.length(23);
      await world.at("2030-07-02T09:00:00Z");
      await world.ok("report", signed.file, "--counts", "2592000,0,0", "--evidence", join(world.folder, "evidence"));
      await watchOnce(config);
      const moved = [...read().values()].find(({ uid }) => uid === maybe?.uid);
      expect(moved).to.include({ status: "CONFIRMED", sequence: 1 });
      expect(moved?.start).to.match(/^2030-07-09T09:00:/);
      await world.ok("terminate", signed.file, "notice", "--as", "client");
      await watchOnce(config);
      const after = [...read().values()];
      expect(after.find(({ title }) => title.includes("the agreement ends"))).to.include({
        start: "2030-09-01T00:00:00.000Z",
        sequence: 1,
      });
      const cancelled = after.filter(({ status }) => status === "CANCELLED");
      expect(
        cancelled.filter(({ start }) => start < "2030-09-01").map(({ title }) => title),
        "it came",
      ).to.deep.equal(["Harbor: June 2030: the report is due by 6 Jul 2030"]);
      expect(cancelled.length).to.be.greaterThan(10);
    });

    it("writes an Atom feed that is XML whatever a service is called, one entry a notice", async () => {
      const odd = `Mail <&> "co" ]]>`;
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-09-01"));
      const agreements = `  - agreement: ${signed.file}\n    name: '${odd}'\n`;
      const config = world.write(
        "feed.yaml",
        configOf("feed", agreements, "  - role: client\n    feed: client.atom\n"),
      );
      await watchOnce(config);
      const text = readFileSync(join(world.folder, "client.atom"), "utf8");
      const parser = new SaxesParser({ xmlns: true });
      const found: { name: string; text: string; uri: string }[] = [];
      let current = "";
      parser.on("opentag", () => (current = ""));
      parser.on("text", (part) => (current += part));
      parser.on("closetag", ({ local, uri }) => {
        found.push({ name: local, text: current, uri });
        current = "";
      });
      parser.write(text).close();
      expect(new Set(found.map(({ uri }) => uri))).to.deep.equal(new Set(["http://www.w3.org/2005/Atom"]));
      const of = (name: string) => found.filter((one) => one.name === name).map((one) => one.text);
      expect(of("title")).to.include(`${odd}: both sides accepted: the agreement is active`);
      expect(of("entry").length).to.be.greaterThan(0);
      expect(of("id").every((id) => /^urn:uuid:[0-9a-f-]{36}$/.test(id))).to.equal(true);
      expect(new Set(of("id")).size).to.equal(of("entry").length + 1);
      expect(of("updated").every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time))).to.equal(true);
      await watchOnce(config);
      expect(readFileSync(join(world.folder, "client.atom"), "utf8"), "the same bytes").to.equal(text);
    });

    it("posts in the shapes of Slack and Teams and as plain JSON, and never shows where to", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-09-01"));
      const hooks = await hookSink();
      const secret = "T0/B0/very-secret";
      world.write("teams.url", `${hooks.url}/teams/${secret}\n`);
      const recipients =
        "  - role: client\n    about: changes\n    slack: { address variable: SLACK_HOOK }\n" +
        "    teams: { address file: teams.url }\n    webhook: { address variable: PLAIN_HOOK }\n";
      const config = world.write("hooks.yaml", configOf("hooks", item(signed), recipients));
      const env = { SLACK_HOOK: `${hooks.url}/slack/${secret}`, PLAIN_HOOK: `${hooks.url}/plain` };
      try {
        hooks.status = 404;
        const log = await logged(["watch", "--config", config], env, "round");
        expect(log).to.contain("answers with status 404").and.not.contain(secret);
        const refused = await watchOnce(config, env);
        expect(refused.exitCode).to.equal(75);
        expect(refused.json).to.include({ waiting: 3 });
        const state = readFileSync(join(world.folder, "hooks", "agreements", `${signed.address}.json`), "utf8");
        expect(state).not.to.contain(secret);
        hooks.status = 200;
        const { exitCode, json } = await watchOnce(config, env);
        expect(exitCode, JSON.stringify(json)).to.equal(0);
        expect(hooks.posts.map(({ path }) => path).toSorted()).to.deep.equal([
          `/plain`,
          `/slack/${secret}`,
          `/teams/${secret}`,
        ]);
        const [plain, slack, teams] = hooks.posts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
        expect(slack?.body["text"]).to.equal("Harbor: both sides accepted: the agreement is active");
        expect((slack?.body["blocks"] as { type: string }[]).map(({ type }) => type)).to.deep.equal([
          "section",
          "context",
        ]);
        const [attachment] = teams?.body["attachments"] as {
          contentType: string;
          content: { type: string; body: unknown[] };
        }[];
        expect(attachment).to.include({ contentType: "application/vnd.microsoft.card.adaptive" });
        expect(attachment?.content).to.include({ type: "AdaptiveCard" });
        const [notice] = plain?.body["notices"] as Record<string, unknown>[];
        expect(notice).to.include({ notice: "active", agreement: signed.address, tone: "plain" });
        expect(plain?.headers["idempotency-key"]).to.equal(plain?.body["id"]);
      } finally {
        hooks.close();
      }
    });

    it("sends many at once as one letter, the bad news first", async () => {
      const many = await signMany(world, 8, {
        from: 3000,
        change: (text, i) =>
          text.replace("starts: 2030-01-01", "starts: 2030-09-01").replace(/service: .*/, `service: Client ${i}`),
      });
      const agreements = many.map(({ file }) => `  - agreement: ${file}\n`).join("");
      const recipients = "  - role: provider\n    about: [reports, changes]\n    email: desk@northwind.example\n";
      const config = world.write("many.yaml", configOf("many", agreements, recipients, sink.port));
      await watchOnce(config);
      expect(sink.mails).to.have.length(1);
      expect(sink.mails[0]?.headers.get("subject")).to.equal("Upheld: 8 in all");
      await world.at("2030-10-01T00:00:00Z");
      for (const [i, { file }] of many.entries()) {
        await world.ok(
          "report",
          file,
          "--counts",
          `2592000,${i === 5 ? 40000 : 0},0`,
          "--evidence",
          join(world.folder, "evidence"),
        );
      }
      sink.mails.length = 0;
      await watchOnce(config);
      expect(sink.mails.map(({ headers }) => headers.get("subject"))).to.deep.equal(["Upheld: 1 bad news, 8 in all"]);
      const text = sink.mails[0]?.text ?? "";
      expect(text.trimStart().split("\n")[0]).to.equal(
        "Client 3005: September 2030: you lose 250.00 USDC of 1,000.00 USDC",
      );
      expect(text.match(/was kept: 1,000\.00 USDC is for you/g)).to.have.length(7);
    });

    it("takes back what a reorganisation took away, to those who were told, and tells it anew when it comes again", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2030-11-01"), 3n);
      const recipients = `${BOTH.replaceAll("    email", "    about: reports\n    email")}  - role: client\n    about: reports\n    feed: reorg.atom\n`;
      const config = world.write("reorg.yaml", configOf("reorg", item(signed), recipients, sink.port));
      await watchOnce(config);
      await world.at("2030-12-01T00:00:00Z");
      const snapshot = (await world.provider.send("evm_snapshot", [])) as string;
      const counts = (bad: number) => ["--counts", `2592000,${bad},0`];
      await world.ok("report", signed.file, ...counts(40_000), "--evidence", join(world.folder, "gone"));
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: November 2030: 250.00 USDC of 1,000.00 USDC comes back to you",
      ]);
      const [told] = sink.mails;
      await world.provider.send("evm_revert", [snapshot]);
      // Longer than the chain it replaces, as a reorganisation is.
      await world.provider.send("anvil_mine", ["0x5"]);
      sink.mails.length = 0;
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: Taken back: November 2030: 250.00 USDC of 1,000.00 USDC comes back to you",
      ]);
      expect(sink.mails.find(({ to }) => to === told?.to)?.headers.get("in-reply-to")).to.equal(
        told?.headers.get("message-id"),
      );
      sink.mails.length = 0;
      await world.ok("report", signed.file, ...counts(0), "--evidence", join(world.folder, "anew"));
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: Again: November 2030 was kept: 1,000.00 USDC goes to Northwind IT",
      ]);
      expect((await watchOnce(config)).json).to.include({ notices: 0 });
      const feed = readFileSync(join(world.folder, "reorg.atom"), "utf8");
      expect(feed.match(/<entry>/g), "one entry, corrected").to.have.length(1);
      expect(feed).to.contain("Again: November 2030 was kept");
    });

    it("keeps a copy of the evidence, and says when it cannot be had, is another, and is there after all", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2031-01-01"), 3n);
      const more = "evidence:\n  from: published\n  keep: copies\n  within: 6 h\n";
      const recipients = "  - role: client\n    about: evidence\n    email: owner@harbor.example\n";
      const config = world.write("evidence.yaml", configOf("ev", item(signed), recipients, sink.port, more));
      mkdirSync(join(world.folder, "published"), { recursive: true });
      await world.at("2031-02-01T00:00:00Z");
      const own = join(world.folder, "own");
      await world.ok("report", signed.file, "--counts", "2678400,0,0", "--evidence", own);
      const early = await watchOnce(config);
      expect(early.json).to.include({ evidenceMissing: 1, notices: 1 });
      expect(sink.mails, "it may still come").to.have.length(0);
      await world.at("2031-02-01T07:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: January 2031: the evidence of the report cannot be had",
      ]);
      expect(sink.mails[0]?.text).to.contain("2031-01.r0.json.gz is not in");
      const name = join("31337", signed.address.toLowerCase(), "2031-01.r0.json.gz");
      const { cpSync } = await import("node:fs");
      cpSync(join(own, name), join(world.folder, "published", name), { recursive: true });
      sink.mails.length = 0;
      const there = await watchOnce(config);
      expect(there.json).to.include({ evidenceMissing: 0 });
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: January 2031: the evidence of the report is there now",
      ]);
      expect(readFileSync(join(world.folder, "copies", name))).to.deep.equal(readFileSync(join(own, name)));
    });

    it("does not keep evidence that is not what was sworn", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2031-03-01"), 3n);
      const more = "evidence: { from: forged, keep: kept, within: 1 h }\n";
      const recipients = "  - role: client\n    about: evidence\n    email: owner@harbor.example\n";
      const config = world.write("forged.yaml", configOf("forged-state", item(signed), recipients, sink.port, more));
      await world.at("2031-04-01T00:00:00Z");
      const snapshot = (await world.provider.send("evm_snapshot", [])) as string;
      await world.ok("report", signed.file, "--counts", "2678400,0,0", "--evidence", join(world.folder, "forged"));
      await world.provider.send("evm_revert", [snapshot]);
      await world.ok("report", signed.file, "--counts", "2678400,4740,0", "--evidence", join(world.folder, "true"));
      await world.at("2031-04-01T02:00:00Z");
      await watchOnce(config);
      expect(subjects(sink.mails, "owner@harbor.example")).to.deep.equal([
        "Harbor: March 2031: the evidence of the report cannot be had",
      ]);
      expect(sink.mails[0]?.text).to.contain("It is not what was sworn: indicator");
      expect(existsSync(join(world.folder, "kept", "31337"))).to.equal(false);
    });

    it("finds all agreements of a provider by the factory's events", async () => {
      const recipients = "  - role: provider\n    calendar: all.ics\n";
      const agreements = `  - provider: "${world.people.provider}"\n`;
      const config = world.write("all.yaml", configOf("all", agreements, recipients));
      const first = await watchOnce(config);
      expect(first.exitCode, first.out).to.equal(0);
      const count = first.json["agreements"] as number;
      expect(count).to.be.greaterThan(10);
      await sign((text) => text.replace("starts: 2030-01-01", "starts: 2031-06-01"));
      expect((await watchOnce(config)).json["agreements"]).to.equal(count + 1);
    });

    it("answers /healthz and /metrics as a daemon, and stops when asked", async () => {
      const signed = await sign((text) => text.replace("starts: 2030-01-01", "starts: 2031-06-01"));
      const { freePort } = await import("../support/programs.ts");
      const port = await freePort();
      const config = world.write("daemon.yaml", configOf("daemon", item(signed), BOTH, sink.port, `port: ${port}\n`));
      const stop = new AbortController();
      let out = "";
      let asked: Promise<[Response, string]> | undefined;
      const ask = async (): Promise<[Response, string]> => {
        const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        stop.abort();
        return [answer, metrics];
      };
      const { exitCode } = await world.run(["watch", "--config", config], {
        signal: stop.signal,
        onOut: (text) => {
          out += text;
          if (out.includes('"event":"round"')) asked ??= ask();
        },
      });
      const [answer, metrics] = (await asked) ?? [];
      expect(exitCode).to.equal(0);
      expect(answer?.status).to.equal(200);
      expect(metrics).to.contain("upheld_watch_agreements 1\n").and.contain("upheld_watch_waiting_letters 0\n");
      const events = out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { event: string }).event);
      expect(events[0]).to.equal("started");
      expect(events.at(-1)).to.equal("stopped");
    });
  });
});
