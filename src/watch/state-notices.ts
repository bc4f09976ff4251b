import { nameOf, PHASES, STAGES } from "../chain/enums.ts";
import { moment } from "../format.ts";
import { periodOf } from "../terms/calendar.ts";
import { plural } from "../terms/format.ts";
import { WEEK, type Notice, type NoticeOptions, type Said } from "./notice.ts";
import { Words, type View } from "./view.ts";

/** A dead man's warning: the window is open, and nothing has come. Once more when it is about to close. */
export function lateReport({ agreement, summary, now }: View, { lateAfter, remind }: NoticeOptions): Notice[] {
  const { state, reportFrom, reportUntil, periodStart, periodEnd } = summary;
  if (nameOf(PHASES, summary.phase) !== "active" || nameOf(STAGES, state.stage) !== "awaiting") return [];
  const words = new Words(agreement);
  const first = reportFrom + (lateAfter ?? agreement.terms.reportWindow / 2n);
  if (now < first) return [];
  const last = reportUntil - (remind.at(-1) ?? 0n);
  const isLast = last > first && now >= last;
  const name = words.period({ start: periodStart, end: periodEnd });
  const said = (consequence: string): Said => ({
    title: `${name}: no report yet, ${moment(reportUntil)} is its last moment`,
    lines: [`It was due from ${moment(reportFrom)}. ${consequence}`, "Ask whoever runs the oracle now."],
    tone: "act",
  });
  return [
    {
      id: `late/${state.period}${isLast ? "/last" : ""}`,
      topic: "reports",
      at: isLast ? last : first,
      until: reportUntil,
      stands: false,
      facts: [],
      said: {
        provider: said("If none comes, the credit agreed for silence goes to the client."),
        client: said("If none comes, the credit agreed for silence is yours."),
      },
    },
  ];
}

/** Money that lacks, while it does. */
export function shortages({ agreement, summary, now }: View): Notice[] {
  const { terms } = agreement;
  const { state, runningPeriod, fundedThrough, bondMissing } = summary;
  if (nameOf(PHASES, summary.phase) !== "active") return [];
  const words = new Words(agreement);
  const notices: Notice[] = [];
  if (now >= terms.start && runningPeriod < state.periods) {
    const period = periodOf(terms, Number(runningPeriod), state.end);
    const name = words.period(period);
    const grace = period.start + terms.fundingGrace;
    const after = grace < period.end ? `From ${moment(grace)} ${words.party("provider")} may leave at once.` : "";
    if (state.owed > 0n || fundedThrough < period.end) {
      const owed =
        state.owed > 0n ? [`${words.money(state.owed)} is owed, and paid from whatever comes in first.`] : [];
      notices.push({
        id: `unpaid/${runningPeriod}/${state.owed > 0n ? "owed" : "uncovered"}`,
        topic: "funding",
        at: now,
        until: period.end,
        stands: false,
        facts: [],
        said: {
          client: {
            title: state.owed > 0n ? `you owe ${words.money(state.owed)}` : `${name} runs and is not paid in`,
            lines: [...owed, after, words.command("fund", "--instructions")].filter((line) => line !== ""),
            tone: "act",
          },
          provider: {
            title:
              state.owed > 0n
                ? `${words.money(state.owed)} is owed to you`
                : `${name} runs and the client has not paid in`,
            lines: [...owed, after].filter((line) => line !== ""),
            tone: "bad",
          },
        },
      });
    }
  }
  if (bondMissing > 0n) {
    const since = state.bondShortSince;
    const grace = since + terms.fundingGrace;
    const lacks = words.money(bondMissing);
    notices.push({
      id: `bond/${since}`,
      topic: "funding",
      at: since,
      until: grace + WEEK,
      stands: false,
      facts: [],
      said: {
        provider: {
          title: `your bond lacks ${lacks}`,
          lines: [`From ${moment(grace)} the client may leave at once.`, words.command("bond")],
          tone: "act",
        },
        client: {
          title: `the provider's bond lacks ${lacks}`,
          lines: [`From ${moment(grace)} you may leave at once, as long as it does.`],
          tone: "bad",
        },
      },
    });
  }
  if (state.leaveUntil > now) {
    const until = moment(state.leaveUntil);
    notices.push({
      id: `leave/${state.leaveUntil}`,
      topic: "changes",
      at: now,
      until: state.leaveUntil,
      stands: false,
      facts: [],
      said: {
        client: {
          title: `you may leave at once until ${until}`,
          lines: [badPeriods(agreement.terms.chronic), words.command("terminate", "chronic")],
          tone: "act",
        },
        provider: {
          title: `${words.party("client")} may leave at once until ${until}`,
          lines: [badPeriods(agreement.terms.chronic)],
          tone: "bad",
        },
      },
    });
  }
  return notices;
}

function badPeriods(rules: readonly { readonly count: number; readonly window: number }[]): string {
  const said = rules.map(({ count, window }) => `${plural(count, "bad period")} of ${window}`);
  return `It was agreed for ${said.join(", or for ")}.`;
}
