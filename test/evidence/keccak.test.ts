import { expect } from "chai";
import fc from "fast-check";
import { keccak256 } from "ethers";
import { buildEvidence } from "../../src/evidence/build.ts";
import { fastKeccak } from "../../src/evidence/keccak.ts";
import type { Keccak } from "../../src/evidence/merkle.ts";
import { october, SALT } from "./fixtures.ts";
import { octoberOf } from "./sampled.ts";

describe("fastKeccak", () => {
  let keccak: Keccak;
  before(async () => {
    keccak = await fastKeccak();
  });

  it("hashes what another keccak256 hashes, whatever was hashed before", () => {
    // a block has 136 bytes
    const bytes = fc.uint8Array({ maxLength: 600 });
    fc.assert(
      fc.property(bytes, (given) => {
        expect(`0x${Buffer.from(keccak(given)).toString("hex")}`).to.equal(keccak256(given));
      }),
      { numRuns: 300, examples: [0, 1, 135, 136, 137, 272].map((length) => [new Uint8Array(length)]) },
    );
  });

  it("gives a hash that the next one does not change", () => {
    const first = keccak(new Uint8Array(3));
    const copy = Uint8Array.from(first);
    keccak(new Uint8Array(4));
    expect(first).to.deep.equal(copy);
  });

  it("makes the evidence that the default makes", () => {
    for (const input of [october(), octoberOf()]) {
      let hashes = 0;
      const counting: Keccak = (bytes) => (hashes++, keccak(bytes));
      expect(buildEvidence(input, SALT, counting)).to.deep.equal(buildEvidence(input, SALT));
      // of 32 leaves a salt and two hashes each, and 31 nodes above them: none by another way
      expect(hashes).to.equal(32 * 3 + 31);
    }
  });
});
