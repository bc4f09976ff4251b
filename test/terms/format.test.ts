import { expect } from "chai";
import { away, moment, plainMoney, shortAddress } from "../../src/format.ts";
import {
  formatAmount,
  formatDuration,
  formatIsoTime,
  formatMoney,
  formatMultiple,
  formatRatio,
  formatShare,
  formatSpan,
  formatTime,
  plural,
} from "../../src/terms/format.ts";
import { address } from "./sample-terms.ts";

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;
const DAY = 86_400n;

describe("how numbers read", () => {
  const read: [what: string, said: () => string, words: string][] = [
    ["an amount", () => formatAmount(1_000_000_000n, 6), "1,000.00"],
    ["a fine amount", () => formatAmount(1_234_567_891_011n, 6), "1,234,567.891011"],
    ["an amount of few units", () => formatAmount(7n, 6), "0.000007"],
    ["ten cents", () => formatAmount(100_000n, 6), "0.10"],
    ["nothing", () => formatAmount(0n, 6), "0.00"],
    ["a debt", () => formatAmount(-1_500_000n, 6), "-1.50"],
    ["an amount of a token with one decimal", () => formatAmount(15n, 1), "1.5"],
    ["an amount of a token without decimals", () => formatAmount(1_234n, 0), "1,234"],
    ["money", () => formatMoney(1_000_000n, { symbol: "USDC", decimals: 6 }), "1.00 USDC"],
    ["a share", () => formatShare(999_000_000n), "99.9 %"],
    ["a whole share", () => formatShare(1_000_000_000n), "100 %"],
    ["a ratio, cut", () => formatRatio(999_999n, 1_000_000n), "99.999 %"],
    ["a ratio of nothing", () => formatRatio(0n, 0n), "–"],
    ["a multiple", () => formatMultiple(2_500_000_000n), "2.5x"],
    ["no time", () => formatDuration(0n), "0 s"],
    ["seconds", () => formatDuration(12n), "12 s"],
    ["minutes and seconds", () => formatDuration(2_592n), "43 min 12 s"],
    ["hours past a day", () => formatDuration(100_800n), "28 h"],
    ["hours, minutes and seconds", () => formatDuration(3_661n), "1 h 1 min 1 s"],
    ["days", () => formatSpan(5n * DAY), "5 days"],
    ["one day", () => formatSpan(DAY), "1 day"],
    ["a day and more", () => formatSpan(DAY + 60n), "24 h 1 min"],
    ["less than a day", () => formatSpan(3_600n), "1 h"],
    ["no span", () => formatSpan(0n), "0 s"],
    ["one period", () => plural(1, "period"), "1 period"],
    ["several periods", () => plural(1_200n, "period"), "1,200 periods"],
    ["no period", () => plural(0, "period"), "0 periods"],
    ["a date", () => formatTime(time("2025-02-08")), "8 Feb 2025"],
    ["a minute", () => formatTime(time("2025-12-31T09:05Z")), "31 Dec 2025 09:05"],
    ["a second", () => formatTime(time("2025-06-01T09:05:07Z")), "1 Jun 2025 09:05:07"],
    ["a date for a file", () => formatIsoTime(time("2025-02-08")), "2025-02-08"],
    ["a time for a file", () => formatIsoTime(time("2025-02-08T09:00Z")), "2025-02-08T09:00:00Z"],
    ["an amount for machines", () => plainMoney(1_234_567_891_011n, 6), "1234567.891011"],
    ["a moment at midnight", () => moment(time("2025-02-08")), "8 Feb 2025"],
    ["a moment", () => moment(time("2025-02-08T09:00Z")), "8 Feb 2025 09:00 UTC"],
    ["the last moment there is", () => moment(253_402_300_799n), "31 Dec 9999 23:59:59 UTC"],
    ["a moment that never comes", () => moment(253_402_300_800n), "never"],
    ["far ahead", () => away(2n * DAY + 1n, 1n), "in 2 days"],
    ["two days less a second ahead", () => away(2n * DAY, 1n), "in 47 h"],
    ["two hours ahead", () => away(7_201n, 1n), "in 2 h"],
    ["two hours less a second ahead", () => away(7_200n, 1n), "in 119 min"],
    ["now", () => away(1n, 1n), "0 min ago"],
    ["past", () => away(1n, 3n * DAY), "2 days ago"],
    ["an address", () => shortAddress(address("ab")), "0xabab…abab"],
  ];
  for (const [what, said, words] of read) {
    it(`${what}: ${words}`, () => {
      expect(said()).to.equal(words);
    });
  }

  it("knows every month", () => {
    const months = Array.from({ length: 12 }, (_, m) => formatTime(BigInt(Date.UTC(2025, m, 1) / 1000)).split(" ")[1]);
    expect(months.join(" ")).to.equal("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
  });
});
