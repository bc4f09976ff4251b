import { expect } from "chai";
import type { Channel, Recipient } from "../../src/watch/config.ts";
import {
  forgetChannels,
  isDelivered,
  newState,
  takeDeadlines,
  takeNotices,
  type JournalOptions,
} from "../../src/watch/journal.ts";
import type { Deadline, Notice, Said } from "../../src/watch/notice.ts";
import type { AgreementState, Message } from "../../src/watch/store.ts";
import { DAY } from "./told.ts";

const MADE = "2030-02-01T00:00:00.000Z";
const email = (to: string): Channel => ({ kind: "email", key: `client email ${to}`, to });

const recipient = (changes: Partial<Recipient> = {}): Recipient => ({
  ...{ role: "client", only: undefined, about: ["reports"], channels: [email("a@x.example")] },
  ...{ feed: undefined, calendar: undefined, line: 1 },
  ...changes,
});

const said = (title: string): Said => ({ title, lines: ["one"], tone: "plain" });

const notice = (changes: Partial<Notice> = {}): Notice => ({
  ...{ id: "report/0/0", topic: "reports", at: 100n, until: 1_000n, stands: true, facts: ["1", "2"] },
  said: { client: said("it is so") },
  ...changes,
});

const take = (state: AgreementState, notices: readonly Notice[], options: Partial<JournalOptions> = {}): Message[] =>
  takeNotices(state, notices, {
    ...{ label: "Harbor", recipients: [recipient()], now: 500n, made: MADE, isFirst: false },
    ...options,
  });

/** All that waits in `state` has got there. */
function deliverAll(state: AgreementState): void {
  for (const { deliveries } of state.messages)
    for (const delivery of Object.values(deliveries)) Object.assign(delivery, { tries: 1, sentAt: MADE });
}

const KEY = "client email a@x.example";
const WAITS = { [KEY]: { tries: 0, nextAt: 0 } };

describe("what is written down to be told", () => {
  it("is what is found for the first time, once", () => {
    const state = newState("0x1");
    const expected: Message = {
      ...{ id: "report/0/0", notice: "report/0/0", topic: "reports", at: "100", made: MADE },
      ...{ said: { client: { title: "it is so", lines: ["one"], tone: "plain" } }, deliveries: WAITS },
    };
    expect(take(state, [notice()])).to.deep.equal([expected]);
    expect(state.messages).to.deep.equal([expected]);
    expect(state.notices).to.deep.equal({ "report/0/0": { facts: ["1", "2"], stands: true, gone: false, turn: 0 } });
    expect(take(state, [notice()])).to.deep.equal([]);
    expect(state.messages).to.have.length(1);
  });

  it("begins with what is still news when nothing was known before", () => {
    const first = (now: bigint) => take(newState("0x1"), [notice()], { isFirst: true, now }).length;
    expect([first(999n), first(1_000n)]).to.deep.equal([1, 0]);
    const state = newState("0x1");
    take(state, [notice()], { isFirst: true, now: 1_000n });
    expect(Object.keys(state.notices), "known, so that it is never told").to.deep.equal(["report/0/0"]);
    expect(take(newState("0x1"), [notice()], { now: 1_000n }), "later all is").to.have.length(1);
  });

  it("is for who has the role, the agreement and the topic, once for each way", () => {
    const to = (...recipients: Recipient[]) =>
      Object.keys(take(newState("0x1"), [notice()], { recipients })[0]?.deliveries ?? {});
    expect(to(recipient({ role: "provider" })), "nothing is said to it").to.deep.equal([]);
    expect(to(recipient({ about: ["payments"] }))).to.deep.equal([]);
    expect(to(recipient({ about: ["payments", "reports"] }))).to.deep.equal([KEY]);
    expect(to(recipient({ only: ["Another"] }))).to.deep.equal([]);
    expect(to(recipient({ only: ["Another", "Harbor"] }))).to.deep.equal([KEY]);
    expect(to(recipient(), recipient({ channels: [email("a@x.example"), email("b@x.example")] }))).to.deep.equal([
      KEY,
      "client email b@x.example",
    ]);
  });
});

describe("what was told and is not so", () => {
  const told = () => {
    const state = newState("0x1");
    take(state, [notice()]);
    deliverAll(state);
    return state;
  };
  const other = notice({ facts: ["1", "3"], said: { client: said("it is otherwise") } });

  it("is corrected when its facts change, as a letter that answers the one before", () => {
    const state = told();
    const corrected: Message = {
      ...{ id: "report/0/0~1", notice: "report/0/0", topic: "reports", at: "500", made: MADE, corrects: "report/0/0" },
      said: {
        client: { title: "Corrected: it is otherwise", lines: ["Told before: it is so.", "one"], tone: "plain" },
      },
      deliveries: WAITS,
    };
    expect(take(state, [other])).to.deep.equal([corrected]);
    expect(take(state, [other]), "once").to.deep.equal([]);
    expect(take(state, [notice()]).map(({ id, corrects }) => [id, corrects])).to.deep.equal([
      ["report/0/0~2", "report/0/0~1"],
    ]);
  });

  it("is dated by what is later: now, or when it came to be", () => {
    const at = (now: bigint) => take(told(), [{ ...other, at: 600n }], { now })[0]?.at;
    expect([at(500n), at(700n)]).to.deep.equal(["600", "700"]);
  });

  it("tells a role that was told nothing before only what is so", () => {
    const [message] = take(told(), [{ ...other, said: { ...other.said, provider: said("it is so") } }]);
    expect(message?.said.provider).to.deep.equal({ title: "Corrected: it is so", lines: ["one"], tone: "plain" });
  });

  it("is another thing than facts that are split otherwise", () => {
    const state = told();
    expect(take(state, [notice({ facts: ["12"] })])).to.have.length(1);
  });

  it("is not corrected when it does not follow from the chain's history", () => {
    const state = newState("0x1");
    take(state, [notice({ stands: false })]);
    expect(take(state, [notice({ stands: false, facts: ["other"] })])).to.deep.equal([]);
    expect(take(state, []), "nor taken back").to.deep.equal([]);
    expect(state.notices["report/0/0"]).to.include({ gone: false, turn: 0 });
  });

  it("is taken back when it is gone, to whom it was told, whoever is in the config now", () => {
    const state = told();
    const recipients = [recipient({ channels: [email("new@x.example")] })];
    expect(take(state, [], { recipients })).to.deep.equal([
      {
        ...{
          id: "report/0/0~1",
          notice: "report/0/0",
          topic: "reports",
          at: "500",
          made: MADE,
          corrects: "report/0/0",
        },
        said: {
          client: {
            title: "Taken back: it is so",
            lines: [
              "The chain was reorganised: what was told of 1 Jan 1970 00:01:40 UTC is not in it any more.",
              "Should it come again, you are told again.",
            ],
            tone: "bad",
          },
        },
        deliveries: WAITS,
      },
    ]);
    expect(state.notices["report/0/0"]).to.deep.equal({ facts: ["1", "2"], stands: true, gone: true, turn: 1 });
    expect(take(state, []), "once").to.deep.equal([]);
  });

  it("is told again when it comes again, though it be the same", () => {
    const state = told();
    take(state, []);
    const [again] = take(state, [notice()]);
    expect(again).to.include({ id: "report/0/0~2", corrects: "report/0/0~1" });
    expect(again?.said.client?.title).to.equal("Again: it is so");
    expect(again?.said.client?.lines[0]).to.equal("Told before: Taken back: it is so.");
    expect(state.notices["report/0/0"]).to.include({ gone: false, turn: 2 });
  });

  it("is forgotten silently when nobody was told yet", () => {
    const state = newState("0x1");
    take(state, [notice()]);
    expect(take(state, [])).to.deep.equal([]);
    expect(state.messages).to.deep.equal([]);
    // A try may have got there.
    const tried = newState("0x1");
    take(tried, [notice()]);
    tried.messages[0]!.deliveries[KEY]!.tries = 1;
    expect(take(tried, [])).to.have.length(1);
    // A feed may have it, though no letter goes.
    const read = newState("0x1");
    take(read, [notice()], { recipients: [] });
    expect(take(read, [])).to.have.length(1);
    // A correction that waits follows something that was told.
    const corrected = told();
    take(corrected, [other]);
    expect(take(corrected, [])).to.have.length(1);
  });

  it("is taken back from nobody when it was over before the watch began", () => {
    const state = newState("0x1");
    take(state, [notice()], { isFirst: true, now: 2_000n });
    expect(take(state, [])).to.deep.equal([]);
    expect(take(state, [other]), "nor corrected").to.deep.equal([]);
    expect(state.notices["report/0/0"]).to.include({ gone: false, turn: 2 });
  });
});

describe("what is kept of messages", () => {
  it("is the last 500, and older ones that somebody has not got", () => {
    const state = newState("0x1");
    const many = Array.from({ length: 502 }, (_, i) => notice({ id: `n/${i}` }));
    take(state, many);
    expect(state.messages, "all wait").to.have.length(502);
    deliverAll(state);
    state.messages[0]!.deliveries[KEY] = { tries: 1, nextAt: 0 };
    take(state, many);
    expect(state.messages).to.have.length(501);
    expect(state.messages.slice(0, 2).map(({ id }) => id)).to.deep.equal(["n/0", "n/2"]);
  });

  it("counts as delivered once everybody has it", () => {
    const message = take(newState("0x1"), [notice()])[0]!;
    const to = (...sent: (string | undefined)[]) =>
      isDelivered({
        ...message,
        deliveries: Object.fromEntries(
          sent.map((at, i) => [String(i), { tries: 1, nextAt: 0, ...(at === undefined ? {} : { sentAt: at }) }]),
        ),
      });
    expect([to(), to(MADE), to(undefined), to(MADE, undefined)]).to.deep.equal([true, true, false, false]);
  });

  it("waits no longer for a channel that left the config", () => {
    const state = newState("0x1");
    take(state, [notice(), notice({ id: "n" })]);
    state.messages[1]!.deliveries[KEY]!.sentAt = MADE;
    forgetChannels(state, new Map([[KEY, email("a@x.example")]]));
    expect(state.messages.map(({ deliveries }) => Object.keys(deliveries))).to.deep.equal([[KEY], [KEY]]);
    forgetChannels(state, new Map());
    expect(state.messages.map(({ deliveries }) => Object.keys(deliveries))).to.deep.equal([[], [KEY]]);
  });
});

describe("the calendar", () => {
  const deadline = (changes: Partial<Deadline> = {}): Deadline => ({
    ...{ id: "dispute/0", time: 1_000n, since: 0n, isTentative: true, reminds: true },
    said: { client: { title: "dispute", lines: ["so"] } },
    ...changes,
  });
  const ENTRY = {
    ...{ time: "1000", stamp: "10", sequence: 0, isTentative: true, isCancelled: false },
    said: { client: { title: "dispute", lines: ["so"] } },
  };

  it("takes a deadline as it is, and leaves it while it is the same", () => {
    const state = newState("0x1");
    takeDeadlines(state, [deadline()], 10n);
    expect(state.calendar).to.deep.equal({ "dispute/0": ENTRY });
    takeDeadlines(state, [deadline()], 20n);
    expect(state.calendar).to.deep.equal({ "dispute/0": ENTRY });
  });

  it("moves it under its name, one version on, whatever is other", () => {
    for (const change of [
      { time: 1_001n },
      { isTentative: false },
      { said: { client: { title: "other", lines: ["so"] } } },
      { said: { client: { title: "dispute", lines: ["other"] } } },
    ]) {
      const state = newState("0x1");
      takeDeadlines(state, [deadline()], 10n);
      takeDeadlines(state, [deadline(change)], 20n);
      expect(state.calendar["dispute/0"], JSON.stringify(Object.keys(change))).to.include({ sequence: 1, stamp: "20" });
    }
  });

  it("holds of two with one name the first", () => {
    const state = newState("0x1");
    takeDeadlines(state, [deadline(), deadline({ time: 2_000n })], 10n);
    expect(state.calendar).to.deep.equal({ "dispute/0": ENTRY });
  });

  it("cancels what is off before its time, once, and takes it back when it comes again", () => {
    const state = newState("0x1");
    takeDeadlines(state, [deadline()], 10n);
    takeDeadlines(state, [], 20n);
    const cancelled = { ...ENTRY, isCancelled: true, stamp: "20", sequence: 1 };
    expect(state.calendar["dispute/0"]).to.deep.equal(cancelled);
    takeDeadlines(state, [], 30n);
    expect(state.calendar["dispute/0"]).to.deep.equal(cancelled);
    takeDeadlines(state, [deadline()], 40n);
    expect(state.calendar["dispute/0"]).to.deep.equal({ ...ENTRY, stamp: "40", sequence: 2 });
  });

  it("leaves what is over as it was, and forgets it 60 days later", () => {
    const state = newState("0x1");
    takeDeadlines(state, [deadline()], 10n);
    takeDeadlines(state, [], 1_000n);
    expect(state.calendar["dispute/0"]).to.deep.equal(ENTRY);
    takeDeadlines(state, [], 1_000n + 60n * DAY);
    expect(state.calendar["dispute/0"]).to.deep.equal(ENTRY);
    takeDeadlines(state, [], 1_001n + 60n * DAY);
    expect(state.calendar).to.deep.equal({});
  });
});
