import type { View } from "../chain/view.ts";
import { periodsOf, type PeriodView } from "../periods.ts";
import { countsText, dayText, money, periodLetter, periodName } from "../words.ts";
import { formatAmount } from "../../../src/terms/format.ts";
import { Section, Table } from "./parts.tsx";

const ROW = 12;
const [WIDTH, HEIGHT, GAP, TOP] = [72, 92, 8, 10] as const;

const WORDS: Record<PeriodView["standing"], string> = {
  final: "final",
  held: "disputed: a part is held",
  reported: "reported, not final yet",
  disputed: "disputed, to be answered",
  awaited: "over, awaiting the report",
  running: "running",
  "to come": "to come",
};

/** The term in one picture, and the same as a table. */
export function Year({ view }: { view: View }) {
  const periods = periodsOf(view);
  const rows = Array.from({ length: Math.ceil(periods.length / ROW) }, (_, i) => periods.slice(i * ROW, (i + 1) * ROW));
  const settled = periods.filter(({ standing }) => standing === "final");
  const credited = settled.reduce((sum, { credit }) => sum + credit, 0n);
  const fees = settled.reduce((sum, { period }) => sum + period.fee, 0n);
  const story = `${settled.length} of ${periods.length} periods are final: ${money(view, credited)} of ${money(view, fees)} went back to the client.`;
  return (
    <Section title="The term at a glance">
      {rows.map((row, i) => (
        <Bars key={i} view={view} row={row} label={i === 0 ? story : `Periods ${i * ROW + 1} to ${i * ROW + row.length}`} />
      ))}
      <p className="legend">
        <i className="swatch kept" /> paid to the provider <i className="swatch back" /> back to the client{" "}
        <i className="swatch held" /> held <i className="swatch open" /> not final
      </p>
      <p>{story}</p>
      <details>
        <summary>Period by period</summary>
        <Table
          caption="Period by period"
          head={["period", "measured", "provider", "client", "state"]}
          rows={periods.map((one) => cells(view, one))}
        />
      </details>
    </Section>
  );
}

function cells(view: View, one: PeriodView): string[] {
  const isKnown = !["awaited", "running", "to come"].includes(one.standing);
  const amount = (units: bigint) => (isKnown ? formatAmount(units, view.token.decimals) : "–");
  return [periodName(view.terms, one.k), measuredText(view, one), amount(one.earned), amount(one.credit), stateText(one)];
}

function measuredText(view: View, { report, standing }: PeriodView): string {
  if (report === undefined) return standing === "final" ? "nobody reported" : "–";
  return report.measurements
    .map((measurement, i) => {
      const indicator = view.terms.indicators[i];
      return indicator === undefined ? "" : countsText(indicator, measurement);
    })
    .join("; ");
}

function stateText({ standing, ruling, finalAt }: PeriodView): string {
  if (standing === "final" && ruling !== "none" && ruling !== "declined") return `ruled: ${ruling}`;
  if (standing === "final") return finalAt === 0n ? "final" : `final ${dayText(finalAt)}`;
  return finalAt === 0n ? WORDS[standing] : `${WORDS[standing]}, ${dayText(finalAt)}`;
}

function Bars({ view, row, label }: { view: View; row: readonly PeriodView[]; label: string }) {
  const width = ROW * WIDTH;
  return (
    <svg className="year" viewBox={`0 0 ${width} ${TOP + HEIGHT + 44}`} role="img" aria-label={label}>
      {row.map((one, i) => (
        <Bar key={one.k} view={view} one={one} x={i * WIDTH} />
      ))}
    </svg>
  );
}

function Bar({ view, one, x }: { view: View; one: PeriodView; x: number }) {
  const { fee } = one.period;
  const part = (amount: bigint) => (fee === 0n ? 0 : Number((amount * BigInt(HEIGHT)) / fee));
  const isKnown = !["awaited", "running", "to come"].includes(one.standing);
  const isOpen = one.standing !== "final";
  const [kept, held] = [part(one.earned), part(one.held)];
  const back = isKnown ? HEIGHT - kept - held : 0;
  const wide = WIDTH - GAP;
  const credit = formatAmount(one.credit, view.token.decimals).replace(/\.00$/, "");
  return (
    <g transform={`translate(${x} ${TOP})`} className={isOpen ? "open" : "settled"} data-period={one.k} data-standing={one.standing}>
      <title>{`${periodName(view.terms, one.k)}: ${WORDS[one.standing]}`}</title>
      <rect className="frame" x={0.5} y={0.5} width={wide - 1} height={HEIGHT - 1} rx={3} />
      {isKnown && (
        <>
          <rect className="kept" x={0} y={HEIGHT - kept} width={wide} height={kept} rx={3} />
          <rect className="held" x={0} y={HEIGHT - kept - held} width={wide} height={held} />
          <rect className="back" x={0} y={0} width={wide} height={Math.max(0, back)} rx={3} />
        </>
      )}
      <text className="name" x={wide / 2} y={HEIGHT + 17}>
        {periodLetter(view.terms, one.k)}
      </text>
      <text className="credit" x={wide / 2} y={HEIGHT + 34}>
        {isKnown && one.credit > 0n ? `−${credit}` : ""}
      </text>
    </g>
  );
}
