import { z } from "zod";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { asField, keyOf, partyKey } from "../src/cli/seats.ts";

const SEATS = { notice: undefined, chronic: "client", bond: "client", nonpayment: "provider" } as const;

export default job({
  name: "terminate",
  summary: "bring the end closer: by notice, or at once for a reason that stands",
  example: "upheld terminate harbor.sla.yaml notice --as client",
  args: {
    agreement: agreementField,
    exit: [
      "<exit>",
      "notice (either party), chronic or bond (client), nonpayment (provider)",
      z.enum(["notice", "chronic", "bond", "nonpayment"]),
    ],
  },
  options: { as: asField },
  async run(context, { agreement: ref, exit, as }) {
    const agreement = await context.agreement(ref);
    const state = await agreement.state();
    const seat = SEATS[exit];
    return context.submit({
      need: seat === undefined ? partyKey(state, as) : keyOf(seat, state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.terminate(exit)],
    });
  },
});
