import { getAddress } from "ethers";
import { z } from "zod";
import type { BatchedReport } from "../src/chain/batch.ts";
import { countsText } from "../src/chain/calls.ts";
import { agreedBlock } from "../src/chain/failover.ts";
import { lastOf, readHistory } from "../src/chain/history.ts";
import { nextStep } from "../src/chain/reporting.ts";
import type { Context } from "../src/cli/context.ts";
import { agreementField, flagType } from "../src/cli/fields.ts";
import type { Result } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { configField } from "../src/cli/oracle.ts";
import { reportAll } from "../src/cli/report-all.ts";
import { periodField, readPeriod } from "../src/cli/periods.ts";
import { keyOf } from "../src/cli/seats.ts";
import { gatherWithRecord } from "../src/cli/recorded.ts";
import { configuredEvidence, EVIDENCE, sourceFields, type GivenSources } from "../src/cli/sources.ts";
import { countsOf, evidenceInput, swear } from "../src/cli/swear.ts";
import { Committee } from "../src/committee/committee.ts";
import { propose } from "../src/committee/propose.ts";

export default job({
  name: "report",
  summary: "post what was measured in a period, once and only once; safe to run again (oracle)",
  example:
    "upheld report harbor.sla.yaml --outages outages.csv\nupheld report harbor.sla.yaml --period 2025-03 --counts 2678400,4740,0\nupheld report harbor.sla.yaml --outages outages.csv --propose october.batch.json\nupheld report --all --config oracle.yaml\nupheld report --all --config oracle.yaml --propose october.batch.json",
  args: { agreement: ["[agreement]", `${agreementField[1]}; left out with --all`, z.string().optional()] },
  options: {
    all: ["", "report all that is due for the agreements of an oracle's config", flagType],
    config: configField,
    period: periodField,
    ...sourceFields,
    ...configuredEvidence,
    propose: ["<file>", "do not send: put the reports into this batch, for a committee to sign", z.string().optional()],
    revise: ["", "correct a report that the chain has, while its window is open", flagType],
  },
  async run(context, { all, config, agreement: ref, period: named, evidence, revise, propose: batch, ...given }) {
    if (all) {
      return reportAll(context, { config, month: onlyMonth(ref, named, revise, given), evidence, propose: batch });
    }
    if (ref === undefined) throw usage("name an agreement, or --all for those of a config");
    const agreement = await context.agreement(ref);
    const { number: block, timestamp: now } = await agreedBlock(agreement.provider);
    const summary = await agreement.summary(block);
    const { state } = summary;
    const number = readPeriod(named, agreement, state.periods, state.period);
    const period = { number, ...(await agreement.period(number)) };
    const gathered = await gatherWithRecord(context, agreement, ref, period, given);
    const input = await evidenceInput(context, agreement, period, 0n, "oracle", gathered);
    const { measurements, notes } = countsOf(input);
    for (const { message } of [...gathered.notes, ...notes]) context.output.note(message);

    // The chain is the journal: what it has is not posted again.
    const standing = lastOf(await readHistory(agreement, number), "Reported");
    const step = nextStep({
      period: number,
      now,
      summary,
      standing,
      measured: measurements,
      revise,
      currency: agreement.token,
    });
    if (step.kind === "done") {
      return {
        data: { done: true, period: number, revision: step.revision, evidence: standing?.evidence, transactions: [] },
        text: [`Period ${number} is reported already with exactly these counts: ${countsText(measurements)}.`],
      };
    }
    const sworn = await swear(context, evidence ?? EVIDENCE, { ...input, revision: Number(step.revision) });
    if (batch !== undefined) {
      const report = { agreement: agreement.address, period: number, revision: step.revision, measurements };
      return proposed(context, state.oracle, batch, { ...report, evidence: sworn.root }, sworn.path);
    }
    const submitted = await context.submit({
      need: keyOf("oracle", state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.report(number, step.revision, measurements, sworn.root)],
    });
    return {
      data: {
        period: number,
        revision: step.revision,
        measurements,
        evidence: sworn.root,
        file: sworn.path,
        ...submitted.data,
      },
      text: [
        ...submitted.text,
        ...(sworn.path === undefined ? [] : [`Evidence: ${sworn.path}; give it to both parties.`]),
      ],
    };
  },
});

/** The report waits in a file for a quorum of the committee that is the agreement's oracle. */
async function proposed(
  context: Context,
  oracle: string,
  file: string,
  report: BatchedReport,
  evidence: string | undefined,
): Promise<Result> {
  const { provider, network } = await context.chain();
  const committee = await Committee.at(provider, network.chainId, getAddress(oracle));
  if (context.options.dryRun) {
    return {
      data: { dryRun: true, report },
      text: [`Nothing was written. ${file} would hold: ${countsText(report.measurements)}`],
    };
  }
  const { reports } = await propose(file, committee, [report]);
  return {
    data: { file, report, reports: reports.length, evidence: report.evidence, evidenceFile: evidence },
    text: [
      `Proposed in ${file}, ${reports.length === 1 ? "its only report" : `one of ${reports.length} reports`}: ${countsText(report.measurements)}`,
      `${committee.seats.threshold} of ${committee.seats.members.length} members sign it with \`upheld cosign ${file}\`; give them the file${evidence === undefined ? "" : ` and ${evidence}`}.`,
    ],
  };
}

/** What `--all` takes of the rest: everything else it has from the config. */
function onlyMonth(ref: string | undefined, period: string | undefined, revise: boolean, given: GivenSources) {
  if (ref !== undefined) throw usage("--all is for the agreements of a config", "Leave the agreement out, or --all.");
  const isGiven = [given.outages, given.exclusions, given.counts].some((list) => list.length > 0);
  if (isGiven || revise) {
    throw usage(
      "with --all the sources are the config's",
      "Correct a single report with its agreement's name and --revise.",
    );
  }
  if (period !== undefined && !period.includes("-")) {
    throw usage("with --all a period is a month", "Write --period 2026-10.");
  }
  return period;
}
