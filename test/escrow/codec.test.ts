import { expect } from "chai";
import type { Result } from "ethers";
import { decodeTerms, encodeTerms, termsHash } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { expectRefusal } from "../support/expect.ts";
import { below, createAgreement, ethers, loadFixture, termsOf, world } from "../support/fixture.ts";

const HEADER = 229;
/** An indicator, a chronic rule, the head of an objective, three flat tiers. */
const TIERS = HEADER + 16 + 7 + 3;
const SIZE = TIERS + 3 * 14;

/** `packed` with the byte at `offset` replaced. */
const withByte = (packed: string, offset: number, value: number) =>
  packed.slice(0, 2 + 2 * offset) + value.toString(16).padStart(2, "0") + packed.slice(4 + 2 * offset);

describe("TermsCodec", () => {
  it("encodes on chain as in TypeScript, and decodes what it encoded", async () => {
    const w = await loadFixture(world);
    const terms = termsOf(w);
    const packed = encodeTerms(terms);
    expect(ethers.dataLength(packed)).to.equal(SIZE);
    expect(await w.lens.encode(asStruct(terms))).to.equal(packed);
    expect(await w.lens.encode(await w.lens.decode(packed).then(copy))).to.equal(packed);
    expect(decodeTerms(packed)).to.deep.equal(terms);
  });

  it("gives an agreement's terms back, and their hash", async () => {
    const a = await createAgreement(await loadFixture(world));
    const decoded = await a.lens.termsOf(a.address);
    expect(await a.lens.encode(copy(decoded))).to.equal(a.packed);
    expect(await a.escrow.termsHash()).to.equal(termsHash(a.terms));
  });

  for (const size of [0, 1, HEADER - 1]) {
    it(`refuses ${size} bytes: the header is missing`, async () => {
      const w = await loadFixture(world);
      const packed = ethers.dataSlice(encodeTerms(termsOf(w)), 0, size);
      await expectRefusal(w.lens.decode(packed), w.lens, "TermsLengthDiffers", [size, HEADER]);
    });
  }

  for (const [name, size, expected] of [
    ["in the indicators", HEADER, HEADER + 16 + 7],
    ["in the chronic rules", HEADER + 16 + 6, HEADER + 16 + 7],
    ["before the objective", HEADER + 16 + 7, TIERS],
    ["in the objective's head", TIERS - 1, TIERS],
    ["before the tiers", TIERS, SIZE],
    ["in the last tier", SIZE - 1, SIZE],
  ] as const) {
    it(`refuses terms that end ${name}`, async () => {
      const w = await loadFixture(world);
      const packed = ethers.dataSlice(encodeTerms(termsOf(w)), 0, size);
      await expectRefusal(w.lens.decode(packed), w.lens, "TermsLengthDiffers", [size, expected]);
      expect(() => decodeTerms(packed)).to.throw();
    });
  }

  it("refuses bytes left over", async () => {
    const w = await loadFixture(world);
    for (const rest of ["00", "0000", "ff".repeat(32)]) {
      const packed = encodeTerms(termsOf(w)) + rest;
      const actual = SIZE + rest.length / 2;
      await expectRefusal(w.lens.decode(packed), w.lens, "TermsLengthDiffers", [actual, SIZE]);
      expect(() => decodeTerms(packed)).to.throw();
    }
  });

  for (const [name, offset, first] of [
    ["combination", 225, 3],
    ["unit", HEADER + 2, 6],
    ["mode", HEADER + 3, 4],
    ["test", TIERS + 8, 5],
    ["proportional test", TIERS + 8, 0x85],
  ] as const) {
    it(`refuses the first ${name} that does not exist, and takes the last that does`, async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w));
      await expectRefusal(w.lens.decode(withByte(packed, offset, first)), w.lens, "ChoiceUnknown", [
        ethers.encodeBytes32String(name.replace("proportional ", "")),
        first & 0x7f,
        (first & 0x7f) - 1,
      ]);
      await w.lens.decode(withByte(packed, offset, first - 1));
      expect(() => decodeTerms(withByte(packed, offset, first))).to.throw();
      decodeTerms(withByte(packed, offset, first - 1));
    });
  }

  it("refuses to encode a list of 256, and takes one of 255", async () => {
    const w = await loadFixture(world);
    const chronic = (length: number) => Array.from({ length }, () => ({ count: 1, window: 1, leastShare: 1n }));
    await expectRefusal(w.lens.encode(asStruct(termsOf(w, { chronic: chronic(256) }))), w.lens, "ListTooLong", [
      256n,
      255n,
    ]);
    const most = termsOf(w, { chronic: chronic(255) });
    expect(await w.lens.encode(asStruct(most))).to.equal(encodeTerms(most));
    // Tiers are counted in bytes, so more of them can be written than may be agreed on.
    const tiers = Array.from({ length: 256 }, () => below(1n, 1n));
    const many = termsOf(w, { objectives: [{ indicator: 0, tiers }] });
    expect(await w.lens.encode(asStruct(many))).to.equal(encodeTerms(many));
  });
});

describe("TermsCodec: one way to write terms", () => {
  const HOUR = 3_600n;
  /** The reference terms begin in January of 2025. */
  const JANUARY = 2025 * 12 - 2;
  const length = 31n * 24n * HOUR;

  it("writes the anchor as its month and the seconds since", async () => {
    const w = await loadFixture(world);
    const at = (month: number) => BigInt(Date.UTC(Math.floor(month / 12), month % 12) / 1000);
    for (const anchor of [at(2025 * 12), at(2025 * 12) + length - 1n, at(2024 * 12 + 1) + 28n * 24n * HOUR, 0n]) {
      const packed = encodeTerms(termsOf(w, { anchor }));
      expect(await w.lens.encode(asStruct(termsOf(w, { anchor })))).to.equal(packed);
      expect((await w.lens.decode(packed)).anchor).to.equal(anchor);
    }
    expect(ethers.dataSlice(encodeTerms(termsOf(w)), 195, 200)).to.equal(`0x${JANUARY.toString(16)}000000`);
  });

  it("refuses an anchor outside of its month, or before 1970, and takes the last second", async () => {
    const w = await loadFixture(world);
    const packed = encodeTerms(termsOf(w));
    const replaced = (month: number, since: bigint) =>
      packed.slice(0, 2 + 2 * 195) +
      month.toString(16).padStart(4, "0") +
      since.toString(16).padStart(6, "0") +
      packed.slice(2 + 2 * 200);
    const refuses = async (bytes: string, what: string, actual: bigint) => {
      await expectRefusal(w.lens.decode(bytes), w.lens, "NotCanonical", [ethers.encodeBytes32String(what), actual]);
      expect(() => decodeTerms(bytes)).to.throw();
    };
    await refuses(replaced(JANUARY, length), "anchor", length);
    await refuses(replaced(JANUARY + 1, 28n * 24n * HOUR), "anchor", 28n * 24n * HOUR);
    await refuses(replaced(1970 * 12 - 3, 0n), "month", 23_637n);
    for (const bytes of [replaced(JANUARY, length - 1n), replaced(1970 * 12 - 2, 0n)]) {
      expect(decodeTerms(bytes).anchor).to.equal((await w.lens.decode(bytes)).anchor);
    }
  });

  it("refuses to encode an anchor whose month has no place, and takes the last that has", async () => {
    const w = await loadFixture(world);
    const last = BigInt(Date.UTC(5461, 6) / 1000) - 1n;
    const most = termsOf(w, { anchor: last });
    expect(await w.lens.encode(asStruct(most))).to.equal(encodeTerms(most));
    const beyond = termsOf(w, { anchor: last + 1n });
    await expectRefusal(w.lens.encode(asStruct(beyond)), w.lens, "NotCanonical", [
      ethers.encodeBytes32String("month"),
      65_536n,
    ]);
    expect(() => encodeTerms(beyond)).to.throw("month of the anchor is 65536, must be 0 to 65535");
  });

  it("writes a step only where there is one, and refuses a step of 0", async () => {
    const w = await loadFixture(world);
    const tier = { ...below(1n, 1n), per: 1n };
    const packed = encodeTerms(termsOf(w, { objectives: [{ indicator: 0, tiers: [tier] }] }));
    expect(ethers.dataLength(packed)).to.equal(TIERS + 22);
    expect(await w.lens.encode(await w.lens.decode(packed).then(copy))).to.equal(packed);
    const nothing = withByte(packed, TIERS + 21, 0);
    await expectRefusal(w.lens.decode(nothing), w.lens, "NotCanonical", [ethers.encodeBytes32String("per"), 0n]);
    expect(() => decodeTerms(nothing)).to.throw("a tier has a step of 0");
  });

  it("refuses an objective whose last tier is cut off", async () => {
    const w = await loadFixture(world);
    const packed = encodeTerms(termsOf(w));
    const short = withByte(packed, TIERS - 1, 3 * 14 - 1).slice(0, -2);
    await expectRefusal(w.lens.decode(short), w.lens, "TermsLengthDiffers", [SIZE - 1, SIZE]);
    expect(() => decodeTerms(short)).to.throw("they end inside a value");
  });
});

/** TypeScript's terms for a call: the arrays unlocked. */
function asStruct(terms: Terms) {
  return {
    ...terms,
    indicators: [...terms.indicators],
    chronic: [...terms.chronic],
    objectives: terms.objectives.map(({ indicator, tiers }) => ({ indicator, tiers: [...tiers] })),
  };
}

/** What a call answered, as an argument of another one. */
const copy = (answer: object): never => (answer as Result).toArray(true) as never;
