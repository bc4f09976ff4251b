import { expect } from "chai";
import { readHolidays } from "../../src/measure/holidays.ts";
import { problemOf } from "../support/problem.ts";

const calendar = (...events: string[][]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    .concat(
      ...events.map((lines, i) => [
        "BEGIN:VEVENT",
        ...(lines.some((l) => l.startsWith("UID")) ? [] : [`UID:${i}`]),
        ...lines,
        "END:VEVENT",
      ]),
    )
    .concat("END:VCALENDAR", "")
    .join("\r\n");

const read = (...events: string[][]) => readHolidays(calendar(...events), "2026-01-01", "2027-12-31");

describe("readHolidays", () => {
  it("reads days, in order and each once", () => {
    const days = read(
      ["DTSTART;VALUE=DATE:20261226", "DTEND;VALUE=DATE:20261227", "SUMMARY:St. Stephen's"],
      ["DTSTART;VALUE=DATE:20261225", "SUMMARY:Christmas"],
      ["DTSTART;VALUE=DATE:20261225", "SUMMARY:Again"],
    );
    expect(days).to.deep.equal(["2026-12-25", "2026-12-26"]);
  });

  it("reads several days at once, by end or by duration", () => {
    expect(read(["DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270102"])).to.deep.equal([
      "2026-12-30",
      "2026-12-31",
      "2027-01-01",
    ]);
    expect(read(["DTSTART;VALUE=DATE:20261230", "DURATION:P2D"])).to.deep.equal(["2026-12-30", "2026-12-31"]);
  });

  it("keeps to the days asked for", () => {
    const event = ["DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260102"];
    expect(read(event)).to.deep.equal(["2026-01-01"]);
    expect(readHolidays(calendar(event), "2025-12-31", "2025-12-31")).to.deep.equal(["2025-12-31"]);
    expect(readHolidays(calendar(event), "2026-01-02", "2026-12-31")).to.deep.equal([]);
  });

  it("repeats what repeats, without the exceptions and with what was moved", () => {
    const yearly = ["UID:a", "DTSTART;VALUE=DATE:20000106", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20260106"];
    expect(read(yearly)).to.deep.equal(["2027-01-06"]);
    const moved = ["UID:a", "RECURRENCE-ID;VALUE=DATE:20270106", "DTSTART;VALUE=DATE:20270107"];
    expect(read(yearly, moved)).to.deep.equal(["2027-01-07"]);
    expect(read(["DTSTART;VALUE=DATE:20200528", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"])).to.deep.equal([
      "2026-05-25",
      "2027-05-31",
    ]);
  });

  it("leaves out what is cancelled", () => {
    expect(read(["DTSTART;VALUE=DATE:20260106", "STATUS:CANCELLED"])).to.deep.equal([]);
  });

  it("refuses an event with a time of day, and says which", () => {
    expect(
      problemOf(() => read(["DTSTART:20261224T120000Z", "DTEND:20261224T180000Z", "SUMMARY:Half day"])),
    ).to.deep.equal({
      code: "holidays.malformed",
      message: 'not a calendar of holidays: "Half day" on 2026-12-24 has a time of day',
      hint: "export the public holidays as whole-day events of one iCalendar (.ics) file",
    });
  });

  it("refuses an event without a start, and a rule that is none", () => {
    expect(problemOf(() => read(["SUMMARY:Some day"])).message).to.equal(
      'not a calendar of holidays: "Some day" has no start',
    );
    const rule = ["DTSTART;VALUE=DATE:20260106", "RRULE:FREQ=SOMETIMES"];
    expect(problemOf(() => read(rule)).code).to.equal("holidays.malformed");
  });

  it("refuses what is no calendar", () => {
    for (const text of ["", "holidays", "BEGIN:VCARD\r\nEND:VCARD\r\n", calendar() + calendar()]) {
      expect(problemOf(() => readHolidays(text, "2026-01-01", "2026-12-31")).code).to.equal("holidays.malformed");
    }
    expect(problemOf(() => readHolidays("x".repeat(1_000_001), "2026-01-01", "2026-12-31")).message).to.equal(
      "not a calendar of holidays: it has 1000001 characters, more than the limit of 1000000",
    );
  });

  it("gives up on an event that never stops within reason", () => {
    const daily = ["DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=DAILY", "SUMMARY:Every day"];
    expect(problemOf(() => read(daily)).message).to.equal(
      'not a calendar of holidays: "Every day" is on more than 4000 days',
    );
  });
});
