import { SILENCE, type Seat } from "../../../src/chain/enums.ts";
import { away, moment } from "../../../src/format.ts";
import { consequencesOf } from "../../../src/model/consequences.ts";
import { formatShare } from "../../../src/terms/format.ts";
import { rulePlan } from "../chain/actions.ts";
import type { View } from "../chain/view.ts";
import { periodsOf, type PeriodView } from "../periods.ts";
import { countsText, indicatorName, money, periodName } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { AgreeCredit } from "./AgreeCredit.tsx";
import { Dispute } from "./Dispute.tsx";
import { EvidenceCheck } from "./Evidence.tsx";
import { Notice, Section, Table } from "./parts.tsx";

/** Every period that is not settled: the report that stands, the disputes, and what can be done about them. */
export function OpenPeriods({ view, evidence }: { view: View; evidence: string | undefined }) {
  return periodsOf(view)
    .filter(({ standing }) => ["held", "reported", "disputed", "awaited"].includes(standing))
    .toReversed()
    .map((one) =>
      one.standing === "awaited" ? (
        <Awaited key={one.k} view={view} one={one} />
      ) : (
        <Reported key={one.k} view={view} one={one} evidence={evidence} />
      ),
    );
}

function Awaited({ view, one }: { view: View; one: PeriodView }) {
  const { reportUntil } = view.summary;
  return (
    <Section title={`${periodName(view.terms, one.k)}, awaiting the report`}>
      <p>
        The oracle may report until {moment(reportUntil)} ({away(reportUntil, view.head.time)}). If it stays silent,{" "}
        {formatShare(view.terms.silenceCredit)} of the fee go back to the client.
      </p>
    </Section>
  );
}

function Reported({ view, one, evidence }: { view: View; one: PeriodView; evidence: string | undefined }) {
  const { terms, head, summary } = view;
  const { k, standing, report, claims } = one;
  const name = periodName(terms, k);
  const titles = { reported: "reported", disputed: "disputed", held: "disputed, for the arbiter" } as const;
  const isSilent = report === undefined || (standing !== "held" && summary.state.revision === SILENCE);
  const revision = view.disputes.get(k)?.revision ?? summary.state.revision;
  return (
    <Section title={`${name}, ${titles[standing as keyof typeof titles]}`}>
      {isSilent ? (
        <p>
          <strong>Nobody reported.</strong> The credit agreed for silence stands.
        </p>
      ) : (
        <>
          <ul>
            {report.measurements.map((measurement, i) => {
              const indicator = terms.indicators[i];
              return indicator === undefined ? null : (
                <li key={i}>
                  {indicatorName(view, i)}: {countsText(indicator, measurement)}
                </li>
              );
            })}
          </ul>
        </>
      )}
      <p data-split>
        {standing === "held" ? "Moved already" : "As it stands"}: <strong>{money(view, one.earned)}</strong> to the
        provider, <strong>{money(view, one.credit)}</strong> back to the client
        {one.held > 0n ? `; ${money(view, one.held)} wait for the arbiter` : ""}. {endText(one, head.time)}
      </p>
      {!isSilent && (
        <EvidenceCheck
          view={view}
          base={evidence}
          sworn={{
            period: k,
            revision: Number(revision),
            author: "oracle",
            root: report.root,
            measurements: report.measurements,
          }}
        />
      )}
      {claims.length > 0 && <Claims view={view} one={one} evidence={evidence} />}
      {standing !== "held" && <Dispute view={view} one={one} />}
      {(standing === "held" || standing === "disputed") && <Rulings view={view} one={one} />}
      <AgreeCredit view={view} one={one} revision={revision} />
    </Section>
  );
}

function endText({ standing, finalAt }: PeriodView, now: bigint): string {
  const when = `${moment(finalAt)} (${away(finalAt, now)})`;
  if (standing === "reported") return `Final ${when}, unless a side disputes before.`;
  if (standing === "disputed")
    return `The other side may answer until ${when}; then what both agree on is paid, and the rest waits.`;
  return `Without a ruling the report stands ${when}.`;
}

function Claims({ view, one, evidence }: { view: View; one: PeriodView; evidence: string | undefined }) {
  const revision = Number(view.disputes.get(one.k)?.revision ?? 0n);
  return (
    <>
      <h3>What each side says</h3>
      <Table
        caption="What each side says"
        head={["who", "counts", "credit", "stake"]}
        rows={[
          [
            "the report",
            countsOf(view, one.report?.measurements),
            money(view, view.disputes.get(one.k)?.reportCredit ?? 0n),
            "–",
          ],
          ...one.claims.map(({ seat, measurements, credit, pledge }) => [
            `the ${seat}`,
            countsOf(view, measurements),
            money(view, credit),
            money(view, pledge),
          ]),
        ]}
      />
      {one.claims.map(({ seat, root, measurements }) => (
        <EvidenceCheck
          key={seat}
          view={view}
          base={evidence}
          sworn={{ period: one.k, revision, author: seat, root, measurements }}
        />
      ))}
    </>
  );
}

function countsOf(view: View, measurements: PeriodView["claims"][number]["measurements"] | undefined): string {
  if (measurements === undefined) return "nobody counted";
  return measurements
    .map((measurement, i) => {
      const indicator = view.terms.indicators[i];
      return indicator === undefined ? "" : countsText(indicator, measurement);
    })
    .join("; ");
}

/** What each ruling would move; once it is split, the arbiter's buttons. */
function Rulings({ view, one }: { view: View; one: PeriodView }) {
  const propose = usePropose();
  const dispute = view.disputes.get(one.k);
  if (dispute === undefined) return null;
  const { state } = view.summary;
  const offers = [
    { by: "report" as "report" | Seat, credit: dispute.reportCredit, pledge: 0n },
    ...one.claims.map(({ seat, credit, pledge }) => ({ by: seat, credit, pledge })),
  ];
  const purse = { fee: one.period.fee, credited: state.creditsGiven, bond: state.bond };
  const split = dispute.isOpen ? { agreed: dispute.agreedCredit, held: dispute.held } : undefined;
  const consequences = consequencesOf(view.terms, purse, offers, split);
  const names = { report: "the report", provider: "the provider", client: "the client", declined: "nobody" } as const;
  return (
    <details open={dispute.isOpen}>
      <summary>What the arbiter's ruling would move</summary>
      <Table
        caption="What each ruling would move"
        head={[
          "the arbiter picks",
          "to the provider",
          "to the client",
          "stakes",
          ...(dispute.isOpen ? ["for the arbiter"] : []),
        ]}
        rows={consequences.map((one_) => [
          names[one_.ruling],
          money(view, one_.toProvider),
          money(view, one_.toClient + one_.fromBond),
          one_.pledges.map(({ of, to, amount }) => `${money(view, amount)} of the ${of} to the ${to}`).join("; ") ||
            "–",
          ...(dispute.isOpen
            ? [
                <button
                  key="rule"
                  type="button"
                  onClick={() => {
                    const plan = rulePlan(view, one.k, one_);
                    propose({ title: plan.title, by: plan.by, plan: () => plan });
                  }}
                >
                  Rule: {names[one_.ruling]}
                </button>,
              ]
            : []),
        ])}
      />
      {!dispute.isOpen && (
        <Notice tone="info">
          <p>The arbiter can rule when the other side's time to answer is over. It picks counts and names no amount.</p>
        </Notice>
      )}
    </details>
  );
}
