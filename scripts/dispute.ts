import { nameOf, STAGES, type Seat } from "../src/chain/enums.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone, approvals, asField, partyKey, seatOf } from "../src/cli/seats.ts";
import { gatherWithRecord } from "../src/cli/recorded.ts";
import { evidenceField, fromField, gatherFrom, sourceFields } from "../src/cli/sources.ts";
import { countsOf, evidenceInput, reportedFile, swear } from "../src/cli/swear.ts";
import { UpheldError } from "../src/errors.ts";
import { moment } from "../src/format.ts";
import { formatMoney } from "../src/terms/format.ts";

export default job({
  name: "dispute",
  summary: "state your own counts against the report, or answer the other party's; pulls the pledge",
  example:
    "upheld dispute harbor.sla.yaml --as client --outages my-probes.csv\nupheld dispute harbor.sla.yaml --as client --from my-probes.csv",
  args: { agreement: agreementField },
  options: { as: asField, from: fromField, ...sourceFields, ...evidenceField },
  async run(context, { agreement: ref, as, from, evidence: folder, ...given }) {
    const agreement = await context.agreement(ref);
    const { state, resolvesAt } = await agreement.summary();
    const stage = nameOf(STAGES, state.stage);
    const number = state.period;
    if (stage !== "reported" && stage !== "disputed") {
      throw new UpheldError({
        code: "dispute.nothing-reported",
        message: `There is nothing to dispute now: period ${number} is ${stage}.`,
        hint: "A report, or silence, may be disputed from when it stands until it is final. See `upheld status`.",
      });
    }
    const claims = await agreement.dispute(number);
    if (as !== undefined && claims[as].claimedAt !== 0n) return alreadyDone(`The ${as} has claimed already.`);

    const period = { number, ...(await agreement.period(number)) };
    const gathered =
      from === undefined
        ? await gatherWithRecord(context, agreement, ref, period, given)
        : await gatherFrom(from, given, await reportedFile(context, agreement, period, state.revision, folder));
    const inputBy = (author: Seat) => evidenceInput(context, agreement, period, state.revision, author, gathered);
    const { measurements } = countsOf(await inputBy(as ?? "client"));
    const credit = await agreement.creditOf(number, measurements);
    const pledge = await agreement.pledgeOf(credit, state.credit);
    context.output.note(
      `Your counts give a credit of ${formatMoney(credit, agreement.token)}, the report ${formatMoney(state.credit, agreement.token)}. ` +
        `The pledge is ${formatMoney(pledge, agreement.token)}; it is lost if the arbiter does not pick your counts. Decided by ${moment(resolvesAt)} or later.`,
    );
    return context.submit({
      need: partyKey(state, as),
      wording: agreement.wording,
      transactions: async (from) => {
        const sworn = await swear(context, folder, await inputBy(seatOf(from, state)));
        return [
          ...(await approvals(agreement.token, from, agreement.address, pledge)),
          agreement.calls.dispute(number, state.revision, measurements, sworn.root),
        ];
      },
    });
  },
});
