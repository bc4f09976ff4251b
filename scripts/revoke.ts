import { consentFields, readConsent } from "../src/cli/consents.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { asField, partyKey } from "../src/cli/seats.ts";

export default job({
  name: "revoke",
  summary: "take your key back before the other party gives its own",
  example: "upheld revoke harbor.sla.yaml credit 150 --as client",
  args: { agreement: agreementField, ...consentFields.args },
  options: { as: asField, ...consentFields.options },
  async run(context, { agreement: ref, as, ...given }) {
    const agreement = await context.agreement(ref);
    const state = await agreement.state();
    const consent = await readConsent(given, agreement, state);
    return context.submit({
      need: partyKey(state, as),
      wording: agreement.wording,
      transactions: () => [agreement.calls.revoke(consent)],
    });
  },
});
