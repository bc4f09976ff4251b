import { useState } from "react";
import type { Author, Evidence } from "../../../src/evidence/schema.ts";
import type { Difference } from "../../../src/evidence/verify.ts";
import type { View } from "../chain/view.ts";
import { checkEvidence, fetchEvidence, nameOfEvidence, openEvidence, type Sworn } from "../evidence/open.ts";
import { formatTime } from "../../../src/terms/format.ts";
import { formatDuration } from "../../../src/terms/format.ts";
import { parseUtc } from "../../../src/measure/time.ts";
import { FileField } from "./fields.tsx";
import { Failure, Notice } from "./parts.tsx";

/** A file, and whether it holds together with the chain. */
export interface Checked {
  readonly evidence: Evidence;
  readonly difference: Difference | undefined;
}

const OF: Record<Author, string> = {
  oracle: "the report",
  provider: "the provider's counts",
  client: "the client's counts",
};

/** The evidence behind an account, checked here: nobody has to be believed. */
export function EvidenceCheck({ view, sworn, base }: { view: View; sworn: Sworn; base: string | undefined }) {
  const [result, setResult] = useState<Checked | { error: unknown } | "checking">();
  const name = nameOfEvidence(view, sworn);
  const run = async (open: () => Promise<Evidence>) => {
    setResult("checking");
    try {
      const evidence = await open();
      // let the word "checking" be painted: a month of samples takes a while
      await new Promise((resolve) => setTimeout(resolve, 30));
      setResult({ evidence, difference: checkEvidence(view, sworn, evidence) });
    } catch (error) {
      setResult({ error });
    }
  };
  return (
    <div className="evidence">
      {base !== undefined && (
        <button type="button" onClick={() => void run(() => fetchEvidence(base, name))}>
          Fetch and check the evidence of {OF[sworn.author]}
        </button>
      )}
      <FileField
        label={`Check the evidence of ${OF[sworn.author]} yourself: choose ${name.split("/").at(-1) ?? ""}`}
        accept=".gz"
        onFile={(file) => run(() => openEvidence(file, file.name))}
      />
      {result === "checking" && <p role="status">Recomputing every day of it …</p>}
      {typeof result === "object" && "error" in result && <Failure error={result.error} />}
      {typeof result === "object" && "evidence" in result && <Verdict checked={result} />}
    </div>
  );
}

function Verdict({ checked: { evidence, difference } }: { checked: Checked }) {
  if (difference !== undefined) {
    return (
      <Notice tone="bad" isUrgent>
        <p data-evidence="differs">
          <strong>It does not hold: {difference.place}.</strong> {difference.message}.
        </p>
      </Notice>
    );
  }
  const outages = evidence.days.flatMap(({ outages: listed }) => listed);
  const grades = [...new Set(evidence.indicators.map(({ grade }) => grade))].join(", ");
  return (
    <Notice tone="good" isUrgent>
      <p data-evidence="sound">
        <strong>It holds.</strong> {evidence.days.length} days recomputed to the root and the counts that the chain has.
        It rests on {grades}; source: {evidence.source}.
      </p>
      {outages.length > 0 && (
        <ul>
          {outages.slice(0, 40).map(({ start, end, indicator, instance }, i) => (
            <li key={i}>
              {formatTime(parseUtc(start))} to {formatTime(parseUtc(end))} UTC,{" "}
              {formatDuration(parseUtc(end) - parseUtc(start))}
              {evidence.indicators.length > 1 ? `, measure ${indicator}` : ""}
              {instance === 0 ? "" : `, instance ${instance}`}
            </li>
          ))}
          {outages.length > 40 && <li>and {outages.length - 40} more</li>}
        </ul>
      )}
    </Notice>
  );
}
