import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { daysOf, earlier, formatUtc, later, parseUtc } from "../../src/measure/time.ts";

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;

const problemOf = (text: string, place?: { file: string; line: number }) => {
  try {
    parseUtc(text, place);
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("times", () => {
  for (const text of [
    "2025-10-09T14:45:07Z",
    "2025-10-09 14:45:07Z",
    "2025-10-09T14:45:07+00:00",
    "2024-02-29T23:59:59Z",
    "1970-01-01T00:00:00Z",
  ]) {
    it(`reads ${text}`, () => {
      expect(parseUtc(text)).to.equal(time(text));
    });
  }

  it("reads a time without seconds as the minute's first", () => {
    expect(parseUtc("2025-10-09T14:45Z")).to.equal(time("2025-10-09T14:45:00Z"));
  });

  const refused: [text: string, code: string, says: string][] = [
    ["", "malformed", '"" is not a time'],
    ["2025-10-09", "malformed", '"2025-10-09" is not a time'],
    ["at 2025-10-09T14:45:00Z", "malformed", '"at 2025-10-09T14:45:00Z" is not a time'],
    ["2025-10-09T14:45:00", "no-zone", '"2025-10-09T14:45:00" does not say its time zone'],
    ["2025-10-09T14:45:00+02:00", "not-utc", '"2025-10-09T14:45:00+02:00" is not in UTC: its zone is "+02:00"'],
    ["2025-10-09T14:45:00Zulu", "not-utc", '"2025-10-09T14:45:00Zulu" is not in UTC: its zone is "Zulu"'],
    ["2025-10-09T14:45:00.5Z", "fraction", '"2025-10-09T14:45:00.5Z" has a fraction of a second'],
    ["2025-10-09T14:45:00.25Z", "fraction", '"2025-10-09T14:45:00.25Z" has a fraction of a second'],
    ["2025-10-09T14:45:00.0Z", "fraction", '"2025-10-09T14:45:00.0Z" has a fraction of a second'],
    ["2025-02-29T00:00:00Z", "malformed", '"2025-02-29T00:00:00Z" does not exist in the calendar'],
    ["2025-13-01T00:00:00Z", "malformed", '"2025-13-01T00:00:00Z" does not exist in the calendar'],
    ["2025-00-01T00:00:00Z", "malformed", '"2025-00-01T00:00:00Z" does not exist in the calendar'],
    ["2025-01-00T00:00:00Z", "malformed", '"2025-01-00T00:00:00Z" does not exist in the calendar'],
    ["2025-10-09T24:00:00Z", "malformed", '"2025-10-09T24:00:00Z" does not exist in the calendar'],
    ["2025-10-09T23:60:00Z", "malformed", '"2025-10-09T23:60:00Z" does not exist in the calendar'],
    ["2025-10-09T23:59:60Z", "malformed", '"2025-10-09T23:59:60Z" does not exist in the calendar'],
    ["2025-10-09T14:60:00Z", "malformed", '"2025-10-09T14:60:00Z" does not exist in the calendar'],
    ["2025-10-09T14:00:60Z", "malformed", '"2025-10-09T14:00:60Z" does not exist in the calendar'],
    ["2025-10-09T14:99:00Z", "malformed", '"2025-10-09T14:99:00Z" does not exist in the calendar'],
    ["2025-10-09T14:00:99Z", "malformed", '"2025-10-09T14:00:99Z" does not exist in the calendar'],
    ["1969-12-31T23:59:59Z", "malformed", '"1969-12-31T23:59:59Z" is before 1970'],
  ];
  for (const [text, code, message] of refused) {
    it(`refuses "${text}": ${code}`, () => {
      const hint = "write it as 2025-10-09T14:45:00Z: whole seconds, in UTC";
      expect(problemOf(text)).to.deep.equal({ code: `time.${code}`, message, hint });
    });
  }

  it("shows sixty characters of what is no time, and where it stands", () => {
    const place = { file: "a.csv", line: 3 };
    expect(problemOf("x".repeat(60)).message).to.equal(`"${"x".repeat(60)}" is not a time`);
    expect(problemOf("x".repeat(61), place)).to.deep.include({
      message: `"${"x".repeat(60)}…" is not a time`,
      ...place,
    });
  });

  it("are written to the second, in UTC", () => {
    expect(formatUtc(time("2025-10-09T14:45:07Z"))).to.equal("2025-10-09T14:45:07Z");
  });

  it("compare", () => {
    expect([later(1n, 2n), later(2n, 1n), earlier(1n, 2n), earlier(2n, 1n)]).to.deep.equal([2n, 2n, 1n, 1n]);
  });

  it("make days, the first and the last cut to the period", () => {
    const [start, end] = [time("2025-10-01T12:00:00Z"), time("2025-10-03T00:00:01Z")];
    expect(daysOf({ start, end })).to.deep.equal([
      { date: "2025-10-01", start, end: time("2025-10-02T00:00:00Z") },
      { date: "2025-10-02", start: time("2025-10-02T00:00:00Z"), end: time("2025-10-03T00:00:00Z") },
      { date: "2025-10-03", start: time("2025-10-03T00:00:00Z"), end },
    ]);
    expect(daysOf({ start, end: end - 1n })).to.have.lengthOf(2);
  });
});
