/** The statements of all clients of a provider. */
import type { Problem } from "../errors.ts";
import { together, type ClientStatement } from "../statement/client.ts";
import type { Statement } from "../statement/statement.ts";
import { plural } from "../terms/format.ts";
import type { Context } from "./context.ts";
import type { Result } from "./io.ts";
import { exitCodeOfMany } from "./many.ts";
import { findStatements, leftOutText, problemIn } from "./stating-found.ts";
import { OUTCOMES, writeFormats, type Format, type Wanted, type Written } from "./stating.ts";

/** What became of one client's statement. */
interface Stated {
  readonly client: string;
  readonly agreements: readonly string[];
  /** Undefined: there is a problem. */
  readonly paper: ClientStatement | undefined;
  readonly files: readonly Written[];
  readonly problem: Problem | undefined;
}

/**
 * Writes the statement of each client of a provider. A client of which an agreement could not be read gets none, the
 * others theirs; run again, it writes the same bytes.
 */
export async function stateAll(
  context: Context,
  provider: string,
  files: readonly string[],
  given: Wanted & { readonly out: string; readonly format: readonly Format[] },
): Promise<Result> {
  const { output } = context;
  const { statements, leftOut, failed } = await findStatements(context, { provider, client: undefined }, files, given);
  const { network } = await context.chain();
  const byClient = Map.groupBy(statements, ({ seats }) => seats.client);
  const names = new Set<string>();
  const done: Stated[] = [];
  for (const client of new Set([...byClient.keys(), ...failed.map((one) => one.client)])) {
    output.io.signal.throwIfAborted();
    const own = byClient.get(client) ?? [];
    const bad = failed.filter((one) => one.client === client);
    const paper = bad.length > 0 ? undefined : together(network, own as [Statement, ...Statement[]]);
    const problem = bad.map(problemIn)[0] ?? (paper && nameTaken(paper, client, names));
    const written =
      paper === undefined || problem !== undefined ? [] : await writeFormats(paper, given.out, given.format);
    const one = {
      client,
      agreements: [...own, ...bad].map(({ agreement }) => agreement),
      paper,
      files: written,
      problem,
    };
    done.push(one);
    output.note(lineOf(one));
  }
  const bad = done.filter(({ problem }) => problem !== undefined).length;
  const sum = `${plural(done.length, "client")}, ${plural(statements.length, "agreement")}`;
  return {
    data: { month: given.month, network: network.name, provider, statements: done.map(dataOf), leftOut },
    text: [
      ...done.map(lineOf),
      ...leftOutText(leftOut),
      `${sum}${bad === 0 ? "" : `; ${plural(bad, "client")} without a statement`}.`,
    ],
    exitCode: exitCodeOfMany(
      done.map((one) => ({ one, ...(one.problem === undefined ? {} : { problem: one.problem }) })),
    ),
  };
}

/** Names have eight digits of an address: of many clients two may share them, and one may have sought its own. */
function nameTaken({ fileName }: ClientStatement, client: string, names: Set<string>): Problem | undefined {
  if (!names.has(fileName)) {
    names.add(fileName);
    return undefined;
  }
  return {
    code: "statement.same-name",
    message: `Another client's statement is called ${fileName} too.`,
    hint: `Make this one by --client ${client}, with another folder as --out.`,
  };
}

function lineOf({ client, agreements, paper, files, problem }: Stated): string {
  const outcomes = new Set(files.map(({ outcome }) => outcome));
  const outcome = (["replaced", "new", "same"] as const).find((one) => outcomes.has(one));
  const written = outcome === undefined ? "" : `, ${OUTCOMES[outcome]}`;
  return `${client}  ${plural(agreements.length, "agreement")}  ${problem?.message ?? `${paper?.fileName ?? ""}${written}`}`;
}

function dataOf({ client, agreements, paper, files, problem }: Stated) {
  const status = paper?.isFinal === true ? "final" : "provisional";
  return problem === undefined ? { client, agreements, status, files } : { client, agreements, problem };
}
