import { fileURLToPath } from "node:url";
import PDFDocument from "pdfkit";
import type { Block, Paper, Table } from "./paper.ts";

const PAGE = { size: "A4", margins: { top: 56, bottom: 64, left: 56, right: 56 } } as const;
const INK = "#1a1d21";
const SOFT = "#555c66";
const BAD = "#8f1d14";
const GOOD = "#1d5c36";
const SIZE = 9.5;

const font = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

/**
 * The paper as a PDF. The same paper gives the same bytes: its date is `at`, UTC seconds, nothing is compressed (a
 * compressor's next version writes other bytes), and the fonts come from a fixed package, which also has the letters
 * of names beyond Western Europe.
 */
export async function pdfOf(paper: Paper, at: bigint): Promise<Buffer> {
  const date = new Date(Number(at) * 1000);
  const doc = new PDFDocument({
    ...PAGE,
    compress: false,
    bufferPages: true,
    lang: "en",
    displayTitle: true,
    font: font("DejaVuSans"),
    info: {
      Title: `${paper.title}, ${paper.subtitle}`,
      Producer: "Upheld",
      Creator: "Upheld",
      CreationDate: date,
      ModDate: date,
    },
  });
  const chunks: Buffer[] = [];
  doc.on("data", (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => doc.on("end", resolve).on("error", reject));
  doc.registerFont("plain", font("DejaVuSans")).registerFont("bold", font("DejaVuSans-Bold"));

  doc.font("bold").fontSize(17).fillColor(INK).text(paper.title);
  doc.font("plain").fontSize(10.5).fillColor(SOFT).text(paper.subtitle).moveDown(0.8);
  for (const block of paper.blocks) draw(doc, block);
  footers(doc, paper.footer);
  doc.end();
  await done;
  return Buffer.concat(chunks);
}

type Doc = InstanceType<typeof PDFDocument>;

const widthOf = (doc: Doc): number => doc.page.width - doc.page.margins.left - doc.page.margins.right;

/** Begins a new page when less than `height` is left of this one. */
function keep(doc: Doc, height: number): void {
  if (doc.y + height > doc.page.height - doc.page.margins.bottom) doc.addPage();
}

function draw(doc: Doc, block: Block): void {
  doc.x = doc.page.margins.left;
  switch (block.kind) {
    case "heading":
      keep(doc, 60);
      doc.moveDown(block.level === 2 ? 0.9 : 0.6);
      doc
        .font("bold")
        .fontSize(block.level === 2 ? 12.5 : 10.5)
        .fillColor(INK)
        .text(block.text)
        .moveDown(0.3);
      return;
    case "text":
      doc.font("plain").fontSize(SIZE).fillColor(INK).text(block.text).moveDown(0.4);
      return;
    case "small":
      doc.font("plain").fontSize(7.5).fillColor(SOFT).text(block.text).moveDown(0.5);
      return;
    case "notice":
      drawNotice(doc, block.lines, block.isBad ? BAD : GOOD, block.isBad);
      return;
    case "list":
      for (const [i, item] of block.items.entries()) {
        doc
          .font("plain")
          .fontSize(SIZE)
          .fillColor(INK)
          .text(`${i + 1}.  ${item}`)
          .moveDown(0.25);
      }
      return;
    case "table":
      drawTable(doc, block);
  }
}

function drawNotice(doc: Doc, lines: readonly string[], color: string, isBold: boolean): void {
  const inset = 10;
  const left = doc.page.margins.left;
  const width = widthOf(doc) - inset;
  doc
    .font(isBold ? "bold" : "plain")
    .fontSize(SIZE)
    .fillColor(color);
  for (const line of lines) {
    const height = doc.heightOfString(line, { width }) + 4;
    keep(doc, height);
    const top = doc.y;
    doc.rect(left, top, 3, height).fill(color);
    doc.fillColor(color).text(line, left + inset, top + 2, { width });
    doc.y = top + height;
  }
  doc.moveDown(0.5);
}

function drawTable(doc: Doc, { head, rows, figures, sums }: Table): void {
  const widths = columnWidths(doc, [head, ...rows], figures);
  const line = (cells: readonly string[], isBold: boolean, color: string) => {
    doc.font(isBold ? "bold" : "plain").fontSize(8.5);
    const heights = cells.map((text, i) =>
      doc.heightOfString(text === "" ? " " : text, { width: (widths[i] ?? 0) - 6 }),
    );
    const height = Math.max(...heights) + 6;
    keep(doc, height);
    const top = doc.y;
    let x = doc.page.margins.left;
    for (const [i, text] of cells.entries()) {
      const width = widths[i] ?? 0;
      const align = figures.includes(i) ? "right" : "left";
      doc.fillColor(color).text(text, x, top + 3, { width: width - 6, align });
      x += width;
    }
    doc.y = top + height;
    doc.moveTo(doc.page.margins.left, doc.y).lineTo(doc.page.margins.left + widthOf(doc), doc.y);
    doc.lineWidth(0.4).strokeColor("#c9ced6").stroke();
  };
  keep(doc, 40);
  line(head, true, SOFT);
  for (const [r, row] of rows.entries()) line(row, sums.includes(r), INK);
  doc.x = doc.page.margins.left;
  doc.moveDown(0.7);
}

/** Each column as wide as its widest cell; what is over goes to, what lacks is taken from, the widest column of words. */
function columnWidths(doc: Doc, rows: readonly (readonly string[])[], figures: readonly number[]): number[] {
  doc.font("bold").fontSize(8.5);
  const count = rows[0]?.length ?? 0;
  const widths = Array.from(
    { length: count },
    (_, i) => Math.max(...rows.map((row) => doc.widthOfString(row[i] ?? ""))) + 10,
  );
  const words = [...widths.keys()].filter((i) => !figures.includes(i));
  const widest = words.reduce((a, b) => ((widths[a] ?? 0) >= (widths[b] ?? 0) ? a : b), words[0] ?? 0);
  const rest = widthOf(doc) - widths.reduce((a, b) => a + b, 0);
  widths[widest] = Math.max((widths[widest] ?? 0) + rest, 40);
  const scale = widthOf(doc) / widths.reduce((a, b) => a + b, 0);
  return scale < 1 ? widths.map((width) => width * scale) : widths;
}

function footers(doc: Doc, footer: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; ++page) {
    doc.switchToPage(page);
    // Text below the margin would begin a new page.
    const { bottom } = doc.page.margins;
    doc.page.margins.bottom = 0;
    const options = { width: widthOf(doc), align: "center", lineBreak: false } as const;
    doc.font("plain").fontSize(7.5).fillColor(SOFT);
    doc.text(`${footer} · page ${page - start + 1} of ${count}`, doc.page.margins.left, doc.page.height - 40, options);
    doc.page.margins.bottom = bottom;
  }
}
