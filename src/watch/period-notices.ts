import { SILENCE, type Seat } from "../chain/enums.ts";
import { away, moment } from "../format.ts";
import { finalMoney } from "../model/resolution.ts";
import { formatQuantity } from "../terms/tiers.ts";
import type { Course, Report } from "./course.ts";
import { WEEK, type Notice, type Said } from "./notice.ts";
import { Words, type View } from "./view.ts";

/** What has become of period `k`: its reports, claims, split and end. */
export function periodNotices(view: View, k: number, course: Course): Notice[] {
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
