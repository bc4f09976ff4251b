import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import type { ConsentStruct } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import { eventsOf, expectRefusal, expectState } from "../support/expect.ts";
import {
  active,
  type Agreement,
  agreeBoth,
  at,
  BAD,
  boundaryOf,
  consentTo,
  counts,
  disputePeriod,
  draft,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  NOBODY,
  now,
  Phase,
  reportPeriod,
  Ruling,
  Seat,
  type Signer,
  START,
  timeTravelTo,
} from "../support/fixture.ts";

const MONTH = 30n * DAY;
const END = consentTo("End", { end: START + 40n * DAY });

const agree = (a: Agreement, who: Signer, consent: ConsentStruct, expiry: bigint) =>
  a.escrow.connect(who).agree(consent, expiry);
const listed = (c: ConsentStruct) => [c.kind, c.period, c.revision, c.credit, c.account, c.end].map(asEvent);
const asEvent = (value: unknown) => (typeof value === "number" ? BigInt(value) : value);

describe("SLAEscrow: two keys", () => {
  describe("agree", () => {
    it("refuses who is no party", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      for (const other of [a.oracle, a.arbiter, a.stranger]) {
        await expectRefusal(agree(a, other, END, expiry), a.escrow, "NotAParty", [other.address]);
      }
    });

    it("refuses in a draft and after the close", async () => {
      const a = await loadFixture(draft);
      await expectRefusal(agree(a, a.client, END, (await now()) + DAY), a.escrow, "NotActive");
      const b = await loadFixture(active);
      await timeTravelTo(boundaryOf(b, 14));
      await expectRefusal(agree(b, b.client, END, (await now()) + DAY), b.escrow, "NotActive");
    });

    for (const [ahead, stands] of [
      [0n, false],
      [1n, true],
      [MONTH, true],
      [MONTH + 1n, false],
    ] as const) {
      it(`${stands ? "takes" : "refuses"} an expiry ${ahead} s ahead`, async () => {
        const a = await loadFixture(active);
        const time = START - 10n * DAY;
        await at(time);
        const sent = agree(a, a.client, END, time + ahead);
        if (stands) {
          expect(await eventsOf(a, sent)).to.deep.equal([["ConsentGiven", 2n, listed(END), time + ahead]]);
          expect(await a.escrow.consentOf(Seat.Client, END)).to.equal(time + ahead);
          expect(await a.escrow.consentOf(Seat.Provider, END)).to.equal(0n);
        } else {
          await expectRefusal(sent, a.escrow, "ExpiryOutOfRange", [time + ahead, time + 1n, time + MONTH]);
        }
      });
    }

    it("refuses a consent whose fields do not fit its kind", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      const other = a.stranger.address;
      for (const malformed of [
        consentTo("None"),
        consentTo("None", { end: START }),
        consentTo("Credit", { account: other }),
        consentTo("Credit", { end: START }),
        consentTo("Oracle", { account: other, period: 1 }),
        consentTo("Oracle", { account: other, revision: 1 }),
        consentTo("Oracle", { account: other, credit: 1n }),
        consentTo("Oracle", { account: other, end: START }),
        consentTo("Arbiter", { account: other, period: 1 }),
        consentTo("Arbiter", { account: other, end: START }),
        consentTo("End", { end: START, account: other }),
        consentTo("End", { end: START, period: 1 }),
        consentTo("End", { end: START, credit: 1n }),
        consentTo("End", { end: START, revision: 1 }),
      ]) {
        await expectRefusal(agree(a, a.client, malformed, expiry), a.escrow, "MalformedConsent");
      }
    });

    for (const [when, late, works] of [
      ["a second before the first one expires", -1n, true],
      ["as the first one expires", 0n, false],
      ["a second later", 1n, false],
    ] as const) {
      it(`${works ? "executes" : "only stands as a first key"} when the second key comes ${when}`, async () => {
        const a = await loadFixture(active);
        const expiry = START - 5n * DAY;
        await agree(a, a.provider, END, expiry);
        await at(expiry + late);
        await agree(a, a.client, END, expiry + DAY);
        await expectState(a, { end: works ? START + 40n * DAY : boundaryOf(a, 12) });
        expect(await a.escrow.consentOf(Seat.Client, END)).to.equal(works ? 0n : expiry + DAY);
      });
    }

    it("executes nothing when one seat gives its key twice; the later expiry counts", async () => {
      const a = await loadFixture(active);
      const expiry = START - 5n * DAY;
      await agree(a, a.provider, END, expiry);
      await agree(a, a.provider, END, expiry + DAY);
      await expectState(a, { end: boundaryOf(a, 12) });
      await at(expiry + 1n);
      await agree(a, a.client, END, expiry + DAY);
      await expectState(a, { end: START + 40n * DAY });
    });

    it("executes nothing when the other says something else", async () => {
      const a = await loadFixture(active);
      const expiry = START;
      await agree(a, a.provider, END, expiry);
      await agree(a, a.client, consentTo("End", { end: START + 40n * DAY + 1n }), expiry);
      await agree(a, a.client, consentTo("Oracle", { account: a.newcomer.address }), expiry);
      await agree(a, a.provider, consentTo("Arbiter", { account: a.newcomer.address }), expiry);
      await expectState(a, {
        end: boundaryOf(a, 12),
        oracle: a.oracle.address,
        arbiter: a.arbiter.address,
      });
    });

    it("uses both keys up, so that nothing is executed twice", async () => {
      const a = await loadFixture(active);
      const consent = consentTo("Oracle", { account: a.newcomer.address });
      await agreeBoth(a, consent);
      await agreeBoth(a, consentTo("Oracle", { account: a.oracle.address }));
      const expiry = (await now()) + DAY;
      await agree(a, a.provider, consent, expiry);
      await expectState(a, { oracle: a.oracle.address });
      expect(await a.escrow.consentOf(Seat.Client, consent)).to.equal(0n);
    });

    it("uses up a dead key of the second caller's too", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      await agree(a, a.client, END, expiry);
      await at(expiry);
      await agree(a, a.provider, END, expiry + DAY);
      expect(await a.escrow.consentOf(Seat.Client, END)).to.equal(expiry);
      await agree(a, a.client, END, expiry + DAY);
      await expectState(a, { end: START + 40n * DAY });
      expect(await a.escrow.consentOf(Seat.Client, END)).to.equal(0n);
      expect(await a.escrow.consentOf(Seat.Provider, END)).to.equal(0n);
    });

    it("finds a key dead months later", async () => {
      const a = await loadFixture(active);
      const consent = consentTo("Arbiter", { account: a.newcomer.address });
      await at(START - 5n * DAY);
      await agree(a, a.provider, consent, START + 25n * DAY);
      await timeTravelTo(boundaryOf(a, 4));
      await agree(a, a.client, consent, (await now()) + DAY);
      await expectState(a, { arbiter: a.arbiter.address });
    });
  });

  describe("revoke", () => {
    it("takes the caller's key back: the other's alone executes nothing", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      await agree(a, a.provider, END, expiry);
      expect(await eventsOf(a, a.escrow.connect(a.provider).revoke(END))).to.deep.equal([
        ["ConsentRevoked", 1n, listed(END)],
      ]);
      await agree(a, a.client, END, expiry);
      await expectState(a, { end: boundaryOf(a, 12) });
      expect(await a.escrow.consentOf(Seat.Provider, END)).to.equal(0n);
    });

    it("refuses when there is none, or only the other seat's", async () => {
      const a = await loadFixture(active);
      await expectRefusal(a.escrow.connect(a.client).revoke(END), a.escrow, "NoSuchConsent");
      await agree(a, a.provider, END, (await now()) + DAY);
      await expectRefusal(a.escrow.connect(a.client).revoke(END), a.escrow, "NoSuchConsent");
      await a.escrow.connect(a.provider).revoke(END);
      await expectRefusal(a.escrow.connect(a.provider).revoke(END), a.escrow, "NoSuchConsent");
    });

    it("refuses who is no party", async () => {
      const a = await loadFixture(active);
      for (const other of [a.oracle, a.arbiter, a.stranger]) {
        await expectRefusal(a.escrow.connect(other).revoke(END), a.escrow, "NotAParty", [other.address]);
      }
    });
  });

  describe("a new oracle", () => {
    it("reports at once in the window that runs; the old one no longer", async () => {
      const a = await loadFixture(active);
      await timeTravelTo(boundaryOf(a, 1) + DAY);
      const consent = consentTo("Oracle", { account: a.newcomer.address });
      await agree(a, a.client, consent, (await now()) + DAY);
      const sent = agree(a, a.provider, consent, (await now()) + DAY);
      expect((await eventsOf(a, sent)).slice(1)).to.deep.equal([["OracleChanged", a.newcomer.address]]);
      await expectRefusal(reportPeriod(a, 0), a.escrow, "NotTheOracle", [a.oracle.address, a.newcomer.address]);
      await a.escrow.connect(a.newcomer).report(0, 0, await counts(a, 0), NO_EVIDENCE);
    });

    it("may be a party, and may not be nobody, the token, the agreement or the arbiter", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      for (const account of [NOBODY, a.token.target as string, a.address]) {
        const call = agree(a, a.client, consentTo("Oracle", { account }), expiry);
        await expectRefusal(call, a.escrow, "RoleIsNotAPerson", [account]);
      }
      const arbiter = a.arbiter.address;
      const call = agree(a, a.client, consentTo("Oracle", { account: arbiter }), expiry);
      await expectRefusal(call, a.escrow, "ArbiterIsNotNeutral", [arbiter]);
      for (const account of [a.client.address, a.provider.address]) {
        await agreeBoth(a, consentTo("Oracle", { account }));
        await expectState(a, { oracle: account });
      }
    });
  });

  describe("a new arbiter", () => {
    it("rules the dispute that is open; the old one no longer", async () => {
      const a = await loadFixture(active);
      await reportPeriod(a, 0);
      await disputePeriod(a, a.client, 0, { bad: BAD[10] });
      await timeTravelTo((await a.escrow.disputeOf(0)).disputedAt + 7n * DAY);
      const events = await eventsOf(a, agreeBoth(a, consentTo("Arbiter", { account: a.newcomer.address })));
      expect(events.slice(1)).to.deep.equal([["ArbiterChanged", a.newcomer.address]]);
      await expectState(a, { arbiter: a.newcomer.address });
      await expectRefusal(a.escrow.connect(a.arbiter).rule(0, Ruling.Client), a.escrow, "NotTheArbiter", [
        a.arbiter.address,
        a.newcomer.address,
      ]);
      await a.escrow.connect(a.newcomer).rule(0, Ruling.Client);
      await expectState(a, { openDisputes: 0n, creditsGiven: FEE / 10n });
    });

    it("may not be a party's own address, the oracle, nobody, the token or the agreement", async () => {
      const a = await loadFixture(active);
      const expiry = (await now()) + DAY;
      for (const account of [a.client.address, a.provider.address, a.oracle.address]) {
        const call = agree(a, a.client, consentTo("Arbiter", { account }), expiry);
        await expectRefusal(call, a.escrow, "ArbiterIsNotNeutral", [account]);
      }
      for (const account of [NOBODY, a.token.target as string, a.address]) {
        const call = agree(a, a.client, consentTo("Arbiter", { account }), expiry);
        await expectRefusal(call, a.escrow, "RoleIsNotAPerson", [account]);
      }
    });

    it("is checked again by the second key, when the oracle has become the same meanwhile", async () => {
      const a = await loadFixture(active);
      const consent = consentTo("Arbiter", { account: a.newcomer.address });
      await agree(a, a.provider, consent, (await now()) + DAY);
      await agreeBoth(a, consentTo("Oracle", { account: a.newcomer.address }));
      const second = agree(a, a.client, consent, (await now()) + DAY);
      await expectRefusal(second, a.escrow, "ArbiterIsNotNeutral", [a.newcomer.address]);
    });
  });

  describe("an end", () => {
    const END_AT = (end: bigint) => consentTo("End", { end });

    it("may lie anywhere from now to before the present one", async () => {
      const a = await loadFixture(active);
      const time = START + 5n * DAY;
      const last = boundaryOf(a, 12);
      await at(time);
      const expiry = time + DAY;
      await expectRefusal(agree(a, a.client, END_AT(time - 1n), expiry), a.escrow, "EndInThePast", [time - 1n, time]);
      await expectRefusal(agree(a, a.client, END_AT(last), expiry), a.escrow, "EndNotEarlier", [last, last]);
      await at(time);
      await agree(a, a.client, END_AT(last - 1n), expiry);
      await at(time);
      await agree(a, a.provider, END_AT(last - 1n), expiry);
      await expectState(a, { end: last - 1n, periods: 12n });
      await at(time + 2n);
      await agree(a, a.client, END_AT(time + 2n), expiry);
      await at(time + 2n);
      expect(await eventsOf(a, agree(a, a.provider, END_AT(time + 2n), expiry))).to.deep.equal([
        ["ConsentGiven", 1n, listed(END_AT(time + 2n)), expiry],
        ["Terminated", 0n, 0n, time + 2n],
      ]);
      await expectState(a, { end: time + 2n, periods: 1n });
    });

    it("is checked again by the second key", async () => {
      const a = await loadFixture(active);
      await agree(a, a.client, END_AT(START), START + DAY);
      await at(START + 1n);
      const second = agree(a, a.provider, END_AT(START), START + DAY);
      await expectRefusal(second, a.escrow, "EndInThePast", [START, START + 1n]);
    });

    it("before the start ends it without any period: nothing is earned", async () => {
      const a = await loadFixture(active);
      const end = START - DAY;
      await agreeBoth(a, END_AT(end));
      await expectState(a, { end, periods: 0n, committed: 0n, phase: Phase.Active });
      await at(end);
      await expectState(a, { phase: Phase.Closed, withdrawable: 12n * FEE, earnings: 0n });
    });

    it("now closes at once when no period has begun", async () => {
      const a = await loadFixture(active);
      const time = START - 3n * DAY;
      await at(time);
      await agree(a, a.client, END_AT(time), time + DAY);
      await at(time);
      const events = await eventsOf(a, agree(a, a.provider, END_AT(time), time + DAY));
      expect(events.map(([name]) => name)).to.deep.equal(["ConsentGiven", "Terminated", "Closed"]);
      await expectState(a, { phase: Phase.Closed, withdrawable: 12n * FEE });
    });
  });
});
