import { countsText } from "../src/chain/calls.ts";
import { lastOf, readHistory } from "../src/chain/history.ts";
import { nextStep } from "../src/chain/reporting.ts";
import { agreementField, flagType } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { periodField, readPeriod } from "../src/cli/periods.ts";
import { keyOf } from "../src/cli/seats.ts";
import { evidenceField, gather, sourceFields } from "../src/cli/sources.ts";
import { countsOf, evidenceInput, swear } from "../src/cli/swear.ts";

export default job({
  name: "report",
  summary: "post what was measured in a period, once and only once; safe to run again (oracle)",
  example:
    "upheld report harbor.sla.yaml --outages outages.csv\nupheld report harbor.sla.yaml --period 2025-03 --counts 2678400,4740,0",
  args: { agreement: agreementField },
  options: {
    period: periodField,
    ...sourceFields,
    ...evidenceField,
    revise: ["", "correct a report that the chain has, while its window is open", flagType],
  },
  async run(context, { agreement: ref, period: named, evidence: folder, revise, ...given }) {
    const agreement = await context.agreement(ref);
    const [summary, now] = await Promise.all([agreement.summary(), context.now()]);
    const { state } = summary;
    const number = readPeriod(named, agreement, state.periods, state.period);
    const period = { number, ...(await agreement.period(number)) };
    const gathered = await gather(agreement.terms.indicators, period, given, context.measureNames(ref));
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
    const sworn = await swear(context, folder, { ...input, revision: Number(step.revision) });
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
