import { expect } from "chai";
import { type Problem, UpheldError } from "../../src/errors.ts";
import { decodeTerms, encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { address, sampleTerms } from "./sample-terms.ts";

function problemOf(run: () => unknown): Problem | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  return undefined;
}

const [indicator] = sampleTerms().indicators;
const [rule] = sampleTerms().chronic;
const [objective] = sampleTerms().objectives;
const [tier] = objective!.tiers;
const many = <T>(one: T): T[] => Array.from({ length: 256 }, () => one);
const withIndicator = (changes: object): Partial<Terms> => ({ indicators: [{ ...indicator!, ...changes }] });
const withRule = (changes: object): Partial<Terms> => ({ chronic: [{ ...rule!, ...changes }] });
const withTier = (changes: object): Partial<Terms> => ({
  objectives: [{ indicator: 0, tiers: [{ ...tier!, ...changes }] }],
});

describe("packed terms refuse", () => {
  const tooWide: [name: string, bytes: number, of: (value: bigint) => Partial<Terms>][] = [
    ["bond", 12, (bond) => ({ bond })],
    ["termCreditCap", 12, (termCreditCap) => ({ termCreditCap })],
    ["creditCap", 5, (creditCap) => ({ creditCap })],
    ["fundingGrace", 4, (fundingGrace) => ({ fundingGrace })],
    ["indicator id", 2, (id) => withIndicator({ id: Number(id) })],
    ["unit", 1, (unit) => withIndicator({ unit: Number(unit) })],
    ["mode", 1, (mode) => withIndicator({ mode: Number(mode) })],
    ["instances", 4, (instances) => withIndicator({ instances })],
    ["excluded cap", 8, (excludedCap) => withIndicator({ excludedCap })],
    ["count", 1, (count) => withRule({ count: Number(count) })],
    ["window", 1, (window) => withRule({ window: Number(window) })],
    ["least share", 5, (leastShare) => withRule({ leastShare })],
    ["indicator", 1, (value) => ({ objectives: [{ ...objective!, indicator: Number(value) }] })],
    ["test", 1, (test) => withTier({ test: Number(test) })],
    ["threshold", 8, (threshold) => withTier({ threshold })],
    ["credit", 5, (credit) => withTier({ credit })],
    ["per", 8, (per) => withTier({ per })],
  ];
  for (const [name, bytes, of] of tooWide) {
    it(`${name}: wider than ${bytes} bytes, or below 0`, () => {
      const most = (1n << BigInt(8 * bytes)) - 1n;
      for (const value of [most + 1n, -1n]) {
        // the sign of a test is lost in its highest bit
        if (name === "test" && value < 0n) continue;
        expect(problemOf(() => encodeTerms(sampleTerms(of(value))))).to.deep.equal({
          code: "terms.out-of-range",
          message: `${name} is ${value}, must be 0 to ${most}`,
        });
      }
      expect(problemOf(() => encodeTerms(sampleTerms(of(most))))).to.equal(undefined);
    });
  }

  const tooMany: [name: string, changes: Partial<Terms>][] = [
    ["number of indicators", { indicators: many(indicator!) }],
    ["number of chronic rules", { chronic: many(rule!) }],
    ["number of objectives", { objectives: many(objective!) }],
  ];
  for (const [name, changes] of tooMany) {
    it(`${name}: 256`, () => {
      expect(problemOf(() => encodeTerms(sampleTerms(changes)))?.message).to.equal(`${name} is 256, must be 0 to 255`);
    });
  }

  it("tiers of more than 65535 bytes", () => {
    const tiers = Array.from({ length: 4_682 }, () => tier!);
    expect(problemOf(() => encodeTerms(sampleTerms({ objectives: [{ indicator: 0, tiers }] })))?.message).to.equal(
      "bytes of tiers is 65548, must be 0 to 65535",
    );
    expect(
      problemOf(() => encodeTerms(sampleTerms({ objectives: [{ indicator: 0, tiers: tiers.slice(1) }] }))),
    ).to.equal(undefined);
  });

  for (const client of [
    `00${address("12")}`,
    `${address("12")}zz`,
    `x${address("12").slice(1)}`,
    address("12").slice(2),
  ]) {
    it(`${client} for an address`, () => {
      expect(problemOf(() => encodeTerms(sampleTerms({ client })))).to.deep.equal({
        code: "terms.not-hex",
        message: `client is ${client}, must be 20 bytes of hex`,
      });
    });
  }

  it("a document of another length", () => {
    const document = `0x${"ab".repeat(31)}`;
    expect(problemOf(() => encodeTerms(sampleTerms({ document })))?.message).to.equal(
      `document is ${document}, must be 32 bytes of hex`,
    );
  });

  it("nothing for being written in capitals, and packs it in small letters", () => {
    const document = `0x${"AB".repeat(32)}`;
    expect(encodeTerms(sampleTerms({ document }))).to.equal(encodeTerms(sampleTerms()));
  });

  describe("bytes that are no terms:", () => {
    const packed = () => encodeTerms(sampleTerms());
    const bytes = () => (packed().length - 2) / 2;
    const replaced = (at: number, byte: string) =>
      `${packed().slice(0, 2 + 2 * at)}${byte}${packed().slice(4 + 2 * at)}`;
    const wrong: [what: string, text: () => string, why: () => string][] = [
      ["no hex", () => "hello", () => "they are not hex"],
      ["no hex at the end", () => `${packed()}zz`, () => "they are not hex"],
      ["something before", () => `x${packed()}`, () => "they are not hex"],
      ["half a byte", () => packed().slice(0, -1), () => "they are not hex"],
      ["an end too soon", () => packed().slice(0, -2), () => `they end inside a value, at byte ${bytes() - 1}`],
      ["nothing", () => "0x", () => "they end inside a value, at byte 0"],
      ["two bytes too many", () => `${packed()}0000`, () => "2 bytes follow the end"],
      ["combination 0", () => replaced(225, "00"), () => "combination is 0, must be 1 to 2"],
      ["combination 3", () => replaced(225, "03"), () => "combination is 3, must be 1 to 2"],
      ["unit 0", () => replaced(231, "00"), () => "unit is 0, must be 1 to 5"],
      ["unit 6", () => replaced(231, "06"), () => "unit is 6, must be 1 to 5"],
      ["mode 0", () => replaced(232, "00"), () => "mode is 0, must be 1 to 3"],
      ["mode 4", () => replaced(232, "04"), () => "mode is 4, must be 1 to 3"],
      ["test 0", () => replaced(263, "00"), () => "test is 0, must be 1 to 4"],
      ["test 5", () => replaced(263, "05"), () => "test is 5, must be 1 to 4"],
      ["an anchor before 1970", () => replaced(195, "00"), () => "the anchor is before 1970"],
      [
        "an anchor after its month",
        () => replaced(197, "ff"),
        () => "the anchor lies 16711680 s after its month began, which is over then",
      ],
      ["a tier that is cut off", () => replaced(254, "29"), () => "the last tier of an objective is cut off"],
      ["test 0, proportional", () => replaced(263, "80"), () => "test is 0, must be 1 to 4"],
    ];
    for (const [what, text, why] of wrong) {
      it(what, () => {
        expect(problemOf(() => decodeTerms(text()))).to.deep.equal({
          code: "terms.malformed",
          message: `These are not packed terms: ${why()}.`,
        });
      });
    }

    it("but not bytes in capitals", () => {
      const loud = `0x${packed().slice(2).toUpperCase()}`;
      expect(decodeTerms(loud)).to.deep.equal(decodeTerms(packed()));
    });

    it("nor the last test and unit there are", () => {
      expect(decodeTerms(replaced(263, "84")).objectives[0]?.tiers[0]).to.include({ test: 4, proportional: true });
      expect(decodeTerms(replaced(231, "05")).indicators[0]?.unit).to.equal(5);
    });
  });
});
