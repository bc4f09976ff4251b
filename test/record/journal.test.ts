import { expect } from "chai";
import {
  answerBefore,
  isOpen,
  journalAt,
  journalOf,
  leadOf,
  sayingsOf,
  type AdviceEntry,
  type MaintenanceEntry,
} from "../../src/record/journal.ts";
import { NOTHING_SAID } from "../../src/record/events.ts";
import {
  advised,
  announced,
  answered,
  disclosed,
  filed,
  jan,
  journal,
  resolved,
  retracted,
  updated,
} from "./journals.ts";

describe("a journal", () => {
  it("is what its events say, in the order of its numbers", () => {
    const read = journal(
      announced(1, jan("01T00:00"), jan("06T00:00"), jan("06T01:00")),
      disclosed(2, jan("02T10:20"), jan("02T10:00")),
      updated(2, jan("02T11:00")),
      advised(3, jan("03T00:00")),
      retracted(1, jan("04T00:00")),
      resolved(2, jan("04T01:00"), jan("02T11:30")),
      answered(3, jan("05T00:00"), "later"),
      answered(3, jan("06T00:00"), "declined"),
      filed(4, jan("07T00:00")),
    );
    expect(read.map(({ number, what, at }) => [number, what, at])).to.deep.equal([
      [1, "maintenance", jan("01T00:00")],
      [2, "incident", jan("02T10:20")],
      [3, "advice", jan("03T00:00")],
      [4, "document", jan("07T00:00")],
    ]);
    const [maintenance, incident, advice] = read;
    expect(maintenance).to.deep.include({ retractedAt: jan("04T00:00"), start: jan("06T00:00"), kind: "planned" });
    expect(incident).to.have.nested.property("updates[0].at", jan("02T11:00"));
    expect(incident).to.have.nested.property("resolved.ended", jan("02T11:30"));
    expect((advice as AdviceEntry).answers.map(({ answer }) => answer)).to.deep.equal(["later", "declined"]);
    expect(leadOf(maintenance as MaintenanceEntry)).to.equal(432_000n);
  });

  it("has no event of an entry that is not there, or of another kind", () => {
    expect(() => journalOf([updated(1, 5n)])).to.throw(RangeError, "updated of entry 1, which is not there");
    expect(() => journalOf([advised(1, 5n), resolved(1, 6n, 5n)])).to.throw(
      RangeError,
      "resolved of entry 1, which is advice",
    );
  });

  it("knows which answer stood before a second, and not in it", () => {
    const [advice] = journal(advised(1, 10n), answered(1, 20n, "declined"), answered(1, 30n, "accepted"));
    const before = (time: bigint) => answerBefore(advice as AdviceEntry, time);
    expect([20n, 21n, 30n, 31n].map(before)).to.deep.equal([undefined, "declined", "declined", "accepted"]);
  });

  it("says which advice waits", () => {
    const open = (...events: Parameters<typeof journal>) =>
      isOpen(journal(advised(1, 1n), ...events)[0] as AdviceEntry);
    expect(open()).to.equal(true);
    expect(open(answered(1, 2n, "later"))).to.equal(true);
    expect(open(answered(1, 2n, "declined"))).to.equal(false);
    expect(open(answered(1, 2n, "accepted"))).to.equal(false);
    expect(open(retracted(1, 2n))).to.equal(false);
  });

  it("lists all that has words behind it", () => {
    const read = journal(
      advised(1, 1n),
      { ...answered(1, 2n, "later"), commitment: NOTHING_SAID },
      answered(1, 3n, "declined"),
      disclosed(2, 4n, 4n),
      updated(2, 5n),
      resolved(2, 6n, 6n),
      announced(3, 7n, 9n, 10n),
      filed(4, 8n),
      disclosed(5, 9n, 9n),
    );
    expect(sayingsOf(read).map(({ entry, saying }) => [entry.number, saying.at])).to.deep.equal([
      [1, 1n],
      [1, 3n],
      [2, 4n],
      [2, 5n],
      [2, 6n],
      [3, 7n],
      [4, 8n],
      [5, 9n],
    ]);
  });
});

describe("a record as it stood", () => {
  it("knows nothing of what was said, answered, resolved or taken back later", () => {
    const entries = journal(
      ...[announced(1, 1n, 50n, 60n), disclosed(2, 2n, 1n), advised(3, 3n), advised(4, 4n)],
      ...[retracted(1, 9n), resolved(2, 10n, 9n), answered(3, 11n, "declined"), retracted(4, 12n)],
    );
    expect(journalAt(entries, 12n)).to.deep.equal(entries);
    for (const time of [9n, 10n, 11n]) {
      const [maintenance, incident, advice, back] = journalAt(entries, time) as [
        object,
        object,
        { answers: unknown[] },
        object,
      ];
      expect("retractedAt" in maintenance).to.equal(true);
      expect("resolved" in incident, `resolved at ${time}`).to.equal(time >= 10n);
      expect(advice.answers).to.have.length(time >= 11n ? 1 : 0);
      expect("retractedAt" in back).to.equal(false);
    }
    const then = journal(announced(1, 1n, 50n, 60n), disclosed(2, 2n, 1n), advised(3, 3n), advised(4, 4n));
    expect(journalAt(entries, 8n)).to.deep.equal(then);
    expect(journalAt(entries, 3n)).to.deep.equal(then.slice(0, 3));
  });

  it("keeps documents, and of an incident what was said of it by then", () => {
    const entries = journal(filed(1, 1n), disclosed(2, 2n, 1n), updated(2, 5n), updated(2, 6n));
    expect(journalAt(entries, 5n)).to.deep.equal(journal(filed(1, 1n), disclosed(2, 2n, 1n), updated(2, 5n)));
    expect(journalAt(entries, 0n)).to.deep.equal([]);
  });
});
