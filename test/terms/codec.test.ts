import { expect } from "chai";
import { getAddress } from "ethers";
import fc from "fast-check";
import { UpheldError } from "../../src/errors.ts";
import { decodeTerms, encodeTerms, termsHash } from "../../src/terms/codec.ts";
import { Combination, Mode, type Terms, Unit } from "../../src/terms/types.ts";
import { anyObjectives } from "./arbitraries.ts";
import { sampleTerms } from "./sample-terms.ts";

const uint = (bytes: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(8 * bytes)) - 1n });
const byte = fc.nat(255);
const anyAddress = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((x) => getAddress(`0x${Buffer.from(x).toString("hex")}`));

const anyTerms: fc.Arbitrary<Terms> = fc.record({
  provider: anyAddress,
  client: anyAddress,
  oracle: anyAddress,
  arbiter: anyAddress,
  token: anyAddress,
  fee: uint(12),
  bond: uint(12),
  pledge: uint(12),
  termCreditCap: uint(12),
  document: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((x) => `0x${Buffer.from(x).toString("hex")}`),
  pledgeShare: uint(5),
  creditCap: uint(5),
  silenceCredit: uint(5),
  // until its month has no place any more, in 5461
  anchor: fc.bigInt({ min: 0n, max: 110_000_000_000n }),
  start: uint(5),
  reportWindow: uint(4),
  disputeWindow: uint(4),
  rulingWindow: uint(4),
  fundingGrace: uint(4),
  periodMonths: byte,
  periods: byte,
  noticePeriods: byte,
  burnInPeriods: byte,
  combination: fc.constantFrom(...Object.values(Combination)),
  indicators: fc.array(
    fc.record({
      id: fc.nat(65_535),
      unit: fc.constantFrom(...Object.values(Unit)),
      mode: fc.constantFrom(...Object.values(Mode)),
      instances: uint(4),
      excludedCap: uint(8),
    }),
    { maxLength: 5 },
  ),
  chronic: fc.array(fc.record({ count: byte, window: byte, leastShare: uint(5) }), { maxLength: 4 }),
  objectives: anyObjectives,
});

function problemOf(job: () => unknown): string {
  try {
    job();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem.code;
    throw error;
  }
  return "no error";
}

describe("packed terms", () => {
  it("lie where the table in TermsCodec.sol says", () => {
    const packed = encodeTerms(sampleTerms());
    const at = (offset: number, size: number) => BigInt(`0x${packed.slice(2 + 2 * offset, 2 + 2 * (offset + size))}`);
    expect((packed.length - 2) / 2).to.equal(229 + 16 + 7 + 3 + 3 * 14);
    expect(at(80, 20)).to.equal(BigInt(sampleTerms().token));
    expect(at(100, 12)).to.equal(1_000_000_000n);
    expect(at(148, 32)).to.equal(BigInt(sampleTerms().document));
    expect(at(200, 5)).to.equal(sampleTerms().start);
    expect(at(217, 4)).to.equal(sampleTerms().fundingGrace);
    expect(at(221, 8)).to.equal(0x01_0c_01_00_01_01_01_01n);
    expect(at(229, 16)).to.equal((1n << 112n) | (1n << 104n) | (2n << 96n) | (1n << 64n));
    expect(at(245, 7)).to.equal((2n << 48n) | (3n << 40n) | 100_000_000n);
    expect(at(252, 3)).to.equal(3n * 14n);
    expect(at(255, 14)).to.equal((999_000_000n << 48n) | (1n << 40n) | 100_000_000n);
  });

  it("mark a proportional tier with the highest bit of its test", () => {
    const tier = { test: 3, threshold: 0n, credit: 1n, per: 0n, proportional: true } as const;
    const terms = sampleTerms({ objectives: [{ indicator: 0, tiers: [tier] }] });
    expect(encodeTerms(terms).slice(-12, -10)).to.equal("83");
    expect(decodeTerms(encodeTerms(terms)).objectives[0]?.tiers[0]).to.deep.equal(tier);
  });

  it("come back as they were, for any terms", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        expect(decodeTerms(encodeTerms(terms))).to.deep.equal(terms);
      }),
    );
  });

  it("give another hash for any other byte", () => {
    expect(termsHash(sampleTerms())).to.match(/^0x[0-9a-f]{64}$/);
    expect(termsHash(sampleTerms({ fee: 1_000_000_001n }))).to.not.equal(termsHash(sampleTerms()));
  });

  it("refuse a number wider than its place", () => {
    expect(() => encodeTerms(sampleTerms({ fee: 2n ** 96n }))).to.throw(
      `fee is ${2n ** 96n}, must be 0 to ${2n ** 96n - 1n}`,
    );
    expect(() => encodeTerms(sampleTerms({ periods: 256 }))).to.throw("periods is 256, must be 0 to 255");
    expect(() => encodeTerms(sampleTerms({ client: "0x12" }))).to.throw("client is 0x12, must be 20 bytes of hex");
  });

  it("refuse bytes that are no terms", () => {
    const packed = encodeTerms(sampleTerms());
    expect(problemOf(() => decodeTerms(packed.slice(0, -2)))).to.equal("terms.malformed");
    expect(problemOf(() => decodeTerms(`${packed}00`))).to.equal("terms.malformed");
    expect(problemOf(() => decodeTerms("0x"))).to.equal("terms.malformed");
    expect(problemOf(() => decodeTerms("hello"))).to.equal("terms.malformed");
    const unknownCombination = `${packed.slice(0, 2 + 2 * 225)}03${packed.slice(4 + 2 * 225)}`;
    expect(() => decodeTerms(unknownCombination)).to.throw("combination is 3, must be 1 to 2");
  });
});
