import { expect } from "chai";
import type { Result } from "ethers";
import { decodeTerms, encodeTerms, termsHash } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { expectRefusal } from "../support/expect.ts";
import { below, createAgreement, ethers, loadFixture, termsOf, world } from "../support/fixture.ts";

const HEADER = 229;
const SIZE = HEADER + 16 + 7 + 2 + 3 * 22;

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
    ["before the objective", HEADER + 16 + 7, HEADER + 16 + 7 + 2],
    ["in the objective's head", HEADER + 16 + 7 + 1, HEADER + 16 + 7 + 2],
    ["before the tiers", HEADER + 16 + 7 + 2, SIZE],
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
    ["test", HEADER + 16 + 7 + 2, 5],
    ["proportional test", HEADER + 16 + 7 + 2, 0x85],
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
    const tiers = Array.from({ length: 256 }, () => below(1n, 1n));
    const many = termsOf(w, { objectives: [{ indicator: 0, tiers }] });
    await expectRefusal(w.lens.encode(asStruct(many)), w.lens, "ListTooLong", [256n, 255n]);
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
