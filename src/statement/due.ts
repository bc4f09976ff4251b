import { nameOf, numberOf, RULINGS, SEATS, SILENCE } from "../chain/enums.ts";
import type { EventName, EventValues } from "../chain/history.ts";
import { measured } from "../chain/replay.ts";
import { courseOf, draft, type Agreement as Model } from "../model/agreement.ts";
import { min } from "../model/money.ts";
import { nextDue } from "../model/settle.ts";
import { splitMoney } from "../model/resolution.ts";
import { periodOf } from "../terms/calendar.ts";
import { chronicBits, silenceCreditOf } from "../terms/credit.ts";
import type { Terms } from "../terms/types.ts";
import { entriesOf, sumOf } from "./entries.ts";
import type { Happened } from "./happened.ts";

/** What the chain says of an agreement beside its events. */
export interface Standing {
  /** Both acceptances stand. */
  readonly accepted: boolean;
  readonly end: bigint;
  /** For each chronic rule the bad periods as of now, bit k for period k. */
  readonly chronic: readonly bigint[];
}

/**
 * What is due by `now` and has not been told by an event, because nobody has called since: the events that the next
 * call will tell, whenever it comes.
 */
export function dueEvents(terms: Terms, happened: readonly Happened[], standing: Standing, now: bigint): Happened[] {
  const model = modelOf(terms, happened, standing);
  const told: Happened[] = [];
  for (let due = nextDue(model); due !== undefined && due.at <= now; due = nextDue(model)) {
    const before = { credited: model.credited, bond: model.money.bond, leaveUntil: model.leaveUntil };
    due.happen();
    if (model.isClosed) return [...told, closed(before.bond, model.end, [...happened, ...told])];
    const { at, period: k } = due;
    const moved = { credit: model.credited - before.credited, fromBond: before.bond - model.money.bond };
    const { resolved } = courseOf(model, k);
    told.push(
      ...(resolved === undefined
        ? [splitAt(model, k, moved, at)]
        : finalAt(model, k, moved, at, [...happened, ...told])),
    );
    if (model.leaveUntil > before.leaveUntil) {
      told.push(untold("ChronicFailure", { rule: 0n, period: BigInt(k), leaveUntil: model.leaveUntil }, at));
    }
  }
  return told;
}

type Moved = Pick<EventValues["PeriodFinal"], "credit" | "fromBond">;

function untold<N extends EventName>(name: N, values: EventValues[N], at: bigint): Happened {
  return { name, values, at, transaction: undefined } as Happened;
}

function closed(bond: bigint, end: bigint, happened: readonly Happened[]): Happened {
  const dues = happened.filter(({ name }) => name === "Split" || name === "PeriodFinal").map(({ at }) => at);
  const dueAt = dues.reduce((last, at) => (at > last ? at : last), end);
  return untold("Closed", { bond, dueAt }, dueAt);
}

function splitAt(model: Model, k: number, { credit, fromBond }: Moved, at: bigint): Happened {
  const { fee } = periodOf(model.terms, k, model.end);
  const { held = 0n, agreed = 0n } = courseOf(model, k).split ?? {};
  const earned = fee - held - min(agreed, fee);
  return untold("Split", { period: BigInt(k), credit, earned, held, fromBond, dueAt: at }, at);
}

function finalAt(model: Model, k: number, moved: Moved, at: bigint, happened: readonly Happened[]): Happened[] {
  const period = BigInt(k);
  const { dispute, resolved } = courseOf(model, k);
  // in the contract's order, whoever claimed first
  const stakes = (["provider", "client"] as const).flatMap((seat) => {
    const claim = dispute?.claims[seat];
    const side = BigInt(numberOf(SEATS, seat));
    return claim === undefined || claim.pledge === 0n
      ? []
      : [untold("PledgeMoved", { period, from: side, to: side, amount: claim.pledge }, at)];
  });
  const split = splitOf(happened, k);
  const credit = moved.credit + (split?.credit ?? 0n);
  const fromBond = moved.fromBond + (split?.fromBond ?? 0n);
  const earned = periodOf(model.terms, k, model.end).fee - (credit - fromBond);
  const ruling = BigInt(numberOf(RULINGS, resolved?.ruling ?? "none"));
  return [...stakes, untold("PeriodFinal", { period, credit, fromBond, earned, ruling, dueAt: at }, at)];
}

/** What the split of period `k` moved, if there was one. */
function splitOf(happened: readonly Happened[], k: number): EventValues["Split"] | undefined {
  for (const { name, values } of happened) if (name === "Split" && values.period === BigInt(k)) return values;
  return undefined;
}

/** The agreement as its events left it. */
function modelOf(terms: Terms, happened: readonly Happened[], { accepted, end, chronic }: Standing): Model {
  const model = draft(terms, "", "");
  model.end = end;
  Object.assign(model.accepted, { provider: accepted, client: accepted });
  for (const event of happened) take(model, event, happened);
  const isOver = model.courses.map(({ split, resolved }) => split !== undefined || resolved !== undefined);
  model.current = isOver.includes(false) ? isOver.indexOf(false) : terms.periods;
  for (const [r, bits] of chronic.entries()) {
    model.chronic[r]?.push(...isOver.flatMap((over, k) => (over && ((bits >> BigInt(k)) & 1n) === 1n ? [k] : [])));
  }
  const { client, provider, bond } = sumOf(entriesOf(terms, end, happened).map(({ amounts }) => amounts));
  const owed = client < 0n ? -client : 0n;
  Object.assign(model.money, { balance: client + owed, owed, earnings: provider - owed, bond });
  return model;
}

/** Takes an event into the model: reports, claims, and what periods came to. */
function take(model: Model, event: Happened, happened: readonly Happened[]): void {
  switch (event.name) {
    case "Accepted":
      if (nameOf(SEATS, event.values.seat) === "provider") model.money.bond = model.terms.bond;
      return;
    case "BondPosted":
      model.money.bond += event.values.amount;
      return;
    case "Reported": {
      const { revision, credit } = event.values;
      const report = { revision: Number(revision), at: event.at, credit, reaches: reachesOf(model, event.values) };
      courseOf(model, Number(event.values.period)).report = report;
      return;
    }
    case "Disputed": {
      const { period, seat, credit, pledge } = event.values;
      const course = courseOf(model, Number(period));
      const claim = { credit, pledge, at: event.at, reaches: reachesOf(model, event.values) };
      const report = course.report ?? silenceOf(model, Number(period));
      const before = course.dispute ?? { at: event.at, report, claims: {} };
      course.dispute = { ...before, claims: { ...before.claims, [nameOf(SEATS, seat)]: claim } };
      return;
    }
    case "Split":
      takeSplit(model, event.values);
      return;
    case "PeriodFinal": {
      const { period, credit, fromBond, ruling } = event.values;
      const before = splitOf(happened, Number(period));
      courseOf(model, Number(period)).resolved = { ruling: nameOf(RULINGS, ruling), at: event.at };
      model.credited += credit - (before?.credit ?? 0n);
      model.money.bond -= fromBond - (before?.fromBond ?? 0n);
      return;
    }
    case "ChronicFailure":
      if (event.values.leaveUntil > model.leaveUntil) model.leaveUntil = event.values.leaveUntil;
      return;
    case "Closed":
      model.isClosed = true;
      return;
    default:
      return;
  }
}

/** The event does not say what all offers agree on before the bond's limit: it follows from them. */
function takeSplit(model: Model, { period, credit, held, fromBond }: EventValues["Split"]): void {
  const course = courseOf(model, Number(period));
  const { fee } = periodOf(model.terms, Number(period), model.end);
  const report = course.dispute?.report.credit ?? 0n;
  const { provider, client } = course.dispute?.claims ?? {};
  const purse = { fee, credited: model.credited, bond: model.money.bond };
  const { agreed } = splitMoney(model.terms, purse, provider?.credit ?? report, client?.credit ?? report);
  course.split = { agreed, held };
  model.credited += credit;
  model.money.bond -= fromBond;
}

/** The chronic rules whose least share the counts reach. */
function reachesOf({ terms, end }: Model, { period, measurements }: EventValues["Reported"] | EventValues["Disputed"]) {
  const bits = chronicBits(terms, periodOf(terms, Number(period), end), measured(measurements));
  return terms.chronic.map((_, r) => r).filter((r) => ((bits >> r) & 1) === 1);
}

function silenceOf({ terms, end }: Model, k: number) {
  const period = periodOf(terms, k, end);
  const at = period.base + terms.reportWindow;
  return { revision: Number(SILENCE), at, credit: silenceCreditOf(terms, period), reaches: [] };
}
