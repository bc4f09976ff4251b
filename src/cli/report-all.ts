import { resolve } from "node:path";
import { Committee } from "../committee/committee.ts";
import { propose } from "../committee/propose.ts";
import { proposeDue } from "../oracle/propose-due.ts";
import { outcomeData, outcomeTable, countKinds } from "../oracle/table.ts";
import { runRound, type Outcome, type Tell } from "../oracle/round.ts";
import type { Context } from "./context.ts";
import { EXIT, type Result } from "./io.ts";
import { usage } from "./job.ts";
import { openKeys, openOracle, tellNodes, type OpenedOracle } from "./oracle.ts";
import { askFirst } from "./submit.ts";

export interface AllOptions {
  /** The oracle's config. */
  readonly config: string;
  /** Only periods that start in it. */
  readonly month: string | undefined;
  /** In place of the config's folder. */
  readonly evidence: string | undefined;
  /** Do not send: put all into this batch, for the config's committee to sign. */
  readonly propose: string | undefined;
}

/** Reports, or proposes, all that is due for the agreements of a config. */
export async function reportAll(context: Context, given: AllOptions): Promise<Result> {
  const oracle = await openOracle(context, given.config);
  const tell = progressOf(context);
  tellNodes(oracle.chain, tell);
  const evidence = given.evidence === undefined ? oracle.config.evidence : resolve(given.evidence);
  if (given.propose !== undefined)
    return proposeAll(context, oracle, { ...given, evidence, propose: given.propose }, tell);
  const { chain, factory, agreements, measure, keccak, config } = oracle;
  const { options, output } = context;
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
      keccak,
      evidence,
      atOnce: config.atOnce,
      month: given.month,
      dispatch: keys?.dispatch,
      committee: keys?.committee,
      signal: output.io.signal,
      tell,
    }),
  );
  return {
    data: { network: chain.network.name, dryRun: options.dryRun, ...reportsData(outcomes) },
    text: [...(options.dryRun ? ["Nothing was written or sent."] : []), ...outcomeTable(outcomes)],
    exitCode: exitCodeOf(outcomes),
  };
}

/** Everything due goes into one file, however long: whoever delivers it does so in parts that get their gas. */
async function proposeAll(
  context: Context,
  { chain, factory, agreements, measure, keccak, config }: OpenedOracle,
  given: AllOptions & { readonly propose: string; readonly evidence: string },
  tell: Tell,
): Promise<Result> {
  const { options, output } = context;
  if (config.committee === undefined) {
    throw usage("--propose is for a committee, and the config names none", `Add "committee: 0x…" to ${given.config}.`);
  }
  const committee = await Committee.at(chain.provider, chain.network.chainId, config.committee);
  const proposing = proposeDue({
    factory,
    agreements,
    measure,
    evidence: options.dryRun ? undefined : given.evidence,
    atOnce: config.atOnce,
    month: given.month,
    committee: committee.address,
    keccak,
    signal: output.io.signal,
    tell,
  });
  const { outcomes, reports, others } = await output.during("Measuring", proposing);
  const isWritten = !options.dryRun && reports.length > 0;
  const batch = isWritten ? await propose(given.propose, committee, reports) : undefined;
  const { threshold, members } = committee.seats;
  const next = `${threshold} of ${members.length} members sign it with \`upheld cosign ${given.propose} --config …\`; give them the file and the evidence.`;
  return {
    data: {
      network: chain.network.name,
      dryRun: options.dryRun,
      file: isWritten ? given.propose : undefined,
      inFile: batch?.reports.length,
      others,
      ...reportsData(outcomes),
    },
    text: [
      ...outcomeTable(outcomes),
      ...(others === 0 ? [] : [`${others} more are due, but not from ${committee.address}: left out.`]),
      ...(batch === undefined
        ? ["No batch was written."]
        : [`${given.propose} holds ${batch.reports.length} reports.`, next]),
    ],
    exitCode: exitCodeOf(outcomes),
  };
}

const reportsData = (outcomes: readonly Outcome[]) => ({
  counts: countKinds(outcomes),
  reports: outcomes.map(outcomeData),
});

/** For whoever watches at a terminal. */
function progressOf({ output }: Context): Tell {
  let done = 0;
  return (event, values) => {
    if (event === "measured") ++done;
    if (event === "looked") output.note(`${String(values?.["due"])} of ${String(values?.["agreements"])} are due`);
    if (event === "measured" && done % 25 === 0) output.note(`${done} measured`);
    if (event.startsWith("transaction "))
      output.note(`${event}, nonce ${String(values?.["nonce"] ?? values?.["from"])}`);
    if (event.startsWith("node ")) output.note(`${event}: ${String(values?.["node"])}`);
  };
}

/** Too late is a failure: the silence credit stands, and somebody should know. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const bad = outcomes.filter(({ kind }) => kind === "failed" || kind === "late");
  if (bad.length === 0) return EXIT.ok;
  return bad.every(({ problem }) => problem?.retry === true) ? EXIT.retry : EXIT.failed;
}
