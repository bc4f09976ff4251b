import type { Exit, Seat } from "../../../src/chain/enums.ts";
import { away, moment } from "../../../src/format.ts";
import { periodAt } from "../../../src/terms/calendar.ts";
import { chronicBits } from "../../../src/terms/credit.ts";
import { periodWord } from "../../../src/terms/explain.ts";
import { plural } from "../../../src/terms/format.ts";
import { leavePlan } from "../chain/actions.ts";
import { bitsOf, type View } from "../chain/view.ts";
import { periodsOf } from "../periods.ts";
import { money, periodIn, periodName } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { Section, Table } from "./parts.tsx";

const FOREVER = 2n ** 256n - 1n;

/** Every date that is ahead, and what it is about. */
export function Dates({ view }: { view: View }) {
  const { summary, head, terms, stage } = view;
  const { state } = summary;
  const name = Number(state.period) < Number(state.periods) ? periodName(terms, Number(state.period)) : "";
  const rulings = bitsOf(state.openDisputes).map((k): [bigint, string] => {
    const dispute = view.disputes.get(k);
    const until = (dispute?.disputedAt ?? 0n) + terms.disputeWindow + terms.rulingWindow;
    return [until, `the arbiter may rule on ${periodName(terms, k)}; then the report stands`];
  });
  const all: [bigint, string][] = [
    ...(stage === "running"
      ? [[summary.reportFrom, `${name}: the report may come from then on`] as [bigint, string]]
      : []),
    ...(stage === "running" || stage === "awaiting"
      ? [
          [summary.reportUntil, `${name}: last moment for the report; after it the credit for silence stands`] as [
            bigint,
            string,
          ],
        ]
      : []),
    ...(stage === "reported" || stage === "disputed"
      ? [
          [
            summary.resolvesAt,
            stage === "reported"
              ? `${name}: dispute before; then it is final`
              : `${name}: answer before; then it splits`,
          ] as [bigint, string],
        ]
      : []),
    ...rulings,
    [state.end, "the agreement ends"],
    [summary.lastResolvedBy, "nothing can be open any more, whoever stays silent"],
  ];
  const ahead = all.filter(([time]) => time > head.time).sort(([a], [b]) => (a < b ? -1 : 1));
  if (ahead.length === 0 || view.phase !== "active") return null;
  return (
    <Section title="Dates" aside={<span className="hint">UTC; the chain says it is {moment(head.time)}</span>}>
      <Table
        caption="Dates that are ahead"
        head={["when", "in", "what"]}
        rows={ahead.map(([time, what]) => [moment(time), away(time, head.time).replace(/^in /, ""), what])}
      />
    </Section>
  );
}

interface Way {
  readonly seat: Seat;
  readonly exit: Exit;
  readonly sentence: string;
  readonly button: string;
}

/** Who may leave now, why, and the button. */
export function Rights({ view }: { view: View }) {
  const propose = usePropose();
  if (view.phase !== "active") return null;
  const ways = waysOut(view);
  const prospects = prospectsOf(view);
  return (
    <Section title="Rights">
      {ways.length === 0 && <p>{stayText(view)}</p>}
      {prospects.map((prospect) => (
        <p key={prospect} data-prospect>
          {prospect}
        </p>
      ))}
      <ul className="rights">
        {ways.map(({ seat, exit, sentence, button }) => (
          <li key={seat + exit} data-exit={`${seat}-${exit}`}>
            <span>{sentence}</span>
            <button
              type="button"
              onClick={() => {
                const plan = leavePlan(view, seat, exit);
                propose({ title: plan.title, by: plan.by, plan: () => plan });
              }}
            >
              {button}
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function stayText({ summary: { state }, head, terms }: View): string {
  if (head.time >= state.end) return "The term is over: there is nothing left to leave.";
  return `The agreement ends ${moment(state.end)} by itself; a notice of ${plural(terms.noticePeriods, "period")} given now would not end it sooner.`;
}

/** What the report that stands would add, once it is final: a right to leave for too many bad periods. */
function prospectsOf(view: View): string[] {
  const { terms, summary, stage } = view;
  if (stage !== "reported" || summary.client.leaveAtOnceUntil > 0n) return [];
  const current = Number(summary.state.period);
  const one = periodsOf(view)[current];
  const pending = one?.report === undefined ? 0 : chronicBits(terms, one.period, one.report.measurements);
  const word = periodWord(terms);
  return terms.chronic.flatMap((rule, r) => {
    if (((pending >> r) & 1) === 0) return [];
    const before = view.chronic[r] ?? 0n;
    const isBad = (k: number) => k === current || (k >= 0 && ((before >> BigInt(k)) & 1n) === 1n);
    const recent = Array.from({ length: rule.window }, (_, i) => current - i).filter(isBad).length;
    if (recent < rule.count) return [];
    const running = periodAt(terms, summary.resolvesAt, summary.state.end);
    const until = periodIn(view, Math.min(running + 1, Number(summary.state.periods) - 1)).end;
    return [
      `From ${moment(summary.resolvesAt)} the client may leave at once, until ${moment(until)}, if the report stands: ${rule.count} bad ${word}s of ${rule.window}.`,
    ];
  });
}

function waysOut(view: View): Way[] {
  const { summary, terms } = view;
  const { client, provider, state } = summary;
  const word = periodWord(terms);
  const ways: Way[] = [];
  if (client.leaveAtOnceUntil > 0n) {
    const isBond = client.leaveAtOnceUntil === FOREVER;
    const rule = terms.chronic[0];
    const reason = isBond
      ? "the bond has been short for too long"
      : `there were ${rule === undefined ? "too many" : `${rule.count} bad ${word}s of ${rule.window}`}`;
    const until = isBond ? "as long as that is so" : `until ${moment(client.leaveAtOnceUntil)}`;
    ways.push({
      seat: "client",
      exit: isBond ? "bond" : "chronic",
      sentence: `The client may leave at once, because ${reason}: ${until}.`,
      button: "Leave at once, as the client …",
    });
  }
  if (provider.leaveAtOnceUntil > 0n) {
    ways.push({
      seat: "provider",
      exit: "nonpayment",
      sentence: `The provider may leave at once, because fees are not covered: ${money(view, state.owed)} are owed.`,
      button: "Leave at once, as the provider …",
    });
  }
  const sides = { client: "client", provider: "provider" } as const;
  for (const seat of Object.values(sides)) {
    const end = summary[seat].leaveByNoticeEnd;
    if (end === 0n) continue;
    ways.push({
      seat,
      exit: "notice",
      sentence: `The ${seat} may give notice: the agreement then ends ${moment(end)}.`,
      button: `Give notice, as the ${seat} …`,
    });
  }
  return ways;
}
