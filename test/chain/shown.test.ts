import { expect } from "chai";
import { verifyShownDay } from "../../src/chain/shown.ts";
import { buildEvidence } from "../../src/evidence/build.ts";
import { proveDay } from "../../src/evidence/proof.ts";
import type { Author } from "../../src/evidence/schema.ts";
import { october, SALT } from "../evidence/fixtures.ts";
import { ADDRESS, toldAgreement, type Said } from "./told-agreement.ts";

const CHAIN = 31_337n;
const OTHER = `0x${"77".repeat(32)}`;
const PROVIDER = 1n;
const CLIENT = 2n;

const proofOf = (author: Author, revision = 0) =>
  proveDay(buildEvidence(october({ author, revision }), SALT).evidence, "2025-10-09");
const proof = proofOf("oracle");

const reported = (root: string, revision = 0n, period = 9n): Said[] => [
  ...(revision === 0n ? [] : [{ name: "Revised", period, revision } as const]),
  { name: "Reported", period, root, counts: [] },
];
const claimed = (seat: bigint, root: string, period = 9n): Said => ({
  ...{ name: "Disputed", period, seat, credit: 1n, pledge: 0n, root, counts: [] },
});

/** What a check of `shown` against a chain that has `said` comes to. */
const checked = async (said: readonly Said[], shown = proof, chainId = CHAIN) => {
  const { day, isReplaced, difference } = await toldAgreement(said, (agreement) =>
    verifyShownDay(agreement, chainId, shown, "9.json"),
  );
  expect(day).to.include({ date: "2025-10-09", period: 9, agreement: ADDRESS.toLowerCase() });
  return { isReplaced, difference };
};
const sound = { isReplaced: false, difference: undefined };
const differs = (place: string, message: string) => ({ isReplaced: false, difference: { place, message } });

describe("a shown day, against the chain", () => {
  it("is sound when it leads to the root of its report", async () => {
    expect(await checked(reported(proof.root))).to.deep.equal(sound);
  });

  it("says its own chain, agreement and leaf, and no history is read where it does not", async () => {
    expect(await checked([], proof, 10n)).to.deep.equal(differs("chain", "the proof says 31337, it is 10"));
    const foreign = { ...proof, text: proof.text.replace(/agreement 0x\S+/, `agreement 0x${"bb".repeat(20)}`) };
    const about = await toldAgreement([], (agreement) => verifyShownDay(agreement, CHAIN, foreign));
    expect(about.difference).to.deep.equal({
      place: "agreement",
      message: `the proof says 0x${"bb".repeat(20)}, it is ${ADDRESS.toLowerCase()}`,
    });
    expect(about.isReplaced).to.equal(false);
    expect(await checked([], { ...proof, leaf: 8 })).to.deep.equal(differs("leaf", "the proof says 8, it is 9"));
  });

  it("is named with its file when it is none", async () => {
    const none = toldAgreement([], (agreement) => verifyShownDay(agreement, CHAIN, { ...proof, text: "\n" }, "9.json"));
    const error: unknown = await none.catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property("problem.file", "9.json");
  });

  it("is of one revision, and says when a later one replaced it", async () => {
    const both = [...reported(OTHER), ...reported(proofOf("oracle", 1).root, 1n)];
    expect(await checked(both, proofOf("oracle", 1))).to.deep.equal(sound);
    const first = [...reported(proof.root), ...reported(OTHER, 1n)];
    expect(await checked(first)).to.deep.equal({ isReplaced: true, difference: undefined });
  });

  it("needs a report of its revision and period", async () => {
    const none = differs("period 9", "the chain has no report, revision 0");
    expect(await checked([])).to.deep.equal(none);
    expect(await checked(reported(proof.root, 0n, 8n))).to.deep.equal(none);
    expect(await checked([claimed(CLIENT, proof.root)])).to.deep.equal(none);
    expect(await checked(reported(proof.root, 1n))).to.deep.equal({ ...none, isReplaced: true });
  });

  it("that leads to another root is shown not to be what was sworn", async () => {
    const message = `the text does not lead to the root ${OTHER} of the report, revision 0`;
    expect(await checked(reported(OTHER))).to.deep.equal(differs("day 2025-10-09, leaf 9", message));
  });

  for (const [author, seat, other] of [
    ["client", CLIENT, PROVIDER],
    ["provider", PROVIDER, CLIENT],
  ] as const) {
    it(`of the ${author} is checked against the ${author}'s claim`, async () => {
      const shown = proofOf(author);
      const claims = [claimed(other, OTHER), claimed(seat, shown.root)];
      expect(await checked(claims, shown)).to.deep.equal(sound);
      expect(
        await checked([...reported(OTHER), ...reported(OTHER, 1n), ...claims], shown),
        "no report replaces it",
      ).to.deep.equal(sound);
      const none = differs("period 9", `the chain has no claim of the ${author}`);
      expect(await checked([...reported(shown.root), claimed(other, shown.root)], shown)).to.deep.equal(none);
      const message = `the text does not lead to the root ${OTHER} of the claim of the ${author}`;
      expect(await checked([claimed(seat, OTHER)], shown)).to.deep.equal(differs("day 2025-10-09, leaf 9", message));
    });
  }
});
