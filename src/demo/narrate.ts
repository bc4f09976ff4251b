import type { Agreement } from "../chain/agreement.ts";
import { blockTimes } from "../chain/block-times.ts";
import { EXITS, nameOf, RULINGS, SEATS } from "../chain/enums.ts";
import type { AgreementEvent } from "../chain/history.ts";
import { formatAmount, formatDuration } from "../terms/format.ts";
import type { Measurement } from "../terms/types.ts";
import { dayOf } from "./words.ts";
import type { PeriodOutcome } from "./outcome.ts";

/** Something that happened to a period: the day, who did it (empty: it became due), and what. */
export interface Happening {
  readonly at: bigint;
  readonly who: string;
  readonly what: string;
}

/** Tells the course of one period from the events of the chain, in the order of the moments that count. */
export async function narrate(
  agreement: Agreement,
  history: readonly AgreementEvent[],
  period: PeriodOutcome,
): Promise<Happening[]> {
  const told: Happening[] = !period.isReported ? [silence(agreement, period)] : [];
  const timeOf = blockTimes(agreement.provider);
  for (const event of history) {
    const at = await timeOf(event.block);
    const inPeriod = "period" in event.values && event.values.period === BigInt(period.k);
    const happening = tell(agreement, event, at);
    if (happening === undefined) continue;
    if (inPeriod || isAbout(event, at, period)) told.push(happening);
  }
  // what follows by itself is told after what somebody did in the same second
  const rank = ({ at, who }: Happening) => at * 2n + (who === "" ? 1n : 0n);
  return told.toSorted((a, b) => Number(rank(a) - rank(b)));
}

/** What concerns the whole agreement belongs to the period that was running or open then. */
function isAbout({ name }: AgreementEvent, at: bigint, { start, finalAt, end }: PeriodOutcome): boolean {
  if (name === "Terminated") return at >= start && at <= end;
  return (name === "OracleChanged" || name === "ConsentGiven") && at >= end && at <= finalAt + 30n * 86_400n;
}

function silence({ terms, token }: Agreement, { credit, finalAt }: PeriodOutcome): Happening {
  const what = `nobody reported: silence stands for a credit of ${formatAmount(credit, token.decimals)}`;
  return { at: finalAt - terms.disputeWindow, who: "", what };
}

function tell(agreement: Agreement, event: AgreementEvent, at: bigint): Happening | undefined {
  const money = (amount: bigint) => formatAmount(amount, agreement.token.decimals);
  const seat = (value: bigint) => nameOf(SEATS, value);
  switch (event.name) {
    case "Reported":
      return {
        at,
        who: "oracle",
        what: `reports ${down(event.values.measurements)}: credit ${money(event.values.credit)}`,
      };
    case "Disputed": {
      const { measurements, credit, pledge } = event.values;
      return {
        at,
        who: seat(event.values.seat),
        what: `states ${down(measurements)}: credit ${money(credit)}; stakes ${money(pledge)}`,
      };
    }
    case "Split": {
      const { dueAt, credit, earned, held } = event.values;
      const what = `undisputed parts move: ${money(earned)} and ${money(credit)}; ${money(held)} are held`;
      return { at: dueAt, who: "", what };
    }
    case "PledgeMoved": {
      const { from, to, amount } = event.values;
      const whose = from === to ? "returns to" : "is lost to";
      return { at, who: "", what: `the ${seat(from)}'s stake of ${money(amount)} ${whose} the ${seat(to)}` };
    }
    case "PeriodFinal": {
      const { dueAt, ruling, credit, earned } = event.values;
      const said = nameOf(RULINGS, ruling);
      const split = `${money(earned)} earned, ${money(credit)} credited`;
      if (said === "none") return { at: dueAt, who: "", what: `final: ${split}` };
      const picks = said === "declined" ? "declines" : `picks the ${said === "report" ? "report" : `${said}'s counts`}`;
      return { at: dueAt, who: "arbiter", what: `${picks}: ${split}` };
    }
    case "Terminated": {
      const { by, exit, end } = event.values;
      const why = nameOf(EXITS, exit) === "nonpayment" ? ": fees are not covered" : "";
      return { at, who: seat(by), what: `leaves, the agreement ends ${dayOf(end)}${why}` };
    }
    case "ConsentGiven":
      return { at, who: seat(event.values.seat), what: "turns its key for another oracle" };
    case "OracleChanged":
      return { at, who: "", what: "both keys are turned: the other oracle reports from now on" };
    default:
      return undefined;
  }
}

const down = (measurements: readonly Measurement[]) =>
  measurements.map(({ bad }) => (bad === 0n ? "nothing down" : `${formatDuration(bad)} down`)).join(", ");
