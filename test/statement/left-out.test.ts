/** Which agreements that the chain names for somebody belong into a month, as what had happened by then says. */
import { expect } from "chai";
import type { Happened } from "../../src/statement/happened.ts";
import { whyLeftOut, type Parties } from "../../src/statement/left-out.ts";
import { monthOf } from "../../src/statement/month.ts";
import { statementOf } from "../../src/statement/statement.ts";
import { address } from "../terms/sample-terms.ts";
import { booksOf, called, final, SEAT, TERMS, time, usd, type BooksOptions } from "./ledger.ts";

const OPTIONS = { chainId: 31_337n, folder: "/nowhere", measures: [], file: undefined };
const { client, provider } = TERMS;
const OTHER = address("77");

const accepted = (seat: "client" | "provider", when: string) =>
  called(when, "Accepted", { seat: SEAT[seat], account: TERMS[seat] });
const taken = (seat: "client" | "provider", when: string) =>
  called(when, "SeatTaken", { seat: SEAT[seat], account: OTHER });
const PAID = called("2029-11-20", "Funded", { amount: usd(9000) });
const BOTH = [accepted("client", "2029-12-30"), accepted("provider", "2029-12-31")];

async function why(
  month: string,
  happened: readonly Happened[],
  options: BooksOptions,
  parties: Partial<Parties> = { client },
): Promise<string | undefined> {
  const books = booksOf(TERMS, happened, options);
  const statement = await statementOf(books, monthOf(month), OPTIONS);
  return whyLeftOut(books, statement, { client: undefined, provider: undefined, ...parties });
}

describe("an agreement that is left out of somebody's statement", () => {
  const later = { now: "2030-05-01" };
  const DRAFT = "a draft that its client had not accepted";

  it("is one that somebody else had then, whoever has it now", async () => {
    const handed = [
      PAID,
      ...BOTH,
      final("2030-02-08", 0, 0n),
      taken("client", "2030-02-20"),
      final("2030-03-08", 1, 0n),
    ];
    expect(await why("2030-01", handed, later)).to.equal(undefined);
    expect(await why("2030-02", handed, later)).to.equal(`its client was ${OTHER} then`);
    expect(await why("2030-01", handed, later, { client: OTHER })).to.equal(`its client was ${client} then`);
    expect(await why("2030-02", handed, later, { client: OTHER })).to.equal(undefined);
    const sold = [PAID, ...BOTH, taken("provider", "2030-01-20"), final("2030-02-08", 0, 0n)];
    expect(await why("2030-01", sold, later)).to.equal(undefined);
    expect(await why("2030-01", sold, later, { client, provider })).to.equal(`its provider was ${OTHER} then`);
    expect(await why("2030-01", sold, later, { provider: OTHER })).to.equal(undefined);
  });

  it("is a draft that its client had not accepted by the end of the month, whoever paid into it", async () => {
    expect(await why("2029-11", [PAID, ...BOTH], later)).to.equal(DRAFT);
    expect(await why("2029-12", [PAID, ...BOTH], later)).to.equal(undefined);
    expect(await why("2029-12", [PAID, accepted("provider", "2029-12-20")], { now: "2029-12-24" })).to.equal(DRAFT);
    expect(await why("2029-11", [PAID, ...BOTH], later, { provider })).to.equal(DRAFT);
  });

  it("is one that its provider had not accepted, where a provider is asked for", async () => {
    const half = [PAID, accepted("client", "2029-12-20")];
    const soon = { now: "2029-12-24", isBinding: false };
    expect(await why("2029-12", half, soon)).to.equal(undefined);
    for (const parties of [{ provider }, { client, provider }]) {
      expect(await why("2029-12", half, soon, parties)).to.equal("a draft that its provider had not accepted");
    }
  });

  describe("where nothing was in it", () => {
    const back = [PAID, called("2029-11-21", "Withdrawn", { amount: usd(9000) })];
    const empty = (month: string) => `it did not run in ${month}, and nothing was in it`;

    it("is one whose term had not begun, or never did", async () => {
      const both = [accepted("client", "2029-11-22"), accepted("provider", "2029-11-23")];
      const bondBack = called("2029-11-24", "Unaccepted", { seat: SEAT.provider });
      const quiet = [...back, ...both, bondBack, called("2029-11-24", "Claimed", { amount: usd(500) })];
      expect(await why("2029-11", quiet, later)).to.equal(undefined);
      expect(await why("2029-12", quiet, later)).to.equal(empty("December 2029"));
      expect(await why("2030-01", quiet, { ...later, isBinding: false })).to.equal(empty("January 2030"));
      expect(await why("2030-01", [...quiet, final("2030-02-08", 0, 0n)], later)).to.equal(undefined);
    });

    it("is one that is over, but not while it runs or anything moves", async () => {
      const end = time("2030-02-01");
      const settled = [
        ...[PAID, ...BOTH, called("2030-01-10", "Terminated", { by: SEAT.client, exit: 1n, end })],
        ...[final("2030-02-08", 0, 0n), called("2030-02-09", "Claimed", { amount: usd(1500) })],
        called("2030-03-02", "Withdrawn", { amount: usd(8000) }),
      ];
      const closed = called("2030-02-08", "Closed", { bond: usd(500), dueAt: time("2030-02-08") });
      const all = [...settled, closed];
      const of = (month: string) => why(month, all, { now: "2030-05-01", end });
      expect(await of("2030-01")).to.equal(undefined);
      expect(await of("2030-02")).to.equal(undefined);
      expect(await of("2030-03")).to.equal(undefined);
      expect(await of("2030-04")).to.equal(empty("April 2030"));
    });
  });
});
