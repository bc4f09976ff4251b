/** A token that calls back, from every call an agreement makes to it, into everything that can be called. */
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { batchTypes, committeeDomain, packReports } from "../../src/chain/batch.ts";
import type { ReentrantToken } from "../../typechain-types/index.ts";
import { consentTo, ethers, loadFixture, NO_EVIDENCE, Seat, Stage } from "../support/fixture.ts";
import { expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  answered,
  awaited,
  begin,
  callOf,
  type CallBack,
  counts,
  functionsOf,
  GUARD,
  type Job,
  JOBS,
  MOMENTS,
  type Plan,
  type Reentrant,
  refused,
  reported,
  SILENT,
  tokenOf,
} from "./reentry.ts";

/** Views that count the agreement's tokens, so that they would count some twice in the middle of a payout. */
const DESCRIPTIONS = ["state", "summary", "creditOf", "periodOf"];
const EVERY_JOB = Object.entries(JOBS);

/** All that the agreement's ABI lets change something: each is refused by the guard, before anything else is looked at. */
function mutators(a: Reentrant): CallBack[] {
  const abi = a.escrow.interface;
  return functionsOf(abi, "mutators").map((fragment) => ({
    name: fragment.name,
    target: a.address,
    data: callOf(abi, fragment),
    foreseen: [refused(GUARD)],
  }));
}

/** All that can be read of the agreement, from itself, the lens and the factory. */
function views(a: Reentrant): Omit<CallBack, "foreseen">[] {
  const consent = consentTo("Oracle", { account: a.newcomer.address });
  const read = ({ target, interface: abi }: BaseContract, given: Record<string, unknown[]>) =>
    functionsOf(abi, "views").map((fragment) => ({
      name: fragment.name,
      target: target as string,
      data: callOf(abi, fragment, given[fragment.name] ?? given["*"]),
    }));
  return [
    ...read(a.escrow, {
      disputeOf: [0],
      consentOf: [Seat.Client, consent],
      seatOffer: [Seat.Client],
      chronicPeriods: [0],
    }),
    ...read(a.lens, {
      creditOf: [a.address, 0, [counts(3_600n)]],
      periodOf: [a.address, 0],
      decode: [a.packed],
      encode: [a.terms],
      validate: [a.packed, a.terms.start - 1n],
      "*": [a.address],
    }),
    ...read(a.factory, {
      addressOf: [a.packed],
      isGenuine: [a.address],
      summaries: [[a.address]],
    }),
  ];
}

/** What each view answers now. */
async function answersOf(calls: readonly Omit<CallBack, "foreseen">[]): Promise<string[]> {
  return Promise.all(
    calls.map(async (call) => {
      try {
        return answered(await ethers.provider.call({ to: call.target, data: call.data }));
      } catch (error) {
        return refused((error as { data?: string }).data ?? "0x");
      }
    }),
  );
}

interface Told {
  readonly before: string[];
  readonly after: string[];
}

/** What all views answer before and after the job, when nobody calls back. */
async function undisturbed(job: Job): Promise<Told> {
  const a = await loadFixture(job.fixture);
  await begin(a, job);
  const before = await answersOf(views(a));
  await job.act(a);
  return { before, after: await answersOf(views(a)) };
}

/** The job with a token that calls back: nothing that was not foreseen came of it, and it ends like undisturbed. */
async function disturbed(job: Job, plan: Plan, told: Told): Promise<void> {
  const a = await loadFixture(job.fixture);
  await begin(a, job, plan);
  const { gasUsed } = (await (await job.act(a)).wait())!;
  // So there was enough gas to call back each time, the last one too.
  expect(gasUsed).to.be.lessThan(3_000_000n);
  const token = tokenOf(a, job);
  expect(await surprisesOf(token, plan.callBacks)).to.deep.equal([]);
  if (plan.moment !== "Balance") expect(await token.times()).to.equal(1n);
  await token.disarm();
  expect(await answersOf(views(a))).to.deep.equal(told.after);
  await expectConserved(a);
}

async function surprisesOf(token: ReentrantToken, callBacks: readonly CallBack[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let i = 0n; i < (await token.surpriseCount()); i++) {
    const types = ["uint256", "uint256", "bool", "bytes"];
    const [call, who, succeeded, answer] = ethers.AbiCoder.defaultAbiCoder().decode(types, await token.surprises(i));
    all.push([callBacks[Number(call)]?.name, `accomplice ${String(who)}`, succeeded, answer]);
  }
  return all;
}

describe("reentry: the list of calls is whole", () => {
  it("each mutator of the ABI is a job in which a token gets control, or one in which none does", async () => {
    const a = await loadFixture(reported);
    const known = [...EVERY_JOB.map(([, { call }]) => call), ...SILENT];
    const declared = functionsOf(a.escrow.interface, "mutators").map(({ name }) => name);
    expect([...new Set(known)].sort()).to.deep.equal(declared.sort());
  });

  for (const [name, job] of EVERY_JOB) {
    it(`${name}: the token gets control at ${job.moments.join(", ")}, and at no other moment`, async () => {
      for (const moment of MOMENTS) {
        const a = await loadFixture(job.fixture);
        const data = a.escrow.interface.encodeFunctionData("sync");
        const callBacks = [{ name: "sync", target: a.address, data, foreseen: [] }];
        await begin(a, job, { moment, callBacks, byWhom: "anyone" });
        const [token, gets] = [tokenOf(a, job), job.moments.includes(moment)];
        if (gets && moment === "Balance") {
          await expectRefusal(job.act(a), token, "Surprised", [0, 0, GUARD]);
        } else {
          await job.act(a);
          expect(await token.times(), moment).to.equal(gets ? 1n : 0n);
          expect(await token.surpriseCount(), moment).to.equal(gets ? 6n : 0n);
        }
      }
    });
  }
});

describe("reentry: mutators", () => {
  for (const [name, job] of EVERY_JOB) {
    it(`${name}: the guard refuses every mutator, by whomever, and the call ends as if nobody had tried`, async () => {
      const told = await undisturbed(job);
      for (const moment of job.moments) {
        const callBacks = mutators(await loadFixture(job.fixture));
        await disturbed(job, { moment, callBacks, byWhom: "anyone" }, told);
      }
    });
  }
});

describe("reentry: views", () => {
  for (const [name, job] of EVERY_JOB) {
    it(`${name}: each view answers as before the call or as after it, and the description is refused`, async () => {
      const told = await undisturbed(job);
      const a = await loadFixture(job.fixture);
      const hidden = answered(await ethers.provider.call(await a.factory.summaries.populateTransaction([a.lens])));
      const foreseen = (view: string, i: number): string[] => {
        if (DESCRIPTIONS.includes(view)) return [refused(GUARD)];
        if (view === "summaries") return [hidden];
        return [told.before[i]!, told.after[i]!];
      };
      for (const moment of job.moments) {
        const callBacks = views(a).map((call, i) => ({ ...call, foreseen: foreseen(call.name, i) }));
        await disturbed(job, { moment, callBacks, byWhom: "token" }, told);
      }
    });
  }
});

describe("reentry: by way of others", () => {
  for (const name of ["fund", "dispute", "claim, of earnings", "withdraw", "sweep, the foreign token"]) {
    const job = JOBS[name]!;
    it(`${name}: the factory settles nothing and creates nothing new`, async () => {
      const told = await undisturbed(job);
      for (const moment of ["BeforeMove", "AfterMove"] as const) {
        const { factory, address, packed } = await loadFixture(job.fixture);
        const [settle, create] = [factory.getFunction("settle"), factory.getFunction("create")];
        const calls = [
          { ...(await settle.populateTransaction([address])), name: "settle", answer: "0x" },
          { ...(await create.populateTransaction(packed)), name: "create", answer: ethers.zeroPadValue(address, 32) },
        ];
        const callBacks = calls.map((call) => ({ ...call, target: call.to, foreseen: [answered(call.answer)] }));
        await disturbed(job, { moment, callBacks, byWhom: "token" }, told);
      }
    });
  }

  it("a committee's batch: the entry fails, and the same signatures deliver it afterwards", async () => {
    const a = await loadFixture(awaited);
    const job: Job = { ...JOBS["withdraw"]!, fixture: awaited };
    const reports = [
      { agreement: a.address, period: 0n, revision: 0n, measurements: [counts(0n)], evidence: NO_EVIDENCE },
    ];
    const domain = committeeDomain(31_337n, a.committee.target as string);
    const signature = await a.member.signTypedData(domain, batchTypes, { reports });
    const signatures = [{ signer: a.member.address, signature }];
    const deliver = await a.committee.deliver.populateTransaction(packReports(reports), [], signatures);
    const failures = (n: number) => answered(ethers.zeroPadValue(ethers.toBeHex(n), 32));
    const callBack = { ...deliver, name: "deliver", target: deliver.to, foreseen: [failures(1)] };
    const told = await undisturbed(job);
    for (const moment of ["BeforeMove", "AfterMove"] as const) {
      await disturbed(job, { moment, callBacks: [callBack], byWhom: "token", gas: 6_000_000 }, told);
    }
    await a.stranger.sendTransaction({ ...deliver, gasLimit: 16_000_000 });
    await expectState(a, { stage: Stage.Reported });
  });
});
