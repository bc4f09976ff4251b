import { gradesText } from "../../../src/evidence/grades.ts";
import type { Author } from "../../../src/evidence/schema.ts";
import type { ExclusionFact, OutageFact, PeriodFacts } from "../../../src/record/facts.ts";
import { reasonWords, toldWords, type RecordAtHand } from "../../../src/record/words.ts";
import { formatDuration, formatTime, plural } from "../../../src/terms/format.ts";
import { formatQuantity } from "../../../src/terms/tiers.ts";
import type { View } from "../chain/view.ts";
import { judgeApart } from "../evidence/apart.ts";
import type { Judged } from "../evidence/judge.ts";
import { fetchEvidence, nameOfEvidence, onChainOf, type Sworn } from "../evidence/open.ts";
import { useRecord } from "../record/texts.ts";
import { useWork } from "../work.ts";
import { indicatorName } from "../words.ts";
import { FileField } from "./fields.tsx";
import { Failure, Lines, Notice } from "./parts.tsx";

const OF: Record<Author, string> = {
  oracle: "the report",
  provider: "the provider's counts",
  client: "the client's counts",
};

/** The evidence behind an account, checked here: nobody has to be believed. */
export function EvidenceCheck({ view, sworn, base }: { view: View; sworn: Sworn; base: string | undefined }) {
  const { state: result, run } = useWork<Judged>();
  const name = nameOfEvidence(view, sworn);
  const check = (open: (signal: AbortSignal) => Promise<Blob> | Blob) =>
    run(async (signal) => {
      const file = await open(signal);
      const journal = view.record?.journal ?? [];
      return judgeApart({ file, name, onChain: onChainOf(view, sworn), journal }, signal);
    });
  return (
    <div className="evidence">
      {base !== undefined && (
        <button type="button" onClick={() => void check((signal) => fetchEvidence(base, name, signal))}>
          Fetch and check the evidence of {OF[sworn.author]}
        </button>
      )}
      <FileField
        label={`Check the evidence of ${OF[sworn.author]} yourself: choose ${name.split("/").at(-1) ?? ""}`}
        accept=".gz"
        onFile={(file) => check(() => file)}
      />
      {result === "working" && <Recomputing />}
      {typeof result === "object" && "error" in result && <Failure error={result.error} />}
      {typeof result === "object" && "days" in result && <Verdict view={view} judged={result} />}
    </div>
  );
}

/** What stands there while a file is checked. */
export const Recomputing = () => <p role="status">Recomputing every day of it …</p>;

function Verdict({ view, judged: { difference, days, grades, source, facts } }: { view: View; judged: Judged }) {
  if (difference !== undefined) {
    return (
      <Notice tone="bad" isUrgent>
        <p data-evidence="differs">
          <strong>It does not hold: {difference.place}.</strong> {difference.message}.
        </p>
      </Notice>
    );
  }
  return (
    <>
      <Notice tone="good" isUrgent>
        <p data-evidence="sound">
          <strong>It holds.</strong> {plural(days, "day")} recomputed to the root and the counts that the chain has. It
          rests on {gradesText(grades)}; source: {source}.
        </p>
      </Notice>
      <Facts view={view} facts={facts} />
    </>
  );
}

/** Lines of a kind that are shown: the file has all of them. */
const MOST = 40;

/** When it was down and when the client was told, what was left out and why, and what is left of the caps. */
function Facts({ view, facts: { outages, exclusions, caps } }: { view: View; facts: PeriodFacts }) {
  const record = useRecord(view);
  const { terms } = view;
  const indexOf = (id: number) => terms.indicators.findIndex((indicator) => indicator.id === id);
  const of = (id: number) => (terms.indicators.length === 1 ? "" : `${indicatorName(view, indexOf(id))}: `);
  const time = ({ start, end }: { start: bigint; end: bigint }) => `${formatTime(start)} to ${formatTime(end)} UTC`;
  const used = caps.filter(({ cap }) => cap > 0n);
  const amount = (id: number, units: bigint) => {
    const indicator = terms.indicators[indexOf(id)];
    return indicator === undefined ? "" : formatQuantity(units, indicator.unit);
  };
  return (
    <div className="period-facts">
      {outages.length > 0 && (
        <>
          <h3>Down, and when the client was told</h3>
          <Most
            lines={outages.map(
              (fact) =>
                `${of(fact.indicator)}${time(fact)}, ${formatDuration(fact.end - fact.start)}${toldText(fact, record)}`,
            )}
          />
        </>
      )}
      {(exclusions.length > 0 || used.length > 0) && <h3>Left out of the count</h3>}
      <Most
        lines={exclusions.map((fact) => {
          const which = fact.instance === 0 ? "" : `, instance ${fact.instance}`;
          return `${of(fact.indicator)}${time(fact)}${which}, ${formatDuration(fact.seconds)}${reasonText(fact, record)}`;
        })}
      />
      {used.map(({ indicator, cap, used: units, left }) => (
        <p key={indicator} data-cap={indicator}>
          {of(indicator)}Left out of account: {amount(indicator, units)} of at most {amount(indicator, cap)},{" "}
          {amount(indicator, left)} left.
        </p>
      ))}
      {record === undefined && (outages.length > 0 || exclusions.length > 0) && (
        <p className="hint">
          No record is known here, so when the client was told, and what was announced, is not said.
        </p>
      )}
    </div>
  );
}

function Most({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Lines lines={[...lines.slice(0, MOST), ...(lines.length > MOST ? [`and ${lines.length - MOST} more`] : [])]} />
  );
}

const toldText = (fact: OutageFact, record: RecordAtHand | undefined): string =>
  record === undefined ? "" : `: ${toldWords(fact, record)}`;

/** Without the record nobody can tell what was announced from what was only listed. */
function reasonText(fact: ExclusionFact, record: RecordAtHand | undefined): string {
  const isOfPolicy = fact.reason.what === "closed" || fact.reason.what === "unknown";
  if (record === undefined && !isOfPolicy) return "";
  return `: ${reasonWords(fact, record ?? { journal: [], texts: new Map() })}`;
}
