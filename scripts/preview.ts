import { countsText } from "../src/chain/calls.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { periodField, readPeriod } from "../src/cli/periods.ts";
import { gather, sourceFields } from "../src/cli/sources.ts";
import { countsOf, evidenceInput } from "../src/cli/swear.ts";
import { plainMoney } from "../src/format.ts";
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
    const gathered = await gather(terms.indicators, period, given, context.measureNames(ref));
    const input = await evidenceInput(context, agreement, period, 0n, "oracle", gathered);
    const { measurements, notes } = countsOf(input);
    const table = await agreement.creditOf(number, measurements);
    const left = terms.termCreditCap > state.creditsGiven ? terms.termCreditCap - state.creditsGiven : 0n;
    const credit = table < left ? table : left;
    const earned = credit < period.fee ? period.fee - credit : 0n;
    const above = credit > period.fee ? credit - period.fee : 0n;
    const fromBond = above < state.bond ? above : state.bond;
    const written = (amount: bigint) => formatMoney(amount, token);
    return {
      data: {
        period: number,
        measurements,
        fee: plainMoney(period.fee, token.decimals),
        credit: plainMoney(period.fee - earned + fromBond, token.decimals),
        earned: plainMoney(earned, token.decimals),
        fromBond: plainMoney(fromBond, token.decimals),
      },
      text: [
        `Period ${number}, ${formatTime(period.start)} to ${formatTime(period.end)}: ${countsText(measurements)}`,
        `  provider earns     ${written(earned)}`,
        `  client is credited ${written(period.fee - earned + fromBond)}${fromBond > 0n ? `, ${written(fromBond)} of it from the bond` : ""}`,
        ...(number < BigInt(terms.burnInPeriods)
          ? [`  no credits in a burn-in of ${plural(terms.burnInPeriods, "period")}`]
          : []),
        ...(credit < table ? [`  the term's cap leaves ${written(left)} of the table's ${written(table)}`] : []),
        ...[...gathered.notes, ...notes].map(({ message }) => `  note: ${message}`),
      ],
    };
  },
});
