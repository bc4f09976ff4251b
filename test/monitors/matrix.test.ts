import { expect } from "chai";
import fc from "fast-check";
import { scanMatrix, toNumber } from "../../src/monitors/matrix.ts";

const EMPTY = { status: "success", data: { resultType: "matrix", result: [] } };
const matrixOf = (...lists: readonly unknown[]) => {
  const result = lists.map((values, i) => ({ metric: { i: `${i}` }, values }));
  return { ...EMPTY, data: { ...EMPTY.data, result } };
};
const scan = (body: unknown, from = 0, to = Infinity) =>
  scanMatrix(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), from, to);
const pairsOf = (body: unknown, from?: number, to?: number) => scan(body, from, to)?.samples.map((each) => [...each]);

const time = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((milliseconds) => milliseconds / 1_000);
const value = fc.oneof(
  fc.constantFrom("0", "1", "NaN", "+Inf", "-Inf", "1e+06", "-0", "007", "1.", ".5", "0.1", "123456789012345678901"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
);

describe("scanMatrix", () => {
  it("reads what JSON.parse reads, to the last bit", () => {
    const lists = fc.array(fc.array(fc.tuple(time, value), { maxLength: 20 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, (all) => {
        const expected = all.map((list) => list.map(([at, text]) => [at, toNumber(text)]));
        expect(pairsOf(matrixOf(...all))).to.deep.equal(expected);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("leaves the rest of the answer as it is, with the place of each list", () => {
    const body = matrixOf([[1, "1"]], [], [[2, "0"]]);
    expect(scan(body)?.rest).to.deep.equal(matrixOf(0, 1, 2));
  });

  it("keeps what is in the window, its start included", () => {
    const body = matrixOf([1, 2, 2.5, 3, 4].map((at) => [at, "1"]));
    expect(pairsOf(body, 2, 3)).to.deep.equal([
      [
        [2, 1],
        [2.5, 1],
      ],
    ]);
  });

  it("has room for a list however long, and keeps it when the next is read", () => {
    const listOf = (length: number) => Array.from({ length }, (_, i) => [i, String(length + i)] as const);
    const lists = [3, 10_000, 9_999].map(listOf);
    const expected = lists.map((list) => list.map(([at, text]) => [at, Number(text)]));
    const first = scan(matrixOf(...lists));
    scan(matrixOf([[7, "7"]]));
    expect(first?.samples.map((each) => [...each])).to.deep.equal(expected);
  });

  for (const [text, number] of [
    ["Inf", Infinity],
    ["+Inf", Infinity],
    ["-Inf", -Infinity],
    ["1e+06", 1_000_000],
    ["0", 0],
    ["NaN", NaN],
    ["x", NaN],
  ] as const) {
    it(`toNumber of ${text} is ${number}, and so it is read`, () => {
      expect(toNumber(text)).to.deep.equal(number);
      expect(pairsOf(matrixOf([[1, text]]))).to.deep.equal([[[1, number]]]);
    });
  }

  it("reads numbers of fifteen digits itself, and longer values as JavaScript does", () => {
    const list = [
      [123_456_789_012.345, "123456789012345"],
      [0.5, "1234567890123456"],
      [0, "-0.123456789012345"],
    ] as const;
    expect(pairsOf(matrixOf(list))).to.deep.equal([list.map(([at, text]) => [at, Number(text)])]);
    expect(scan('{"values":[[1234567890123.456,"1"]]}')).to.equal(undefined);
  });

  it("is not misled by labels", () => {
    const label = '"values":[[1,"1"]]';
    const body = { ...EMPTY, data: { resultType: "matrix", result: [{ metric: { label }, values: [[5, "1"]] }] } };
    expect(pairsOf(body)).to.deep.equal([[[5, 1]]]);
    expect(scan({ metric: { values: "[" } })?.samples).to.deep.equal([]);
  });

  for (const [what, list] of [
    ["spaces", '[[1, "1"]]'],
    ["a number where a text belongs", "[[1,1]]"],
    ["a text where a time belongs", '[["1","1"]]'],
    ["an exponent in a time", '[[1e9,"1"]]'],
    ["an escape in a value", '[[1,"\\u0031"]]'],
    ["no value", '[[1,""]]'],
    ["a third part", '[[1,"1",2]]'],
    ["a comma too many", '[[1,"1"],]'],
    ["a leading zero, which is no JSON", '[[01,"1"]]'],
    ["an end too soon", '[[1,"1"]'],
    ["no end of a value", '[[1,"1]]'],
    ["a space in a value", '[[1,"1 1"]]'],
    ["a time without its whole part", '[[.5,"1"]]'],
    ["a time without its fraction", '[[1.,"1"]]'],
    ["a time of two points", '[[1.2.3,"1"]]'],
    ["another separator", '[[1;"1"]]'],
    ["another separator of samples", '[[1,"1"];[2,"1"]]'],
    ["another bracket", '[{1,"1"]]'],
    ["another end of a sample", '[[1,"1"},[2,"1"]]'],
  ] as const) {
    it(`leaves an answer with ${what} to JSON.parse`, () => {
      expect(scan(`{"values":${list}}`)).to.equal(undefined);
    });
  }

  it("leaves what is broken outside the lists to JSON.parse", () => {
    expect(scan('{"values":[[1,"1"]]')).to.equal(undefined);
    expect(scan("not found")).to.equal(undefined);
  });
});
