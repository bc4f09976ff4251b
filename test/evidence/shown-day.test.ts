import { expect } from "chai";
import { buildEvidence } from "../../src/evidence/build.ts";
import { parseLeafProof, proveDay, proveHeader, readShownDay } from "../../src/evidence/proof.ts";
import { UpheldError } from "../../src/errors.ts";
import { october, SALT } from "./fixtures.ts";

describe("a shown day", () => {
  const { evidence } = buildEvidence(october({ author: "client" }), SALT);
  const proof = proveDay(evidence, "2025-10-09");

  it("says whose it is and what was seen", () => {
    expect(readShownDay(proof)).to.deep.equal({
      chainId: 31_337n,
      agreement: "0x00000000000000000000000000000000000000aa",
      period: 9,
      revision: 0,
      author: "client",
      leaf: 9,
      date: "2025-10-09",
      facts: ["outage 1 every 2025-10-09T14:45:00Z 2025-10-09T16:40:00Z"],
    });
    expect(readShownDay(proveDay(evidence, "2025-10-10")).facts).to.deep.equal([]);
  });

  it("is no header, and no text of another form", () => {
    for (const text of [proveHeader(evidence).text, ` ${proof.text}`, proof.text.replace("day 2", "day 3")]) {
      expect(() => readShownDay({ text }, "9.json")).to.throw(UpheldError, "its text is not that of a day");
    }
  });

  it("survives its file, and nothing else does", () => {
    expect(parseLeafProof(JSON.parse(JSON.stringify(proof)))).to.deep.equal(proof);
    for (const [what, changes] of [
      ["schema", { schema: "upheld.leaf-proof/2" }],
      ["leaf", { leaf: 368 }],
      ["text", { text: "no line feed" }],
      ["proof", { proof: Array.from({ length: 10 }, () => proof.root) }],
      ["proof.0", { proof: ["0x00"] }],
      ["root", { root: proof.root.toUpperCase() }],
      ["Unrecognized key", { more: 1 }],
    ] as const) {
      expect(() => parseLeafProof({ ...proof, ...changes }), what).to.throw(UpheldError, what);
    }
  });
});
