import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { Agreement } from "../../src/chain/agreement.ts";
import { Factory } from "../../src/chain/factory.ts";
import { readHistory } from "../../src/chain/history.ts";
import { coursesOf, type Courses } from "../../src/watch/course.ts";
import { agreementText } from "../cli/agreement.ts";
import { signMany, type Signed } from "../oracle/many.ts";

/** What one agreement goes through; each is looked at before and after somebody calls it. */
const STORIES: readonly [what: string, live: (world: World, file: string) => Promise<void>][] = [
  ["silence, month after month", () => Promise.resolve()],
  ["a report that nobody disputes", (world, file) => report(world, file, 40_000)],
  [
    "a dispute that the arbiter never rules on",
    async (world, file) => {
      await report(world, file, 4_740);
      await dispute(world, file, "client", 200_000);
      await dispute(world, file, "provider", 0);
    },
  ],
  ["a dispute over silence", (world, file) => dispute(world, file, "provider", 4_740)],
];

const report = async (world: World, file: string, bad: number): Promise<void> => {
  await world.ok("report", file, "--counts", `2678400,${bad},0`, "--evidence", world.folder);
};
const dispute = async (world: World, file: string, seat: string, bad: number): Promise<void> => {
  await world.ok("dispute", file, "--as", seat, "--counts", `2678400,${bad},0`, "--evidence", world.folder);
};

describe("what has no event yet", function () {
  this.timeout(120_000);
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
  });
  after(() => world.end());

  it("is reckoned to the unit as the contract tells it with its next call, cap and bond included", async () => {
    const signed = await signMany(world, STORIES.length * 2, {
      fees: 3n,
      change: (text, i) =>
        i < STORIES.length
          ? text
          : // The term's cap leaves a fraction of a month: each later credit gets less than its table says.
            text.replace("credit cap: 50%", "credit cap: 50%\nterm credit cap: 600 USDC"),
    });
    const bonded = await bondedAgreement(world);
    await world.at("2030-02-01T00:00:00Z");
    await report(world, bonded.file, 2_000_000);
    for (const [i, { file }] of signed.entries())
      if (i % STORIES.length !== 3) await STORIES[i % STORIES.length]![1](world, file);
    await world.at("2030-02-07T00:00:00Z");
    for (const [i, { file }] of signed.entries()) if (i % STORIES.length === 3) await STORIES[3]![1](world, file);
    const factory = await Factory.at(world.provider, world.factory);
    for (const date of ["2030-02-13T00:00:00Z", "2030-03-14T00:00:00Z", "2030-04-14T00:00:00Z"]) {
      await world.at(date);
      for (const [i, { address, file }] of [...signed, bonded].entries()) {
        const agreement = await Agreement.at(factory, address);
        const before = await look(agreement);
        await world.ok("settle", file);
        const after = await look(agreement);
        const story = `${STORIES[i % STORIES.length]![0]}, ${i < STORIES.length ? "uncapped" : "capped"}, ${date}`;
        expect(outcomes(before), story).to.deep.equal(outcomes(after));
        const { creditsGiven, bond } = await agreement.state();
        expect([before.given, before.bond], story).to.deep.equal([creditsGiven, bond]);
      }
    }
  });
});

/** Credits above the fee are paid by a bond that is smaller than they are. */
async function bondedAgreement(world: World): Promise<Signed> {
  const text = agreementText(world.people, await world.token.getAddress())
    .replace("credit cap: 50%", "credit cap: 150%\nbond: 500 USDC")
    .replace("    below 95%: 50%\n", "    below 50%: 150%\n")
    .replace("service: CI hosting", "service: Bonded");
  const file = world.write("bonded.sla.yaml", text);
  const { json } = await world.ok("deploy", file);
  await world.ok("fund", file, "3,000", "--transfer");
  await world.ok("accept", file, "--as", "client");
  await world.ok("accept", file);
  return { file, address: String(json["agreement"]) };
}

async function look(agreement: Agreement): Promise<Courses> {
  const history = await readHistory(agreement);
  const state = await agreement.state();
  const latest = await agreement.provider.getBlock("latest");
  const events = await Promise.all(
    history.map(async (event) => {
      const block = await agreement.provider.getBlock(event.block);
      return { ...event, time: BigInt(block?.timestamp ?? 0) };
    }),
  );
  return coursesOf(agreement.terms, state.end, events, BigInt(latest?.timestamp ?? 0));
}

const outcomes = ({ periods, given, bond }: Courses) => ({
  periods: [...periods].map(([k, { split, final }]) => [k, split, final]),
  given,
  bond,
});
