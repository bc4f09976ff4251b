/** Stories in which model and chain once differed, shrunk; and a few that no random story is sure to tell. */
import { expect } from "chai";
import type { Consent } from "../../src/model/agreement.ts";
import type { Call } from "../../src/model/calls.ts";
import { DAY } from "../../src/terms/bounds.ts";
import { boundary, periodOf } from "../../src/terms/calendar.ts";
import type { Terms } from "../../src/terms/types.ts";
import { NOBODY, PERCENT, START, termsOf, type World } from "../support/fixture.ts";
import { ACTORS, type Actor, POOR } from "./cast.ts";
import { BEGINNING, setting } from "./chain.ts";
import { showRefusal } from "./compare.ts";
import { beginning, EDGES, named, termsIn } from "./edges.ts";
import { type Step, tell } from "./story.ts";

type Line = readonly [by: Actor, now: bigint, call?: Call];
const FEE = 1_000_000_000n;

/** The default terms: twelve months from 2025-01-01, R 5 days, D 7 days, W 30 days, silence 50 %. */
async function termsHere(changes: Partial<Terms> = {}): Promise<Terms> {
  const s = await setting();
  const actors = Object.fromEntries(ACTORS.map((name) => [name, { address: s.addresses[name] }]));
  return termsOf({ ...actors, usdToken: { target: s.token } } as unknown as World, changes);
}

/** Tells a story after both have accepted; answers what became of each line, without who was meant. */
async function outcomes(terms: Terms, ...lines: Line[]): Promise<string[]> {
  const { addresses } = await setting();
  const steps = lines.map(([by, now, call]): Step => ({ by: addresses[by], now, ...(call && { call }) }));
  const heard: string[] = [];
  let next = 0;
  const told = await tell(
    terms,
    BEGINNING,
    (a, now) => {
      const accept: Call = { name: "accept", termsHash: a.termsHash };
      const first: Step[] = [
        { by: terms.client, now, call: { name: "transfer", token: terms.token, amount: 12n * FEE } },
        { by: terms.client, now, call: accept },
        { by: terms.provider, now, call: accept },
      ];
      return [...first, ...steps][next++];
    },
    ({ refused }) => heard.push(showRefusal(refused)),
  );
  expect(told.difference?.message).to.equal(undefined);
  return heard.slice(3).map((text) => ACTORS.reduce((t, name) => t.replaceAll(addresses[name], name), text));
}

const JANUARY = START + 31n * DAY;
const SILENT = JANUARY + 5n * DAY;

function counts(terms: Terms, k: number, bad: bigint) {
  const { start, end } = periodOf(terms, k);
  return [{ total: end - start, bad, excluded: 0n }];
}

const statement = (terms: Terms, bad: bigint, revision: bigint) => ({
  ...{ period: 0n, revision },
  measurements: counts(terms, 0, bad),
});
const report = (terms: Terms, bad: bigint, revision = 0n): Call => ({
  name: "report",
  ...statement(terms, bad, revision),
});
const dispute = (terms: Terms, bad: bigint, revision = 0n): Call => ({
  name: "dispute",
  ...statement(terms, bad, revision),
});
const settle: Call = { name: "settle" };

describe("stories that were found", () => {
  it("a claim over silence is no bad period at the split, only once it is picked", async () => {
    const terms = await termsHere({ chronic: [{ count: 1, window: 1, leastShare: 10n * PERCENT }] });
    const split = SILENT + 7n * DAY;
    const done = await outcomes(
      terms,
      ["provider", SILENT, dispute(terms, 40_000n, 255n)],
      ["stranger", split, settle],
      ["client", split, { name: "terminate", exit: "chronic" }],
      ["arbiter", split + 1n, { name: "rule", period: 0n, ruling: "provider" }],
      ["client", split + 2n, { name: "terminate", exit: "chronic" }],
    );
    expect(done).to.deep.equal(["done", "done", `NoChronicRight(${split}, 0)`, "done", "done"]);
  });

  it("a key no longer counts in the second of its expiry", async () => {
    const terms = await termsHere();
    const consent: Consent = {
      ...{ kind: "end", period: 0, revision: 0, credit: 0n, account: NOBODY },
      end: boundary(terms, 3),
    };
    const agree = (expiry: bigint): Call => ({ name: "agree", consent, expiry });
    const done = await outcomes(
      terms,
      ["provider", START, agree(START)],
      ["provider", START, agree(START + DAY)],
      ["client", START + DAY, agree(START + 2n * DAY)],
      ["provider", START + 2n * DAY - 1n, agree(START + 3n * DAY)],
      ["stranger", START + 2n * DAY - 1n],
    );
    const refused = `ExpiryOutOfRange(${START}, ${START + 1n}, ${START + 30n * DAY})`;
    expect(done).to.deep.equal([refused, "done", "done", "done", "done"]);
  });

  it("a disputed report is frozen, also when it would be too late anyway", async () => {
    const terms = await termsHere();
    const done = await outcomes(
      terms,
      ["oracle", JANUARY, report(terms, 0n)],
      ["client", JANUARY + 1n, dispute(terms, 4_000n)],
      ["oracle", SILENT - 1n, report(terms, 4_000n, 1n)],
      ["oracle", SILENT, report(terms, 4_000n, 1n)],
    );
    expect(done).to.deep.equal(["done", "done", "ReportIsFrozen(0)", "ReportIsFrozen(0)"]);
  });

  it("a dispute that both settle before the split leaves no trace of the report", async () => {
    const terms = await termsHere();
    const consent: Consent = { kind: "credit", period: 0, revision: 0, credit: 5n, account: NOBODY, end: 0n };
    const agree: Call = { name: "agree", consent, expiry: SILENT };
    const done = await outcomes(
      terms,
      ["oracle", JANUARY, report(terms, 0n)],
      ["client", JANUARY, dispute(terms, 4_000n)],
      ["client", JANUARY + 1n, agree],
      ["provider", JANUARY + 1n, agree],
    );
    expect(done).to.deep.equal(["done", "done", "done", "done"]);
  });

  it("who takes a seat is refused for its role first, then for what it accepts", async () => {
    const terms = await termsHere();
    const take = (leastBalance: bigint, latestEnd: bigint): Call => ({
      ...{ name: "takeSeat", seat: "provider" },
      leastBalance,
      latestEnd,
    });
    const end = boundary(terms, 12);
    const done = await outcomes(
      terms,
      ["provider", START, { name: "offerSeat", to: terms.client }],
      ["client", START, take(13n * FEE, end - 1n)],
      ["provider", START, { name: "offerSeat", to: terms.oracle }],
      ["oracle", START, take(13n * FEE, end - 1n)],
      ["oracle", START, take(12n * FEE, end - 1n)],
      ["oracle", START, take(12n * FEE, end)],
    );
    expect(done).to.deep.equal([
      "done",
      "PartiesAreTheSame(client)",
      "done",
      `BalanceBelowAccepted(${12n * FEE}, ${13n * FEE})`,
      `EndAfterAccepted(${end}, ${end - 1n})`,
      "done",
    ]);
  });

  it("money for an agreement that is over is refused after the token was asked for it", async () => {
    const terms = await termsHere({ periods: 3 });
    const over = boundary(terms, 3) + 60n * DAY;
    const fund = (amount: bigint): Call => ({ name: "fund", amount });
    const done = await outcomes(terms, ["newcomer", over, fund(POOR)], ["newcomer", over, fund(POOR + 1n)]);
    expect(done).to.deep.equal(["AgreementOver()", `ERC20InsufficientBalance(newcomer, ${POOR}, ${POOR + 1n})`]);
  });

  it("a notice names its end, also one past the term", async () => {
    const terms = await termsHere({ periods: 3, noticePeriods: 6 });
    const done = await outcomes(terms, ["client", START, { name: "terminate", exit: "notice" }]);
    expect(done).to.deep.equal([`EndNotEarlier(${boundary(terms, 7)}, ${boundary(terms, 3)})`]);
  });

  it("a period too short to cost a unit can be bad all the same", async () => {
    const short = { fee: 10_000n, start: JANUARY - 60n, chronic: [{ count: 1, window: 1, leastShare: PERCENT }] };
    const terms = await termsHere({ ...short, pledge: 0n, termCreditCap: FEE });
    const final = JANUARY + 7n * DAY;
    const done = await outcomes(
      terms,
      ["oracle", JANUARY, report(terms, 60n)],
      ["client", final - 1n, { name: "terminate", exit: "chronic" }],
      ["client", final, { name: "terminate", exit: "chronic" }],
    );
    expect(done).to.deep.equal(["done", `NoChronicRight(${final - 1n}, 0)`, "done"]);
  });
});

/** `edges.test.ts` tells them to the model alone. */
describe("stories at the edge", () => {
  for (const edge of EDGES) {
    it(edge.what, async () => {
      const s = await setting();
      const terms = termsIn(s, edge);
      const lines = edge.lines(terms, s.addresses);
      const steps = lines.map(([by, now, call]): Step => ({ by: s.addresses[by], now, ...(call && { call }) }));
      const heard: string[] = [];
      let next = 0;
      const told = await tell(
        terms,
        BEGINNING,
        (a) => [...beginning(a, terms.start - 10n), ...steps][next++],
        ({ refused }) => heard.push(named(showRefusal(refused), s)),
      );
      expect(told.difference?.message).to.equal(undefined);
      expect(heard.slice(3)).to.deep.equal(lines.map(([, , , outcome]) => outcome));
    });
  }
});
