import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { agreementGas, priceOf } from "../chain/cost.ts";
import { cloneAddress } from "../chain/factory.ts";
import { writeNewFile } from "../committee/files.ts";
import { UpheldError, UpheldErrors, type Problem } from "../errors.ts";
import { readSummaries } from "../oracle/portfolio.ts";
import { encodeTerms } from "../terms/codec.ts";
import { plural } from "../terms/format.ts";
import { readRows, saltIn, Template, type Row, type RowAgreement } from "../terms/rows.ts";
import { needs, type Context } from "./context.ts";
import { readText } from "./file.ts";
import type { Result } from "./io.ts";
import { exitCodeOfMany, manyCalldata, sendMany, type ManyPlan } from "./many.ts";

/** One row on its way onto the chain. */
interface Planned extends RowAgreement {
  readonly path: string;
  /** An earlier run wrote it: its salt, and with it the agreement's address, stays. */
  readonly isKept: boolean;
  readonly packed: string;
  readonly address: string;
}

/**
 * Creates one agreement for each row. Each row's file, salt included, is on disk before its agreement is sent, and an
 * agreement's address follows from its file alone: run again, the files that are there lead to the agreements that are.
 */
export async function createFromRows(
  context: Context,
  { from: list, template, into }: { from: string; template: string; into: string },
): Promise<Result> {
  const { options, output } = context;
  const rows = await readRows(list);
  const readBeside = (name: string) => readFileSync(join(dirname(template), name));
  const form = new Template(readText(template, "Name a *.sla.yaml that all rows share."), {
    file: template,
    readBeside,
  });
  const { network, provider } = await context.chain(networkOf(rows, list, form));
  const factory = await context.factory();
  const planned = planAll(rows, { form, list, into }, factory.address, await factory.implementation());
  const exist = async () => {
    const addresses = planned.map(({ address }) => address);
    const summaries = await readSummaries(factory, addresses);
    return new Set(addresses.filter((_, i) => summaries[i] !== undefined));
  };
  const before = await output.during("Looking for agreements that exist", exist());
  const missing = planned.filter(({ address }) => !before.has(address));
  refuseStarted(missing, await context.now(), list);

  const plan: ManyPlan<Planned> = {
    need: { ...needs.anyone, preferred: planned[0]?.file.terms.provider ?? "" },
    look: async () => {
      const known = await exist();
      return planned.filter(({ address }) => !known.has(address));
    },
    transaction: ({ packed, address }) => factory.create(packed, address),
    wording: ({ file }) => ({ currency: file.token }),
    deeds: (todo, cost) => [
      `create ${plural(todo.length, "agreement")} of ${plural(rows.length, "row")}, for at most ${cost} in all`,
    ],
    before: (todo) => keepFiles(todo, into),
  };
  if (options.dryRun) {
    const gas = missing.reduce((sum, { packed }) => sum + agreementGas(packed), 0n);
    const { wei, text } = await priceOf(provider, gas);
    return {
      data: { dryRun: true, network: network.name, rows: rows.length, exist: before.size, create: missing.length, wei },
      text: [
        ...planned.map((one) => `  line ${one.row.line}  ${one.path}  ${wordOf(one, before)}`),
        `Nothing was written or sent. ${plural(missing.length, "agreement")} would be created on ${network.name}, for at most ${text} in all.`,
      ],
    };
  }
  if (options.calldata) {
    await keepFiles(missing, into);
    return manyCalldata(context, plan, missing[0]?.file.terms.provider ?? "");
  }
  const { from, done, cost } = await sendMany(context, plan);
  const outcomes = planned.map((one) => ({ one, ...done.find((each) => each.one === one) }));
  const created = done.filter(({ hash }) => hash !== undefined).length;
  return {
    data: {
      network: network.name,
      from,
      highestCost: cost,
      agreements: outcomes.map(({ one, hash, problem }) => ({
        line: one.row.line,
        file: one.path,
        agreement: one.address,
        outcome: problem !== undefined ? "failed" : hash !== undefined ? "created" : "there",
        transaction: hash,
        problem,
      })),
    },
    text: [
      ...outcomes.map(({ one, hash, problem }) => {
        const what = problem?.message ?? (hash === undefined ? "exists already" : "created");
        return `  ${one.path}  ${one.address}  ${what}`;
      }),
      `${created} created, ${planned.length - done.length} there before, ${done.length - created} failed.`,
      ...(created === 0 ? [] : ["Give each client its file; both seats accept before the start."]),
    ],
    exitCode: exitCodeOfMany(done),
  };
}

const wordOf = ({ address }: Planned, known: ReadonlySet<string>): string =>
  known.has(address) ? `exists: ${address}` : "would be created";

/** All rows are on one chain: what is sent in one go is signed by one key. */
function networkOf(rows: readonly Row[], list: string, form: Template): string | undefined {
  const named = rows.map(({ cells }) => cells.get("network") ?? form.network);
  const odd = named.findIndex((name) => name !== named[0]);
  if (odd === -1) return named[0];
  throw new UpheldError({
    code: "rows.networks",
    message: `it is on ${named[odd] ?? "no network"}, the first row on ${named[0] ?? "none"}`,
    hint: "make one list for each network",
    file: list,
    ...lineIf(rows[odd]?.line),
  });
}

function planAll(
  rows: readonly Row[],
  { form, list, into }: { form: Template; list: string; into: string },
  factory: string,
  implementation: string,
): Planned[] {
  const planned: Planned[] = [];
  const problems: Problem[] = [];
  for (const row of rows) {
    const path = join(into, row.fileName);
    try {
      const kept = existsSync(path) ? readFileSync(path, "utf8") : undefined;
      const salt = kept === undefined ? bytesToHex(randomBytes(32)) : saltIn(kept);
      const made = form.fill(row, salt ?? bytesToHex(randomBytes(32)), list);
      if (kept !== undefined && made.text !== kept) throw differs(path, list, row.line);
      const packed = encodeTerms(made.file.terms);
      const address = cloneAddress(factory, implementation, packed);
      planned.push({ ...made, path, isKept: kept !== undefined, packed, address });
    } catch (error) {
      if (error instanceof UpheldErrors) problems.push(...error.problems);
      else if (error instanceof UpheldError) problems.push(error.problem);
      else throw error;
    }
  }
  if (problems.length > 0) throw new UpheldErrors(problems);
  return planned;
}

function differs(path: string, file: string, line: number): UpheldError {
  return new UpheldError({
    code: "rows.differs",
    message: `${path} is there and says something else than this row with the template`,
    hint: "If its agreement was created, take the row out or back to what it was; if not, move the file away.",
    file,
    line,
  });
}

function refuseStarted(missing: readonly Planned[], now: bigint, file: string): void {
  const problems = missing.flatMap(({ row, file: { terms } }): Problem[] => {
    if (terms.start > now) return [];
    return [{ code: "rows.started", message: "its start is past", hint: "Set a later one.", file, line: row.line }];
  });
  if (problems.length > 0) throw new UpheldErrors(problems);
}

/** Whole or not at all, and never over another file. */
async function keepFiles(todo: readonly Planned[], into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  for (const { path, text, isKept } of todo) if (!isKept) await writeNewFile(path, text);
}

const lineIf = (line: number | undefined) => (line === undefined ? {} : { line });
