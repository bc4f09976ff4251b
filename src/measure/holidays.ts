import ICAL from "ical.js";
import { UpheldError } from "../errors.ts";

/** Largest calendar that is read, in characters, and the most days one event may repeat on. */
const MAX_TEXT = 1_000_000;
const MAX_DAYS = 4_000;

/**
 * The days from `first` to `last` (both included, `2026-12-25`) that an iCalendar text has whole-day events on, ascending.
 * Repeating events, their exceptions and several days at once are understood; cancelled events do not count. Throws
 * `holidays.malformed`, also when an event has a time of day: half a holiday is none.
 */
export function readHolidays(text: string, first: string, last: string): string[] {
  if (text.length > MAX_TEXT) throw malformed(`it has ${text.length} characters, more than the limit of ${MAX_TEXT}`);
  try {
    const days = eventsOf(text).flatMap((event) => daysOf(event, last));
    return [...new Set(days.filter((day) => day >= first))].sort();
  } catch (error) {
    if (error instanceof UpheldError) throw error;
    // the library throws plain errors at whatever it does not understand
    throw malformed(error instanceof Error ? error.message.slice(0, 120) : "it cannot be parsed", { cause: error });
  }
}

function eventsOf(text: string): ICAL.Event[] {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  if (calendar.name !== "vcalendar") throw malformed("it does not hold one VCALENDAR");
  return calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
}

interface Occurrence {
  readonly item: ICAL.Event;
  readonly startDate: ICAL.Time;
  readonly endDate: ICAL.Time;
}

function daysOf(event: ICAL.Event, last: string): string[] {
  if (!event.component.hasProperty("dtstart")) throw malformed(`"${event.summary}" has no start`);
  const days: string[] = [];
  const repetitions = event.iterator();
  const nextOf = () => (repetitions.next() as ICAL.Time | null) ?? undefined;
  for (let next = nextOf(); next !== undefined && dateOf(next) <= last; next = nextOf()) {
    const { item, startDate, endDate } = event.getOccurrenceDetails(next) as Occurrence;
    if (!startDate.isDate) throw malformed(`"${item.summary}" on ${dateOf(startDate)} has a time of day`);
    if (item.component.getFirstPropertyValue("status") === "CANCELLED") continue;
    // the end is the first day after it; one that is the start itself still means that day
    const day = startDate.clone();
    do {
      days.push(dateOf(day));
      day.adjust(1, 0, 0, 0);
      if (days.length > MAX_DAYS) throw malformed(`"${item.summary}" is on more than ${MAX_DAYS} days`);
    } while (day.compare(endDate) < 0 && dateOf(day) <= last);
  }
  return days;
}

const dateOf = (time: ICAL.Time): string => time.toString().slice(0, 10);

function malformed(what: string, options?: ErrorOptions): UpheldError {
  const hint = "export the public holidays as whole-day events of one iCalendar (.ics) file";
  return new UpheldError({ code: "holidays.malformed", message: `not a calendar of holidays: ${what}`, hint }, options);
}
