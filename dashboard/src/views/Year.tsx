import { useState } from "react";
import type { View } from "../chain/view.ts";
import { periodsOf, type PeriodView } from "../periods.ts";
import { countsText, dayText, money, periodLetter, periodName } from "../words.ts";
import { formatAmount } from "../../../src/terms/format.ts";
import { EvidenceCheck } from "./Evidence.tsx";
import { SelectField } from "./fields.tsx";
import { Section, Table } from "./parts.tsx";

/** Of a bar, in units of its drawing. */
const HEIGHT = 100;

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
export function Year({ view, evidence }: { view: View; evidence: string | undefined }) {
  const periods = periodsOf(view);
  const settled = periods.filter(({ standing }) => standing === "final");
  const credited = settled.reduce((sum, { credit }) => sum + credit, 0n);
  const fees = settled.reduce((sum, { period }) => sum + period.fee, 0n);
  const story = `${settled.length} of ${periods.length} periods are final: ${money(view, credited)} of ${money(view, fees)} went back to the client.`;
  return (
    <Section title="The term at a glance">
      <div className="bars" role="img" aria-label={story}>
        {periods.map((one) => (
          <Bar key={one.k} view={view} one={one} />
        ))}
      </div>
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
      <Settled view={view} periods={settled} evidence={evidence} />
    </Section>
  );
}

/** What a settled period rests on: its evidence stays where it was. */
function Settled({
  view,
  periods,
  evidence,
}: {
  view: View;
  periods: readonly PeriodView[];
  evidence: string | undefined;
}) {
  const reported = periods.filter(({ report }) => report !== undefined);
  const [chosen, setChosen] = useState<number>();
  const one = reported.find(({ k }) => k === chosen) ?? reported.at(-1);
  if (one?.report === undefined) return null;
  const { revision, root, measurements } = one.report;
  return (
    <details>
      <summary>Check the evidence of a settled period</summary>
      <SelectField
        label="Period"
        value={String(one.k)}
        onValue={(value) => {
          setChosen(Number(value));
        }}
        options={reported.map(({ k }) => [String(k), periodName(view.terms, k)])}
      />
      <EvidenceCheck
        key={one.k}
        view={view}
        base={evidence}
        sworn={{ period: one.k, revision, author: "oracle", root, measurements }}
      />
    </details>
  );
}

function cells(view: View, one: PeriodView): string[] {
  const isKnown = !["awaited", "running", "to come"].includes(one.standing);
  const amount = (units: bigint) => (isKnown ? formatAmount(units, view.token.decimals) : "–");
  return [
    periodName(view.terms, one.k),
    measuredText(view, one),
    amount(one.earned),
    amount(one.credit),
    stateText(one),
  ];
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

/** One period: how its fee is shared. */
function Bar({ view, one }: { view: View; one: PeriodView }) {
  const { fee } = one.period;
  const part = (amount: bigint) => (fee === 0n ? 0 : Number((amount * BigInt(HEIGHT)) / fee));
  const isKnown = !["awaited", "running", "to come"].includes(one.standing);
  const [kept, held] = [part(one.earned), part(one.held)];
  const back = Math.max(0, HEIGHT - kept - held);
  const credit = formatAmount(one.credit, view.token.decimals).replace(/\.00$/, "");
  return (
    <div
      className={`bar-of ${one.standing === "final" ? "settled" : "open"}`}
      data-period={one.k}
      data-standing={one.standing}
      title={`${periodName(view.terms, one.k)}: ${WORDS[one.standing]}`}
    >
      <svg viewBox={`0 0 10 ${HEIGHT}`} preserveAspectRatio="none">
        {isKnown && (
          <>
            <rect className="kept" y={HEIGHT - kept} width={10} height={kept} />
            <rect className="held" y={HEIGHT - kept - held} width={10} height={held} />
            <rect className="back" width={10} height={back} />
          </>
        )}
      </svg>
      <span>{periodLetter(view.terms, one.k)}</span>
      <strong>{isKnown && one.credit > 0n ? `−${credit}` : ""}</strong>
    </div>
  );
}
