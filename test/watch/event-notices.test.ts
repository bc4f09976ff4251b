import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { EXITS, CONSENTS } from "../../src/chain/enums.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import { happenings } from "../../src/watch/event-notices.ts";
import type { WatchedAgreement } from "../../src/watch/view.ts";
import { ACTIVE, accepted, event, on, plainly, seat, shown, usdc, viewAt, watched } from "./told.ts";

const MAY = on("2030-05-01");
const SOMEBODY = `0x${"77".repeat(20)}`;

const told = (events: readonly TimedEvent[], agreement?: WatchedAgreement): string =>
  shown(happenings(viewAt(MAY, events, agreement === undefined ? {} : { agreement })));

const idsOf = (events: readonly TimedEvent[]): string[] => happenings(viewAt(MAY, events)).map(({ id }) => id);

const terminated = (by: bigint, exit: (typeof EXITS)[number]) =>
  event("Terminated", MAY, { by, exit: BigInt(EXITS.indexOf(exit)), end: on("2030-07-01") });

const consent = (kind: (typeof CONSENTS)[number], expiry = on("2030-05-20"), by: "provider" | "client" = "client") =>
  event("ConsentGiven", MAY, {
    ...{ seat: seat(by), expiry },
    consent: {
      ...{ kind: BigInt(CONSENTS.indexOf(kind)), period: 3n, revision: 0n, credit: usdc(120) },
      ...{ account: SOMEBODY, end: on("2030-09-01") },
    },
  });

describe("what is told of events", () => {
  it("is that the agreement is active, with the acceptance that made it so and with no other", () => {
    const again = [accepted("client"), event("Unaccepted", MAY, { seat: seat("client") }), ...ACTIVE];
    expect(told(again.slice(0, 3))).to.equal("");
    expect(told(again)).to.equal(
      plainly(`
      active (changes, stands) 10 Dec 2029 to 17 Dec 2029
        client, plain: both sides accepted: the agreement is active
          upheld status harbor.sla.yaml
        provider, plain: both sides accepted: the agreement is active
          upheld status harbor.sla.yaml
    `),
    );
    expect(idsOf([...ACTIVE, accepted("client", MAY)])).to.deep.equal(["active"]);
  });

  it("is money that came in, was claimed and taken out: each to whom it concerns", () => {
    const money = [
      event("Funded", MAY, { amount: usdc(1_000) }),
      event("Claimed", MAY + 60n, { to: SOMEBODY, amount: usdc(900) }),
      event("Withdrawn", MAY + 120n, { to: SOMEBODY, amount: usdc(50.5) }),
      event("BondPosted", MAY + 180n, { amount: usdc(200) }),
    ];
    expect(told(money)).to.equal(
      plainly(`
      funded/1000000000 (payments, stands) 1 May 2030 to 8 May 2030
        client, plain: 1,000.00 USDC came in
          It is the client's until it is earned.
        provider, plain: 1,000.00 USDC came in
          It is the client's until it is earned.
      claimed/900000000 (payments, stands) 1 May 2030 00:01 UTC to 8 May 2030 00:01 UTC
        provider, plain: 900.00 USDC was paid to you
          To 0x7777777777777777777777777777777777777777.
      withdrawn/50500000 (payments, stands) 1 May 2030 00:02 UTC to 8 May 2030 00:02 UTC
        client, plain: 50.50 USDC was paid out to you
          To 0x7777777777777777777777777777777777777777.
      bonded/200000000 (funding, stands) 1 May 2030 00:03 UTC to 8 May 2030 00:03 UTC
        client, plain: the bond is whole again: 200.00 USDC came in
        provider, plain: the bond is whole again: 200.00 USDC came in
    `),
    );
  });

  it("is the end, who brings it about and why", () => {
    expect(told([terminated(seat("client"), "notice")])).to.equal(
      plainly(`
      terminated/1909094400 (changes, stands) 1 May 2030 to 1 Jul 2030
        client, bad: Harbor Dental ends it 1 Jul 2030
          By notice.
        provider, bad: Harbor Dental ends it 1 Jul 2030
          By notice.
    `),
    );
    const said = (by: bigint, exit: (typeof EXITS)[number]) => {
      const one = happenings(viewAt(MAY, [terminated(by, exit)]))[0]?.said.provider;
      return [one?.title, ...(one?.lines ?? [])];
    };
    expect(said(0n, "none")).to.deep.equal(["both sides end it 1 Jul 2030", "Both sides agreed."]);
    expect(said(2n, "chronic")).to.deep.equal(["Harbor Dental ends it 1 Jul 2030", "Bad periods piled up."]);
    expect(said(2n, "bond")[1]).to.equal("The bond was short for too long.");
    expect(said(1n, "nonpayment")).to.deep.equal(["Northwind IT ends it 1 Jul 2030", "Fees were not covered."]);
  });

  it("is a seat that is offered, offered no more, and taken", () => {
    const seats = [
      event("SeatOffered", MAY, { seat: seat("client"), to: SOMEBODY }),
      event("SeatOffered", MAY + 60n, { seat: seat("provider"), to: ZeroAddress }),
      event("SeatTaken", MAY + 120n, { seat: seat("client"), account: SOMEBODY }),
    ];
    expect(told(seats)).to.equal(
      plainly(`
      offer/client/0x7777777777777777777777777777777777777777 (changes, stands) 1 May 2030 to 8 May 2030
        client, act: the client's seat is offered to somebody
          To 0x7777777777777777777777777777777777777777. Whoever takes the seat takes all that belongs to it: money, claims and duties.
          Not meant? upheld seat offer harbor.sla.yaml --withdraw --as client
        provider, act: the client's seat is offered to somebody
          To 0x7777777777777777777777777777777777777777. Whoever takes the seat takes all that belongs to it: money, claims and duties.
          Not meant? upheld seat offer harbor.sla.yaml --withdraw --as client
      offer/provider/none (changes, stands) 1 May 2030 00:01 UTC to 8 May 2030 00:01 UTC
        client, plain: the provider's seat is offered to nobody any more
        provider, plain: the provider's seat is offered to nobody any more
      taken/client/0x7777777777777777777777777777777777777777 (changes, stands) 1 May 2030 00:02 UTC to 8 May 2030 00:02 UTC
        client, bad: the client's seat changed hands
          It is 0x7777777777777777777777777777777777777777's now.
        provider, bad: the client's seat changed hands
          It is 0x7777777777777777777777777777777777777777's now.
    `),
    );
  });

  it("is another oracle or arbiter, to the arbiter too", () => {
    const roles = [
      event("OracleChanged", MAY, { oracle: SOMEBODY }),
      event("ArbiterChanged", MAY, { arbiter: ZeroAddress }),
    ];
    expect(told(roles)).to.equal(
      plainly(`
      oracle/0x7777777777777777777777777777777777777777 (changes, stands) 1 May 2030 to 8 May 2030
        client, plain: there is a new oracle
          Both sides agreed on 0x7777777777777777777777777777777777777777.
        provider, plain: there is a new oracle
          Both sides agreed on 0x7777777777777777777777777777777777777777.
        arbiter, plain: there is a new oracle
          Both sides agreed on 0x7777777777777777777777777777777777777777.
      arbiter/0x0000000000000000000000000000000000000000 (changes, stands) 1 May 2030 to 8 May 2030
        client, plain: there is a new arbiter
          Both sides agreed on 0x0000000000000000000000000000000000000000.
        provider, plain: there is a new arbiter
          Both sides agreed on 0x0000000000000000000000000000000000000000.
        arbiter, plain: there is a new arbiter
          Both sides agreed on 0x0000000000000000000000000000000000000000.
    `),
    );
  });

  it("is what one side proposes, to the other, until it expires", () => {
    expect(told([consent("credit"), consent("end", MAY + 60n, "provider")])).to.equal(
      plainly(`
      consent/client/credit/1905465600 (changes, stands) 1 May 2030 to 20 May 2030
        provider, act: Harbor Dental agrees to a credit of 120.00 USDC for period 3
          If you say exactly the same before 20 May 2030, it is done: upheld agree harbor.sla.yaml credit … --as provider
      consent/provider/end/1903824060 (changes, stands) 1 May 2030 to 1 May 2030 00:01 UTC
        client, act: Northwind IT agrees to an end on 1 Sep 2030
          If you say exactly the same before 1 May 2030 00:01 UTC, it is done: upheld agree harbor.sla.yaml end … --as client
    `),
    );
    const titles = (["oracle", "arbiter"] as const).map(
      (kind) => happenings(viewAt(MAY, [consent(kind)]))[0]?.said.provider?.title,
    );
    expect(titles).to.deep.equal([
      `Harbor Dental agrees to another oracle, ${SOMEBODY}`,
      `Harbor Dental agrees to another arbiter, ${SOMEBODY}`,
    ]);
  });

  it("is that it is done, when both said the same", () => {
    const second = happenings(viewAt(MAY, [consent("end"), consent("end", on("2030-05-25"), "provider")]))[1];
    expect(second?.said).to.deep.equal({
      client: {
        title: "Northwind IT agrees to an end on 1 Sep 2030",
        lines: ["You said the same before: it is done."],
        tone: "plain",
      },
    });
  });

  it("is that all is over", () => {
    expect(told([event("Closed", MAY, { bond: 0n, dueAt: MAY })])).to.equal(
      plainly(`
      closed (changes, stands) 1 May 2030 to 8 May 2030
        client, plain: the agreement is closed
          All is resolved; what is left of the bond is the provider's.
        provider, plain: the agreement is closed
          All is resolved; what is left of the bond is the provider's.
    `),
    );
  });

  it("is each of several that are alike", () => {
    const funded = (amount: number) => event("Funded", MAY, { amount: usdc(amount) });
    expect(idsOf([funded(1), funded(2), funded(1), funded(1)])).to.deep.equal([
      "funded/1000000",
      "funded/2000000",
      "funded/1000000/2",
      "funded/1000000/3",
    ]);
  });

  it("is nothing of what concerns one period, or has a notice of its own", () => {
    const revoked = { ...consent("end"), name: "ConsentRevoked" } as TimedEvent;
    const others = [revoked, event("PledgeMoved", MAY, {}), event("ChronicFailure", MAY, {}), accepted("client")];
    expect(idsOf(others)).to.deep.equal([]);
  });

  it("names the parties by their roles where no file tells their names", () => {
    expect(told([terminated(seat("client"), "notice")], { ...watched(), names: {} })).to.contain(
      "client, bad: the client ends it 1 Jul 2030",
    );
  });
});
