import { createReadStream } from "node:fs";
import { explained, records } from "../measure/csv.ts";
import { UpheldError, UpheldErrors, type Problem } from "../errors.ts";
import { formatAgreement } from "./fill.ts";
import { parseAgreement, KEYS, type AgreementFile, type ParseOptions } from "./file.ts";
import { ROLES, type Role } from "./file-parties.ts";

/** One agreement of a list: what the row says, and where it stands. */
export interface Row {
  readonly line: number;
  /** By column; empty cells are left out. */
  readonly cells: ReadonlyMap<string, string>;
  /** `harbor-dental-ci-hosting.sla.yaml` */
  readonly fileName: string;
}

/** A row as the agreement's file it makes. */
export interface RowAgreement {
  readonly row: Row;
  readonly text: string;
  readonly file: AgreementFile;
}

const SECTIONS = ["token", "leave after", "measures", "objectives", "document", "salt", ...ROLES] as const;
const WORDS = KEYS.filter((key) => !(SECTIONS as readonly string[]).includes(key));
const NAMES = ROLES.map((role) => `${role} name`);
const COLUMNS: readonly string[] = ["file", ...ROLES, ...NAMES, ...WORDS];
const ENDING = ".sla.yaml";
const MOST_ROWS = 10_000;

/** Reads a CSV whose columns are keys of an agreement's file. Throws all problems with their lines. */
export async function readRows(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  const problems: Problem[] = [];
  let columns: readonly string[] | undefined;
  try {
    for await (const { record, info } of records(createReadStream(file))) {
      if (columns === undefined) columns = readColumns(record, file);
      else {
        if (rows.length === MOST_ROWS) throw tooMany(file, info.lines);
        rows.push(readRow(record, columns, info.lines));
      }
    }
  } catch (error) {
    throw explained(error, file, "clients");
  }
  if (rows.length === 0) throw problem(file, 1, "empty", "there is no row", "the first line names the columns");
  const firsts = new Map<string, number>();
  for (const { fileName, line } of rows) {
    const first = firsts.get(fileName);
    if (fileName === ENDING) {
      problems.push(problem(file, line, "no-name", "nothing names the row's file", NAMELESS).problem);
    } else if (first === undefined) firsts.set(fileName, line);
    else {
      const message = `line ${first} makes ${fileName} too`;
      problems.push(problem(file, line, "twice", message, `tell them apart by a column "file"`).problem);
    }
  }
  if (problems.length > 0) throw new UpheldErrors(problems);
  return rows;
}

const NAMELESS = `fill "client name", "service" or "file"`;

function readColumns(record: readonly string[], file: string): readonly string[] {
  const odd = record.find((name, i) => !COLUMNS.includes(name) || record.indexOf(name) !== i);
  if (odd === undefined) return record;
  const what = COLUMNS.includes(odd) ? "is there twice" : "is not known";
  throw problem(file, 1, "header", `the column "${odd.slice(0, 60)}" ${what}`, `there are ${COLUMNS.join(", ")}`);
}

function readRow(record: readonly string[], columns: readonly string[], line: number): Row {
  const filled = columns.flatMap((name, i): [string, string][] => {
    const cell = record[i] ?? "";
    return cell === "" ? [] : [[name, cell]];
  });
  const cells = new Map(filled);
  const named = cells.get("file")?.replace(/\.sla\.yaml$/, "");
  const slug = (named ?? [cells.get("client name"), cells.get("service")].filter(Boolean).join(" "))
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .toLowerCase();
  return { line, cells, fileName: `${slug}${ENDING}` };
}

/** What a template leaves to its rows, and what it says itself. Throws the template's own problems with their lines. */
export class Template {
  readonly #text: string;
  readonly #draft: AgreementFile;
  readonly #options: Pick<ParseOptions, "file" | "readBeside">;

  constructor(text: string, options: Pick<ParseOptions, "file" | "readBeside">) {
    this.#text = text;
    this.#options = options;
    this.#draft = parseAgreement(text, { ...options, draft: true });
  }

  /** The network it names. */
  get network(): string | undefined {
    return this.#draft.network?.name;
  }

  /** The row's agreement. Throws its problems at the row's line of `list`; `salt` is hex. */
  fill(row: Row, salt: string, list: string): RowAgreement {
    const words = WORDS.flatMap((key): [string, string][] => {
      const cell = row.cells.get(key);
      return cell === undefined ? [] : [[key, cell]];
    });
    const { readBeside } = this.#options;
    try {
      const fill = { words: Object.fromEntries(words), parties: this.#partiesOf(row), salt };
      const text = formatAgreement(this.#text, fill);
      return { row, text, file: parseAgreement(text, readBeside === undefined ? {} : { readBeside }) };
    } catch (error) {
      throw new UpheldErrors(problemsIn(error).map((one) => ({ ...one, file: list, line: row.line })));
    }
  }

  /** A name needs its address beside it: the row's, or else the template's. */
  #partiesOf({ cells }: Row): Partial<Record<Role, { name?: string; address: string }>> {
    const parties: Partial<Record<Role, { name?: string; address: string }>> = {};
    for (const role of ROLES) {
      const name = cells.get(`${role} name`);
      const own = this.#draft.open.includes(`the address of the ${role}`) ? undefined : this.#draft.terms[role];
      const address = cells.get(role) ?? own;
      if (cells.get(role) === undefined && name === undefined) continue;
      if (address === undefined) {
        const message = `the ${role} has no address`;
        throw new UpheldError({ code: "rows.no-address", message, hint: `fill the column "${role}"` });
      }
      parties[role] = { ...(name === undefined ? {} : { name }), address };
    }
    return parties;
  }
}

/** The salt that an agreement's file has; undefined: none that `formatAgreement` writes. */
export function saltIn(text: string): string | undefined {
  return /^salt: "([0-9a-f]+)"$/m.exec(text)?.[1];
}

function problemsIn(error: unknown): readonly Problem[] {
  if (error instanceof UpheldErrors) return error.problems;
  if (error instanceof UpheldError) return [error.problem];
  throw error;
}

function problem(file: string, line: number, code: string, message: string, hint: string): UpheldError {
  return new UpheldError({ code: `rows.${code}`, message, hint, file, line });
}

const tooMany = (file: string, line: number): UpheldError =>
  problem(file, line, "too-many", `there are more than ${MOST_ROWS} rows`, "split the list");
