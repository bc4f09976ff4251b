/** The books of random stories, told on the real contracts: they sum, to the unit, whatever the parties did. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import type { JsonRpcProvider } from "ethers";
import { Agreement } from "../../src/chain/agreement.ts";
import { cloneAddress, Factory } from "../../src/chain/factory.ts";
import { readBooks } from "../../src/statement/books.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { tellWhole } from "../model/campaign.ts";
import { wait } from "../model/chain.ts";
import { Tally } from "../model/tally.ts";
import { ethers } from "../support/fixture.ts";
import { SEED } from "../support/random.ts";
import { allMonths, expectSums, expectUnchanged } from "./months.ts";
import { KEPT, readingOf, TOLD, writeStory, type Look } from "./told.ts";

const STORIES = Number(process.env["UPHELD_STORIES"] ?? 10);
/** How often the books are opened after a story, and how far apart. */
const LOOKS = 6;
const BIG_STEP = 23n * 86_400n;

describe(`statements of random stories (seed ${SEED})`, function () {
  this.timeout(120_000);
  const provider = ethers.provider as unknown as JsonRpcProvider;
  const clock = async () => BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);

  /** Tells the story of `seed`, and opens its books again and again; answers it as it is kept. */
  async function read(seed: number): Promise<string> {
    const { s, terms } = await tellWhole(seed, new Tally());
    const factory = await Factory.at(provider, s.factory);
    const address = cloneAddress(s.factory, await factory.implementation(), encodeTerms(terms));
    const agreement = await Agreement.at(factory, address);
    const final = new Map<string, string>();
    const looks: Look[] = [];
    let now = await clock();
    for (let look = 0; look < LOOKS; ++look, now += BIG_STEP) {
      if (look > 0) await wait(now);
      // A look without a call: what became due is told by nobody yet. Before the last one somebody settles.
      if (look === LOOKS - 1) await (await ethers.provider.getSigner(9)).sendTransaction(agreement.calls.settle());
      const books = await readBooks(agreement, clock);
      if (look % 2 === 0 || look === LOOKS - 1) looks.push(await reading.look(agreement, await clock()));
      if (books.happened.length === 0) continue;
      const statements = await allMonths(books);
      expectSums(statements, books);
      expectUnchanged(statements, final);
    }
    return writeStory({ seed, ...(await reading.story(agreement)), looks });
  }
  const reading = readingOf(provider);

  for (let i = 0; i < STORIES; ++i) {
    it(`sum, and never change once they are final: story ${i}`, async () => {
      await read(SEED + i);
    });
  }

  /** `UPHELD_TOLD=1` writes them anew. */
  it("are those that are kept, to be read without a chain", async () => {
    const told: string[] = [];
    for (const seed of KEPT) told.push(await read(seed));
    if (process.env["UPHELD_TOLD"] !== undefined) writeFileSync(TOLD, told.join(""));
    expect(told.join("")).to.equal(readFileSync(TOLD, "utf8"));
  });
});
