import { expect } from "chai";
import ICAL from "ical.js";
import { calendarFile, type DatedEntry } from "../../src/watch/calendar.ts";
import { atomFeed } from "../../src/watch/feed.ts";
import { byUrgency, digestOf, letterOf, letterText, nameOf } from "../../src/watch/letter.ts";
import { addressed, item, letter, MADE, message, said } from "./letters.ts";
import { ADDRESS, plainly } from "./told.ts";

describe("a letter", () => {
  const one = addressed(message("report/0/0"));

  it("is one message as its reader's role is told it, under a name that stays", () => {
    const made = letterOf(one, "client", "31337", "client email a@x.example");
    expect(made).to.deep.equal({
      ...{ id: nameOf("31337", ADDRESS, "report/0/0", "client email a@x.example"), corrects: undefined, made: MADE },
      subject: "Harbor: title of report/0/0",
      items: [
        {
          ...{ agreement: ADDRESS, label: "Harbor", message: "report/0/0", at: "1896220800" },
          said: { title: "title of report/0/0", lines: ["one"], tone: "plain" },
        },
      ],
    });
    expect(made.id).to.match(/^[0-9a-f]{32}$/);
  });

  it("has another name for another chain, agreement, message and channel", () => {
    const id = (chain = "31337", channel = "a", of = one) => letterOf(of, "client", chain, channel).id;
    const others = [
      ...[id("1"), id("31337", "b"), id("31337", "a", addressed(message("report/1/0")))],
      id("31337", "a", addressed(message("report/0/0"), { agreement: "0x1" })),
    ];
    expect(new Set([id(), ...others]).size).to.equal(5);
    expect(id()).to.equal(id());
    expect(nameOf("a", "b"), "parts are apart").not.to.equal(nameOf("ab"));
  });

  it("answers the one that it corrects", () => {
    const corrected = addressed(message("report/0/0~1", { corrects: "report/0/0" }));
    expect(letterOf(corrected, "client", "1", "a").corrects).to.equal(letterOf(one, "client", "1", "a").id);
  });

  it("is empty for a role that is told nothing", () => {
    const made = letterOf(one, "arbiter", "1", "a");
    expect([made.subject, made.items[0]?.said]).to.deep.equal(["Harbor: ", { title: "", lines: [], tone: "plain" }]);
  });

  it("of several names how many are bad and how many ask for something", () => {
    const of = (...tones: ("bad" | "act" | "plain")[]) =>
      digestOf(
        tones.map((tone, i) => addressed(message(String(i), { said: { client: said("t", tone) } }))),
        ...(["client", "id", MADE] as const),
      );
    expect(of("bad", "bad", "act", "plain").subject).to.equal("Upheld: 2 bad news, 1 to act on, 4 in all");
    expect(of("plain", "act").subject).to.equal("Upheld: 1 to act on, 2 in all");
    expect(of("plain").subject).to.equal("Upheld: 1 in all");
    const { items, ...rest } = of("plain", "bad");
    expect(items.map((each) => each.message)).to.deep.equal(["0", "1"]);
    expect(rest).to.deep.equal({ id: "id", corrects: undefined, made: MADE, subject: "Upheld: 1 bad news, 2 in all" });
  });

  it("is read as plain text, commands apart", () => {
    const text = letterText(letter({ items: [item(), item({ message: "final/0" })] }), "local");
    expect(text.trimEnd()).to.equal(
      plainly(`
      Harbor: it is <so> & *so*

      one_line
          upheld status <x>

      Agreement 0x9999999999999999999999999999999999999999 on local, notice report/0/0
      ------------------------------------------------------------

      Harbor: it is <so> & *so*

      one_line
          upheld status <x>

      Agreement 0x9999999999999999999999999999999999999999 on local, notice final/0
    `),
    );
  });

  it("comes bad news first, then what has to be done, the older before the newer", () => {
    const of = (id: string, tone: "bad" | "act" | "plain", at: string) =>
      addressed(message(id, { at, said: { client: said("t", tone) } }));
    const all = [
      ...[of("plain", "plain", "1"), of("act late", "act", "9"), of("bad late", "bad", "9")],
      ...[of("act", "act", "2"), of("bad", "bad", "8"), addressed(message("nothing", { said: {}, at: "3" }))],
    ];
    expect(all.toSorted(byUrgency("client")).map((each) => each.message.id)).to.deep.equal([
      ...["bad", "bad late", "act", "act late", "plain", "nothing"],
    ]);
  });
});

describe("a feed", () => {
  const OPTIONS = { role: "client", chainId: 31_337n, network: "local" } as const;

  it("is Atom, the newest first, each with its topic and its tone", () => {
    const all = [
      addressed(message("report/0/0")),
      addressed(message("final/0", { at: "1896825600", topic: "payments", said: { client: said("a\u0000b", "bad") } })),
      addressed(message("other", { said: { provider: said("not for the client") } })),
    ];
    expect(atomFeed(all, OPTIONS).trimEnd()).to.equal(
      plainly(`
      <?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom">
        <id>urn:uuid:640a4d42-85d7-8a68-84fc-bc79f463be4c</id>
        <title type="text">Upheld, for the client</title>
        <updated>2030-02-09T00:00:00Z</updated>
        <author>
          <name>upheld watch</name>
        </author>
        <generator>upheld</generator>
        <entry>
          <id>urn:uuid:a6c4d8f8-4e39-80f6-8d4c-adb3e6b58280</id>
          <title type="text">Harbor: a b</title>
          <published>2030-02-09T00:00:00Z</published>
          <updated>2030-02-09T00:00:00Z</updated>
          <category term="payments"/>
          <category term="bad"/>
          <content type="text">one
      Agreement 0x9999999999999999999999999999999999999999 on local, notice final/0</content>
        </entry>
        <entry>
          <id>urn:uuid:de0f3d6d-9240-876b-8b3a-da5057e1c423</id>
          <title type="text">Harbor: title of report/0/0</title>
          <published>2030-02-02T00:00:00Z</published>
          <updated>2030-02-02T00:00:00Z</updated>
          <category term="reports"/>
          <category term="plain"/>
          <content type="text">one
      Agreement 0x9999999999999999999999999999999999999999 on local, notice report/0/0</content>
        </entry>
      </feed>
    `),
    );
  });

  it("is there before anything was told", () => {
    const text = atomFeed([], OPTIONS);
    expect(text).to.contain("<updated>1970-01-01T00:00:00Z</updated>").and.not.contain("<entry>");
  });

  it("has one entry for a notice whatever became of it, dated by the first and the last", () => {
    const all = [
      addressed(message("report/0/0", { at: "1896220800" })),
      addressed(message("report/0/0~1", { notice: "report/0/0", at: "1896307200" })),
      addressed(message("report/0/0", { at: "1896220800" }), { agreement: "0x1" }),
    ];
    const text = atomFeed(all, OPTIONS);
    expect(text.match(/<entry>/g)).to.have.length(2);
    expect(text).to.contain("<published>2030-02-02T00:00:00Z</published>\n    <updated>2030-02-03T00:00:00Z</updated>");
    expect(text).to.contain("notice report/0/0~1");
  });

  it("has ids that are the same each time, and others for another chain, agreement and role", () => {
    const ids = (chainId: bigint, role: "client" | "provider", agreement = ADDRESS) =>
      atomFeed([addressed(message("n", { said: { client: said("t"), provider: said("t") } }), { agreement })], {
        ...{ role, chainId, network: "local" },
      }).match(/urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}(?=<)/g) ?? [];
    expect(ids(1n, "client")).to.have.length(2);
    expect(ids(1n, "client")).to.deep.equal(ids(1n, "client"));
    const all = [...ids(1n, "client"), ...ids(2n, "client"), ids(1n, "provider")[0], ids(1n, "client", "0x1")[1]];
    expect(new Set(all).size).to.equal(6);
  });

  it("holds the 200 newest", () => {
    const all = Array.from({ length: 201 }, (_, i) => addressed(message(`n${i}`, { at: String(i) })));
    const text = atomFeed(all, OPTIONS);
    expect(text.match(/<entry>/g)).to.have.length(200);
    expect(text).to.contain("notice n200<").and.not.contain("notice n0<");
  });
});

describe("a calendar's file", () => {
  const entry = (changes: Partial<DatedEntry["entry"]> = {}, id = "dispute/0"): DatedEntry => ({
    ...{ agreement: ADDRESS, label: "Harbor", id },
    entry: {
      ...{ time: "1896825600", stamp: "1896220800", sequence: 3, isTentative: false, isCancelled: false },
      said: { client: { title: "dispute before 9 Feb 2030", lines: ["one", "two"] } },
      ...changes,
    },
  });
  /** Long lines are folded. */
  const unfolded = (text: string) => text.replaceAll("\r\n ", "").replaceAll("\r\n", "\n");
  const fileOf = (...all: DatedEntry[]) => unfolded(calendarFile(all, "client", 31_337n));

  it("is iCalendar: a deadline takes no time of the day, and rings a day before", () => {
    expect(fileOf(entry()).trimEnd()).to.equal(
      plainly(`
      BEGIN:VCALENDAR
      VERSION:2.0
      PRODID:-//Upheld//watch//EN
      METHOD:PUBLISH
      X-WR-CALNAME:Upheld, for the client
      BEGIN:VEVENT
      UID:e017f1629bf50d7623bbb040ef43f0e6@upheld
      DTSTAMP:20300202T000000Z
      LAST-MODIFIED:20300202T000000Z
      SEQUENCE:3
      DTSTART:20300209T000000Z
      SUMMARY:Harbor: dispute before 9 Feb 2030
      DESCRIPTION:one\\ntwo\\nAgreement 0x9999999999999999999999999999999999999999
      STATUS:CONFIRMED
      TRANSP:TRANSPARENT
      BEGIN:VALARM
      ACTION:DISPLAY
      DESCRIPTION:dispute before 9 Feb 2030
      TRIGGER:-P1D
      END:VALARM
      END:VEVENT
      END:VCALENDAR
    `),
    );
  });

  it("says what may still move and what is off, which ring nobody", () => {
    const may = fileOf(entry({ isTentative: true }));
    expect(may).to.contain("STATUS:TENTATIVE").and.not.contain("VALARM");
    const off = fileOf(entry({ isTentative: true, isCancelled: true }));
    expect(off).to.contain("STATUS:CANCELLED").and.not.contain("VALARM");
    expect(fileOf(entry({ isCancelled: true }))).not.to.contain("VALARM");
  });

  it("holds what concerns the role, the soonest first, each under a name of its own", () => {
    const all = [
      entry({ time: "1896912000" }, "later"),
      entry({ said: { provider: { title: "t", lines: [] } } }, "other"),
      entry(),
    ];
    const uids = fileOf(...all).match(/^UID:.*$/gm) ?? [];
    const uid = (id: string, chain = "31337") => `UID:${nameOf(chain, ADDRESS, id, "client")}@upheld`;
    expect(uids).to.deep.equal([uid("dispute/0"), uid("later")]);
  });

  it("is read by whoever reads such files, in whole lines to its end", () => {
    const text = calendarFile([entry(), entry({}, "b")], "client", 1n);
    expect(text.endsWith("END:VCALENDAR\r\n")).to.equal(true);
    const read = new ICAL.Component(ICAL.parse(text) as unknown[]);
    expect(read.getAllSubcomponents("vevent")).to.have.length(2);
  });
});
