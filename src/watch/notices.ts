import { CONSENTS, EXITS, nameOf, PHASES, SEATS, SILENCE, STAGES, type Seat } from "../chain/enums.ts";
import { activationIn } from "../chain/events.ts";
import { ZeroAddress } from "ethers";
import { away, moment } from "../format.ts";
import { finalMoney } from "../model/resolution.ts";
import { periodOf } from "../terms/calendar.ts";
import { plural } from "../terms/format.ts";
import { formatQuantity } from "../terms/tiers.ts";
import { deadlinesOf, proposal, TERM_END_NOTICE } from "./deadlines.ts";
import type { Course, Report, TimedEvent } from "./course.ts";
import type { Deadline, Notice, Said } from "./notice.ts";
import { Words, type View } from "./view.ts";

const WEEK = 7n * 86_400n;

export interface NoticeOptions {
  /** Seconds before a deadline, the longest first. */
  readonly remind: readonly bigint[];
  /** Seconds; undefined: half of the report window. */
  readonly lateAfter: bigint | undefined;
}

/** Everything that people should have been told of an agreement by now, the oldest first. */
export function noticesOf(view: View, options: NoticeOptions): Notice[] {
  const notices = [
    ...happenings(view),
    ...[...view.courses.periods].flatMap(([k, course]) => periodNotices(view, k, course)),
    ...lateReport(view, options),
    ...shortages(view),
    ...reminders(view, options),
  ];
  return notices.toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

// ------------------------------------------------------------------------------------------------------- periods

function periodNotices(view: View, k: number, course: Course): Notice[] {
  return [
    ...course.reports.map((report) => reportNotice(view, k, course, report)),
    ...course.claims.map((_, i) => claimNotice(view, k, course, i)),
    ...splitNotice(view, k, course),
    ...finalNotice(view, k, course),
  ];
}

function reportNotice({ agreement, courses, now }: View, k: number, course: Course, report: Report): Notice {
  const { terms } = agreement;
  const words = new Words(agreement);
  const { period } = course;
  const name = words.period(period);
  const fee = period.fee;
  const given = courses.given - (course.final?.credit ?? course.split?.credit ?? 0n);
  const { earned, credit } = finalMoney(terms, { fee, credited: given, bond: courses.bond }, report.credit);
  const isSilent = report.revision === SILENCE;
  const until = report.at + terms.disputeWindow;
  const corrected = report.revision > 0n && !isSilent ? "corrected report: " : "";
  const measured = report.measurements.map(({ bad, total, excluded }, i) => {
    const unit = terms.indicators[i]?.unit ?? 1;
    const not = excluded === 0n ? "" : `, ${formatQuantity(excluded, unit)} not counted`;
    return `${agreement.measures[i] ?? `measure ${i + 1}`}: ${formatQuantity(bad, unit)} bad of ${formatQuantity(total, unit)}${not}.`;
  });
  const facts = [
    ...(isSilent ? [`Nobody reported ${name} in time: the credit agreed for silence stands.`] : measured),
    ...(credit < report.credit
      ? [`The table gives ${words.money(report.credit)}; the term's cap or the bond leaves ${words.money(credit)}.`]
      : []),
    ...(/^0x0*$/.test(report.evidence) ? ["The report names no evidence: its counts cannot be checked."] : []),
  ];
  const dispute = (seat: Seat) => words.command("dispute", "--as", seat, "--from", "my-probes.csv");
  const end = (seat: Seat) =>
    until > now
      ? [
          `Final ${moment(until)}, ${away(until, now)}, unless a party disputes before.`,
          `Otherwise seen? ${dispute(seat)}`,
        ]
      : [`It could be disputed until ${moment(until)}.`];
  const kept = `${words.money(earned)} of ${words.money(fee)}`;
  const tone = credit > 0n ? "bad" : "plain";
  const client =
    credit > 0n
      ? `${name}: ${words.money(credit)} of ${words.money(fee)} comes back to you`
      : `${name} was kept: ${words.money(earned)} goes to ${words.party("provider")}`;
  const provider =
    credit > 0n
      ? `${name}: you lose ${words.money(credit)} of ${words.money(fee)}`
      : `${name} was kept: ${words.money(earned)} is for you`;
  return {
    id: `report/${k}/${report.revision}`,
    topic: "reports",
    at: report.at,
    until,
    stands: true,
    facts: [String(report.credit), report.evidence],
    said: {
      client: {
        title: `${corrected}${client}`,
        lines: [
          ...(credit > 0n ? [`${kept} goes to ${words.party("provider")}, ${words.money(credit)} stays yours.`] : []),
          ...facts,
          ...end("client"),
        ],
        tone,
      },
      provider: {
        title: `${corrected}${provider}`,
        lines: [
          ...(credit > 0n ? [`${words.money(credit)} goes to ${words.party("client")}, ${kept} stays for you.`] : []),
          ...facts,
          ...end("provider"),
        ],
        tone,
      },
    },
  };
}

function claimNotice({ agreement, now }: View, k: number, course: Course, i: number): Notice {
  const { terms } = agreement;
  const words = new Words(agreement);
  const claim = course.claims[i] as Course["claims"][number];
  const other: Seat = claim.seat === "provider" ? "client" : "provider";
  const name = words.period(course.period);
  const report = course.reports.at(-1);
  const until = (course.claims[0]?.at ?? claim.at) + terms.disputeWindow;
  const verb = i === 0 ? "disputes" : "answers the dispute of";
  const facts = [
    `${words.Party(claim.seat)} claims a credit of ${words.money(claim.credit)}; the report says ${words.money(report?.credit ?? 0n)}.`,
    ...(claim.pledge === 0n ? [] : [`Staked on it: ${words.money(claim.pledge)}.`]),
  ];
  const title = `${words.party(claim.seat)} ${verb} ${name}: ${words.money(claim.credit)} instead of ${words.money(report?.credit ?? 0n)}`;
  const split = `What all offers agree on moves ${moment(until)}; the rest waits for the arbiter.`;
  const mayAnswer = i === 0 && until > now;
  const answer = words.command("dispute", "--as", other, "--from", "my-probes.csv");
  const said: Partial<Record<Seat, Said>> = {
    [claim.seat]: {
      title: `you ${i === 0 ? "dispute" : "answer the dispute of"} ${name}: ${words.money(claim.credit)} instead of ${words.money(report?.credit ?? 0n)}`,
      lines: [...facts, split],
      tone: "plain",
    },
    [other]: {
      title,
      lines: [
        ...facts,
        ...(mayAnswer ? [`You may answer until ${moment(until)}, ${away(until, now)}: ${answer}`] : []),
        split,
      ],
      tone: mayAnswer ? "act" : "bad",
    },
  };
  return {
    id: `claim/${k}/${claim.seat}`,
    topic: "disputes",
    at: claim.at,
    until,
    stands: true,
    facts: [String(claim.credit), claim.evidence],
    said: { ...said, arbiter: { title, lines: [...facts, split], tone: "plain" } },
  };
}

function splitNotice({ agreement, now }: View, k: number, course: Course): Notice[] {
  const { split, period } = course;
  if (split === undefined) return [];
  const { terms } = agreement;
  const words = new Words(agreement);
  const name = words.period(period);
  const until = split.at + terms.rulingWindow;
  const held = words.money(split.held);
  const moved = `${words.money(split.earned)} went to ${words.party("provider")}, ${words.money(split.credit)} to ${words.party("client")}; ${held} is held.`;
  const ruling = `The arbiter may rule until ${moment(until)}; without a ruling the report stands.`;
  const party: Said = { title: `${name}: ${held} is held for the arbiter`, lines: [moved, ruling], tone: "bad" };
  const offers = course.claims.map(
    ({ seat, credit }) => `${words.Party(seat)} says a credit of ${words.money(credit)}.`,
  );
  return [
    {
      id: `split/${k}`,
      topic: "disputes",
      at: split.at,
      until,
      stands: true,
      facts: [String(split.credit), String(split.earned), String(split.held)],
      said: {
        provider: party,
        client: party,
        arbiter: {
          title: `${name}: rule on ${held} before ${moment(until)}`,
          lines: [
            `The report says a credit of ${words.money(course.reports.at(-1)?.credit ?? 0n)}.`,
            ...offers,
            ...(until > now
              ? [words.command("case", String(k)), words.command("rule", String(k), "report|provider|client|declined")]
              : []),
          ],
          tone: "act",
        },
      },
    },
  ];
}

function finalNotice({ agreement }: View, k: number, course: Course): Notice[] {
  const { final, period } = course;
  if (final === undefined) return [];
  const words = new Words(agreement);
  const name = words.period(period);
  const { credit, earned, fromBond, ruling } = final;
  const how =
    ruling === "none"
      ? []
      : ruling === "declined"
        ? ["The arbiter did not rule: the report stands."]
        : [`The arbiter found ${ruling === "report" ? "the report's" : `${words.party(ruling)}'s`} counts right.`];
  const bond = fromBond === 0n ? [] : [`${words.money(fromBond)} of it came from the bond.`];
  const tone = credit > 0n ? "bad" : "plain";
  const client =
    credit > 0n
      ? `${words.money(credit)} came back to you`
      : `${words.money(earned)} went to ${words.party("provider")}`;
  const provider =
    credit > 0n
      ? `${words.money(credit)} went back to ${words.party("client")}, ${words.money(earned)} is yours`
      : `${words.money(earned)} is yours`;
  const said: Notice["said"] = {
    client: {
      title: `${name} is final: ${client}`,
      lines: [
        ...(credit > 0n ? [`${words.money(earned)} went to ${words.party("provider")}.`] : []),
        ...bond,
        ...how,
        ...(credit > 0n
          ? [`The credit lowers your next payment, or take out what is free: ${words.command("withdraw")}`]
          : []),
      ],
      tone,
    },
    provider: {
      title: `${name} is final: ${provider}`,
      lines: [...bond, ...how, `Take it when you like: ${words.command("claim")}`],
      tone,
    },
  };
  return [
    {
      id: `final/${k}`,
      topic: "payments",
      at: final.at,
      until: final.at + WEEK,
      stands: true,
      facts: [String(credit), String(earned), String(fromBond), ruling],
      said: ruling === "none" ? said : { ...said, arbiter: { title: `${name} is final`, lines: how, tone: "plain" } },
    },
  ];
}

// -------------------------------------------------------------------------------------------------------- events

/** Events that concern no period. The same one again is another notice: it is counted. */
function happenings({ agreement, events }: View): Notice[] {
  const words = new Words(agreement);
  const seen = new Map<string, number>();
  const activation = activationIn(events);
  return events.flatMap((event): Notice[] => {
    const told = event === activation ? activated(words) : happening(words, event);
    if (told === undefined) return [];
    const count = (seen.get(told.id) ?? 0) + 1;
    seen.set(told.id, count);
    const id = count === 1 ? told.id : `${told.id}/${count}`;
    return [{ until: event.time + WEEK, ...told, id, at: event.time, stands: true, facts: [] }];
  });
}

type Told = Pick<Notice, "id" | "topic" | "said"> & Partial<Pick<Notice, "until">>;

const both = (title: string, lines: readonly string[], tone: Said["tone"] = "plain") => {
  const one: Said = { title, lines, tone };
  return { provider: one, client: one };
};

const activated = (words: Words): Told => ({
  id: "active",
  topic: "changes",
  said: both("both sides accepted: the agreement is active", [words.command("status")]),
});

function happening(words: Words, event: TimedEvent): Told | undefined {
  switch (event.name) {
    case "Funded": {
      const { amount } = event.values;
      const title = `${words.money(amount)} came in`;
      return {
        id: `funded/${amount}`,
        topic: "payments",
        said: both(title, ["It is the client's until it is earned."]),
      };
    }
    case "Claimed": {
      const { to, amount } = event.values;
      return {
        id: `claimed/${amount}`,
        topic: "payments",
        said: { provider: { title: `${words.money(amount)} was paid to you`, lines: [`To ${to}.`], tone: "plain" } },
      };
    }
    case "Withdrawn": {
      const { to, amount } = event.values;
      return {
        id: `withdrawn/${amount}`,
        topic: "payments",
        said: { client: { title: `${words.money(amount)} was paid out to you`, lines: [`To ${to}.`], tone: "plain" } },
      };
    }
    case "BondPosted": {
      const { amount } = event.values;
      return {
        id: `bonded/${amount}`,
        topic: "funding",
        said: both(`the bond is whole again: ${words.money(amount)} came in`, []),
      };
    }
    case "Terminated": {
      const { by, exit, end } = event.values;
      const who = nameOf(SEATS, by);
      const why = {
        none: "Both sides agreed.",
        notice: "By notice.",
        chronic: "Bad periods piled up.",
        bond: "The bond was short for too long.",
        nonpayment: "Fees were not covered.",
      };
      const title = who === "none" ? `both sides end it ${moment(end)}` : `${words.party(who)} ends it ${moment(end)}`;
      return {
        id: `terminated/${end}`,
        topic: "changes",
        until: end,
        said: both(title, [why[nameOf(EXITS, exit)]], "bad"),
      };
    }
    case "SeatOffered": {
      const { to } = event.values;
      const seat = nameOf(SEATS, event.values.seat) as Seat;
      if (to === ZeroAddress)
        return {
          id: `offer/${seat}/none`,
          topic: "changes",
          said: both(`the ${seat}'s seat is offered to nobody any more`, []),
        };
      const lines = [
        `To ${to}. Whoever takes the seat takes all that belongs to it: money, claims and duties.`,
        `Not meant? ${words.command("seat offer", "--withdraw", "--as", seat)}`,
      ];
      return {
        id: `offer/${seat}/${to}`,
        topic: "changes",
        said: both(`the ${seat}'s seat is offered to somebody`, lines, "act"),
      };
    }
    case "SeatTaken": {
      const seat = nameOf(SEATS, event.values.seat) as Seat;
      return {
        id: `taken/${seat}/${event.values.account}`,
        topic: "changes",
        said: both(`the ${seat}'s seat changed hands`, [`It is ${event.values.account}'s now.`], "bad"),
      };
    }
    case "OracleChanged":
    case "ArbiterChanged": {
      const role = event.name === "OracleChanged" ? "oracle" : "arbiter";
      const account = event.name === "OracleChanged" ? event.values.oracle : event.values.arbiter;
      const title = `there is a new ${role}`;
      const line = `Both sides agreed on ${account}.`;
      return {
        id: `${role}/${account}`,
        topic: "changes",
        said: { ...both(title, [line]), arbiter: { title, lines: [line], tone: "plain" } },
      };
    }
    case "ConsentGiven": {
      const { consent, expiry } = event.values;
      const kind = nameOf(CONSENTS, consent.kind);
      const seat = nameOf(SEATS, event.values.seat) as Seat;
      const other = seat === "provider" ? "client" : "provider";
      const title = `${words.party(seat)} agrees to ${proposal(words, kind, consent)}`;
      const lines = [
        `If you say exactly the same before ${moment(expiry)}, it is done: ${words.command("agree", kind, "…", "--as", other)}`,
      ];
      return {
        id: `consent/${seat}/${kind}/${expiry}`,
        topic: "changes",
        until: expiry,
        said: { [other]: { title, lines, tone: "act" } },
      };
    }
    case "Closed":
      return {
        id: "closed",
        topic: "changes",
        said: both("the agreement is closed", ["All is resolved; what is left of the bond is the provider's."]),
      };
    default:
      return undefined;
  }
}

// --------------------------------------------------------------------------------------------------------- state

/** A dead man's warning: the window is open, and nothing has come. Once more when it is about to close. */
function lateReport({ agreement, summary, now }: View, { lateAfter, remind }: NoticeOptions): Notice[] {
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
function shortages({ agreement, summary, now }: View): Notice[] {
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

// ----------------------------------------------------------------------------------------------------- reminders

/** Of each deadline the nearest reminder whose time has come: earlier ones say nothing more. */
function reminders(view: View, { remind }: NoticeOptions): Notice[] {
  return deadlinesOf(view).flatMap((deadline): Notice[] => {
    const leads = deadline.id === "end" ? [TERM_END_NOTICE, ...remind] : remind;
    const due = leads.filter((lead) => view.now >= deadline.time - lead && deadline.time - lead > deadline.since);
    const lead = due.toSorted((a, b) => (a < b ? -1 : 1))[0];
    return lead === undefined || !deadline.reminds ? [] : [reminder(deadline, lead, view.now)];
  });
}

function reminder({ id, time, said }: Deadline, lead: bigint, now: bigint): Notice {
  const told = Object.entries(said).map(([role, { title, lines }]) => [
    role,
    { title: `${away(time, now)}: ${title}`, lines, tone: "act" } satisfies Said,
  ]);
  return {
    id: `reminder/${id}/${time}/${lead}`,
    topic: "deadlines",
    at: time - lead,
    until: time,
    stands: false,
    facts: [],
    said: Object.fromEntries(told) as Notice["said"],
  };
}
