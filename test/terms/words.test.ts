import { expect } from "chai";
import {
  parseDuration,
  parseMoney,
  parseMultiple,
  parsePeriods,
  parseQuantity,
  parseShare,
  parseTime,
  parseWhole,
  WordError,
} from "../../src/terms/words.ts";

const USDC = { symbol: "USDC", decimals: 6 };
const money = (text: string) => parseMoney(text, USDC);
const tickets = (text: string) => parseQuantity(text, "tickets");
const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;

const NUMBER = "Write 1,000.50: commas between thousands, a point before decimals.";
const MONEY = "Write it as 1,000.50 USDC.";
const SHARE = "Write it as 99.9%.";
const DURATION = "Write it as 5 days, 4.5 hours or 1 h 30 min.";
const QUANTITY = "This measure counts tickets: write it as 20 tickets.";
const PERIODS = "Write it as 1 period, 2 periods or none.";
const DATE = "Write it as 2025-01-01 (00:00 UTC) or 2025-01-01T09:00Z.";
const ZONE = "Add Z for UTC, or the offset, as in 09:00+02:00.";

type Parse = (text: string) => unknown;

describe("words", () => {
  const understood: [what: string, parse: Parse, cases: [text: string, value: unknown][]][] = [
    [
      "a whole number",
      parseWhole,
      [
        ["0", 0],
        ["12", 12],
        ["007", 7],
        ["999999999", 999_999_999],
      ],
    ],
    [
      "an amount",
      money,
      [
        ["none", 0n],
        ["1 USDC", 1_000_000n],
        ["1,000 USDC", 1_000_000_000n],
        ["1,234,567.891011 USDC", 1_234_567_891_011n],
        ["1234567 USDC", 1_234_567_000_000n],
        ["0.5000000 USDC", 500_000n],
        ["12   USDC", 12_000_000n],
      ],
    ],
    [
      "a share",
      parseShare,
      [
        ["99.9%", 999_000_000n],
        ["10 %", 100_000_000n],
        ["0.0000001%", 1n],
        ["400%", 4_000_000_000n],
      ],
    ],
    [
      "a multiple",
      parseMultiple,
      [
        ["25", 25_000_000_000n],
        ["0.000000001", 1n],
      ],
    ],
    [
      "a duration",
      parseDuration,
      [
        ["1 s", 1n],
        ["2 sec", 2n],
        ["1 second", 1n],
        ["30 seconds", 30n],
        ["1 min", 60n],
        ["1 minute", 60n],
        ["45 minutes", 2_700n],
        ["1h", 3_600n],
        ["1 hour", 3_600n],
        ["4.5 hours", 16_200n],
        ["1 d", 86_400n],
        ["1 day", 86_400n],
        ["5 days", 432_000n],
        ["1 week", 604_800n],
        ["1,000 weeks", 604_800_000n],
        ["1 h 30 min", 5_400n],
        ["1 day and 2 h and 5 s", 93_605n],
      ],
    ],
    [
      "a quantity",
      tickets,
      [
        ["20 tickets", 20n],
        ["1 ticket", 1n],
        ["1,000 tickets", 1_000n],
      ],
    ],
    ["a quantity of time", (text) => parseQuantity(text, "seconds"), [["2 min", 120n]]],
    [
      "a number of periods",
      parsePeriods,
      [
        ["none", 0],
        ["1 period", 1],
        ["12 periods", 12],
      ],
    ],
    [
      "a time",
      parseTime,
      [
        ["2025-01-01", time("2025-01-01")],
        ["2025-01-31T09:00Z", time("2025-01-31T09:00Z")],
        ["2025-01-01 09:30:15 UTC", time("2025-01-01T09:30:15Z")],
        ["2025-01-01T09:00+02:00", time("2025-01-01T07:00Z")],
        ["2025-01-01T09:00-05:30", time("2025-01-01T14:30Z")],
        ["2025-01-01T09:00+00:45", time("2025-01-01T08:15Z")],
      ],
    ],
  ];
  for (const [what, parse, cases] of understood) {
    for (const [text, value] of cases) {
      it(`"${text}" is ${what}`, () => {
        expect(parse(text)).to.equal(value);
      });
    }
  }

  const refused: [parse: Parse, text: string, says: string, hint?: string][] = [
    [parseWhole, "1.0", "is not a whole number."],
    [parseWhole, "a1", "is not a whole number."],
    [parseWhole, "1a", "is not a whole number."],
    [parseWhole, "1234567890", "is not a whole number."],
    [money, "1,000", "is not an amount.", MONEY],
    [money, "pay 1 USDC", "is not an amount.", MONEY],
    [money, "1 USDC now", "is not an amount.", MONEY],
    [money, "1 EUR", "is in EUR, the agreement's token is USDC.", MONEY],
    [parseShare, "10", "is not a percentage.", SHARE],
    [parseShare, "10% more", "is not a percentage.", SHARE],
    [parseShare, "about 10%", "is not a percentage.", SHARE],
    [parseDuration, "10", "is not a duration.", DURATION],
    [parseDuration, "about 10 days", "is not a duration.", DURATION],
    [parseDuration, "10 days!", "is not a duration.", DURATION],
    [parseDuration, "10 days or 5 min", "is not a duration.", DURATION],
    [parseDuration, "0.3333 min", "is not a whole number of seconds."],
    [tickets, "20 packets", "is not a number of tickets.", QUANTITY],
    [tickets, "20", "is not a number of tickets.", QUANTITY],
    [tickets, "some 20 tickets", "is not a number of tickets.", QUANTITY],
    [tickets, "20 tickets more", "is not a number of tickets.", QUANTITY],
    [parsePeriods, "30 days", "is not a number of periods.", PERIODS],
    [parsePeriods, "about 2 periods", "is not a number of periods.", PERIODS],
    [parsePeriods, "2 periods more", "is not a number of periods.", PERIODS],
    [parseTime, "1 January 2025", "is not a date.", DATE],
    [parseTime, "from 2025-01-01", "is not a date.", DATE],
    [parseTime, "2025-01-01 on", "is not a date.", DATE],
    [parseTime, "2025-01-01T09:00+02:00!", "is not a date.", DATE],
    [parseTime, "2025-01-01T09:00", "has a time but no zone.", ZONE],
    [parseTime, "2025-02-30", "does not exist in the calendar.", DATE],
    [parseTime, "2025-13-01", "does not exist in the calendar.", DATE],
    [parseTime, "2025-01-01T25:00Z", "does not exist in the calendar.", DATE],
  ];
  for (const [parse, text, says, hint] of refused) {
    it(`"${text}" ${says}`, () => {
      expect(errorOf(parse, text)).to.deep.equal([`"${text}" ${says}`, hint]);
    });
  }

  it("tell which part is no number, no unit, or too fine", () => {
    for (const text of ["1.000,50", "10,00", "1,0000", "-5", ".5", "1.", "1,000,00", "x1", "1x"]) {
      expect(errorOf(money, `${text} USDC`)).to.deep.equal([`"${text}" is not a number.`, NUMBER]);
    }
    expect(errorOf(money, "1.0000001 USDC")).to.deep.equal([
      '"1.0000001" has 7 decimals, USDC has at most 6.',
      undefined,
    ]);
    expect(errorOf(parseShare, "0.00000001%")[0]).to.equal('"0.00000001" has 8 decimals, a percentage has at most 7.');
    expect(errorOf(parseMultiple, "0.0000000001")[0]).to.match(/^"0.0000000001" has 10 decimals, a multiple has/);
    expect(errorOf(parseDuration, "0.0000000001 h")[0]).to.match(/ has 10 decimals, a duration has at most 9\.$/);
    expect(errorOf(tickets, "1.5 tickets")[0]).to.equal('"1.5" has 1 decimals, a number of tickets has at most 0.');
    expect(errorOf(parseDuration, "10 fortnights")).to.deep.equal([
      '"fortnights" in "10 fortnights" is no unit of time.',
      DURATION,
    ]);
  });
});

function errorOf(parse: Parse, text: string): [message: string, hint: string | undefined] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof WordError) return [error.message, error.hint];
    throw error;
  }
  throw new Error(`"${text}" was understood`);
}
