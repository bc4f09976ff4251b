import { expect } from "chai";
import fc from "fast-check";
import { parseTax, splitTax, taxWords } from "../../src/terms/tax.ts";

describe("tax in an agreement's file", () => {
  it("is included in the fee, on top of it, or none", () => {
    expect(parseTax("20% VAT included")).to.deep.equal({ kind: "included", name: "VAT", rate: 200_000_000n });
    expect(parseTax("8.1 % Swiss VAT on top")).to.deep.equal({ kind: "on top", name: "Swiss VAT", rate: 81_000_000n });
    expect(parseTax("none")).to.deep.equal({ kind: "none", reason: undefined });
    expect(parseTax("none: reverse charge")).to.deep.equal({ kind: "none", reason: "reverse charge" });
  });

  for (const text of ["20%", "20% VAT", "VAT included", "20% included", "none:", "some"]) {
    it(`refuses "${text}"`, () => {
      expect(() => parseTax(text)).to.throw(`"${text}" does not say what tax the fee has.`);
    });
  }

  it("refuses more than the amount itself", () => {
    expect(() => parseTax("100.1% VAT included")).to.throw("must be at most 100 %");
    expect(parseTax("100% VAT included")).to.include({ kind: "included" });
  });

  it("is said in words", () => {
    expect(taxWords(parseTax("20% VAT included"))).to.equal("VAT 20 %, included in the fee");
    expect(taxWords(parseTax("20% VAT on top"))).to.equal("VAT 20 %, on top of the fee");
    expect(taxWords(parseTax("none"))).to.equal("no tax");
    expect(taxWords(parseTax("none: reverse charge"))).to.equal("no tax: reverse charge");
  });

  it("is split to hundredths, half up", () => {
    const vat = parseTax("20% VAT included");
    expect(splitTax(1_000_000_000n, vat, 6)).to.deep.equal({
      net: 833_330_000n,
      tax: 166_670_000n,
      gross: 1_000_000_000n,
    });
    expect(splitTax(1_000_000_000n, parseTax("20% VAT on top"), 6)).to.deep.equal({
      net: 1_000_000_000n,
      tax: 200_000_000n,
      gross: 1_200_000_000n,
    });
    expect(splitTax(30n, vat, 2)).to.deep.equal({ net: 25n, tax: 5n, gross: 30n });
    // 10 % of 0.05 is half a hundredth.
    expect(splitTax(5n, parseTax("10% VAT on top"), 2).tax).to.equal(1n);
    expect(splitTax(7n, parseTax("none"), 2)).to.deep.equal({ net: 7n, tax: 0n, gross: 7n });
  });

  it("always adds up, and is off by half a hundredth at most", () => {
    const amounts = fc.bigInt(0n, 10n ** 24n);
    fc.assert(
      fc.property(amounts, fc.bigInt(0n, 1_000_000_000n), fc.integer({ min: 0, max: 18 }), (amount, rate, decimals) => {
        const { net, tax, gross } = splitTax(amount, { kind: "included", name: "VAT", rate }, decimals);
        const cent = 10n ** BigInt(Math.max(decimals - 2, 0));
        expect(net + tax).to.equal(gross);
        expect(gross).to.equal(amount);
        expect(tax % cent).to.equal(0n);
        const exact = amount * rate;
        const distance = tax * (1_000_000_000n + rate) - exact;
        expect((distance < 0n ? -distance : distance) * 2n <= cent * (1_000_000_000n + rate)).to.equal(true);
      }),
    );
  });
});
