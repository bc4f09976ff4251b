/** ServiceRecord.tree, a test for each leaf. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import { DAY } from "../../src/terms/bounds.ts";
import type { ServiceRecord } from "../../typechain-types/index.ts";
import { expectRefusal } from "../support/expect.ts";
import {
  active,
  type Agreement,
  at,
  createAgreement,
  ethers,
  loadFixture,
  now,
  Seat,
  type Signer,
  START,
  timeTravelTo,
} from "../support/fixture.ts";

interface Recorded extends Agreement {
  readonly record: ServiceRecord;
}

const SAID = ethers.id("salted text");
const HOUR = 3_600n;
const YEAR = 366n * DAY;
const Kind = { None: 0n, Maintenance: 1n, Incident: 2n, Advice: 3n, Document: 4n } as const;
const Work = { None: 0n, Planned: 1n, Emergency: 2n } as const;
const Said = { None: 0n, Later: 1n, Declined: 2n, Accepted: 3n } as const;
const NOTICE = 1n;

async function recorded(): Promise<Recorded> {
  const a = await active();
  return { ...a, record: await ethers.deployContract("ServiceRecord", [a.factory]) };
}

type Call = (record: ServiceRecord, agreement: string) => Promise<ContractTransactionResponse>;

/** Every mutator, as it would succeed for whoever may: entry 1 is advice, 2 an incident. */
async function mutators(): Promise<Record<string, Call>> {
  const time = await now();
  return {
    announce: (record, of) => record.announce(of, Work.Planned, time + DAY, time + 2n * DAY, SAID),
    disclose: (record, of) => record.disclose(of, time, SAID),
    update: (record, of) => record.update(of, 2n, SAID),
    resolve: (record, of) => record.resolve(of, 2n, time, SAID),
    advise: (record, of) => record.advise(of, SAID),
    retract: (record, of) => record.retract(of, 1n),
    answer: (record, of) => record.answer(of, 1n, Said.Declined, SAID),
    file: (record, of) => record.file(of, NOTICE, SAID),
  };
}
const BY_CLIENT = ["answer", "file"];

async function withEntries(): Promise<Recorded> {
  const a = await recorded();
  await by(a, a.provider).advise(a.address, SAID);
  await by(a, a.provider).disclose(a.address, await now(), SAID);
  return a;
}

const by = ({ record }: Recorded, signer: Signer) => record.connect(signer);
async function eventsOf(record: ServiceRecord, sent: Promise<ContractTransactionResponse>): Promise<unknown[][]> {
  const receipt = await (await sent).wait();
  return receipt!.logs.map((log) => {
    const event = record.interface.parseLog(log)!;
    return [event.name, ...(event.args.toArray(true) as unknown[])];
  });
}
const refused = (a: Recorded, call: Promise<unknown>, name: string, values: unknown[]) =>
  expectRefusal(call, a.record, name, values);

describe("ServiceRecord", () => {
  it("knows its factory, and starts with nothing", async () => {
    const a = await loadFixture(recorded);
    expect(await a.record.factory()).to.equal(a.factory.target);
    expect(await a.record.entries(a.address)).to.equal(0n);
    expect((await a.record.entryOf(a.address, 1n)).kind).to.equal(Kind.None);
  });

  describe("writing", () => {
    it("is refused for what the factory did not make, whoever it says its parties are", async () => {
      const a = await loadFixture(withEntries);
      // The same code, made by another factory: its state names the very same parties.
      const other = await ethers.deployContract("SLAFactory", [a.implementation, a.lens]);
      await other.create(a.packed);
      const fake = await other.addressOf(a.packed);
      expect((await (await ethers.getContractAt("SLAEscrow", fake)).state()).provider).to.equal(a.provider.address);
      for (const place of [fake, a.implementation.target as string, a.provider.address]) {
        for (const call of Object.values(await mutators())) {
          for (const signer of [a.provider, a.client])
            await refused(a, call(by(a, signer), place), "NotGenuine", [place]);
        }
      }
    });

    it("is refused to strangers, the oracle and the arbiter", async () => {
      const a = await loadFixture(withEntries);
      for (const signer of [a.stranger, a.oracle, a.arbiter]) {
        for (const [name, call] of Object.entries(await mutators())) {
          const attempt = call(by(a, signer), a.address);
          if (name === "file") await refused(a, attempt, "NotAParty", [signer.address]);
          else {
            const holder = name === "answer" ? a.client.address : a.provider.address;
            await refused(a, attempt, "NotTheSeat", [signer.address, holder]);
          }
        }
      }
    });

    it("is each seat's own: neither speaks for the other", async () => {
      const a = await loadFixture(withEntries);
      const calls = await mutators();
      for (const [name, call] of Object.entries(calls).filter(([each]) => !BY_CLIENT.includes(each))) {
        await refused(a, call(by(a, a.client), a.address), "NotTheSeat", [a.client.address, a.provider.address]);
        expect(name).to.not.equal("answer");
      }
      await refused(a, by(a, a.provider).answer(a.address, 1n, Said.Declined, SAID), "NotTheSeat", [
        a.provider.address,
        a.client.address,
      ]);
    });

    it("goes on with the seat: a successor writes, who left is a stranger", async () => {
      const a = await loadFixture(withEntries);
      await a.escrow.connect(a.provider).offerSeat(a.newcomer);
      await by(a, a.provider).update(a.address, 2n, SAID); // offered is not taken
      await a.escrow.connect(a.newcomer).takeSeat(Seat.Provider, 0n, 2n ** 256n - 1n);
      await refused(a, by(a, a.provider).update(a.address, 2n, SAID), "NotTheSeat", [
        a.provider.address,
        a.newcomer.address,
      ]);
      await refused(a, by(a, a.provider).file(a.address, NOTICE, SAID), "NotAParty", [a.provider.address]);
      await at((await now()) + HOUR);
      expect(await eventsOf(a.record, by(a, a.newcomer).update(a.address, 2n, SAID))).to.deep.equal([
        ["IncidentUpdated", a.address, 2n, SAID, a.newcomer.address, await now()],
      ]);
    });

    it("says something, but an answer alone may do", async () => {
      const a = await loadFixture(withEntries);
      const time = await now();
      const nothing = ethers.ZeroHash;
      const provider = by(a, a.provider);
      for (const call of [
        () => provider.announce(a.address, Work.Planned, time + DAY, time + 2n * DAY, nothing),
        () => provider.disclose(a.address, time, nothing),
        () => provider.update(a.address, 2n, nothing),
        () => provider.resolve(a.address, 2n, time, nothing),
        () => provider.advise(a.address, nothing),
        () => provider.file(a.address, NOTICE, nothing),
      ]) {
        await refused(a, call(), "NothingCommitted", []);
      }
      await by(a, a.client).answer(a.address, 1n, Said.Later, nothing);
    });

    it("numbers each agreement's entries by themselves, and reaches none of another's", async () => {
      const a = await loadFixture(withEntries);
      const second = await createAgreement(a, { document: ethers.id("another") });
      await by(a, a.provider).disclose(second.address, await now(), SAID);
      expect([await a.record.entries(a.address), await a.record.entries(second.address)]).to.deep.equal([2n, 1n]);
      // Entry 1 is advice here and an incident there; 2 is nothing there.
      await refused(a, by(a, a.client).answer(second.address, 1n, Said.Declined, SAID), "WrongEntry", [
        1n,
        Kind.Incident,
        Kind.Advice,
      ]);
      await refused(a, by(a, a.provider).update(second.address, 2n, SAID), "WrongEntry", [
        2n,
        Kind.None,
        Kind.Incident,
      ]);
    });
  });

  describe("announce", () => {
    it("keeps kind, window, who and when", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      await at(time);
      const [start, end] = [time + 5n * DAY, time + 5n * DAY + HOUR];
      const call = by(a, a.provider).announce(a.address, Work.Planned, start, end, SAID);
      expect(await eventsOf(a.record, call)).to.deep.equal([
        ["MaintenanceAnnounced", a.address, 1n, Work.Planned, start, end, SAID, a.provider.address, time],
      ]);
      const entry = await a.record.entryOf(a.address, 1n);
      expect([entry.kind, entry.author, entry.maintenance, entry.time, entry.from, entry.until]).to.deep.equal([
        Kind.Maintenance,
        1n,
        Work.Planned,
        time,
        start,
        end,
      ]);
      expect([entry.answer, entry.document, entry.isClosed, entry.answeredAt]).to.deep.equal([0n, 0n, false, 0n]);
    });

    it("takes planned maintenance only ahead of it", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      const announce = (start: bigint) => by(a, a.provider).announce(a.address, Work.Planned, start, time + DAY, SAID);
      for (const start of [0n, time - 1n, time]) {
        await at(time);
        await refused(a, announce(start), "MaintenanceNotAhead", [start, time]);
      }
      await at(time);
      await announce(time + 1n);
    });

    it("takes an emergency until its end", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      const announce = (end: bigint) => by(a, a.provider).announce(a.address, Work.Emergency, time - HOUR, end, SAID);
      await at(time);
      await refused(a, announce(time), "MaintenanceOver", [time, time]);
      await at(time);
      await announce(time + 1n);
    });

    it("refuses a window that is none, too far, or of no kind", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      const announce = async (kind: bigint, start: bigint, end: bigint) => {
        await at(time);
        return by(a, a.provider).announce(a.address, kind, start, end, SAID);
      };
      await refused(a, announce(Work.None, time + 1n, time + 2n), "NoKind", []);
      await refused(a, announce(Work.Planned, time + 5n, time + 5n), "WindowEmpty", [time + 5n, time + 5n]);
      await refused(a, announce(Work.Emergency, time + 5n, time + 4n), "WindowEmpty", [time + 5n, time + 4n]);
      const beyond = time + YEAR + 1n;
      await refused(a, announce(Work.Planned, time + 1n, beyond), "MaintenanceTooFar", [beyond, time + YEAR]);
      await announce(Work.Planned, time + 1n, time + YEAR);
    });
  });

  describe("disclose, update, resolve", () => {
    it("keep what was said, when, and that it is over", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      const told = async (when: bigint, act: () => Promise<ContractTransactionResponse>) => {
        await at(when);
        return eventsOf(a.record, act());
      };
      const me = a.provider.address;
      const provider = by(a, a.provider);
      expect(await told(time, () => provider.disclose(a.address, time - 60n, SAID))).to.deep.equal([
        ["IncidentDisclosed", a.address, 1n, time - 60n, SAID, me, time],
      ]);
      expect(await told(time + 5n, () => provider.update(a.address, 1n, SAID))).to.deep.equal([
        ["IncidentUpdated", a.address, 1n, SAID, me, time + 5n],
      ]);
      expect(await told(time + 9n, () => provider.resolve(a.address, 1n, time + 7n, SAID))).to.deep.equal([
        ["IncidentResolved", a.address, 1n, time + 7n, SAID, me, time + 9n],
      ]);
      const entry = await a.record.entryOf(a.address, 1n);
      expect([entry.time, entry.from, entry.until, entry.isClosed]).to.deep.equal([time, time - 60n, time + 7n, true]);
      for (const again of [provider.update(a.address, 1n, SAID), provider.resolve(a.address, 1n, time + 7n, SAID)]) {
        await refused(a, again, "EntryClosed", [1n]);
      }
    });

    it("are of what was, in its order", async () => {
      const a = await loadFixture(recorded);
      const time = (await now()) + HOUR;
      const provider = by(a, a.provider);
      await at(time);
      await refused(a, provider.disclose(a.address, time + 1n, SAID), "InTheFuture", [time + 1n, time]);
      await at(time);
      await provider.disclose(a.address, time, SAID);
      await at(time + 10n);
      await refused(a, provider.resolve(a.address, 1n, time + 11n, SAID), "InTheFuture", [time + 11n, time + 10n]);
      await refused(a, provider.resolve(a.address, 1n, time - 1n, SAID), "EndBeforeBeginning", [time - 1n, time]);
      await provider.resolve(a.address, 1n, time, SAID);
    });
  });

  describe("advise, answer", () => {
    const NAMES = Object.entries(Said);
    for (const [standing, from] of NAMES) {
      for (const [given, to] of NAMES) {
        const rises = to > from;
        it(`given ${standing}, ${given} is ${rises ? "taken" : "refused"}`, async () => {
          const a = await loadFixture(withEntries);
          const client = by(a, a.client);
          if (from !== Said.None) await client.answer(a.address, 1n, from, SAID);
          const time = (await now()) + HOUR;
          await at(time);
          const call = client.answer(a.address, 1n, to, SAID);
          if (!rises) {
            if (to === Said.None) await refused(a, call, "NoKind", []);
            else await refused(a, call, "AnswerStands", [1n, from, to]);
            return;
          }
          expect(await eventsOf(a.record, call)).to.deep.equal([
            ["AdviceAnswered", a.address, 1n, to, SAID, a.client.address, time],
          ]);
          const entry = await a.record.entryOf(a.address, 1n);
          expect([entry.answer, entry.answeredAt]).to.deep.equal([to, time]);
        });
      }
    }

    it("tell the advice, and answer nothing else", async () => {
      const a = await loadFixture(withEntries);
      await at((await now()) + HOUR);
      expect(await eventsOf(a.record, by(a, a.provider).advise(a.address, SAID))).to.deep.equal([
        ["AdviceGiven", a.address, 3n, SAID, a.provider.address, await now()],
      ]);
      const client = by(a, a.client);
      await refused(a, client.answer(a.address, 2n, Said.Declined, SAID), "WrongEntry", [
        2n,
        Kind.Incident,
        Kind.Advice,
      ]);
      await refused(a, client.answer(a.address, 4n, Said.Declined, SAID), "WrongEntry", [4n, Kind.None, Kind.Advice]);
      await by(a, a.provider).retract(a.address, 3n);
      await refused(a, client.answer(a.address, 3n, Said.Declined, SAID), "EntryClosed", [3n]);
    });
  });

  describe("retract", () => {
    it("takes maintenance back until it begins", async () => {
      const a = await loadFixture(recorded);
      const start = (await now()) + DAY;
      const provider = by(a, a.provider);
      for (let i = 0; i < 2; ++i) await provider.announce(a.address, Work.Planned, start, start + HOUR, SAID);
      await at(start - 1n);
      expect(await eventsOf(a.record, provider.retract(a.address, 1n))).to.deep.equal([
        ["EntryRetracted", a.address, 1n, a.provider.address, start - 1n],
      ]);
      expect((await a.record.entryOf(a.address, 1n)).isClosed).to.equal(true);
      await refused(a, provider.retract(a.address, 1n), "EntryClosed", [1n]);
      await at(start);
      await refused(a, provider.retract(a.address, 2n), "MaintenanceBegan", [2n, start, start]);
    });

    it("takes advice back until it is declined or accepted", async () => {
      const a = await loadFixture(recorded);
      const [provider, client] = [by(a, a.provider), by(a, a.client)];
      for (let i = 0; i < 4; ++i) await provider.advise(a.address, SAID);
      await provider.retract(a.address, 1n);
      await client.answer(a.address, 2n, Said.Later, SAID);
      await provider.retract(a.address, 2n);
      for (const [entry, given] of [
        [3n, Said.Declined],
        [4n, Said.Accepted],
      ] as const) {
        await client.answer(a.address, entry, given, SAID);
        await refused(a, provider.retract(a.address, entry), "AnswerStands", [entry, given, Said.None]);
      }
      await refused(a, provider.retract(a.address, 1n), "EntryClosed", [1n]);
    });

    it("takes nothing else back", async () => {
      const a = await loadFixture(withEntries);
      const provider = by(a, a.provider);
      await provider.file(a.address, NOTICE, SAID);
      for (const [entry, kind] of [
        [2n, Kind.Incident],
        [3n, Kind.Document],
        [4n, Kind.None],
        [0n, Kind.None],
      ] as const) {
        await refused(a, provider.retract(a.address, entry), "WrongEntry", [entry, kind, Kind.Advice]);
      }
    });
  });

  describe("file", () => {
    it("names the seat", async () => {
      const a = await loadFixture(recorded);
      for (const [i, [signer, seat]] of [[a.provider, 1n] as const, [a.client, 2n] as const].entries()) {
        await timeTravelTo((await now()) + HOUR);
        await at((await now()) + 1n);
        const events = await eventsOf(a.record, by(a, signer).file(a.address, NOTICE, SAID));
        const entry = BigInt(i + 1);
        expect(events).to.deep.equal([
          ["DocumentFiled", a.address, entry, NOTICE, seat, SAID, signer.address, await now()],
        ]);
        expect((await a.record.entryOf(a.address, entry)).author).to.equal(seat);
      }
      await refused(a, by(a, a.client).file(a.address, 0n, SAID), "NoKind", []);
    });
  });
});

describe("what the record costs", () => {
  it("is what docs/record.md says, to a hundred gas", async () => {
    const page = readFileSync(new URL("../../docs/record.md", import.meta.url), "utf8");
    const stated = Object.fromEntries(
      [...page.matchAll(/^\| (\w+) \| ([\d,]+) \|$/gm)].map(([, call = "", gas = ""]) => [
        call,
        Number(gas.replaceAll(",", "")),
      ]),
    );
    const a = await loadFixture(recorded);
    await at(START + 15n * DAY);
    const [provider, client] = [by(a, a.provider), by(a, a.client)];
    await provider.file(a.address, NOTICE, SAID);
    const soon = (await now()) + DAY;
    const calls: Record<string, () => Promise<ContractTransactionResponse>> = {
      announce: () => provider.announce(a.address, Work.Planned, soon, soon + HOUR, SAID),
      disclose: async () => provider.disclose(a.address, await now(), SAID),
      update: () => provider.update(a.address, 3n, SAID),
      resolve: async () => provider.resolve(a.address, 3n, await now(), SAID),
      advise: () => provider.advise(a.address, SAID),
      answer: () => client.answer(a.address, 4n, Said.Declined, SAID),
      retract: () => provider.retract(a.address, 2n),
      file: () => provider.file(a.address, NOTICE, SAID),
    };
    expect(Object.keys(stated)).to.deep.equal(Object.keys(calls));
    for (const [name, call] of Object.entries(calls)) {
      const { gasUsed } = (await (await call()).wait())!;
      expect(Number(gasUsed), name).to.be.closeTo(stated[name] ?? 0, 100);
    }
  });
});
