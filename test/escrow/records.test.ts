/** What an agreement keeps of a dispute: nothing, once it is resolved. Most of what the words cost comes back. */
import { expect } from "chai";
import { contested, disputed, ruled, settleAt, share, split, W } from "../support/disputes.ts";
import {
  type Agreement,
  agreeBoth,
  consentTo,
  ethers,
  loadFixture,
  networkHelpers,
  Ruling,
} from "../support/fixture.ts";

const OPEN_SLOT = 3n; // Records.open
const CASES_SLOT = 8n; // Records.cases
const EMPTY = [0n, 0n, 0n, 0n];

const openOf = async (a: Agreement): Promise<bigint> => BigInt(await networkHelpers.getStorageAt(a.address, OPEN_SLOT));

/** The four words of `period`: the provider's claim, the client's, and two of the split. */
async function wordsOf(a: Agreement, period: number): Promise<bigint[]> {
  const place = ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [period, CASES_SLOT]),
  );
  const slots = [0n, 1n, 2n, 3n].map((i) => BigInt(place) + i);
  return Promise.all(slots.map(async (slot) => BigInt(await networkHelpers.getStorageAt(a.address, slot))));
}

const FULL = { report: 10, provider: 0, client: 50 } as const;

describe("records: a dispute", () => {
  it("leaves nothing when it is ruled, and its neighbour all it had", async () => {
    const a = await loadFixture(contested);
    await split(a, FULL);
    await split(a, { ...FULL, period: 1 });
    const others = await wordsOf(a, 1);
    expect([...(await wordsOf(a, 0)), ...others]).to.not.include(0n);
    expect(await openOf(a)).to.equal(0b11n);
    await ruled(a, 0, Ruling.Client);
    expect(await wordsOf(a, 0)).to.deep.equal(EMPTY);
    expect(await wordsOf(a, 1)).to.deep.equal(others);
    expect(await openOf(a)).to.equal(0b10n);
    await ruled(a, 1, Ruling.Client);
    expect(await openOf(a)).to.equal(0n);
  });

  it("leaves nothing when it splits and lapses in one call", async () => {
    const a = await loadFixture(contested);
    const { ruledBy } = await disputed(a, FULL);
    expect((await wordsOf(a, 0)).slice(0, 2)).to.not.include(0n);
    await settleAt(a, ruledBy);
    expect(await wordsOf(a, 0)).to.deep.equal(EMPTY);
  });

  for (const [by, story] of [
    ["the provider", { report: 10, provider: 0 }],
    ["the client", { report: 10, client: 50 }],
  ] as const) {
    it(`of ${by} alone leaves nothing when both agree, before its split and after it`, async () => {
      for (const begin of [disputed, split]) {
        const a = await loadFixture(contested);
        await begin(a, story);
        expect((await wordsOf(a, 0)).filter((word) => word !== 0n)).to.have.lengthOf(begin === disputed ? 1 : 3);
        await agreeBoth(a, consentTo("Credit", { credit: share(10) }));
        expect(await wordsOf(a, 0)).to.deep.equal(EMPTY);
      }
    });
  }

  it("is kept while the arbiter may still rule", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await split(a, FULL);
    const before = await wordsOf(a, 0);
    await settleAt(a, splitAt + W - 1n);
    expect(await wordsOf(a, 0)).to.deep.equal(before);
  });
});
