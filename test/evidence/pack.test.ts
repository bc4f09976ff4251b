import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { pack, unpack } from "../../src/evidence/pack.ts";
import { MAX_UNPACKED } from "../../src/evidence/schema.ts";
import { UpheldError } from "../../src/errors.ts";

const problemOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("packing", () => {
  it("gives the text back, and the same bytes each time: no name, no time, no system", () => {
    const text = `{"source":"vienna, ö"}\n`.repeat(100);
    expect(unpack(pack(text))).to.equal(text);
    expect(pack(text).equals(pack(text))).to.equal(true);
    expect([...pack(text).subarray(0, 10)]).to.deep.equal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  });

  it("takes a file of the largest size, and refuses one byte more, to write and to read", function () {
    this.timeout(60_000);
    const largest = " ".repeat(MAX_UNPACKED);
    expect(unpack(pack(largest)).length).to.equal(MAX_UNPACKED);
    expect(problemOf(() => pack(`${largest} `))).to.deep.equal({
      code: "evidence.too-large",
      message: "the evidence has 67108865 bytes, more than the limit of 67108864",
      hint: "sample less often, use fewer vantage points, or round values by a smaller scale in the policy",
    });
    expect(problemOf(() => unpack(gzipSync(`${largest} `), "bomb.json.gz"))).to.deep.equal({
      code: "evidence.too-large",
      message: "unpacked it has more than the limit of 67108864 bytes",
      hint: "no evidence is that large: do not trust whoever gave it to you",
      file: "bomb.json.gz",
    });
  });

  it("says what is not gzip, and what was cut or changed on the way", () => {
    expect(problemOf(() => unpack(Buffer.from("{}")))).to.deep.equal({
      code: "evidence.malformed",
      message: "it is not compressed by gzip",
      hint: "evidence files end in .json.gz; pack it with gzip",
    });
    const packed = pack("{}".repeat(50));
    const damaged = (bytes: Uint8Array) => problemOf(() => unpack(bytes, "a.json.gz"));
    expect(damaged(packed.subarray(0, -4))).to.deep.equal({
      code: "evidence.damaged",
      message: "the evidence file is damaged: unexpected end of file",
      hint: "restore it from a copy; it is left as it is",
      file: "a.json.gz",
    });
    const flipped = Buffer.from(packed);
    flipped[packed.length - 8] = (flipped[packed.length - 8] ?? 0) ^ 1;
    expect(damaged(flipped).message).to.equal("the evidence file is damaged: incorrect data check");
    expect(damaged(gzipSync(Buffer.from([0xff]))).code).to.equal("evidence.damaged");
  });
});
