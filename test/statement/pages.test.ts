/** How a paper is laid out on pages: whatever is on it, nothing runs out of them. */
import { expect } from "chai";
import type { Block, Paper } from "../../src/statement/paper.ts";
import { pdfOf } from "../../src/statement/pdf.ts";
import { drawnIn } from "./drawn.ts";

const LEFT = 56;
const RIGHT = 595.28 - 56;
const BOTTOM = 64;

const paper = (...blocks: Block[]): Paper => ({ title: "Title", subtitle: "Subtitle", blocks, footer: "Footer" });
const text = (words: string): Block => ({ kind: "text", text: words });
const table = (rows: readonly (readonly string[])[], more: object = {}): Block => ({
  ...{ kind: "table", head: ["what", "much"], rows, figures: [1], sums: [], ...more },
});

interface Mark {
  readonly page: number;
  readonly x: number;
  readonly y: number;
  readonly font: string;
  readonly size: number;
  readonly color: string;
  readonly text: string;
}

/** Every text, with its page and the lower left corner of its first letter. */
async function marksOf(...blocks: Block[]): Promise<Mark[]> {
  let page = 0;
  return drawnIn(await pdfOf(paper(...blocks), 0n)).flatMap((line): Mark[] => {
    if (line.startsWith("page ")) ++page;
    const found = /^(\S+) (\S+) (DejaVu\S+) (\S+) (#\S+) (.*)$/.exec(line);
    if (found === null) return [];
    const [, x, y, font = "", size, color = "", words = ""] = found;
    return [{ page, x: Number(x), y: Number(y), font, size: Number(size), color, text: words.trimEnd() }];
  });
}
const find = (marks: readonly Mark[], words: string): Mark => {
  const mark = marks.find((each) => each.text === words);
  if (mark === undefined) throw new Error(`nothing says "${words}": ${marks.map((each) => each.text).join("|")}`);
  return mark;
};
/** In points. Not chai's `closeTo`: Hardhat's takes whole numbers only. */
const expectNear = (found: number | undefined, wanted: number, slack: number): void => {
  const off = Math.abs((found ?? Infinity) - wanted);
  expect(off <= slack, `${found} is not within ${slack} of ${wanted}`).to.equal(true);
};
const onPaper = (marks: readonly Mark[]) => marks.filter((mark) => !mark.text.startsWith("Footer"));

describe("a paper on pages", function () {
  this.timeout(60_000);

  it("has its footer, number and all, on each of them, in the middle of the margin", async () => {
    const marks = await marksOf(table(Array.from({ length: 100 }, (_, i) => [`row ${i}`, String(i)])));
    const footers = marks.filter((mark) => mark.text.startsWith("Footer"));
    expect(footers.map((mark) => [mark.page, mark.text])).to.deep.equal(
      [1, 2, 3].map((page) => [page, `Footer · page ${page} of 3`]),
    );
    expect(
      new Set(footers.map(({ y, size, color, font }) => `${Math.round(y)} ${size} ${color} ${font}`)),
    ).to.deep.equal(new Set(["33 7.5 #555c66 DejaVuSans"]));
    const [{ x } = { x: 0 }] = footers;
    expectNear(x, 297 - 38, 5);
  });

  it("keeps every row whole above the margin, and the next page begins at its top", async () => {
    const marks = onPaper(await marksOf(table(Array.from({ length: 100 }, (_, i) => [`row ${i}`, String(i)]))));
    expect(Math.min(...marks.map(({ y }) => y))).to.be.within(BOTTOM, BOTTOM + 16);
    for (const page of [2, 3]) {
      const top = Math.max(...marks.filter((mark) => mark.page === page).map(({ y }) => y));
      expect(top).to.be.within(841.89 - 56 - 13, 841.89 - 56 - 8);
    }
    const rows = marks.filter(({ text: words }) => words.startsWith("row "));
    expect(rows.map(({ text: words }) => words)).to.deep.equal(Array.from({ length: 100 }, (_, i) => `row ${i}`));
    const steps = rows.slice(1).map(({ y }, i) => Math.round(((rows[i]?.y ?? 0) - y) * 10) / 10);
    expect(new Set(steps.filter((step) => step > 0))).to.deep.equal(new Set([15.9]));
  });

  it("flushes figures right, words left, and fills the width with the widest column of words", async () => {
    const marks = await marksOf(
      table([
        ["a", "1"],
        ["bb", "1,000"],
      ]),
    );
    expect([find(marks, "what"), find(marks, "a"), find(marks, "bb")].map(({ x }) => x)).to.deep.equal([
      LEFT,
      LEFT,
      LEFT,
    ]);
    // Digits are all as wide: so each digit more begins that much further left, and all end at the same place.
    const [one, many, head] = [find(marks, "1"), find(marks, "1,000"), find(marks, "much")];
    expect(many.x).to.be.lessThan(one.x);
    expectNear(one.x + 5.41, RIGHT - 6, 0.1);
    expect(head.x).to.be.lessThan(one.x);
  });

  it("shrinks what is too wide, so that no column leaves the paper", async () => {
    const wide = Array.from({ length: 9 }, (_, i) => `${i}${"0".repeat(16)}`);
    const marks = onPaper(
      await marksOf(table([["x", ...wide]], { head: ["w", ...wide], figures: [...wide.keys()].map((i) => i + 1) })),
    );
    for (const { x } of marks) expect(x).to.be.within(LEFT - 0.01, RIGHT);
    const long = await marksOf(table([["a ".repeat(150), "b ".repeat(300)]], { figures: [] }));
    const lines = long.filter(({ text: words }) => /^[ab]/.test(words));
    expect(new Set(lines.map(({ x }) => Math.round(x))).size).to.equal(2);
    for (const { x, text: words } of lines) expect(x + words.length * 2.7).to.be.lessThan(RIGHT);
  });

  it("gives a row the height of its tallest cell, and one without words that of a line", async () => {
    const marks = await marksOf(
      table([
        ["a ".repeat(300), "1"],
        ["after", "2"],
        ["", ""],
        ["last", "3"],
      ]),
    );
    const tall = marks.filter(({ text: words }) => words.startsWith("a a"));
    const after = find(marks, "after");
    expect(tall.length).to.be.greaterThan(2);
    expectNear((tall.at(-1)?.y ?? 0) - after.y, 15.9, 0.1);
    expectNear(after.y - find(marks, "last").y, 2 * 15.9, 0.1);
  });

  it("sets heads and sums in bold, heads softer", async () => {
    const marks = await marksOf(
      table(
        [
          ["a", "1"],
          ["all", "2"],
        ],
        { sums: [1] },
      ),
    );
    expect(
      ["what", "a", "all", "2"].map((words) => find(marks, words)).map(({ font, color, size }) => [font, color, size]),
    ).to.deep.equal([
      ["DejaVuSans-Bold", "#555c66", 8.5],
      ["DejaVuSans", "#1a1d21", 8.5],
      ["DejaVuSans-Bold", "#1a1d21", 8.5],
      ["DejaVuSans-Bold", "#1a1d21", 8.5],
    ]);
  });

  it("does not leave a heading, or a table's head, alone at the foot of a page", async () => {
    const filled = (lines: number) => Array.from({ length: lines }, (_, i) => text(`line ${i}`));
    const heading: Block = { kind: "heading", level: 3, text: "Heading" };
    for (const lines of [41, 42, 43, 44]) {
      const marks = await marksOf(...filled(lines), heading, text("under it"));
      expect(find(marks, "Heading").page, String(lines)).to.equal(find(marks, "under it").page);
      const tables = await marksOf(...filled(lines), table([["a", "1"]]));
      expect(find(tables, "what").page, String(lines)).to.equal(find(tables, "a").page);
    }
  });

  it("makes bad news bold and red, with a bar beside all of it", async () => {
    const long = "word ".repeat(60).trim();
    const drawn = drawnIn(
      await pdfOf(
        paper(
          { kind: "notice", isBad: true, lines: [long, "short"] },
          { kind: "notice", isBad: false, lines: ["good"] },
          text("after"),
        ),
        0n,
      ),
    );
    const bars = drawn.filter((line) => line.startsWith("bar "));
    expect(bars.map((line) => line.split(" ").at(-1))).to.deep.equal(["#8f1d14", "#8f1d14", "#1d5c36"]);
    const marks = await marksOf(
      { kind: "notice", isBad: true, lines: [long, "short"] },
      { kind: "notice", isBad: false, lines: ["good"] },
      text("after"),
    );
    expect(
      [find(marks, "short"), find(marks, "good")].map(({ x, font, color, size }) => [x, font, color, size]),
    ).to.deep.equal([
      [LEFT + 10, "DejaVuSans-Bold", "#8f1d14", 9.5],
      [LEFT + 10, "DejaVuSans", "#1d5c36", 9.5],
    ]);
    expect(find(marks, "after").x).to.equal(LEFT);
    const bar = bars[0]?.split(" ").map(Number) ?? [];
    const lines = marks.filter(({ text: words }) => words.startsWith("word"));
    expectNear(bar[4], lines.length * 11.06 + 4, 0.1);
    expect([bar[1], bar[3]]).to.deep.equal([LEFT, 3]);
  });

  it("numbers a list, and has its small print small and soft", async () => {
    const marks = await marksOf(
      { kind: "list", items: ["one", "two"] },
      { kind: "small", text: "small" },
      text("plain"),
    );
    expect(find(marks, "1.  one").y).to.be.greaterThan(find(marks, "2.  two").y);
    expect(find(marks, "small")).to.include({ size: 7.5, color: "#555c66", x: LEFT });
    expect(find(marks, "plain")).to.include({ size: 9.5, color: "#1a1d21", x: LEFT });
    const two = await marksOf({ kind: "heading", level: 2, text: "two" }, { kind: "heading", level: 3, text: "three" });
    expect([find(two, "two").size, find(two, "three").size]).to.deep.equal([12.5, 10.5]);
  });
});
