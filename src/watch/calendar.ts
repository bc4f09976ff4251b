import ICAL from "ical.js";
import type { WatchRole } from "./config.ts";
import { nameOf } from "./letter.ts";
import type { CalendarEntry } from "./store.ts";

export interface DatedEntry {
  readonly agreement: string;
  readonly label: string;
  /** The deadline's: `dispute/3`. */
  readonly id: string;
  readonly entry: CalendarEntry;
}

/**
 * Every deadline of one role as an iCalendar file. A deadline keeps its UID when it moves, with a higher SEQUENCE, so
 * that calendars move it too; one that is off stays as cancelled until its day is over.
 */
export function calendarFile(all: readonly DatedEntry[], role: WatchRole, chainId: bigint): string {
  const calendar = new ICAL.Component("vcalendar");
  calendar.addPropertyWithValue("version", "2.0");
  calendar.addPropertyWithValue("prodid", "-//Upheld//watch//EN");
  calendar.addPropertyWithValue("method", "PUBLISH");
  calendar.addPropertyWithValue("x-wr-calname", `Upheld, for the ${role}`);
  const sorted = all.toSorted((a, b) => Number(BigInt(a.entry.time) - BigInt(b.entry.time)));
  for (const { agreement, label, id, entry } of sorted) {
    const said = entry.said[role];
    if (said === undefined) continue;
    const event = new ICAL.Component("vevent");
    event.addPropertyWithValue("uid", `${nameOf(String(chainId), agreement, id, role)}@upheld`);
    event.addPropertyWithValue("dtstamp", utc(entry.stamp));
    event.addPropertyWithValue("last-modified", utc(entry.stamp));
    event.addPropertyWithValue("sequence", entry.sequence);
    event.addPropertyWithValue("dtstart", utc(entry.time));
    event.addPropertyWithValue("summary", `${label}: ${said.title}`);
    event.addPropertyWithValue("description", [...said.lines, `Agreement ${agreement}`].join("\n"));
    const status = entry.isCancelled ? "CANCELLED" : entry.isTentative ? "TENTATIVE" : "CONFIRMED";
    event.addPropertyWithValue("status", status);
    // It takes no time of the day.
    event.addPropertyWithValue("transp", "TRANSPARENT");
    if (!entry.isCancelled && !entry.isTentative) event.addSubcomponent(alarm(said.title));
    calendar.addSubcomponent(event);
  }
  return `${calendar.toString()}\r\n`;
}

function alarm(title: string): ICAL.Component {
  const made = new ICAL.Component("valarm");
  made.addPropertyWithValue("action", "DISPLAY");
  made.addPropertyWithValue("description", title);
  made.addPropertyWithValue("trigger", ICAL.Duration.fromString("-P1D"));
  return made;
}

function utc(seconds: string): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(Number(seconds) * 1000), true);
}
