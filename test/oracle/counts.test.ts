import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readCountsFile } from "../../src/oracle/counts.ts";
import { problemOf } from "../chain/rejection.ts";

describe("a file of counts", () => {
  const folder = mkdtempSync(join(tmpdir(), "upheld-counts-"));
  const file = join(folder, "tickets.csv");
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const october = { number: 3n, start: BigInt(Date.UTC(2026, 9, 1) / 1000) };
  const read = (text: string) => {
    writeFileSync(file, text);
    return readCountsFile(file, october);
  };

  it("names a period by the month it starts in, or by its number", async () => {
    const expected = { total: 120n, bad: 2n, excluded: 1n };
    const head = "period,total,bad,excluded\n";
    expect(await read(`${head}2026-09,7,7,7\n2026-10,120,2,1\n`)).to.deep.equal(expected);
    expect(await read(`${head}3,120,2,1\n4,7,7,7\n`)).to.deep.equal(expected);
    expect(await read(`\uFEFF${head}\n 2026-10 , 120,2 ,1\r\n`)).to.deep.equal(expected);
  });

  const HINT = `the first line is "period,total,bad,excluded"; a period is the month it starts in, 2026-10, or its number from 0`;
  const COUNTS = "counts are whole units: total,bad,excluded, for example 2678400,4740,0";
  const wrong: [what: string, text: string, problem: object][] = [
    [
      "no line for the period",
      "period,total,bad,excluded\n2026-09,1,1,1\n",
      { code: "counts.no-line", message: "there is no line for period 3 (2026-10)", hint: HINT },
    ],
    [
      "two lines for it",
      "period,total,bad,excluded\n2026-10,1,1,1\n\n3,1,1,0\n",
      { code: "counts.twice", message: "lines 2 and 4 are both for period 3", hint: HINT, line: 4 },
    ],
    [
      "another header",
      "month,total,bad,excluded\n2026-10,1,1,1\n",
      { code: "counts.header", message: 'the first line reads "month,total,bad,excluded"', hint: HINT, line: 1 },
    ],
    ["no header", "", { code: "counts.header", message: 'the first line reads ""', hint: HINT, line: 1 }],
    [
      "what is no number",
      "period,total,bad,excluded\n2026-10,1,-1,1\n",
      { code: "counts.malformed", message: '"1,-1,1" is not a measurement', hint: COUNTS, line: 2 },
    ],
    [
      "a line too short",
      "period,total,bad,excluded\n2026-10,1\n",
      { code: "counts.malformed", message: "Invalid Record Length: expect 4, got 2 on line 2", hint: HINT },
    ],
  ];
  for (const [what, text, problem] of wrong) {
    it(`is refused with ${what}`, async () => {
      expect(await problemOf(read(text))).to.deep.equal({ ...problem, file });
    });
  }

  it("must be there", async () => {
    const { code } = await problemOf(readCountsFile(join(folder, "none.csv"), october));
    expect(code).to.equal("file.unreadable");
  });
});
