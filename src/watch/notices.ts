import { away } from "../format.ts";
import { deadlinesOf, TERM_END_NOTICE } from "./deadlines.ts";
import { happenings } from "./event-notices.ts";
import type { Deadline, Notice, NoticeOptions, Said } from "./notice.ts";
import { periodNotices } from "./period-notices.ts";
import { lateReport, shortages } from "./state-notices.ts";
import type { View } from "./view.ts";

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
