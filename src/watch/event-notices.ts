import { ZeroAddress } from "ethers";
import { CONSENTS, EXITS, nameOf, SEATS, type Seat } from "../chain/enums.ts";
import { activationIn } from "../chain/events.ts";
import { moment } from "../format.ts";
import { consentsIn, otherSeat, proposal, type ConsentGiven } from "./consents.ts";
import type { TimedEvent } from "./course.ts";
import { WEEK, type Notice, type Said } from "./notice.ts";
import { Words, type View } from "./view.ts";

/** Events that concern no period. The same one again is another notice: it is counted. */
export function happenings({ agreement, events }: View): Notice[] {
  const words = new Words(agreement);
  const seen = new Map<string, number>();
  const activation = activationIn(events);
  const { second } = consentsIn(events);
  return events.flatMap((event): Notice[] => {
    const told = event === activation ? activated(words) : happening(words, event, second.has(event));
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

/** `isSecond`: of two keys. */
function happening(words: Words, event: TimedEvent, isSecond: boolean): Told | undefined {
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
    case "ConsentGiven":
      return consented(words, event, isSecond);
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

function consented(words: Words, event: ConsentGiven, isSecond: boolean): Told {
  const { consent, expiry } = event.values;
  const kind = nameOf(CONSENTS, consent.kind);
  const seat = nameOf(SEATS, event.values.seat) as Seat;
  const other = otherSeat(seat);
  const command = words.command("agree", kind, "…", "--as", other);
  const lines = isSecond
    ? ["You said the same before: it is done."]
    : [`If you say exactly the same before ${moment(expiry)}, it is done: ${command}`];
  const title = `${words.party(seat)} agrees to ${proposal(words, consent)}`;
  return {
    id: `consent/${seat}/${kind}/${expiry}`,
    topic: "changes",
    until: expiry,
    said: { [other]: { title, lines, tone: isSecond ? "plain" : "act" } },
  };
}
