import { countsText } from "../src/chain/calls.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { periodField, readPeriod } from "../src/cli/periods.ts";
import { gatherWithRecord } from "../src/cli/recorded.ts";
import { sourceFields } from "../src/cli/sources.ts";
import { countsOf, evidenceInput } from "../src/cli/swear.ts";
import { plainMoney } from "../src/format.ts";
import { finalMoney } from "../src/model/resolution.ts";
import { formatMoney, formatTime, plural } from "../src/terms/format.ts";

export default job({
  name: "preview",
  summary: "say what a period would pay, before anything is posted",
  example: "upheld preview harbor.sla.yaml --outages outages.csv",
  args: { agreement: agreementField },
  options: { period: periodField, ...sourceFields },
  needs: "chain",
  async run(context, { agreement: ref, period: named, ...given }) {
    const agreement = await context.agreement(ref);
    const { token, terms } = agreement;
    const state = await agreement.state();
    const number = readPeriod(named, agreement, state.periods, state.period);
    const period = { number, ...(await agreement.period(number)) };
    const gathered = await gatherWithRecord(context, agreement, ref, period, given);
    const input = await evidenceInput(context, agreement, period, 0n, "oracle", gathered);
    const { measurements, notes } = countsOf(input);
    const table = await agreement.creditOf(number, measurements);
    const purse = { fee: period.fee, credited: state.creditsGiven, bond: state.bond };
    const { earned, fromBond, credit } = finalMoney(terms, purse, table);
    const left = terms.termCreditCap - state.creditsGiven;
    const written = (amount: bigint) => formatMoney(amount, token);
    return {
      data: {
        period: number,
        measurements,
        fee: plainMoney(period.fee, token.decimals),
        credit: plainMoney(credit, token.decimals),
        earned: plainMoney(earned, token.decimals),
        fromBond: plainMoney(fromBond, token.decimals),
      },
      text: [
        `Period ${number}, ${formatTime(period.start)} to ${formatTime(period.end)}: ${countsText(measurements)}`,
        `  provider earns     ${written(earned)}`,
        `  client is credited ${written(credit)}${fromBond > 0n ? `, ${written(fromBond)} of it from the bond` : ""}`,
        ...(number < BigInt(terms.burnInPeriods)
          ? [`  no credits in a burn-in of ${plural(terms.burnInPeriods, "period")}`]
          : []),
        ...(left < table ? [`  the term's cap leaves ${written(left)} of the table's ${written(table)}`] : []),
        ...[...gathered.notes, ...notes].map(({ message }) => `  note: ${message}`),
      ],
    };
  },
});
