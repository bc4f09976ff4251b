import { z } from "zod";
import { agreementField, countType } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { keyOf } from "../src/cli/seats.ts";

export default job({
  name: "rule",
  summary: "say whose counts are right in a dispute (arbiter)",
  example: "upheld rule harbor.sla.yaml 2 client",
  args: {
    agreement: agreementField,
    period: ["<period>", "the period's number, counted from 0", countType],
    ruling: ["<ruling>", "report, provider, client or declined", z.enum(["report", "provider", "client", "declined"])],
  },
  async run(context, { agreement: ref, period, ruling }) {
    const agreement = await context.agreement(ref);
    const state = await agreement.state();
    return context.submit({
      need: keyOf("arbiter", state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.rule(period, ruling)],
    });
  },
});
