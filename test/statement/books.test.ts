/** The books as they are read from a chain: from stories that it was told once, and from a node that answers as told. */
import { expect } from "chai";
import { id } from "ethers";
import { PHASES } from "../../src/chain/enums.ts";
import type { UpheldError } from "../../src/errors.ts";
import { readBooks, type Books } from "../../src/statement/books.ts";
import type { Happened } from "../../src/statement/happened.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { answering } from "../chain/answering.ts";
import { AGREEMENT } from "../cli/agreed-chain.ts";
import { allMonths, expectSums, expectUnchanged } from "./months.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { usd } from "./ledger.ts";
import { nodeAt, openOn, readStories, type Look, type ToldStory } from "./told.ts";

const booksAt = (story: ToldStory, look: Look): Promise<Books> =>
  answering(nodeAt(story, look), async (provider) =>
    readBooks(await openOn(provider), () => Promise.resolve(look.now)),
  );

/** Without which rule it was, of several that give the same right, and where it lies in the chain. */
const saidBy = ({ name, values, at, transaction }: Happened) =>
  name === "ChronicFailure"
    ? { name, values: { leaveUntil: values.leaveUntil }, at, transaction }
    : { name, values, at, transaction };

const byTime = (a: { readonly at: bigint }, b: { readonly at: bigint }) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

describe("the books of a story that the chain was told", function () {
  this.timeout(60_000);
  const stories = readStories();

  for (const story of stories) {
    const { seed, looks } = story;
    it(`sum, never change once they are final, and foretell what the next call says: story ${seed}`, async () => {
      const books: Books[] = [];
      for (const look of looks) books.push(await booksAt(story, look));
      const last = books.at(-1)?.happened.map(saidBy) ?? [];
      const final = new Map<string, string>();
      for (const each of books) {
        expect(each.happened.map(saidBy)).to.deep.equal(last.filter(({ at }) => at <= each.now));
        const statements = await allMonths(each);
        expectSums(statements, each);
        expectUnchanged(statements, final);
        expect(each.entries).to.deep.equal(each.entries.toSorted(byTime));
      }
    });
  }
});

describe("books that a node gives", () => {
  const ESCROW = ISLAEscrow__factory.createInterface();
  const TERMS = sampleTerms({ bond: usd(500) });
  const NOW = TERMS.start - 86_400n;
  const log = (block: number, name: "Funded" | "Accepted", values: unknown[]) => {
    const { topics, data } = ESCROW.encodeEventLog(name, values);
    return { block, time: NOW - 100n + BigInt(block), transaction: String(block), topics: topics.map(String), data };
  };
  const LOGS = [
    log(1, "Funded", [usd(1000)]),
    log(2, "Accepted", [1, TERMS.provider]),
    log(3, "Accepted", [2, TERMS.client]),
  ];
  const HELD = { phase: 2n, end: TERMS.start + 31_536_000n, balance: usd(1000), bond: usd(500) };
  const STATE = ESCROW.getFunction("state").outputs[0]?.components ?? [];
  const stateOf = (held: Readonly<Record<string, bigint>>): string =>
    ESCROW.encodeFunctionResult("state", [
      STATE.map(({ name, type }) =>
        type === "address" ? TERMS.token : type === "bool" ? true : ({ ...HELD, ...held }[name] ?? 0n),
      ),
    ]);

  /** Opens the books on a node whose agreement says, each time that it is asked, that it holds the next of `states`. */
  function read(...states: Readonly<Record<string, bigint>>[]) {
    const look = { block: 3, now: NOW, state: "", chronic: [0n] };
    const answers = nodeAt({ terms: encodeTerms(TERMS), logs: LOGS }, look);
    let asked = 0;
    const node = {
      ...answers,
      eth_call: (...params: never[]) => {
        const [{ data }] = params as unknown as [{ data: string }];
        if (data !== ESCROW.encodeFunctionData("state")) return answers["eth_call"]?.(...params);
        return stateOf(states[Math.min(asked++, states.length - 1)] ?? {});
      },
    };
    return answering(node, async (provider) => ({
      books: await readBooks(await openOn(provider), () => Promise.resolve(NOW)).catch((error: unknown) => error),
      times: asked,
    }));
  }

  it("are what moved, when, and by which call", async () => {
    const { books } = (await read({})) as { books: Books };
    expect(books.entries.map(({ at, month, kind, amounts }) => [at, month, kind, amounts])).to.deep.equal([
      [NOW - 99n, "2024-12", "in", { client: usd(1000), provider: 0n, bond: 0n, stakes: 0n }],
      [NOW - 98n, "2024-12", "bond", { client: 0n, provider: 0n, bond: usd(500), stakes: 0n }],
    ]);
    expect(books.happened.map(({ name, transaction }) => [name, transaction])).to.deep.equal([
      ["Funded", id("1")],
      ["Accepted", id("2")],
      ["Accepted", id("3")],
    ]);
    expect([books.now, books.state.end, books.agreement.address]).to.deep.equal([NOW, HELD.end, AGREEMENT]);
  });

  for (const [phase, isBinding] of [
    [1n, false],
    [2n, true],
    [3n, true],
    [4n, false],
  ] as const) {
    it(`are ${isBinding ? "" : "not "}binding in phase ${PHASES[Number(phase)]}`, async () => {
      const { books } = (await read({ phase })) as { books: Books };
      expect(books.isBinding).to.equal(isBinding);
    });
  }

  it("are asked for again when a block came between two questions", async () => {
    const { books, times } = await read({ balance: 0n }, { bond: 0n }, {});
    expect(books).to.have.property("isBinding", true);
    expect(times).to.equal(3);
  });

  for (const [held, message] of [
    [{ balance: usd(1001) }, "client's account: by events 1,000.00 USDC, by its own word 1,001.00 USDC"],
    [{ owed: usd(1) }, "client's account: by events 1,000.00 USDC, by its own word 999.00 USDC"],
    [{ balance: usd(1001), owed: usd(1) }, "provider's account: by events 0.00 USDC, by its own word 1.00 USDC"],
    [{ earnings: usd(2) }, "provider's account: by events 0.00 USDC, by its own word 2.00 USDC"],
    [{ bond: 0n }, "bond: by events 500.00 USDC, by its own word 0.00 USDC"],
    [{ pledges: usd(3) }, "stakes: by events 0.00 USDC, by its own word 3.00 USDC"],
  ] as const) {
    it(`are refused when they never sum: ${message}`, async () => {
      const { books, times } = await read(held);
      expect(times).to.equal(3);
      expect((books as UpheldError).problem).to.deep.equal({
        code: "statement.sums-differ",
        message: `The events do not sum to what the agreement holds: ${message}.`,
        hint: "Run it again; if it stays, the node does not give all events (see `upheld verify`): ask another by --rpc.",
        retry: true,
      });
    });
  }
});
