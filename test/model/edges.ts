/** Short stories at a second's and a unit's edge, each with what becomes of every call: told to the chain, and without. */
import type { Agreement, Consent } from "../../src/model/agreement.ts";
import type { Call } from "../../src/model/calls.ts";
import { DAY } from "../../src/terms/bounds.ts";
import { boundary, periodOf } from "../../src/terms/calendar.ts";
import type { Terms } from "../../src/terms/types.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import type { Actor, Setting } from "./cast.ts";
import type { Step } from "./story.ts";

export type Line = readonly [by: Actor, now: bigint, call: Call | undefined, outcome: string];
type Addresses = Setting["addresses"];

export interface Edge {
  readonly what: string;
  readonly changes?: Partial<Terms>;
  readonly lines: (terms: Terms, addresses: Addresses) => readonly Line[];
}

const FEE = 1_000_000_000n;
const START = sampleTerms().start;
const JANUARY = START + 31n * DAY;
const NOBODY = `0x${"0".repeat(40)}`;
const HALF = { fee: FEE / 2n };

const settle: Call = { name: "settle" };
const leave = (exit: "notice" | "chronic" | "bond" | "nonpayment" | "none"): Call => ({ name: "terminate", exit });
const withdraw = (to: string, amount: bigint): Call => ({ name: "withdraw", to, amount });
const consentOf = (kind: Consent["kind"], rest: Partial<Consent>): Consent => ({
  ...{ kind, period: 0, revision: 0, credit: 0n, account: NOBODY, end: 0n },
  ...rest,
});
const agree = (kind: Consent["kind"], rest: Partial<Consent>, expiry = START + 20n * DAY): Call => ({
  ...{ name: "agree", consent: consentOf(kind, rest), expiry },
});
const counts = (terms: Terms, k: number, bad: bigint, excluded = 0n) => {
  const { start, end } = periodOf(terms, k);
  return [{ total: end - start, bad, excluded }];
};
const report = (terms: Terms, k: number, bad: bigint, revision = 0n): Call => ({
  ...{ name: "report", period: BigInt(k), revision, measurements: counts(terms, k, bad) },
});
const dispute = (terms: Terms, k: number, bad: bigint, revision = 0n): Call => ({
  ...{ name: "dispute", period: BigInt(k), revision, measurements: counts(terms, k, bad) },
});

export const EDGES: readonly Edge[] = [
  {
    what: "a consent has no field that its kind does not use",
    lines: (_, { stranger }) => {
      const malformed = (kind: Consent["kind"], rest: Partial<Consent>): Line => [
        ...(["client", START, agree(kind, rest), "MalformedConsent()"] as const),
      ];
      const unused = [{ period: 1 }, { revision: 1 }, { credit: 1n }];
      return [
        malformed("none", {}),
        malformed("credit", { account: stranger }),
        malformed("credit", { end: START + DAY }),
        ...(["oracle", "arbiter"] as const).flatMap((kind) => [
          ...unused.map((rest) => malformed(kind, { account: stranger, ...rest })),
          malformed(kind, { account: stranger, end: START + DAY }),
        ]),
        ...unused.map((rest) => malformed("end", { end: START + DAY, ...rest })),
        malformed("end", { end: START + DAY, account: stranger }),
        ["client", START, agree("oracle", { account: stranger }), "done"],
        ["client", START, agree("end", { end: START + DAY }), "done"],
      ];
    },
  },
  {
    what: "a role is a person, and an arbiter is neutral",
    lines: (terms, { provider, oracle, client, newcomer }) => [
      ["client", START, agree("oracle", { account: NOBODY }), `RoleIsNotAPerson(${NOBODY})`],
      ["client", START, agree("arbiter", { account: terms.token }), `RoleIsNotAPerson(token)`],
      ["client", START, agree("arbiter", { account: provider }), "ArbiterIsNotNeutral(provider)"],
      ["client", START, agree("arbiter", { account: oracle }), "ArbiterIsNotNeutral(oracle)"],
      ["client", START, agree("arbiter", { account: newcomer }), "done"],
      ["client", START, agree("oracle", { account: client }), "done"],
    ],
  },
  {
    what: "a consent expires after the second it is given in, and within thirty days",
    lines: () => {
      const until = (expiry: bigint) => agree("end", { end: START + 60n * DAY }, expiry);
      const range = `${START + 1n}, ${START + 30n * DAY}`;
      return [
        ["client", START, until(START), `ExpiryOutOfRange(${START}, ${range})`],
        ["client", START, until(START + 1n), "done"],
        ["client", START, until(START + 30n * DAY), "done"],
        ["client", START, until(START + 30n * DAY + 1n), `ExpiryOutOfRange(${START + 30n * DAY + 1n}, ${range})`],
      ];
    },
  },
  {
    what: "an agreed end is from now on, and earlier than the one that stands",
    lines: (terms) => {
      const end = boundary(terms, 12);
      return [
        ["client", START + 5n, agree("end", { end: START + 4n }), `EndInThePast(${START + 4n}, ${START + 5n})`],
        ["client", START + 5n, agree("end", { end }), `EndNotEarlier(${end}, ${end})`],
        ["client", START + 5n, agree("end", { end: end - 1n }), "done"],
        ["client", START + 5n, agree("end", { end: START + 5n }), "done"],
        ["provider", START + 5n, agree("end", { end: START + 5n }), "done"],
        ["client", START + 5n, leave("notice"), "AgreementOver()"],
      ];
    },
  },
  {
    what: "an agreed credit is for the period and revision that stand, up to its cap",
    lines: (terms) => {
      const credit = (amount: bigint, revision = 0, period = 0) =>
        agree("credit", { credit: amount, revision, period }, JANUARY + 3n * DAY);
      return [
        ["client", JANUARY - 1n, credit(5n), "NothingReported(0)"],
        ["oracle", JANUARY, report(terms, 0, 0n), "done"],
        ["client", JANUARY, credit(5n, 1), "WrongRevision(1, 0)"],
        ["client", JANUARY, credit(5n, 0, 1), "NotTheCurrentPeriod(1, 0)"],
        ["client", JANUARY, credit(FEE / 2n + 1n), `CreditOutOfRange(${FEE / 2n + 1n}, 0, ${FEE / 2n})`],
        ["client", JANUARY, credit(FEE / 2n), "done"],
        ["provider", JANUARY + 1n, credit(FEE / 2n), "done"],
        ["client", JANUARY + 1n, credit(5n), "NotTheCurrentPeriod(0, 1)"],
      ];
    },
  },
  {
    what: "after a split a credit is agreed between the offers",
    lines: (terms) => {
      const split = JANUARY + 7n * DAY;
      const credit = (amount: bigint, revision = 0) => agree("credit", { credit: amount, revision }, split + 3n * DAY);
      const [low, high] = [0n, FEE / 10n];
      return [
        ["oracle", JANUARY, report(terms, 0, 0n), "done"],
        ["client", JANUARY, dispute(terms, 0, 4_000n), "done"],
        ["client", split, credit(high + 1n), `CreditOutOfRange(${high + 1n}, ${low}, ${high})`],
        ["client", split, credit(high, 1), "WrongRevision(1, 0)"],
        ["client", split, credit(high), "done"],
        ["provider", split + 1n, credit(high), "done"],
        ["arbiter", split + 2n, { name: "rule", period: 0n, ruling: "client" }, "NoOpenDispute(0)"],
      ];
    },
  },
  {
    what: "an agreed credit that reaches a rule's least share to the unit is a bad period",
    changes: { chronic: [{ count: 1, window: 1, leastShare: 100_000_000n }] },
    lines: (terms) => {
      const credit = (amount: bigint, period: number, expiry: bigint) =>
        agree("credit", { credit: amount, period }, expiry);
      const first = credit(FEE / 10n - 1n, 0, JANUARY + DAY);
      const february = boundary(terms, 2);
      const second = credit(FEE / 10n, 1, february + DAY);
      return [
        ["oracle", JANUARY, report(terms, 0, 0n), "done"],
        ["client", JANUARY, first, "done"],
        ["provider", JANUARY, first, "done"],
        ["client", JANUARY, leave("chronic"), `NoChronicRight(${JANUARY}, 0)`],
        ["oracle", february, report(terms, 1, 0n), "done"],
        ["client", february, second, "done"],
        ["provider", february, second, "done"],
        [
          "client",
          boundary(terms, 4),
          leave("chronic"),
          `NoChronicRight(${boundary(terms, 4)}, ${boundary(terms, 4)})`,
        ],
        ["client", boundary(terms, 4) + 1n, leave("none"), "NoExit()"],
      ];
    },
  },
  {
    what: "the right to leave lasts to the last second of the period after the one that ran",
    changes: { chronic: [{ count: 1, window: 1, leastShare: 100_000_000n }] },
    lines: (terms) => [
      ["oracle", JANUARY, report(terms, 0, 4_000n), "done"],
      ["client", JANUARY + 7n * DAY - 1n, leave("chronic"), `NoChronicRight(${JANUARY + 7n * DAY - 1n}, 0)`],
      ["provider", boundary(terms, 3) - 1n, leave("chronic"), "NotTheSeat(provider, client)"],
      ["client", boundary(terms, 3) - 1n, leave("chronic"), "done"],
      ["client", boundary(terms, 3) - 1n, leave("notice"), "AgreementOver()"],
    ],
  },
  {
    what: "bad periods count within the rule's window only",
    lines: (terms) => {
      const lines = [4_000n, 0n, 0n, 4_000n, 4_000n].map((bad, k): Line => {
        return ["oracle", boundary(terms, k + 1), report(terms, k, bad), "done"];
      });
      const final = (k: number) => boundary(terms, k + 1) + 7n * DAY;
      const none = (now: bigint): Line => ["client", now, leave("chronic"), `NoChronicRight(${now}, 0)`];
      return [
        ...lines.slice(0, 4),
        none(final(3)),
        ...lines.slice(4),
        none(final(4) - 1n),
        ["client", final(4), leave("chronic"), "done"],
      ];
    },
  },
  {
    what: "a notice before the start ends at a boundary, and a silent stranger gives none",
    changes: { noticePeriods: 0 },
    lines: (terms) => [
      ["stranger", START - 1n, leave("notice"), "NotAParty(stranger)"],
      ["client", START - 1n, leave("bond"), `NotStarted(${START - 1n}, ${START})`],
      ["client", START - 1n, leave("notice"), "done"],
      ["client", START, leave("notice"), "NotActive()"],
      ["client", START, withdraw(terms.client, 12n * FEE + 1n), `AmountAboveFree(${12n * FEE + 1n}, ${12n * FEE})`],
      ["client", START, withdraw(terms.client, 12n * FEE), "done"],
    ],
  },
  {
    what: "a notice in the first second is of the first period",
    lines: (terms) => [
      ["client", START, leave("notice"), "done"],
      ["provider", START, leave("notice"), `EndNotEarlier(${boundary(terms, 2)}, ${boundary(terms, 2)})`],
      ["provider", START + DAY, leave("notice"), `EndNotEarlier(${boundary(terms, 2)}, ${boundary(terms, 2)})`],
    ],
  },
  {
    what: "a provider that is not paid leaves after the grace, not a second before",
    changes: HALF,
    lines: (terms) => {
      const all = 12n * FEE;
      const committed = FEE;
      const grace = START + 10n * DAY;
      const third = boundary(terms, 2) + 10n * DAY;
      return [
        [
          "client",
          START,
          withdraw(terms.client, all - committed + 1n),
          `AmountAboveFree(${all - committed + 1n}, ${all - committed})`,
        ],
        ["client", START, withdraw(terms.client, all - committed), "done"],
        ["provider", grace - 1n, leave("nonpayment"), `GraceNotOver(${grace - 1n}, ${grace})`],
        ["provider", grace, leave("nonpayment"), `FeesAreCovered(${committed}, ${FEE / 2n})`],
        ["provider", third - 1n, leave("nonpayment"), `GraceNotOver(${third - 1n}, ${third})`],
        ["client", third, leave("nonpayment"), "NotTheSeat(client, provider)"],
        ["provider", third, leave("nonpayment"), "done"],
      ];
    },
  },
  {
    what: "a report comes in its window, in order, and with counts that add up",
    lines: (terms) => {
      const wrong = (measurements: ReturnType<typeof counts>): Call => ({
        ...{ name: "report", period: 0n, revision: 0n, measurements },
      });
      const total = 31n * DAY;
      const late = JANUARY + 5n * DAY;
      return [
        ["oracle", JANUARY - 1n, report(terms, 0, 0n), `ReportTooEarly(${JANUARY - 1n}, ${JANUARY})`],
        ["client", JANUARY, report(terms, 0, 0n), "NotTheOracle(client, oracle)"],
        ["oracle", JANUARY, report(terms, 0, total + 1n), `BadAboveTotal(0, ${total + 1n}, ${total})`],
        ["oracle", JANUARY, wrong(counts(terms, 0, total, 1n)), `BadAboveTotal(0, ${total + 1n}, ${total})`],
        ["oracle", JANUARY, wrong(counts(terms, 0, 0n, 1n)), "ExcludedAboveCap(0, 1, 0)"],
        ["oracle", JANUARY, wrong([]), "MeasurementCountDiffers(0, 1)"],
        ["oracle", JANUARY, report(terms, 0, total), "done"],
        ["oracle", late - 1n, report(terms, 0, 0n, 1n), "done"],
        ["oracle", late, report(terms, 0, 0n, 2n), `ReportTooLate(${late}, ${late})`],
      ];
    },
  },
  {
    what: "everything that was final long ago is so before anything is done",
    changes: { periods: 3 },
    lines: (terms, { stranger }) => {
      const over = boundary(terms, 3) + 60n * DAY;
      return [
        ["provider", over, { name: "offerSeat", to: stranger }, "done"],
        ["client", over, { name: "agree", consent: consentOf("end", { end: over }), expiry: over + 1n }, "NotActive()"],
        ["client", over, { name: "revoke", consent: consentOf("end", { end: over }) }, "NoSuchConsent()"],
        ["client", over, leave("notice"), "NotActive()"],
        ["oracle", over, report(terms, 3, 0n), "NotActive()"],
        ["client", over, withdraw(stranger, (21n * FEE) / 2n), "done"],
        [
          "stranger",
          over,
          { name: "takeSeat", seat: "provider", leastBalance: 1n, latestEnd: over },
          "BalanceBelowAccepted(0, 1)",
        ],
        [
          "stranger",
          over,
          { name: "takeSeat", seat: "none", leastBalance: 0n, latestEnd: over },
          `SeatNotOffered(stranger, ${NOBODY})`,
        ],
        ["stranger", over, { name: "takeSeat", seat: "provider", leastBalance: 0n, latestEnd: over }, "done"],
        ["provider", over, { name: "claim", to: stranger }, "NotTheSeat(provider, stranger)"],
        ["stranger", over, { name: "claim", to: stranger }, "done"],
        ["stranger", over, { name: "claim", to: stranger }, "NothingToPay()"],
        ["stranger", over, settle, "done"],
      ];
    },
  },
];

/** The terms of an edge among the actors of a setting. */
export function termsIn({ addresses, token }: Pick<Setting, "addresses" | "token">, { changes = {} }: Edge): Terms {
  const { provider, client, oracle, arbiter } = addresses;
  const money = { termCreditCap: 12n * FEE };
  return sampleTerms({ provider, client, oracle, arbiter, token, ...money, ...changes });
}

/** Paid for the whole term and accepted by both. */
export function beginning({ terms, termsHash }: Agreement, now: bigint): Step[] {
  const accept: Call = { name: "accept", termsHash };
  return [
    { by: terms.client, now, call: { name: "transfer", token: terms.token, amount: 12n * FEE } },
    { by: terms.client, now, call: accept },
    { by: terms.provider, now, call: accept },
  ];
}

/** What became of a call, with names for addresses. */
export function named(outcome: string, { addresses, token }: Pick<Setting, "addresses" | "token">): string {
  const names = Object.entries({ ...addresses, token });
  return names.reduce((text, [name, address]) => text.replaceAll(address, name), outcome);
}
