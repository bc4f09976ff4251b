import { expect } from "chai";
import { closedHours, openHours, type Hours, type Opening } from "../../src/measure/hours.ts";
import { formatUtc, parseUtc } from "../../src/measure/time.ts";
import { lengthOf, merge } from "../../src/measure/windows.ts";

const period = (start: string, end: string) => ({
  start: parseUtc(`${start}T00:00:00Z`),
  end: parseUtc(`${end}T00:00:00Z`),
});
const daily = (from: number, to: number): Opening[] => [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to }));
const hoursIn = (zone: string, open: readonly Opening[], holidays: string[] = []): Hours => ({ zone, open, holidays });

/** `03-28 08:00 to 16:00` */
const spans = (hours: Hours, start: string, end: string) =>
  openHours(hours, period(start, end)).map((span) => {
    const [from, to] = [formatUtc(span.start), formatUtc(span.end)];
    return `${from.slice(5, 16).replace("T", " ")} to ${to.slice(11, 16)}`;
  });

/** What a clock on the wall shows, from the platform and minute by minute. */
function openByTheClock(hours: Hours, start: string, end: string): bigint {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: hours.zone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const { start: first, end: last } = period(start, end);
  let open = 0n;
  for (let time = Number(first); time < Number(last); time += 60) {
    const parts = Object.fromEntries(format.formatToParts(time * 1000).map(({ type, value }) => [type, value]));
    const minute = Number(parts["hour"]) * 60 + Number(parts["minute"]);
    const day = names.indexOf(parts["weekday"]!) + 1;
    const before = day === 1 ? 7 : day - 1;
    const isHoliday = hours.holidays.includes(`${parts["year"]}-${parts["month"]}-${parts["day"]}`);
    const isOpen = hours.open.some(
      (opening) =>
        (opening.day === day && !isHoliday && minute >= opening.from && minute < opening.to) ||
        (opening.day === before && minute + 1440 >= opening.from && minute + 1440 < opening.to),
    );
    if (isOpen) open += 60n;
  }
  return open;
}

describe("openHours", () => {
  it("opens by the wall clock, in summer and in winter", () => {
    const office = hoursIn("Europe/Vienna", daily(540, 1020));
    expect(spans(office, "2026-03-28", "2026-03-30")).to.deep.equal(["03-28 08:00 to 16:00", "03-29 07:00 to 15:00"]);
    expect(spans(office, "2026-10-24", "2026-10-26")).to.deep.equal(["10-24 07:00 to 15:00", "10-25 08:00 to 16:00"]);
  });

  it("opens only on its weekdays", () => {
    const monday = hoursIn("UTC", [{ day: 1, from: 0, to: 1440 }]);
    expect(spans(monday, "2026-11-23", "2026-12-05")).to.deep.equal(["11-23 00:00 to 00:00", "11-30 00:00 to 00:00"]);
    const sunday = hoursIn("UTC", [{ day: 7, from: 60, to: 120 }]);
    expect(spans(sunday, "2026-11-23", "2026-11-30")).to.deep.equal(["11-29 01:00 to 02:00"]);
  });

  it("does not open on a holiday, which is a day of the zone", () => {
    const shop = hoursIn("Australia/Sydney", daily(480, 600), ["2026-12-25"]);
    // 08:00 in Sydney is 21:00 UTC of the day before
    expect(spans(shop, "2026-12-23", "2026-12-26")).to.deep.equal(["12-23 21:00 to 23:00", "12-25 21:00 to 23:00"]);
  });

  it("runs over midnight, and to its end though the next day is a holiday", () => {
    const night = hoursIn("UTC", [{ day: 4, from: 1320, to: 1800 }], ["2026-12-25"]);
    expect(spans(night, "2026-12-24", "2026-12-26")).to.deep.equal(["12-24 22:00 to 06:00"]);
  });

  it("does not run into the day after a holiday", () => {
    const night = hoursIn("UTC", [{ day: 5, from: 1320, to: 1800 }], ["2026-12-25"]);
    expect(spans(night, "2026-12-25", "2026-12-27")).to.deep.equal([]);
  });

  it("knows what opened before the period", () => {
    const night = hoursIn("UTC", daily(1320, 1800));
    expect(spans(night, "2026-12-25", "2026-12-26")).to.deep.equal(["12-25 00:00 to 06:00", "12-25 22:00 to 00:00"]);
  });

  it("joins openings that touch or overlap", () => {
    const long = hoursIn("UTC", [...daily(0, 1440), ...daily(600, 1500)]);
    expect(openHours(long, period("2026-12-01", "2026-12-04"))).to.deep.equal([period("2026-12-01", "2026-12-04")]);
  });

  describe("when the clocks change", () => {
    // the zone's day of the change, and the seconds for which a night of 22:00 to 06:00 before it is open
    for (const [zone, day, after, night, all] of [
      ["Europe/Vienna", "2026-03-28", "2026-03-30", 7 * 3600, 47 * 3600],
      ["Europe/Vienna", "2026-10-24", "2026-10-26", 9 * 3600, 49 * 3600],
      ["America/New_York", "2026-03-07", "2026-03-09", 7 * 3600, 47 * 3600],
      ["America/New_York", "2026-10-31", "2026-11-02", 9 * 3600, 49 * 3600],
      ["Australia/Lord_Howe", "2026-10-03", "2026-10-05", 7.5 * 3600, 47.5 * 3600],
      ["Australia/Lord_Howe", "2026-04-04", "2026-04-06", 8.5 * 3600, 48.5 * 3600],
    ] as const) {
      const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
      const [from, to] = [-2, 3].map((days) => {
        return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
      }) as [string, string];

      it(`${zone}, night of ${day}: ${night / 3600} hours between 22:00 and 06:00`, () => {
        const hours = hoursIn(zone, [{ day: weekday, from: 1320, to: 1800 }]);
        expect(Number(lengthOf(openHours(hours, period(from, to))))).to.equal(night);
      });

      it(`${zone}, ${day} and the day after: ${all / 3600} hours in all`, () => {
        const two = [weekday, (weekday % 7) + 1].map((one) => ({ day: one, from: 0, to: 1440 }));
        const [span, ...rest] = openHours(hoursIn(zone, two), period(from, to));
        expect(rest).to.deep.equal([]);
        expect(Number(span!.end - span!.start)).to.equal(all);
        expect(after).to.equal(new Date(Date.parse(`${day}T00:00:00Z`) + 2 * 86_400_000).toISOString().slice(0, 10));
      });

      it(`${zone}, the week of ${day}: as a clock on the wall shows, minute by minute`, function () {
        this.timeout(20_000);
        const odd = [...daily(75, 165), ...daily(1290, 1590)];
        const hours = hoursIn(zone, odd, []);
        expect(lengthOf(openHours(hours, period(from, to)))).to.equal(openByTheClock(hours, from, to));
      });
    }

    it("never opens in an hour that the clock skips, and twice in one that it shows twice", () => {
      const early = hoursIn("Europe/Vienna", daily(120, 180));
      expect(spans(early, "2026-03-28", "2026-03-31")).to.deep.equal(["03-28 01:00 to 02:00", "03-30 00:00 to 01:00"]);
      expect(spans(early, "2026-10-24", "2026-10-26")).to.deep.equal(["10-24 00:00 to 01:00", "10-25 00:00 to 02:00"]);
      const half = hoursIn("Europe/Vienna", daily(120, 150));
      expect(spans(half, "2026-10-25", "2026-10-26")).to.deep.equal(["10-25 00:00 to 00:30", "10-25 01:00 to 01:30"]);
    });
  });
});

describe("closedHours", () => {
  it("is the rest of the period", () => {
    const within = period("2026-03-01", "2026-04-01");
    const hours = hoursIn("America/New_York", daily(540, 1020), ["2026-03-17"]);
    const [open, closed] = [openHours(hours, within), closedHours(hours, within)];
    expect(merge([...open, ...closed])).to.deep.equal([within]);
    expect(lengthOf(open)).to.equal(30n * 8n * 3600n);
    expect(lengthOf(open) + lengthOf(closed)).to.equal(within.end - within.start);
  });
});
