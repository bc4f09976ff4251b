/** Makes stories up: looks at the model, then does the apt thing, or something wrong, at the apt time or a second off. */
import type { Seat } from "../../src/chain/enums.ts";
import { type Agreement, type Consent, NOBODY, SEATS } from "../../src/model/agreement.ts";
import { at } from "../../src/model/apply.ts";
import type { Call } from "../../src/model/calls.ts";
import { countOf } from "../../src/model/money.ts";
import { phaseOf, type State, stateOf } from "../../src/model/views.ts";
import { DAY } from "../../src/terms/bounds.ts";
import { agreedConsent, echoedConsent, openConsents } from "./any-consent.ts";
import { claimedCounts, reportedCounts } from "./any-counts.ts";
import { timeFor } from "./any-time.ts";
import type { Setting } from "./cast.ts";
import { Draws } from "./draws.ts";
import type { Author, Step } from "./story.ts";

/** What a story's author knows when a call is made up. */
export interface View {
  readonly s: Setting;
  readonly a: Agreement;
  readonly now: bigint;
  readonly state: State;
  readonly d: Draws;
  readonly isAwful: boolean;
}

export type Kind = Call["name"] | "echo";

/** Who does nothing, or too little, in this story. */
interface Manners {
  readonly silentOracle: boolean;
  readonly silentArbiter: boolean;
  readonly poorClient: boolean;
  readonly peaceful: boolean;
  readonly restless: boolean;
  /** Service is so bad that bonds run out. */
  readonly isAwful: boolean;
  readonly funding: bigint;
  readonly isDrafted: boolean;
}

function mannersOf(d: Draws, a: Agreement): Manners {
  const { fee, periods } = a.terms;
  return {
    silentOracle: d.chance(0.15),
    silentArbiter: d.chance(0.2),
    poorClient: d.chance(0.25),
    peaceful: d.chance(0.12),
    restless: d.chance(0.35),
    isAwful: d.chance(0.4),
    funding: d.weighted([
      [3, fee],
      [3, 2n * fee + d.part(fee)],
      [4, fee * BigInt(periods)],
    ]),
    isDrafted: d.chance(0.12),
  };
}

/** An author of as many calls as there are lists of numbers. */
export function authorOf(s: Setting, lists: readonly (readonly number[])[]): Author {
  let [next, manners]: [number, Manners | undefined] = [0, undefined];
  let last: Step | undefined;
  const prologue: Step[] = [];
  return (a, now) => {
    if (manners === undefined) {
      manners = mannersOf(new Draws(lists[next++]!), a);
      if (!manners.isDrafted) prologue.push(...beginning(a, now, manners.funding));
    }
    const first = prologue.shift();
    if (first !== undefined) return first;
    const numbers = lists[next++];
    if (numbers === undefined) return undefined;
    last = step(s, a, now, new Draws(numbers), manners, last);
    return last;
  };
}

/** Funded and accepted by both: most stories begin with it. */
function beginning({ terms, termsHash }: Agreement, now: bigint, amount: bigint): Step[] {
  const { client, provider, token } = terms;
  return [
    { by: client, now: now + 1n, call: { name: "transfer", token, amount } },
    { by: client, now: now + 2n, call: { name: "accept", termsHash } },
    { by: provider, now: now + 3n, call: { name: "accept", termsHash } },
  ];
}

function step(s: Setting, a: Agreement, now: bigint, d: Draws, manners: Manners, last?: Step): Step {
  if (last?.call !== undefined && d.chance(0.04)) return { ...last, now: now + BigInt(d.below(2)) };
  const viewAt = (time: bigint): View => {
    return { s, a: at(a, time), now: time, state: stateOf(a, time), d, isAwful: manners.isAwful };
  };
  const before = viewAt(now);
  const kind = d.weighted(kindsAt(before, manners));
  const then = timeFor(before, kind);
  if (d.chance(0.06)) return { by: a.seats.client, now: then };
  const [by, call] = callOf(viewAt(then), kind);
  return { by: d.chance(0.06) ? d.pick(Object.values(s.addresses)) : by, now: then, call };
}

// ---------------------------------------------------------------------------------------------------- what

function kindsAt({ a, now, state }: View, m: Manners): [number, Kind][] {
  const { phase, stage } = state;
  if (phase === "draft" || phase === "lapsed") return DRAFT;
  const isActive = phase === "active";
  const reported = stage === "reported";
  const often = (weight: number, isApt: boolean, else_ = 0.25): number => (isApt ? weight : else_);
  const mayLeave = state.leaveUntil > 0n || state.bondShortSince > 0n || state.owed > 0n;
  const isFree = now < a.terms.start && a.terms.noticePeriods === 0;
  const takers = SEATS.map((seat) => a.offeredTo[seat]);
  const mayTake = takers.some((to) => ![NOBODY, state.provider, state.client, state.arbiter].includes(to));
  const mayDispute = a.terms.creditCap > 0n && a.current >= a.terms.burnInPeriods;
  const claims = Object.keys(a.courses[a.current]?.dispute?.claims ?? {}).length;
  const arrive = m.poorClient ? 0.4 : 1.6;
  return [
    [often(m.silentOracle ? 0.5 : 11, stage === "running" || stage === "awaiting"), "report"],
    [often(m.peaceful ? 0.5 : 14, reported && mayDispute), "dispute"],
    [often(6, stage === "disputed" && claims === 1, 0), "dispute"],
    [often(1.5, reported, 0), "report"],
    [often(m.silentArbiter ? 0.3 : 11, state.openDisputes.length > 0), "rule"],
    [often(4, reported || stage === "disputed" || state.openDisputes.length > 0), "agree"],
    [often(22, openConsents(a, now).length > 0, 0), "echo"],
    [often(0.5, a.consents.length > 0, 0), "echo"],
    [often(0.8, a.consents.length > 0, 0.15), "revoke"],
    [arrive, "transfer"],
    [arrive, "fund"],
    [often(2, state.bondShortSince > 0n), "postBond"],
    [often(1.5, state.earnings > 0n), "claim"],
    [1.5, "withdraw"],
    [often(m.restless ? 1 : 0.3, isActive), "terminate"],
    [often(m.restless ? 3 : 0.8, isActive && (mayLeave || isFree), 0), "terminate"],
    [often(0.5, isFree, 0), "terminate"],
    [0.5, "sync"],
    [often(3.5, reported || stage === "disputed", 0.6), "settle"],
    [0.5, "offerSeat"],
    [often(4, mayTake), "takeSeat"],
    [0.4, "sweep"],
    [0.1, "accept"],
  ];
}

const DRAFT: [number, Kind][] = [
  [6, "accept"],
  [3, "transfer"],
  [2, "fund"],
  [1, "claim"],
  [1, "withdraw"],
  [0.5, "offerSeat"],
  [1, "takeSeat"],
  [0.3, "sync"],
  [0.3, "sweep"],
  ...(["settle", "report", "dispute", "rule", "agree", "revoke", "postBond", "terminate"] as const).map(
    (kind): [number, Kind] => [0.15, kind],
  ),
];

// ------------------------------------------------------------------------------------------------- by whom

function callOf(v: View, kind: Kind): [string, Call] {
  const { a, s, state, d, now } = v;
  const seat = d.pick(SEATS);
  const party = a.seats[seat];
  const anyone = d.pick(Object.values(s.addresses));
  const account = d.weighted([
    [6, party],
    [6, anyone],
    [1, a.address],
    [0.4, NOBODY],
    [0.4, s.token],
  ]);
  switch (kind) {
    case "accept": {
      const unaccepted = SEATS.find((one) => !a.accepted[one]) ?? seat;
      const termsHash = d.chance(0.06) ? `0x${"12".repeat(32)}` : a.termsHash;
      return [d.chance(0.85) ? a.seats[unaccepted] : party, { name: kind, termsHash }];
    }
    case "transfer":
      return [anyone, { name: kind, token: d.chance(0.85) ? s.token : s.foreign, amount: amountIn(v) }];
    case "fund":
      return [d.chance(0.7) ? a.seats.client : anyone, { name: kind, amount: amountIn(v) }];
    case "report": {
      const standing = state.stage === "reported" ? BigInt(state.revision) + 1n : 0n;
      return [a.oracle, { name: kind, ...named(v, standing), measurements: reportedCounts(v) }];
    }
    case "dispute": {
      const claims = a.courses[a.current]?.dispute?.claims ?? {};
      const free = SEATS.filter((one) => claims[one] === undefined);
      const better: readonly Seat[] = state.credit === 0n ? ["client"] : free;
      const by: Seat = better.length > 0 && d.chance(0.93) ? d.pick(better) : seat;
      const revision = BigInt(state.revision);
      return [a.seats[by], { name: kind, ...named(v, revision), measurements: claimedCounts(v, by) }];
    }
    case "rule": {
      const open =
        state.openDisputes.length > 0 && d.chance(0.95) ? d.pick(state.openDisputes) : d.below(a.terms.periods + 1);
      const ruling = d.weighted([
        [3, "report"],
        [4, "provider"],
        [4, "client"],
        [2, "declined"],
        [0.4, "none"],
      ] as const);
      return [a.arbiter, { name: kind, period: BigInt(open), ruling }];
    }
    case "agree": {
      const expiry =
        now +
        d.weighted([
          [8, DAY],
          [4, 29n * DAY],
          [1, 0n],
          [1, 30n * DAY],
          [0.6, -1n],
          [0.6, 30n * DAY + 1n],
        ]);
      return [party, { name: kind, consent: agreedConsent(v), expiry }];
    }
    case "echo":
      return echoedConsent(v);
    case "revoke": {
      const given = a.consents.length > 0 ? d.pick(a.consents) : undefined;
      const consent: Consent = given === undefined || d.chance(0.1) ? agreedConsent(v) : given.consent;
      return [d.chance(0.8) && given !== undefined ? a.seats[given.seat] : party, { name: kind, consent }];
    }
    case "claim":
      return [a.seats.provider, { name: kind, to: d.chance(0.5) ? a.seats.provider : account }];
    case "withdraw": {
      const free = state.withdrawable;
      const amount = d.weighted([
        [4, free],
        [4, d.part(free)],
        [2, free + 1n],
        [1, 0n],
        [0.3, free + d.part(free)],
      ]);
      return [a.seats.client, { name: kind, to: d.chance(0.5) ? a.seats.client : account, amount }];
    }
    case "terminate":
      return terminateAs(v);
    case "offerSeat":
      return [party, { name: kind, to: d.chance(0.7) ? anyone : account }];
    case "takeSeat": {
      const offered = SEATS.find((one) => a.offeredTo[one] !== NOBODY) ?? seat;
      const least = d.weighted([
        [6, 0n],
        [2, state.balance + state.unabsorbed],
        [1, state.balance + state.unabsorbed + 1n],
      ]);
      const latestEnd = a.end - BigInt(d.below(8) === 0 ? 1 : 0) + BigInt(d.below(2));
      const by = d.chance(0.9) ? a.offeredTo[offered] : anyone;
      const taken = d.weighted([
        [12, offered],
        [1, seat],
        [0.3, "none" as const],
      ]);
      return [
        Object.values(s.addresses).includes(by) ? by : anyone,
        { name: kind, seat: taken, leastBalance: least, latestEnd },
      ];
    }
    case "sweep":
      return [anyone, { name: kind, token: d.chance(0.8) ? s.foreign : s.token }];
    default:
      return [anyone, { name: kind }];
  }
}

/** The current period and the revision that fits; seldom others. */
function named({ a, d }: View, revision: bigint): { period: bigint; revision: bigint } {
  const other = BigInt(Math.max(0, d.pick([a.current - 1, a.current + 1, 0, countOf(a)])));
  return {
    period: d.chance(0.95) ? BigInt(a.current) : other,
    revision: d.chance(0.94) ? revision : d.pick([0n, 1n, 255n, revision + 1n]),
  };
}

function amountIn({ a, d, state }: View): bigint {
  const { fee } = a.terms;
  return d.weighted([
    [4, fee],
    [3, d.part(3n * fee)],
    [2, state.owed + d.part(fee)],
    [1, state.owed],
    [1, 1n],
    [0.5, 0n],
    [0.08, 2n ** 95n - state.balance - 1n + BigInt(d.below(3))],
    [0.03, 2n ** 96n],
  ]);
}

function terminateAs({ a, s, d, now, state }: View): [string, Call] {
  const { client, provider } = a.seats;
  const exits = [
    [state.leaveUntil > 0n ? 4 : 0.5, client, "chronic"],
    [state.bondShortSince > 0n ? 4 : 0.5, client, "bond"],
    [state.owed > 0n || state.balance < a.terms.fee ? 4 : 0.5, provider, "nonpayment"],
    [now < a.terms.start ? 3 : 0.6, d.pick([client, provider]), "notice"],
    [0.1, client, "none"],
  ] as const;
  const [, by, exit] = d.weighted(exits.map((one) => [one[0], one] as const));
  const caller = phaseOf(a, 0n) === "active" && d.chance(0.04) ? s.addresses.stranger : by;
  return [caller, { name: "terminate", exit }];
}
