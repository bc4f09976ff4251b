import { nameOf, RULINGS, SEATS, SILENCE, type Ruling, type Seat } from "../chain/enums.ts";
import { activationIn, type AgreementEvent } from "../chain/events.ts";
import { finalMoney, splitMoney, type Purse, type SplitMoney } from "../model/resolution.ts";
import { periodCount, periodOf, type Period } from "../terms/calendar.ts";
import { silenceCreditOf } from "../terms/credit.ts";
import type { Measurement, Terms } from "../terms/types.ts";

/** An event, and its block's time: UTC seconds. */
export type TimedEvent = AgreementEvent & { readonly time: bigint };

export interface Report {
  /** 255: silence, which counts as a report. */
  readonly revision: bigint;
  readonly credit: bigint;
  readonly evidence: string;
  readonly measurements: readonly Measurement[];
  readonly at: bigint;
}

export interface Counterclaim {
  readonly seat: Seat;
  readonly credit: bigint;
  readonly pledge: bigint;
  readonly evidence: string;
  readonly at: bigint;
}

/** What has become of one period. Money in units of the token, times in UTC seconds. */
export interface Course {
  readonly period: Period;
  /** In their order; the last one stands. */
  readonly reports: Report[];
  readonly claims: Counterclaim[];
  split?: { readonly credit: bigint; readonly earned: bigint; readonly held: bigint; readonly at: bigint };
  final?: {
    readonly credit: bigint;
    readonly earned: bigint;
    readonly fromBond: bigint;
    readonly ruling: Ruling | "none";
    readonly at: bigint;
  };
}

/** Every period that anything happened to, and what the next one is reckoned with. */
export interface Courses {
  readonly periods: ReadonlyMap<number, Course>;
  /** All credits given so far. */
  readonly given: bigint;
  readonly bond: bigint;
}

type Due = { readonly at: bigint; readonly k: number; readonly what: "split" | "final" | "lapse" };

/**
 * What has happened to each period as of `now`. An agreement settles with its next call, which may come a month later:
 * what is due until then has no event yet, and is reckoned here as the contract will. `end` is the agreement's end now.
 */
export function coursesOf(terms: Terms, end: bigint, events: readonly TimedEvent[], now: bigint): Courses {
  const fold = new Fold(terms, end);
  for (const event of events) fold.next(event);
  if (activationIn(events) !== undefined) fold.settle(now);
  return fold;
}

class Fold implements Courses {
  readonly periods = new Map<number, Course>();
  given = 0n;
  bond = 0n;
  readonly #terms: Terms;
  readonly #end: bigint;
  readonly #splits = new Map<number, { readonly agreed: bigint; readonly fromBond: bigint }>();

  constructor(terms: Terms, end: bigint) {
    this.#terms = terms;
    this.#end = end;
  }

  next(event: TimedEvent): void {
    const { time } = event;
    switch (event.name) {
      case "Accepted":
        if (nameOf(SEATS, event.values.seat) === "provider") this.bond = this.#terms.bond;
        return;
      case "Unaccepted":
        if (nameOf(SEATS, event.values.seat) === "provider") this.bond = 0n;
        return;
      case "BondPosted":
        this.bond += event.values.amount;
        return;
      case "Reported":
        this.#course(Number(event.values.period)).reports.push({
          revision: event.values.revision,
          credit: event.values.credit,
          evidence: event.values.evidence,
          measurements: event.values.measurements.map(({ total, bad, excluded }) => ({ total, bad, excluded })),
          at: time,
        });
        return;
      case "Disputed": {
        const { seat, credit, pledge, evidence } = event.values;
        const course = this.#course(Number(event.values.period));
        this.#silence(course);
        course.claims.push({ seat: nameOf(SEATS, seat) as Seat, credit, pledge, evidence, at: time });
        return;
      }
      case "Split": {
        const { credit, earned, held, fromBond, dueAt } = event.values;
        const k = Number(event.values.period);
        const { agreed } = this.#splitOf(this.#course(k));
        this.#course(k).split = { credit, earned, held, at: dueAt };
        this.#take(k, { agreed, credit, fromBond });
        return;
      }
      case "PeriodFinal": {
        const { credit, earned, fromBond, dueAt } = event.values;
        const k = Number(event.values.period);
        const course = this.#course(k);
        // Agreed upon before any report's time had come, it may be final without one.
        if (course.reports.length === 0 && dueAt >= this.#silenceAt(course.period)) this.#silence(course);
        const ruling = nameOf(RULINGS, event.values.ruling);
        course.final = { credit, earned, fromBond, ruling, at: dueAt };
        this.given += credit - (course.split?.credit ?? 0n);
        this.bond -= fromBond - (this.#splits.get(k)?.fromBond ?? 0n);
        return;
      }
      default:
        return;
    }
  }

  /** Does what is due and has no event yet, in the order in which it became due. */
  settle(now: bigint): void {
    const due = [...this.#lapses(now), ...this.#unresolved(now)];
    due.sort((a, b) => (a.at === b.at ? a.k - b.k : a.at < b.at ? -1 : 1));
    for (const one of due) {
      if (one.what === "split") this.#split(one);
      else this.#final(one);
    }
  }

  #lapses(now: bigint): Due[] {
    return [...this.periods].flatMap(([k, { split, final }]): Due[] => {
      if (split === undefined || final !== undefined) return [];
      const at = split.at + this.#terms.rulingWindow;
      return at <= now ? [{ at, k, what: "lapse" }] : [];
    });
  }

  #unresolved(now: bigint): Due[] {
    const { disputeWindow, rulingWindow } = this.#terms;
    const due: Due[] = [];
    const count = periodCount(this.#terms, this.#end);
    for (let k = 0; k < count; ++k) {
      const known = this.periods.get(k);
      if (known?.final !== undefined || known?.split !== undefined) continue;
      if (known === undefined && this.#silenceAt(periodOf(this.#terms, k, this.#end)) > now) break;
      const course = this.#course(k);
      if (course.reports.length === 0 && this.#silenceAt(course.period) > now) break;
      this.#silence(course);
      const [claim] = course.claims;
      const at = (claim?.at ?? course.reports.at(-1)?.at ?? 0n) + disputeWindow;
      if (at > now) break;
      due.push({ at, k, what: claim === undefined ? "final" : "split" });
      if (claim !== undefined && at + rulingWindow <= now) due.push({ at: at + rulingWindow, k, what: "lapse" });
    }
    return due;
  }

  #split({ at, k }: Due): void {
    const course = this.#course(k);
    const money = this.#splitOf(course);
    course.split = { credit: money.credit, earned: money.earned, held: money.held, at };
    this.#take(k, money);
  }

  #splitOf({ reports, claims, period }: Course): SplitMoney {
    const standing = reports.at(-1)?.credit ?? 0n;
    const offer = (seat: Seat) => claims.find((claim) => claim.seat === seat)?.credit ?? standing;
    return splitMoney(this.#terms, this.#purse(period), offer("provider"), offer("client"));
  }

  #take(k: number, { agreed, credit, fromBond }: Pick<SplitMoney, "agreed" | "credit" | "fromBond">): void {
    this.given += credit;
    this.bond -= fromBond;
    this.#splits.set(k, { agreed, fromBond });
  }

  #final({ at, k, what }: Due): void {
    const course = this.#course(k);
    const split = this.#splits.get(k) ?? { agreed: 0n, fromBond: 0n };
    const credit = course.reports.at(-1)?.credit ?? 0n;
    const money = finalMoney(this.#terms, this.#purse(course.period), credit, split.agreed);
    course.final = {
      credit: (course.split?.credit ?? 0n) + money.credit,
      earned: money.earned,
      fromBond: split.fromBond + money.fromBond,
      ruling: what === "lapse" ? "declined" : "none",
      at,
    };
    this.given += money.credit;
    this.bond -= money.fromBond;
  }

  #purse({ fee }: Period): Purse {
    return { fee, credited: this.given, bond: this.bond };
  }

  #silenceAt({ base }: Period): bigint {
    return base + this.#terms.reportWindow;
  }

  /** Where nobody reported, silence does. */
  #silence({ period, reports }: Course): void {
    if (reports.length > 0) return;
    const credit = silenceCreditOf(this.#terms, period);
    reports.push({ revision: SILENCE, credit, evidence: "", measurements: [], at: this.#silenceAt(period) });
  }

  #course(k: number): Course {
    const course = this.periods.get(k) ?? { period: periodOf(this.#terms, k, this.#end), reports: [], claims: [] };
    this.periods.set(k, course);
    return course;
  }
}
