import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { parseAgreement } from "../../src/terms/file.ts";
import { formatTier, parseTier } from "../../src/terms/tiers.ts";
import { Unit } from "../../src/terms/types.ts";
import { anyTier } from "./arbitraries.ts";
import { address, sampleTerms } from "./sample-terms.ts";

describe("the manual of agreement files", () => {
  it("shows a file that is one", () => {
    const manual = readFileSync(new URL("../../docs/agreement-file.md", import.meta.url), "utf8");
    const bytes = ["11", "22", "33", "44", "55"];
    const example = /```yaml\n([^]*?)```/.exec(manual)?.[1] ?? "";
    const text = example.replaceAll('"0x…"', () => `"${address(bytes.shift() ?? "")}"`).replace('"…"', "ab".repeat(32));
    const { terms } = parseAgreement(text);
    const chronic = [{ count: 2, window: 3, leastShare: 1n }];
    expect(terms).to.deep.equal({ ...sampleTerms({ chronic }), document: terms.document });
  });

  it("tells any tier in words that mean that tier", () => {
    fc.assert(
      fc.property(anyTier, fc.constantFrom(...Object.values(Unit)), (tier, unit) => {
        const { condition, credit } = formatTier(tier, unit);
        expect(parseTier(condition, credit, unit)).to.deep.equal(tier);
      }),
    );
  });
});
