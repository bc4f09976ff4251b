import type { View } from "../chain/view.ts";
import { indicatorName, periodIn, periodName } from "../words.ts";
import { away, moment } from "../../../src/format.ts";
import { creditText } from "../../../src/terms/explain-text.ts";
import { formatQuantity } from "../../../src/terms/tiers.ts";
import { Unit } from "../../../src/terms/types.ts";
import { workedTable } from "../../../src/terms/worked.ts";
import { asFile } from "../words.ts";
import { Section } from "./parts.tsx";

/** The period that runs: how much may be bad before the first credit. */
export function Month({ view }: { view: View }) {
  const { summary, terms, head } = view;
  const k = Number(summary.runningPeriod);
  if (view.phase !== "active" || k >= Number(summary.state.periods)) return null;
  const period = periodIn(view, k);
  if (head.time < period.start) {
    return (
      <Section title={`${periodName(terms, k)}, to come`}>
        <p>
          It starts {moment(period.start)}, {away(period.start, head.time)}.
        </p>
      </Section>
    );
  }
  const length = Number(period.end - period.start);
  const gone = Number(head.time - period.start);
  const share = Math.round((gone / length) * 100);
  const isFree = k < terms.burnInPeriods;
  return (
    <Section title={`${periodName(terms, k)}, running`}>
      <div className="progress" role="img" aria-label={`${share} % of the period is over`}>
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect className="frame" width="100" height="4" />
          <rect className="kept" width={share} height="4" />
        </svg>
      </div>
      <p>
        Day {Math.floor(gone / 86_400) + 1} of {Math.ceil(length / 86_400)}. The report may come from{" "}
        {moment(period.base)} until {moment(period.base + terms.reportWindow)}.
      </p>
      {isFree ? (
        <p>No credit in this period, whatever happens: it is among the first {terms.burnInPeriods}.</p>
      ) : (
        <ul>
          {terms.objectives.map((objective, i) => (
            <li key={i} data-reserve>
              {reserveText(view, i, k)}
            </li>
          ))}
        </ul>
      )}
      <p className="hint">
        The chain learns what was measured only with the report: how much of it is used up now, the monitors say.
      </p>
    </Section>
  );
}

/** `44 min 38 s may be down in all before a credit; one second more gives 10 % = 100.00 USDC back.` */
function reserveText(view: View, objective: number, k: number): string {
  const { terms } = view;
  const table = workedTable(terms, objective, periodIn(view, k));
  const indicator = terms.indicators[table.indicator];
  const [first] = table.rows;
  const name = indicatorName(view, table.indicator);
  if (indicator === undefined || first === undefined) return `${name}: no credit is possible.`;
  const { unit } = indicator;
  const gives = creditText(asFile(view), first.credit);
  if (first.before === undefined) return `${name}: ${formatQuantity(first.bad, unit)} bad give ${gives} back.`;
  const reserve = formatQuantity(first.bad - 1n, unit);
  if (unit === Unit.Seconds) {
    return `${name}: ${reserve} may be down in all before a credit; one second more gives ${gives} back.`;
  }
  return `${name}: ${reserve} of ${formatQuantity(table.total, unit)} may be bad before a credit; one more gives ${gives} back.`;
}
