import { outcomeData, outcomeTable, countKinds } from "../oracle/table.ts";
import { runRound, type Outcome, type Tell } from "../oracle/round.ts";
import type { Context } from "./context.ts";
import { EXIT, type Result } from "./io.ts";
import { openKeys, openOracle, tellNodes } from "./oracle.ts";
import { askFirst } from "./submit.ts";

/** Reports all that is due for the agreements of a config. `month`: only periods that start in it. */
export async function reportAll(context: Context, file: string, month: string | undefined): Promise<Result> {
  const { options, output } = context;
  const oracle = await openOracle(context, file);
  const { config, chain, factory, agreements, measure } = oracle;
  let done = 0;
  const tell: Tell = (event, values) => {
    if (event === "measured") ++done;
    if (event === "looked") output.note(`${String(values?.["due"])} of ${String(values?.["agreements"])} are due`);
    if (event === "measured" && done % 25 === 0) output.note(`${done} measured`);
    if (event.startsWith("transaction "))
      output.note(`${event}, nonce ${String(values?.["nonce"] ?? values?.["from"])}`);
    if (event.startsWith("node ")) output.note(`${event}: ${String(values?.["node"])}`);
  };
  tellNodes(chain, tell);
  const keys = options.dryRun ? undefined : await openKeys(context, oracle, tell);
  if (keys !== undefined) {
    const deeds = [`report what is due of ${agreements.length} agreements`];
    await askFirst({ chain, options, output }, keys.dispatch.from, deeds);
  }
  const outcomes = await output.during(
    "Reporting",
    runRound({
      factory,
      agreements,
      measure,
      evidence: config.evidence,
      atOnce: config.atOnce,
      month,
      dispatch: keys?.dispatch,
      committee: keys?.committee,
      signal: output.io.signal,
      tell,
    }),
  );
  return {
    data: {
      network: chain.network.name,
      dryRun: options.dryRun,
      counts: countKinds(outcomes),
      reports: outcomes.map(outcomeData),
    },
    text: [...(options.dryRun ? ["Nothing was written or sent."] : []), ...outcomeTable(outcomes)],
    exitCode: exitCodeOf(outcomes),
  };
}

/** Too late is a failure: the silence credit stands, and somebody should know. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const bad = outcomes.filter(({ kind }) => kind === "failed" || kind === "late");
  if (bad.length === 0) return EXIT.ok;
  return bad.every(({ problem }) => problem?.retry === true) ? EXIT.retry : EXIT.failed;
}
