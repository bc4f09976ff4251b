import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readCase } from "../../src/chain/case.ts";
import { buildEvidence } from "../../src/evidence/build.ts";
import { writeEvidence } from "../../src/evidence/files.ts";
import type { Author } from "../../src/evidence/schema.ts";
import { october, SALT, tickets, uptime } from "../evidence/fixtures.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { problemOf } from "./rejection.ts";
import { toldAgreement, type Said } from "./told-agreement.ts";

const CHAIN = 31_337n;
const FEE = 1_000n;
const terms = sampleTerms({ indicators: [uptime, tickets], fee: FEE, termCreditCap: 6_000n });
const DAY = 86_400n;
const OCTOBER = 1_759_276_800n; // 2025-10-01
const END = 1_767_225_600n; // 2026-01-01

/** What each says of October, and the counts and root that come of it. */
const sworn = (author: Author, revision = 0) => buildEvidence(october({ author, revision }), SALT);
const counts = sworn("oracle").measurements;
const SILENCE = 255n;
const root = (author: Author, revision?: number) => sworn(author, revision).evidence.root;

const reported = (from: string, revision = 0n): Said[] => [
  ...(revision === 0n ? [] : [{ name: "Revised", period: 9n, revision } as const]),
  { name: "Reported", period: 9n, root: from, counts },
];
const claimed = (seat: bigint, credit: bigint, pledge: bigint, from: string): Said => ({
  ...{ name: "Disputed", period: 9n, seat, credit, pledge, root: from, counts },
});
const CLIENT_CLAIMS = claimed(2n, 250n, 50n, root("client"));
const PROVIDER_CLAIMS = claimed(1n, 0n, 40n, root("provider"));

describe("a case for the arbiter", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "upheld-case-"))));
  afterEach(() => rm(folder, { recursive: true }));

  const open = { disputedAt: 5n, revision: 0n, reportCredit: 100n, isOpen: true, agreedCredit: 100n, held: 150n };
  const read = (said: readonly Said[], dispute: object = {}, state: object = {}, k = 9n) =>
    toldAgreement(said, (agreement) => readCase(agreement, CHAIN, k, folder), {
      terms,
      state: { end: END, creditsGiven: 0n, bond: 0n, ...state },
      dispute: { ...open, ...dispute },
    });
  const keep = (author: Author, revision?: number) => writeEvidence(folder, sworn(author, revision).evidence);

  it("is none where nothing is disputed", async () => {
    expect(await problemOf(read([], { disputedAt: 0n }))).to.deep.equal({
      code: "case.nothing-disputed",
      message: "Period 9 has no open dispute.",
      hint: "See `upheld status`; of what is over, `upheld verify` tells.",
    });
  });

  it("has the report and each claim, with what their counts rest on", async () => {
    await keep("oracle");
    await keep("client");
    const found = await read([...reported(root("oracle")), CLIENT_CLAIMS, PROVIDER_CLAIMS]);
    expect(found.offers.map(({ evidence, ...offer }) => ({ ...offer, evidence: evidence.kind }))).to.deep.equal([
      { by: "report", credit: 100n, pledge: 0n, counts, evidence: "sound" },
      { by: "client", credit: 250n, pledge: 50n, counts, evidence: "sound" },
      { by: "provider", credit: 0n, pledge: 40n, counts, evidence: "missing" },
    ]);
    const { period, isOpen, held } = found;
    expect(period).to.deep.include({ index: 9, start: OCTOBER, end: OCTOBER + 31n * DAY, fee: FEE });
    expect({ isOpen, held }).to.deep.equal({ isOpen: true, held: 150n });
  });

  it("names the file that is not what was sworn", async () => {
    await keep("oracle");
    const [{ evidence } = { evidence: undefined }] = (await read([...reported(root("client")), CLIENT_CLAIMS])).offers;
    expect(evidence).to.include({ kind: "differs" });
  });

  it("is about the last revision", async () => {
    await keep("oracle", 1);
    const said = [...reported(root("oracle")), ...reported(root("oracle", 1), 1n), CLIENT_CLAIMS];
    const { offers } = await read(said, { revision: 1n });
    expect(offers.map(({ evidence }) => evidence.kind)).to.deep.equal(["sound", "missing"]);
  });

  for (const [what, said, revision] of [
    ["silence", [CLIENT_CLAIMS], SILENCE],
    ["silence after a report that was of no use", [...reported(root("oracle")), CLIENT_CLAIMS], SILENCE],
    ["no report that the node has", [CLIENT_CLAIMS], 0n],
  ] as const) {
    it(`has nobody's counts in ${what}`, async () => {
      await keep("oracle");
      const [report] = (await read(said, { revision })).offers;
      expect(report).to.deep.equal({
        ...{ by: "report", credit: 100n, pledge: 0n, counts: undefined, evidence: { kind: "silence" } },
      });
    });
  }

  it("tells what each ruling moves of what is held", async () => {
    const { consequences } = await read([...reported(root("oracle")), CLIENT_CLAIMS], {}, { creditsGiven: 100n });
    expect(consequences).to.deep.equal([
      {
        ...{ ruling: "report", toProvider: 150n, toClient: 0n, fromBond: 0n },
        pledges: [{ of: "client", to: "provider", amount: 50n }],
      },
      {
        ...{ ruling: "client", toProvider: 0n, toClient: 150n, fromBond: 0n },
        pledges: [{ of: "client", to: "client", amount: 50n }],
      },
      {
        ...{ ruling: "declined", toProvider: 150n, toClient: 0n, fromBond: 0n },
        pledges: [{ of: "client", to: "client", amount: 50n }],
      },
    ]);
  });

  it("works the split out while the other party may still answer", async () => {
    const said = [...reported(root("oracle")), claimed(2n, 1_500n, 50n, root("client"))];
    const { isOpen, consequences } = await read(said, { isOpen: false, agreedCredit: 0n, held: 0n }, { bond: 300n });
    expect(isOpen).to.equal(false);
    expect(consequences[1]).to.include({ ruling: "client", toClient: 900n, fromBond: 300n });
  });

  it("is of the period that ends with the agreement, where it ended early", async () => {
    const { period } = await read([CLIENT_CLAIMS], { revision: SILENCE }, { end: OCTOBER + DAY });
    expect(period).to.deep.include({ start: OCTOBER, end: OCTOBER + DAY, fee: FEE / 31n });
  });
});
