import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAddress } from "ethers";
import type { Agreement } from "../chain/agreement.ts";
import { UpheldError } from "../errors.ts";
import { readBooks, type Books } from "../statement/books.ts";
import { csvOf } from "../statement/csv.ts";
import { dataOf } from "../statement/data.ts";
import { htmlOf } from "../statement/html.ts";
import { monthOf } from "../statement/month.ts";
import { paperOf, type Block } from "../statement/paper.ts";
import { pdfOf } from "../statement/pdf.ts";
import { statementOf, type Statement } from "../statement/statement.ts";
import { together, type ClientStatement } from "../statement/client.ts";
import type { AgreementFile } from "../terms/file.ts";
import type { Context } from "./context.ts";
import { readAgreementFile } from "./file.ts";
import { recordAtHand } from "./recorded.ts";
import { usage } from "./job.ts";
import { toJson } from "./output.ts";

export const FORMATS = ["html", "pdf", "csv", "json"] as const;
export type Format = (typeof FORMATS)[number];

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Tells agreements and the month apart, in whatever order they were named. `isFound`: the chain says which agreements. */
export function sortNamed(named: readonly string[], isFound = false): { agreements: readonly string[]; month: string } {
  const [month, ...others] = named.filter((word) => MONTH.test(word));
  const agreements = named.filter((word) => !MONTH.test(word));
  if (month === undefined || others.length > 0) throw usage("name one month, such as 2025-10");
  const address = agreements.find((ref) => isAddress(ref));
  if (isFound && address !== undefined) {
    throw usage(`${address} is an address`, "Beside --client and --provider name files only: they add names and tax.");
  }
  if (!isFound && agreements.length === 0) {
    throw usage("name an agreement: its address, or its *.sla.yaml", "Or all of a client at once: --client 0x…");
  }
  return { agreements: [...new Set(agreements)], month };
}

/** What all agreements of a run share. */
export interface Wanted {
  /** `2025-10` */
  readonly month: string;
  /** The folder of evidence and private texts. */
  readonly evidence: string;
  /** Undefined: the record that is remembered. */
  readonly record: string | undefined;
}

/** Reads the month of all `agreements` from the chain. */
export async function readClientStatement(
  context: Context,
  agreements: readonly string[],
  wanted: Wanted,
): Promise<ClientStatement> {
  const statements: Statement[] = [];
  for (const ref of agreements) {
    const agreement = await context.agreement(ref);
    if (statements.some((other) => other.agreement === agreement.address))
      throw usage(`the agreement ${ref} is named twice`);
    const file = isAddress(ref) ? undefined : readAgreementFile(ref);
    const { statement } = await readStatement(context, { agreement, file }, wanted);
    statements.push(statement);
  }
  const { network } = await context.chain();
  return together(network, statements as [Statement, ...Statement[]]);
}

/** Reads the month of one agreement, with the books that it is from. */
export async function readStatement(
  context: Context,
  { agreement, file }: { readonly agreement: Agreement; readonly file: AgreementFile | undefined },
  { month, evidence: folder, record }: Wanted,
): Promise<{ readonly books: Books; readonly statement: Statement }> {
  const { chainId } = (await context.chain()).network;
  const books = await readBooks(agreement, () => context.now());
  // After the books: what is in the record by their time is all there.
  const said = await recordAtHand(context, agreement, record, folder);
  const options = { file, measures: file?.measures ?? [], chainId, folder, record: said };
  return { books, statement: await statementOf(books, monthOf(month), options) };
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

/** Writes the statement in each of `formats`. */
export async function writeFormats(
  client: ClientStatement,
  folder: string,
  formats: readonly Format[],
): Promise<Written[]> {
  const written: Written[] = [];
  for (const each of formats) {
    written.push(await writeWhole(folder, `${client.fileName}.${each}`, await bytesOf(client, each)));
  }
  return written;
}

/** What became of a file, for people. */
export const OUTCOMES = {
  new: "written",
  replaced: "written anew: its content changed",
  same: "there already, the same to the byte",
} as const;

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
