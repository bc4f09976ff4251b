import { finalMoney, type Purse, splitMoney } from "../model/resolution.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import { creditOf, pledgeOf, silenceCreditOf } from "../terms/credit.ts";
import type { Measurement, Terms } from "../terms/types.ts";
import { CONSENTS, nameOf, RULINGS, SEATS, type Seat } from "./enums.ts";
import type { AgreementEvent, EventValues } from "./history.ts";

/** The first thing that chain and recomputation disagree on. */
export interface Disagreement {
  /** `period 3, credit` */
  readonly place: string;
  readonly message: string;
}

/** What a period came to, as the events say and the recomputation confirms. */
export interface Resolved {
  readonly period: number;
  readonly credit: bigint;
  readonly earned: bigint;
  readonly fromBond: bigint;
}

interface Course {
  report?: EventValues["Reported"];
  claims: Partial<Record<Seat, EventValues["Disputed"]>>;
  split?: { readonly agreed: bigint; readonly credit: bigint; readonly fromBond: bigint };
}

/**
 * Lives the agreement's life again from its events: every credit by the table, every split, ruling and draw on cap and
 * bond, in the order in which they happened. Stops at the first event that says something else.
 */
export class Replay {
  readonly resolved: Resolved[] = [];
  /** All that came in, less all that went out. */
  held = 0n;
  readonly #terms: Terms;
  readonly #end: bigint;
  readonly #courses = new Map<number, Course>();
  #given = 0n;
  #bond = 0n;
  #agreed: { readonly transaction: string; readonly period: bigint; readonly credit: bigint } | undefined;

  constructor(terms: Terms, end: bigint) {
    this.#terms = terms;
    this.#end = end;
  }

  /** The report that stood in the end, for each period that has one. */
  get reports(): { readonly period: number; readonly report: EventValues["Reported"] }[] {
    return [...this.#courses].flatMap(([period, { report }]) => (report === undefined ? [] : [{ period, report }]));
  }

  /** All claims, in the order of periods. */
  get claims(): { readonly period: number; readonly seat: Seat; readonly claim: EventValues["Disputed"] }[] {
    return [...this.#courses].flatMap(([period, { claims }]) =>
      (["provider", "client"] as const).flatMap((seat) => {
        const claim = claims[seat];
        return claim === undefined ? [] : [{ period, seat, claim }];
      }),
    );
  }

  /** Takes the next event; answers what it says wrong. */
  next(event: AgreementEvent): Disagreement | undefined {
    switch (event.name) {
      case "Accepted":
        if (seatOf(event.values.seat) === "provider") this.#pulled(this.#terms.bond, true);
        return undefined;
      case "BondPosted":
        this.#pulled(event.values.amount, true);
        return undefined;
      case "Funded":
        this.held += event.values.amount;
        return undefined;
      case "Claimed":
      case "Withdrawn":
        this.held -= event.values.amount;
        return undefined;
      case "Unaccepted":
        if (seatOf(event.values.seat) === "provider") this.#bond = 0n;
        return undefined;
      case "Reported":
        return this.#reported(event.values);
      case "Disputed":
        return this.#disputed(event.values);
      case "ConsentGiven":
        this.#consented(event.values, event.transaction);
        return undefined;
      case "Split":
        return this.#split(event.values);
      case "PeriodFinal":
        return this.#final(event.values, event.transaction);
      default:
        return undefined;
    }
  }

  #pulled(amount: bigint, intoBond: boolean): void {
    this.held += amount;
    if (intoBond) this.#bond += amount;
  }

  #reported(report: EventValues["Reported"]): Disagreement | undefined {
    const k = Number(report.period);
    this.#course(k).report = report;
    const credit = creditOf(this.#terms, this.#period(k), measured(report.measurements));
    return differs(k, "credit of the report", report.credit, credit);
  }

  #disputed(claim: EventValues["Disputed"]): Disagreement | undefined {
    const k = Number(claim.period);
    const seat = seatOf(claim.seat);
    this.#course(k).claims[seat] = claim;
    this.#pulled(claim.pledge, false);
    const credit = creditOf(this.#terms, this.#period(k), measured(claim.measurements));
    return (
      differs(k, `credit of the ${seat}'s claim`, claim.credit, credit) ??
      differs(k, `pledge of the ${seat}`, claim.pledge, pledgeOf(this.#terms, credit, this.#reportCredit(k)))
    );
  }

  #consented({ consent }: EventValues["ConsentGiven"], transaction: string): void {
    if (nameOf(CONSENTS, consent.kind) !== "credit") return;
    this.#agreed = { transaction, period: consent.period, credit: consent.credit };
  }

  #split(event: EventValues["Split"]): Disagreement | undefined {
    const k = Number(event.period);
    const { claims } = this.#course(k);
    const lowest = claims.provider?.credit ?? this.#reportCredit(k);
    const highest = claims.client?.credit ?? this.#reportCredit(k);
    const { agreed, earned, held, fromBond, credit } = splitMoney(this.#terms, this.#purse(k), lowest, highest);
    this.#give(credit, fromBond);
    this.#course(k).split = { agreed, credit, fromBond };
    return (
      differs(k, "credit at the split", event.credit, credit) ??
      differs(k, "earned at the split", event.earned, earned) ??
      differs(k, "held at the split", event.held, held) ??
      differs(k, "bond at the split", event.fromBond, fromBond)
    );
  }

  #final(event: EventValues["PeriodFinal"], transaction: string): Disagreement | undefined {
    const k = Number(event.period);
    const { split } = this.#course(k);
    const agreed = split?.agreed ?? 0n;
    const money = finalMoney(this.#terms, this.#purse(k), this.#creditThatCounts(k, event, transaction), agreed);
    this.#give(money.credit, money.fromBond);
    this.resolved.push({ period: k, credit: event.credit, earned: event.earned, fromBond: event.fromBond });
    return (
      differs(k, "credit", event.credit, (split?.credit ?? 0n) + money.credit) ??
      differs(k, "earned", event.earned, money.earned) ??
      differs(k, "taken from the bond", event.fromBond, (split?.fromBond ?? 0n) + money.fromBond)
    );
  }

  #creditThatCounts(k: number, event: EventValues["PeriodFinal"], transaction: string): bigint {
    const agreed = this.#agreed;
    if (agreed?.transaction === transaction && Number(agreed.period) === k) return agreed.credit;
    const ruling = nameOf(RULINGS, event.ruling);
    const { claims } = this.#course(k);
    const picked = ruling === "provider" || ruling === "client" ? claims[ruling] : undefined;
    return picked?.credit ?? this.#reportCredit(k);
  }

  #reportCredit(k: number): bigint {
    return this.#course(k).report?.credit ?? silenceCreditOf(this.#terms, this.#period(k));
  }

  #purse(k: number): Purse {
    return { fee: this.#period(k).fee, credited: this.#given, bond: this.#bond };
  }

  #give(credit: bigint, fromBond: bigint): void {
    this.#given += credit;
    this.#bond -= fromBond;
  }

  #period(k: number): Period {
    return periodOf(this.#terms, k, this.#end);
  }

  #course(k: number): Course {
    const course = this.#courses.get(k) ?? { claims: {} };
    this.#courses.set(k, course);
    return course;
  }
}

function seatOf(value: bigint): Seat {
  return nameOf(SEATS, value) === "provider" ? "provider" : "client";
}

/** Counts as the library writes them. */
export function measured(list: readonly { total: bigint; bad: bigint; excluded: bigint }[]): Measurement[] {
  return list.map(({ total, bad, excluded }) => ({ total, bad, excluded }));
}

function differs(k: number, what: string, chain: bigint, recomputed: bigint): Disagreement | undefined {
  if (chain === recomputed) return undefined;
  return { place: `period ${k}, ${what}`, message: `the chain says ${chain} units, recomputed are ${recomputed}` };
}
