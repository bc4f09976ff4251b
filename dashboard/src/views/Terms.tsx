import type { View } from "../chain/view.ts";
import { asFile, dayText, handsText, indicatorName, money, networkName, periodIn, periodName } from "../words.ts";
import { datesOf, explain, periodWord, type Explanation } from "../../../src/terms/explain.ts";
import { creditText, workedSentence } from "../../../src/terms/explain-text.ts";
import { formatShare, formatSpan, plural } from "../../../src/terms/format.ts";
import { formatQuantity, formatTier } from "../../../src/terms/tiers.ts";
import { Mode, Unit, type Indicator } from "../../../src/terms/types.ts";
import type { WorkedRow, WorkedTable } from "../../../src/terms/worked.ts";
import { Account, Lines, Notice, Section, Sign, Table } from "./parts.tsx";

/** Everything the parties agreed on, in plain English. */
export function TermsText({ view }: { view: View }) {
  const explanation = explain(asFile(view));
  return (
    <>
      <Section title="The deal">
        <Lines lines={explanation.deal} />
      </Section>
      <WorkedTables view={view} explanation={explanation} />
      <Section title="What is not covered">
        <Lines lines={notCovered(view)} />
      </Section>
      <PayDates view={view} />
      <Powers view={view} explanation={explanation} />
      <MoneyAndNetwork view={view} />
      <Section title="Who may leave, and when">
        <Lines lines={explanation.leaving} />
      </Section>
      <Strangers />
    </>
  );
}

function WorkedTables({ view, explanation }: { view: View; explanation: Explanation }) {
  const { terms } = view;
  const word = periodWord(terms);
  return (
    <Section title={`What a bad ${word} gives back`}>
      {explanation.tables.map((table) => {
        const indicator = terms.indicators[table.indicator];
        if (indicator === undefined) return null;
        const tiers = terms.objectives[table.objective]?.tiers.map((tier) => formatTier(tier, indicator.unit)) ?? [];
        return (
          <div key={table.objective}>
            <p>
              {indicatorName(view, table.indicator)}:{" "}
              {tiers.map(({ condition, credit }) => `${condition} → ${credit}`).join(", ")}.
            </p>
            <Table
              caption={`What a bad ${word} gives back, ${indicatorName(view, table.indicator)}`}
              head={[headOf(indicator), "the client gets back"]}
              rows={table.rows.map((row) => [amountOf(indicator, row), creditText(asFile(view), row.credit)])}
            />
            {table.isCut && <p className="hint">And so on between, up to {formatShare(terms.creditCap)} of the fee.</p>}
            {firstJump(explanation, table)}
          </div>
        );
      })}
    </Section>
  );
}

function firstJump(explanation: Explanation, table: WorkedTable) {
  const [row] = table.rows;
  return row?.before === undefined ? null : <p className="hint">{workedSentence(explanation, table, row)}.</p>;
}

const headOf = ({ unit }: Indicator): string => (unit === Unit.Seconds ? "down longer than" : "bad, at least");

/** The last amount that gives less, for seconds; else the first that gives it. */
function amountOf({ unit }: Indicator, { bad, before }: WorkedRow): string {
  if (unit !== Unit.Seconds) return formatQuantity(bad, unit);
  return before === undefined ? formatQuantity(bad, unit) : formatQuantity(bad - 1n, unit);
}

function notCovered(view: View): string[] {
  const { terms } = view;
  const word = periodWord(terms);
  const effect = {
    [Mode.Count]: "",
    [Mode.DowntimeOnly]: ", and counts as up",
    [Mode.Denominator]: ", and leaves the total",
  };
  const excluded = terms.indicators.flatMap((indicator, i) =>
    indicator.excludedCap === 0n
      ? []
      : [
          `Up to ${formatQuantity(indicator.excludedCap, indicator.unit)} a ${word} may be left out of ${indicatorName(view, i)}${indicator.unit === Unit.Seconds ? " (planned maintenance and the like)" : ""}${effect[indicator.mode]}.`,
        ],
  );
  return [
    ...(excluded.length === 0
      ? ["Nothing may be left out of the count: planned maintenance counts like any other time."]
      : excluded),
    `Anything that is not measured. What moves money: ${terms.indicators.map((_, i) => indicatorName(view, i)).join("; ")}.`,
    `What a bad ${word} costs you beyond ${formatShare(terms.creditCap)} of its fee, and beyond ${money(view, terms.termCreditCap)} over the whole term.`,
    ...(terms.burnInPeriods > 0
      ? [
          terms.burnInPeriods === 1
            ? `The first ${word} gives no credit, whatever happens.`
            : `The first ${plural(terms.burnInPeriods, word)} give no credit, whatever happens.`,
        ]
      : []),
    "Extras that vary, taxes and invoices: they are billed outside.",
    "What counts as bad, and how it is measured, is in the document whose hash the agreement holds: the provider gives it to you; read that too.",
  ];
}

/** When the money of each period moves, in each case. */
function PayDates({ view }: { view: View }) {
  const { terms, summary } = view;
  const all = Array.from({ length: Number(summary.state.periods) }, (_, k) => k);
  const head = [
    periodWord(terms),
    "reported on the first day: paid",
    "reported late, or nobody reports: paid",
    "disputed: what all agree on is paid",
    "disputed: the rest, at the latest",
  ];
  const row = (k: number) => {
    const dates = datesOf(terms, periodIn(view, k));
    return [periodName(terms, k), ...[dates.paidFirst, dates.paidLast, dates.splitLast, dates.ruledLast].map(dayText)];
  };
  return (
    <Section title="When the money moves">
      <Table caption="When the money of the first periods moves" head={head} rows={all.slice(0, 2).map(row)} />
      <p className="hint">
        The oracle has {formatSpan(terms.reportWindow)} to report, each side {formatSpan(terms.disputeWindow)} to
        dispute, the arbiter {formatSpan(terms.rulingWindow)} to rule. Nobody's silence stops the money: a{" "}
        {periodWord(terms)} without a report gives {formatShare(terms.silenceCredit)} back, a dispute without a ruling
        ends as reported.
      </p>
      {all.length > 2 && (
        <details>
          <summary>All {all.length} periods</summary>
          <Table caption="When the money of every period moves" head={head} rows={all.map(row)} />
        </details>
      )}
    </Section>
  );
}

function Powers({ view, explanation }: { view: View; explanation: Explanation }) {
  const { state } = view.summary;
  const { powers, warnings } = explanation;
  // the sentence about strangers has a section of its own
  const minds = warnings.filter((warning) => !/^Strangers see|^The network is local/.test(warning));
  const isSelf = [state.provider, state.client].includes(state.oracle);
  return (
    <Section title="Who measures, who judges, what each can do alone">
      <dl className="facts">
        <dt>measures (the oracle)</dt>
        <dd>
          <Account address={state.oracle} isWhole /> {handsText(view.oracle)}
        </dd>
        <dt>judges disputes (the arbiter)</dt>
        <dd>
          <Account address={state.arbiter} isWhole /> {handsText(view.arbiter)}
        </dd>
        <dt>provider</dt>
        <dd>
          <Account address={state.provider} isWhole />
        </dd>
        <dt>client</dt>
        <dd>
          <Account address={state.client} isWhole />
        </dd>
      </dl>
      {minds.map((warning) => (
        <Notice key={warning} tone={isSelf && warning.startsWith("The oracle") ? "bad" : "warn"}>
          <p>{warning}</p>
        </Notice>
      ))}
      {view.oracle.kind === "key" && !isSelf && (
        <Notice tone="info">
          <p>The oracle is one key: whoever holds it reports alone. You may dispute every report.</p>
        </Notice>
      )}
      <details>
        <summary>The worst each can do alone, and what stops it</summary>
        <Table
          caption="The worst each can do alone"
          head={["role", "at worst", "what stops it"]}
          rows={powers.map(({ role, worst, limit }) => [role, worst, limit])}
        />
      </details>
    </Section>
  );
}

function MoneyAndNetwork({ view }: { view: View }) {
  const { token, network, source } = view;
  const tones = { known: "good", play: "info", unknown: "warn", false: "bad" } as const;
  return (
    <Section title="Token and network">
      <dl className="facts">
        <dt>network</dt>
        <dd>
          {networkName(network)}, chain id {String(network.chainId)}
          {network.explorer === undefined ? "" : `, ${network.explorer}`}
        </dd>
        <dt>token</dt>
        <dd>
          {token.symbol}, {token.decimals} decimals: <Account address={token.address} isWhole />
        </dd>
      </dl>
      <Notice tone={tones[token.standing]} isUrgent={token.standing === "false"}>
        <p data-token={token.standing}>
          The token {token.standing === "false" ? "" : "is "}
          {token.about}.
        </p>
      </Notice>
      {source.rpc === "" ? null : (
        <p className="hint">
          Read from {new URL(source.rpc).host}. Whoever runs that node could show you false figures; before you sign,
          the wallet's own node is asked for the same contracts.
        </p>
      )}
    </Section>
  );
}

function Strangers() {
  return (
    <Section title="What strangers can see">
      <Lines
        lines={[
          "Everybody can see, for ever: the fee, what is paid in and out and when, credits and counts, the dates, and the addresses of all sides.",
          "Nobody sees from the chain: names, texts, the service, systems, or who you are; the document is a salted hash.",
          "Whoever knows that one of the addresses is yours sees all its other payments on this chain too: use an address of its own.",
        ]}
      />
    </Section>
  );
}

/** Whether this is an agreement of this project, and how that was found. */
export function GenuineText({ checks }: { checks: readonly { ok: boolean; what: string; detail: string }[] }) {
  return (
    <ul className="checks">
      {checks.map(({ ok, what, detail }) => (
        <li key={what}>
          <Sign tone={ok ? "good" : "bad"} />
          <span>
            <strong>{what}.</strong> {detail}
          </span>
        </li>
      ))}
    </ul>
  );
}
