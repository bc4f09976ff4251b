import { CONSENTS, nameOf, PHASES, SEATS, STAGES, type Seat } from "../chain/enums.ts";
import { moment } from "../format.ts";
import { periodCount, periodOf } from "../terms/calendar.ts";
import { consentsIn, otherSeat, proposal } from "./consents.ts";
import type { Deadline } from "./notice.ts";
import { Words, type View } from "./view.ts";

const NEVER = 2n ** 64n;
/** So long before a term's end people are reminded of it; the reminders of the config come too. */
export const TERM_END_NOTICE = 30n * 86_400n;

/** Every deadline that lies ahead, or is over since less than a month: for reminders and calendars. */
export function deadlinesOf(view: View): Deadline[] {
  const { summary, now } = view;
  const phase = nameOf(PHASES, summary.phase);
  if (phase === "draft") return draftDeadlines(view);
  if (phase !== "active") return [];
  const all = [
    ...periodDeadlines(view),
    ...futureDeadlines(view),
    ...rulingDeadlines(view),
    ...rightDeadlines(view),
    ...consentDeadlines(view),
    ...termDeadlines(view),
  ];
  return all.filter(({ time }) => time > now && time < NEVER);
}

function draftDeadlines({ agreement, summary, now }: View): Deadline[] {
  const words = new Words(agreement);
  const { start } = agreement.terms;
  if (start <= now) return [];
  const { providerAccepted, clientAccepted } = summary.state;
  const lines = (mine: boolean, other: boolean) => [
    ...(mine ? [] : ["You have not accepted yet."]),
    ...(other ? [] : ["The other side has not accepted yet."]),
    `Without both acceptances it lapses ${moment(start)}, and each side takes its money back.`,
    ...(mine ? [] : [words.command("accept")]),
  ];
  const title = `accept before ${moment(start)}, or it lapses`;
  return [
    {
      id: "accept",
      time: start,
      since: 0n,
      isTentative: false,
      reminds: !(providerAccepted && clientAccepted),
      said: {
        provider: { title, lines: lines(providerAccepted, clientAccepted) },
        client: { title, lines: lines(clientAccepted, providerAccepted) },
      },
    },
  ];
}

/** Of the first period that is not resolved: what its stage asks for. */
function periodDeadlines({ agreement, summary, courses }: View): Deadline[] {
  const words = new Words(agreement);
  const { state, periodStart, periodEnd, reportFrom, reportUntil, resolvesAt } = summary;
  const k = state.period;
  if (k >= state.periods) return [];
  const name = words.period({ start: periodStart, end: periodEnd });
  const stage = nameOf(STAGES, state.stage);
  if (stage === "running" || stage === "awaiting") {
    const title = `${name}: the report is due by ${moment(reportUntil)}`;
    // A report that is late has a warning of its own.
    const lines = ["If nobody reports by then, the credit agreed for silence stands."];
    return [
      {
        id: `report/${k}`,
        time: reportUntil,
        since: reportFrom,
        isTentative: false,
        reminds: false,
        said: forBoth(() => ({ title, lines })),
      },
    ];
  }
  const course = courses.periods.get(Number(k));
  if (stage === "reported") {
    const title = `${name}: dispute before ${moment(resolvesAt)}, or the report is final`;
    return [
      {
        id: `dispute/${k}`,
        time: resolvesAt,
        since: state.reportedAt,
        isTentative: false,
        reminds: true,
        said: forBoth((seat) => ({
          title,
          lines: [
            `Credit of the report: ${words.money(state.credit)}. Nothing to object to? Then there is nothing to do.`,
            `Otherwise: ${words.command("dispute", "--as", seat, "--from", "my-probes.csv")}`,
          ],
        })),
      },
    ];
  }
  if (stage !== "disputed" || course === undefined) return [];
  const claimed = new Set(course.claims.map(({ seat }) => seat));
  const title = `${name}: answer the dispute before ${moment(resolvesAt)}`;
  const said = Object.fromEntries(
    (["provider", "client"] as const)
      .filter((seat) => !claimed.has(seat))
      .map((seat) => [
        seat,
        {
          title,
          lines: [
            "An answer that was not made cannot be picked by the arbiter: then it is the claim or the report.",
            `With counts of your own: ${words.command("dispute", "--as", seat, "--from", "my-probes.csv")}`,
          ],
        },
      ]),
  );
  return [{ id: `answer/${k}`, time: resolvesAt, since: state.disputedAt, isTentative: false, reminds: true, said }];
}

/** Of the periods after it: what can be said beforehand. */
function futureDeadlines({ agreement, summary: { state } }: View): Deadline[] {
  const { terms } = agreement;
  const words = new Words(agreement);
  const deadlines: Deadline[] = [];
  const count = periodCount(terms, state.end);
  for (let k = Number(state.period); k < count; ++k) {
    const period = periodOf(terms, k, state.end);
    const name = words.period(period);
    const entry = (id: string, time: bigint, title: string, line: string): Deadline => {
      const one = { title: `${name}: ${title}`, lines: [line] };
      return { id, time, since: period.base, isTentative: true, reminds: false, said: { provider: one, client: one } };
    };
    if (k > Number(state.period)) {
      const due = period.base + terms.reportWindow;
      deadlines.push(
        entry(
          `report/${k}`,
          due,
          "the report is due by now",
          "Later than this, silence stands and the credit agreed for it.",
        ),
      );
    }
    const isOpen = nameOf(STAGES, state.stage) === "reported" || nameOf(STAGES, state.stage) === "disputed";
    if (k === Number(state.period) && isOpen) continue;
    deadlines.push(
      entry(
        `dispute/${k}`,
        period.base + terms.disputeWindow,
        "the time to dispute may end",
        "If the report comes on its first day; if it comes later, so does this. The notice of the report says when.",
      ),
    );
  }
  return deadlines;
}

function rulingDeadlines({ agreement, courses }: View): Deadline[] {
  const { terms } = agreement;
  const words = new Words(agreement);
  return [...courses.periods].flatMap(([k, { period, split, final }]): Deadline[] => {
    if (split === undefined || final !== undefined) return [];
    const time = split.at + terms.rulingWindow;
    const name = words.period(period);
    const money = words.money(split.held);
    const party = {
      title: `${name}: the arbiter may rule until ${moment(time)}`,
      lines: [`${money} is held. Without a ruling the report stands.`],
    };
    const arbiter = {
      title: `${name}: rule before ${moment(time)}, or the report stands`,
      lines: [
        `${money} is held for your ruling.`,
        words.command("case", String(k)),
        words.command("rule", String(k), "report|provider|client|declined"),
      ],
    };
    return [
      {
        id: `ruling/${k}`,
        time,
        since: split.at,
        isTentative: false,
        reminds: true,
        said: { provider: party, client: party, arbiter },
      },
    ];
  });
}

/** What a party may do until it is over: leave at once, pay before the other may leave. */
function rightDeadlines({ agreement, summary, now }: View): Deadline[] {
  const words = new Words(agreement);
  const { terms } = agreement;
  const { state, bondMissing, fundedThrough } = summary;
  const deadlines: Deadline[] = [];
  if (state.leaveUntil > now) {
    deadlines.push({
      id: `leave/${state.leaveUntil}`,
      time: state.leaveUntil,
      since: 0n,
      isTentative: false,
      reminds: true,
      said: {
        client: {
          title: `your right to leave at once ends ${moment(state.leaveUntil)}`,
          lines: ["Bad periods piled up. To leave now:", words.command("terminate", "chronic")],
        },
      },
    });
  }
  if (bondMissing > 0n) {
    const time = state.bondShortSince + terms.fundingGrace;
    const missing = words.money(bondMissing);
    deadlines.push({
      id: `bond/${state.bondShortSince}`,
      time,
      since: state.bondShortSince,
      isTentative: false,
      reminds: true,
      said: {
        provider: {
          title: `the bond lacks ${missing}: make it whole before ${moment(time)}`,
          lines: ["From then on the client may leave at once.", words.command("bond")],
        },
        client: {
          title: `the bond lacks ${missing}: from ${moment(time)} you may leave at once`,
          lines: ["Only as long as it stays short."],
        },
      },
    });
  }
  const { runningPeriod } = summary;
  if (now >= terms.start && runningPeriod < state.periods) {
    const running = periodOf(terms, Number(runningPeriod), state.end);
    const lacks = state.owed > 0n || fundedThrough < running.end;
    const grace = running.start + terms.fundingGrace;
    if (lacks && grace < running.end) {
      deadlines.push({
        id: `grace/${runningPeriod}`,
        time: grace,
        since: running.start,
        isTentative: false,
        reminds: true,
        said: {
          client: {
            title: `pay in before ${moment(grace)}, or the provider may leave at once`,
            lines: [
              ...(state.owed > 0n ? [`${words.money(state.owed)} is owed.`] : []),
              words.command("fund", "--instructions"),
            ],
          },
          provider: {
            title: `the client's money lacks: from ${moment(grace)} you may leave at once`,
            lines: [
              ...(state.owed > 0n ? [`${words.money(state.owed)} is owed to you.`] : []),
              words.command("terminate", "nonpayment"),
            ],
          },
        },
      });
    }
  }
  if (runningPeriod + 1n < state.periods) {
    const next = periodOf(terms, now < terms.start ? 0 : Number(runningPeriod) + 1, state.end);
    if (now >= terms.start && fundedThrough < next.end) {
      deadlines.push({
        id: `fund/${next.index}`,
        time: next.start,
        since: 0n,
        isTentative: false,
        reminds: true,
        said: {
          client: {
            title: `${words.period(next)} begins ${moment(next.start)} and is not paid in yet`,
            lines: [`Its fee is ${words.money(next.fee)}. How to pay:`, words.command("fund", "--instructions")],
          },
        },
      });
    }
  }
  return deadlines;
}

/** What one side proposed, for the other to say alike. */
function consentDeadlines({ agreement, events }: View): Deadline[] {
  const words = new Words(agreement);
  return consentsIn(events).open.map((event): Deadline => {
    const { consent, expiry } = event.values;
    const seat = nameOf(SEATS, event.values.seat) as Seat;
    const other = otherSeat(seat);
    const what = nameOf(CONSENTS, consent.kind);
    return {
      id: `consent/${seat}/${what}/${expiry}`,
      time: expiry,
      since: event.time,
      isTentative: false,
      reminds: true,
      said: {
        [other]: {
          title: `${words.party(seat)} proposes ${proposal(words, consent)}, until ${moment(expiry)}`,
          lines: [
            `${words.Party(seat)} gave the first of two keys. To say the same:`,
            words.command("agree", what, "…", "--as", other),
          ],
        },
      },
    };
  });
}

function termDeadlines({ agreement, summary: { state } }: View): Deadline[] {
  const words = new Words(agreement);
  const title = `the agreement ends ${moment(state.end)}`;
  const lines = [
    "It does not renew itself. What goes on after it needs an agreement of its own.",
    words.command("status"),
  ];
  return [
    {
      id: "end",
      time: state.end,
      since: 0n,
      isTentative: false,
      reminds: true,
      said: { provider: { title, lines }, client: { title, lines } },
    },
  ];
}

function forBoth<T>(said: (seat: Seat) => T): { readonly provider: T; readonly client: T } {
  return { provider: said("provider"), client: said("client") };
}
