import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAddress } from "ethers";
import { UpheldError } from "../errors.ts";
import { readBooks } from "../statement/books.ts";
import { csvOf } from "../statement/csv.ts";
import { dataOf } from "../statement/data.ts";
import { htmlOf } from "../statement/html.ts";
import { monthOf } from "../statement/month.ts";
import { paperOf, type Block } from "../statement/paper.ts";
import { pdfOf } from "../statement/pdf.ts";
import { statementOf, type Statement } from "../statement/statement.ts";
import { together, type ClientStatement } from "../statement/client.ts";
import type { Context } from "./context.ts";
import { readAgreementFile } from "./file.ts";
import { recordAtHand } from "./recorded.ts";
import { usage } from "./job.ts";
import { toJson } from "./output.ts";

export const FORMATS = ["html", "pdf", "csv", "json"] as const;
export type Format = (typeof FORMATS)[number];

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Tells agreements and the month apart, in whatever order they were named. */
export function sortNamed(named: readonly string[]): { agreements: readonly string[]; month: string } {
  const [month, ...others] = named.filter((word) => MONTH.test(word));
  const agreements = named.filter((word) => !MONTH.test(word));
  if (month === undefined || others.length > 0) throw usage("name one month, such as 2025-10");
  if (agreements.length === 0) throw usage("name an agreement: its address, or its *.sla.yaml");
  return { agreements: [...new Set(agreements)], month };
}

/** Reads the month of all `agreements` from the chain. */
export async function readClientStatement(
  context: Context,
  agreements: readonly string[],
  month: string,
  folder: string,
  record?: string,
): Promise<ClientStatement> {
  const statements: Statement[] = [];
  for (const ref of agreements) {
    const agreement = await context.agreement(ref);
    if (statements.some((other) => other.agreement === agreement.address))
      throw usage(`the agreement ${ref} is named twice`);
    const { network } = await context.chain();
    const file = isAddress(ref) ? undefined : readAgreementFile(ref);
    const books = await readBooks(agreement, () => context.now());
    // After the books: what is in the record by their time is all there.
    const said = await recordAtHand(context, agreement, record, folder);
    const options = { file, measures: file?.measures ?? [], chainId: network.chainId, folder, record: said };
    statements.push(await statementOf(books, monthOf(month), options));
  }
  const { network } = await context.chain();
  return together(network, statements as [Statement, ...Statement[]]);
}

/** The bytes of the statement in `format`; the same every time once it is final. */
export async function bytesOf(client: ClientStatement, format: Format): Promise<Buffer> {
  switch (format) {
    case "html":
      return Buffer.from(htmlOf(paperOf(client)));
    case "pdf":
      return pdfOf(paperOf(client), client.month.end);
    case "csv":
      return Buffer.from(csvOf(client));
    case "json":
      return Buffer.from(`${toJson(dataOf(client))}\n`);
  }
}

export interface Written {
  readonly path: string;
  /** `same`: it was there already, to the byte. */
  readonly outcome: "new" | "replaced" | "same";
}

/** Writes `bytes`, all of them or nothing. */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<Written> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    const before = await readFile(path).catch(() => undefined);
    if (before !== undefined && Buffer.compare(before, bytes) === 0) return { path, outcome: "same" };
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
    return { path, outcome: before === undefined ? "new" : "replaced" };
  } catch (cause) {
    const message = `${path} cannot be written: ${(cause as Error).message}.`;
    const hint = "Name a folder that you may write to, by --out.";
    throw new UpheldError({ code: "file.unwritable", message, hint }, { cause });
  }
}

/** The statement for a terminal: what is bad, what to do, and the figures. */
export function statementText(client: ClientStatement): string[] {
  const { title, subtitle, blocks } = paperOf(client);
  const end = blocks.findIndex((block) => block.kind === "heading" && block.text === "Each movement");
  return [`${title}: ${subtitle}`, ...blocks.slice(0, end === -1 ? undefined : end).flatMap(blockText)];
}

function blockText(block: Block): string[] {
  switch (block.kind) {
    case "heading":
      return ["", block.text.toUpperCase()];
    case "text":
      return [`  ${block.text}`];
    case "small":
      return [];
    case "notice":
      return block.lines.map((line) => `${block.isBad ? "!" : "✓"} ${line}`);
    case "list":
      return block.items.map((item, i) => `  ${i + 1}. ${item}`);
    case "table": {
      const all = [block.head, ...block.rows];
      const widths = block.head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
      return all.map((row) => {
        const cells = row.map((text, i) =>
          block.figures.includes(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0),
        );
        return `  ${cells.join("  ").trimEnd()}`;
      });
    }
  }
}
