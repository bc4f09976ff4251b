/** No silence is fatal: in every phase one seat is left, and by its own calls gets all that is its in bounded time. */
import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { claimOf, D, disputed, R, report, settleAt, split, W, withStakes } from "../support/disputes.ts";
import { expectMoves, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  activate,
  type Agreement,
  agreeBoth,
  at,
  consentTo,
  createAgreement,
  deposit,
  Exit,
  FEE,
  loadFixture,
  PERCENT,
  Phase,
  SILENCE,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const boundary = (k: number): bigint => BigInt(Date.UTC(2025, k, 1) / 1000);
const [FEBRUARY, MARCH, APRIL] = [boundary(1), boundary(2), boundary(3)];
/** Ten days before the end of March. */
const CUT = APRIL - 10n * DAY;

const FUNDED = 3n * FEE;
const BOND = usd(500);
const PLEDGE = usd(50);
/** January to March, each silent: half of each fee. */
const SILENT = (3n * FEE) / 2n;
/** January with a credit of 10 %, then silence. */
const TENTH = usd(900);

/** Three months with a bond. */
async function created(): Promise<Agreement> {
  return withStakes(await createAgreement(await world(), { bond: BOND, creditCap: 150n * PERCENT, periods: 3 }));
}

/** Funded; nobody ever reports unless a phase says so. */
async function activated(funding = FUNDED): Promise<Agreement> {
  const a = await created();
  await activate(a, funding);
  return withStakes(a);
}

const standing = (time: bigint) => async (): Promise<Agreement> => {
  const a = await activated();
  await timeTravelTo(time);
  return a;
};

const after = (act: (a: Agreement) => Promise<unknown>) => async (): Promise<Agreement> => {
  const a = await activated();
  await act(a);
  return a;
};

interface Stand {
  readonly phase: string;
  readonly fixture: () => Promise<Agreement>;
  readonly committed: bigint;
  /** What the provider earns in the end, without bond and pledge; what of that it has already. */
  readonly earned: bigint;
  readonly earnedNow?: bigint;
  readonly lastBase?: bigint;
  /** The pledges at stake: an arbiter that is silent gives them back. */
  readonly providerPledge?: bigint;
  readonly clientPledge?: bigint;
}

const STANDS: readonly Stand[] = [
  { phase: "active before the start", fixture: standing(START - DAY), earned: SILENT, committed: 2n * FEE },
  { phase: "running", fixture: standing(START + 9n * DAY), earned: SILENT, committed: 2n * FEE },
  { phase: "awaiting a report", fixture: standing(FEBRUARY + DAY), earned: SILENT, committed: 3n * FEE },
  { phase: "silent", fixture: standing(FEBRUARY + R), earned: SILENT, committed: 3n * FEE },
  { phase: "reported", fixture: after((a) => report(a, 0, 10)), earned: TENTH + FEE, committed: 3n * FEE },
  {
    phase: "disputed by the client",
    fixture: after((a) => disputed(a, { report: 10, client: 50 })),
    earned: TENTH + FEE,
    committed: 3n * FEE,
    clientPledge: PLEDGE,
  },
  {
    phase: "disputed by the provider",
    fixture: after((a) => disputed(a, { report: 10, provider: 0 })),
    earned: TENTH + FEE,
    committed: 3n * FEE,
    providerPledge: PLEDGE,
  },
  {
    phase: "split",
    fixture: after((a) => split(a, { report: 10, provider: 0, client: 50 })),
    earned: TENTH + FEE,
    earnedNow: usd(500),
    committed: 2n * FEE + usd(500),
    providerPledge: PLEDGE,
    clientPledge: PLEDGE,
  },
  {
    phase: "the last period, disputed in the last second of silence",
    fixture: after((a) => claimOf(a, a.provider, 2, 10, { time: APRIL + R + D - 1n, revision: SILENCE })),
    earned: SILENT,
    earnedNow: FEE,
    committed: FEE,
    providerPledge: PLEDGE,
  },
  {
    phase: "ended by both in the middle of March",
    fixture: after((a) => agreeBoth(a, consentTo("End", { end: CUT }))),
    // 21 of 31 days; silence credits half of it, rounded up
    earned: FEE + (FEE * 21n) / 31n / 2n,
    lastBase: CUT > MARCH + R + 2n * D ? CUT : MARCH + R + 2n * D,
    committed: 2n * FEE,
  },
];

/** By then nothing of the agreement can be open any more. */
const bound = ({ lastBase = APRIL }: Stand): bigint => lastBase + R + 2n * D + W;

describe("the last one awake: client", () => {
  for (const stand of STANDS) {
    it(`${stand.phase}: M − commitment now, all of M by last base + R + 2D + W`, async () => {
      const a = await loadFixture(stand.fixture);
      const { committed, earned, earnedNow = 0n, clientPledge = 0n, providerPledge = 0n } = stand;
      const take = (amount: bigint) => () => a.escrow.connect(a.client).withdraw(a.client, amount);
      const free = FUNDED - earnedNow - committed;
      await expectState(a, { committed, withdrawable: free });
      if (free > 0n) await expectMoves(a, take(free), { client: free, escrow: -free });

      const rest = FUNDED - earned + clientPledge - free;
      await at(bound(stand));
      await expectMoves(a, take(rest), { client: rest, escrow: -rest });
      const earnings = earned + BOND + providerPledge;
      await expectState(a, { phase: Phase.Closed, balance: 0n, earnings });
      expect(await a.token.balanceOf(a.address)).to.equal(earnings);
    });
  }

  it("closed: all of M, now", async () => {
    const a = await loadFixture(closed);
    const rest = FUNDED - SILENT;
    const act = () => a.escrow.connect(a.client).withdraw(a.client, rest);
    await expectMoves(a, act, { client: rest, escrow: -rest });
  });

  it("leaves by notice of its own: nothing is earned past it", async () => {
    const a = await loadFixture(running);
    await a.escrow.connect(a.client).terminate(Exit.Notice);
    await expectState(a, { end: MARCH, committed: 2n * FEE });
    await at(MARCH + R + 2n * D + W);
    const act = () => a.escrow.connect(a.client).withdraw(a.client, 2n * FEE);
    await expectMoves(a, act, { client: 2n * FEE, escrow: -2n * FEE });
    await expectState(a, { phase: Phase.Closed, balance: 0n });
  });

  for (const time of [START - 1n, START, START + 400n * DAY]) {
    it(`a draft nobody else accepts, ${time - START} s after the start: all of M`, async () => {
      const a = await loadFixture(halfDraft);
      await at(time);
      const act = () => a.escrow.connect(a.client).withdraw(a.client, FUNDED);
      await expectMoves(a, act, { client: FUNDED, escrow: -FUNDED });
    });
  }
});

const running = standing(START + 9n * DAY);
const closed = after((a) => settleAt(a, APRIL + R + D));

async function halfDraft(): Promise<Agreement> {
  const a = await created();
  await deposit(a, FUNDED);
  await acceptAsClient(a);
  return a;
}

async function bondedDraft(): Promise<Agreement> {
  const a = await created();
  await a.escrow.connect(a.provider).accept(await a.escrow.termsHash());
  return a;
}

describe("the last one awake: provider", () => {
  for (const stand of STANDS) {
    it(`${stand.phase}: P now, the rest and B by last base + R + 2D + W`, async () => {
      const a = await loadFixture(stand.fixture);
      const { earned, earnedNow = 0n, clientPledge = 0n, providerPledge = 0n } = stand;
      const claim = () => a.escrow.connect(a.provider).claim(a.provider);
      await expectState(a, { earnings: earnedNow });
      if (earnedNow > 0n) await expectMoves(a, claim, { provider: earnedNow, escrow: -earnedNow });

      const rest = earned - earnedNow + BOND + providerPledge;
      await at(bound(stand));
      await expectMoves(a, claim, { provider: rest, escrow: -rest });
      const balance = FUNDED - earned + clientPledge;
      await expectState(a, { phase: Phase.Closed, earnings: 0n, balance, withdrawable: balance });
      expect(await a.token.balanceOf(a.address)).to.equal(balance);
    });
  }

  it("closed: P and B, now", async () => {
    const a = await loadFixture(closed);
    const all = SILENT + BOND;
    const act = () => a.escrow.connect(a.provider).claim(a.provider);
    await expectMoves(a, act, { provider: all, escrow: -all });
  });

  for (const time of [START - 1n, START, START + 400n * DAY]) {
    it(`a draft nobody else accepts, ${time - START} s after the start: the bond`, async () => {
      const a = await loadFixture(bondedDraft);
      await at(time);
      const act = () => a.escrow.connect(a.provider).claim(a.provider);
      await expectMoves(a, act, { provider: BOND, escrow: -BOND });
    });
  }
});

describe("the last one awake: the bound is tight", () => {
  const tight = STANDS.find(({ phase }) => phase.startsWith("the last period"))!;

  it("a dispute in the last second of silence is open until a second before it", async () => {
    const a = await loadFixture(tight.fixture);
    await timeTravelTo(bound(tight) - 2n);
    await expectState(a, { phase: Phase.Active, openDisputes: 0b100n });
    await timeTravelTo(bound(tight) - 1n);
    await expectState(a, { phase: Phase.Closed, openDisputes: 0n });
  });
});
