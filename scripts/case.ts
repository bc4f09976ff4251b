import { z } from "zod";
import { readCase } from "../src/chain/case.ts";
import { caseData, caseText } from "../src/cli/pleading.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { readPeriod } from "../src/cli/periods.ts";
import { evidenceField } from "../src/cli/sources.ts";

export default job({
  name: "case",
  summary: "for the arbiter: the offers, the minutes that differ, and the money that each ruling moves",
  example: "upheld case harbor.sla.yaml --evidence evidence",
  args: {
    agreement: agreementField,
    period: [
      "[period]",
      "its number, or the month it starts in (default: the oldest in dispute)",
      z.string().optional(),
    ],
  },
  options: evidenceField,
  needs: "chain",
  async run(context, { agreement: ref, period: named, evidence: folder }) {
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const state = await agreement.state();
    const oldest = [...Array(Number(state.periods)).keys()].find((k) => (state.openDisputes >> BigInt(k)) & 1n);
    const number = readPeriod(named, agreement, state.periods, oldest === undefined ? state.period : BigInt(oldest));
    const found = await readCase(agreement, network.chainId, number, folder);
    const { terms, token } = agreement;
    const about = { terms, token, ref, measures: context.measureNames(ref) };
    return { data: caseData(found, token), text: caseText(found, about) };
  },
});
