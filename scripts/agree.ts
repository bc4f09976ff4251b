import { consentFields, readConsent } from "../src/cli/consents.ts";
import { agreementField, countType } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone, asField, partyKey } from "../src/cli/seats.ts";

const DAY = 86_400n;

export default job({
  name: "agree",
  summary: "give one of two keys: to a credit, a new oracle, a new arbiter, or an end; the second one executes it",
  example: "upheld agree harbor.sla.yaml credit 150 --as client\nupheld agree harbor.sla.yaml oracle 0x… --as provider",
  args: { agreement: agreementField, ...consentFields.args },
  options: {
    as: asField,
    ...consentFields.options,
    days: ["<n>", "days the consent lasts, at most 30 (default: 7)", countType.optional()],
  },
  async run(context, { agreement: ref, as, days = 7n, ...given }) {
    const agreement = await context.agreement(ref);
    const state = await agreement.state();
    const consent = await readConsent(given, agreement, state);
    const now = await context.now();
    if (as !== undefined && (await agreement.consentExpiry(as, consent)) > now) {
      return alreadyDone(`The ${as}'s key for this is given already; it waits for the other party's.`);
    }
    return context.submit({
      need: partyKey(state, as),
      wording: agreement.wording,
      transactions: () => [agreement.calls.agree(consent, now + days * DAY - (days === 30n ? 600n : 0n))],
    });
  },
});
