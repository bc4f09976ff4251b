/** An agreement in which every word of storage comes to hold something, with amounts and times that nothing repeats. */
import { DAY } from "../../src/terms/bounds.ts";
import type { Terms } from "../../src/terms/types.ts";
import { baseOf } from "../../test/support/disputes.ts";
import {
  acceptAsClient,
  acceptAsProvider,
  type Agreement,
  approve,
  at,
  below,
  boundaryOf,
  consentTo,
  counts,
  createAgreement,
  deposit,
  Exit,
  loadFixture,
  NO_EVIDENCE,
  PERCENT,
  Ruling,
  Seat,
  START,
  world,
} from "../../test/support/fixture.ts";

/** What happened, and the agreement as it is then. */
export interface Moment {
  readonly story: string;
  readonly what: string;
  readonly agreement: Agreement;
}

const TERMS: Partial<Terms> = {
  fee: 1_234_567_891n,
  bond: 1_777_777_777n,
  pledge: 55_555_555n,
  pledgeShare: 50n * PERCENT,
  termCreditCap: 9_876_543_210n,
  creditCap: 150n * PERCENT,
  chronic: [1, 2].map((window) => ({ count: 1, window, leastShare: 100n * PERCENT })),
  objectives: [
    {
      indicator: 0,
      tiers: [
        below(999_000_000n, 10n * PERCENT),
        below(900_000_000n, 120n * PERCENT),
        below(800_000_000n, 140n * PERCENT),
        below(500_000_000n, 150n * PERCENT),
      ],
    },
  ],
};
const HOUR = 3_600n;
/** How long a month is down for that much credit. */
const DOWN = { 10: HOUR, 120: 5n * DAY, 140: 10n * DAY, 150: 20n * DAY } as const;

export async function* moments(): AsyncGenerator<Moment> {
  for (const [story, told] of Object.entries({ "funded for its term": rich, "funded for a month": poor })) {
    for await (const [what, agreement] of told()) yield { story, what, agreement };
  }
}

/** Funded for the term; a breach, a dispute, a handover, a notice. */
async function* rich(): AsyncGenerator<[string, Agreement]> {
  const a = await loadFixture(async () => started(12n * 1_234_567_891n + 5n));
  yield ["accepted by both", a];
  await report(a, 0, 0n);
  yield ["good month reported", a];
  await report(a, 1, 600n);
  yield ["the next good month reported", a];
  await report(a, 2, DOWN[150]);
  yield ["breach reported", a];
  const breachFinal = (await baseOf(a, 2)) + HOUR + a.terms.disputeWindow;
  await at(breachFinal + HOUR);
  await a.escrow.settle();
  yield ["breach final, the bond drawn", a];
  await at(boundaryOf(a, 4) - DAY);
  await approve(a, a.stranger, 100_000_000n);
  await a.escrow.connect(a.stranger).fund(100_000_000n);
  await disputed(a, 3, { provider: 120, client: 150 });
  yield ["disputed by both", a];
  await at(boundaryOf(a, 4) + 17n * DAY);
  await a.escrow.settle();
  yield ["split, all offers above the fee", a];
  const moved = await handedOver(a);
  yield ["seats and roles in other hands, one seat offered", moved];
  await at(boundaryOf(a, 4) + 19n * DAY);
  await moved.escrow.connect(moved.arbiter).rule(3, Ruling.Client);
  yield ["ruled", moved];
  await disputed(moved, 4, { provider: 10 });
  await at(boundaryOf(a, 5) + 17n * DAY);
  await a.escrow.settle();
  yield ["split, a part of the fee held", moved];
  await moved.escrow.connect(moved.client).terminate(Exit.Notice);
  yield ["notice given", moved];
}

/** Funded for a month: the second and the third are owed. */
async function* poor(): AsyncGenerator<[string, Agreement]> {
  const a = await loadFixture(async () => started(1_234_567_891n));
  for (const period of [0, 1, 2]) await report(a, period, 0n);
  await at((await baseOf(a, 2)) + 9n * DAY);
  await a.escrow.settle();
  yield ["two months in arrears", a];
}

/** Accepted, an hour before the start. */
async function started(funding: bigint): Promise<Agreement> {
  const a = await createAgreement(await world(), TERMS);
  await deposit(a, funding);
  await at(START - HOUR);
  await acceptAsClient(a);
  await acceptAsProvider(a);
  return a;
}

/** The oracle says how long it was down, an hour after it could; each correction takes an hour more. */
async function report(a: Agreement, period: number, bad: bigint, revision = 0): Promise<void> {
  const measurements = await counts(a, period, bad);
  await at((await baseOf(a, period)) + HOUR * BigInt(revision + 1));
  await a.escrow.connect(a.oracle).report(period, revision, measurements, NO_EVIDENCE);
}

/** `period`'s report is corrected to 140 % and disputed, a claim a day. */
async function disputed(
  a: Agreement,
  period: number,
  claims: Readonly<Partial<Record<"provider" | "client", keyof typeof DOWN>>>,
): Promise<void> {
  await report(a, period, DOWN[150]);
  for (const seat of ["provider", "client"] as const) await approve(a, a[seat], 2_000_000_000n);
  await report(a, period, DOWN[140], 1);
  let time = await baseOf(a, period);
  for (const [seat, credit] of Object.entries(claims)) {
    const measurements = await counts(a, period, DOWN[credit]);
    await at((time += DAY));
    await a.escrow.connect(a[seat as keyof typeof claims]).dispute(period, 1, measurements, NO_EVIDENCE);
  }
}

/** A new client, provider, oracle and arbiter; the new provider's seat is on offer. */
async function handedOver(a: Agreement): Promise<Agreement> {
  const [oracle, arbiter, provider] = [a.stranger, a.oracle, a.arbiter];
  const time = boundaryOf(a, 4) + 18n * DAY;
  await at(time);
  for (const consent of [
    consentTo("Oracle", { account: oracle.address }),
    consentTo("Arbiter", { account: arbiter.address }),
  ]) {
    await a.escrow.connect(a.provider).agree(consent, time + DAY);
    await a.escrow.connect(a.client).agree(consent, time + DAY);
  }
  for (const [seat, from, to] of [
    [Seat.Client, a.client, a.newcomer],
    [Seat.Provider, a.provider, provider],
  ] as const) {
    await a.escrow.connect(from).offerSeat(to);
    await a.escrow.connect(to).takeSeat(seat, 0, boundaryOf(a, 12));
  }
  await a.escrow.connect(provider).offerSeat(a.provider);
  return { ...a, oracle, arbiter, provider, client: a.newcomer, newcomer: a.provider };
}
