/** A month of books that are written down by hand: what belongs to it, as it stood when it was complete. */
import { expect } from "chai";
import type { Problem } from "../../src/errors.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import type { EventValues } from "../../src/chain/history.ts";
import type { Books } from "../../src/statement/books.ts";
import { together } from "../../src/statement/client.ts";
import { entriesOf, NOTHING, sumOf, wholeOf, type Entry } from "../../src/statement/entries.ts";
import type { Happened } from "../../src/statement/happened.ts";
import { monthAt, monthOf, monthsBetween, monthTitle, monthWord } from "../../src/statement/month.ts";
import { statementOf, type Statement } from "../../src/statement/statement.ts";
import type { Measurement, Terms } from "../../src/terms/types.ts";
import { PPB } from "../../src/terms/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { address } from "../terms/sample-terms.ts";
import {
  booksOf,
  called,
  claim,
  due,
  FILE,
  final,
  report,
  RULING,
  SEAT,
  TERMS,
  time,
  usd,
  type BooksOptions,
} from "./ledger.ts";

const COUNTS: readonly Measurement[] = TERMS.indicators.map(() => ({ total: 10n, bad: 1n, excluded: 0n }));
const BEGUN = [
  called("2029-12-31T23:59", "Funded", { amount: usd(9000) }),
  called("2030-01-01", "Accepted", { seat: SEAT.provider, account: TERMS.provider }),
  called("2030-01-01", "Accepted", { seat: SEAT.client, account: TERMS.client }),
];
const OPTIONS = { chainId: 31_337n, folder: "/nowhere", measures: [], file: undefined };
const of = async (
  month: string,
  happened: readonly Happened[],
  options: BooksOptions,
  terms: Terms = TERMS,
  more: object = {},
) => statementOf(booksOf(terms, [...BEGUN, ...happened], options), monthOf(month), { ...OPTIONS, ...more });

describe("a calendar month", () => {
  it("holds its first second, and not its end", () => {
    const october = { name: "2025-10", start: time("2025-10-01"), end: time("2025-11-01") };
    expect(monthOf("2025-10")).to.deep.equal(october);
    expect([time("2025-10-01"), time("2025-11-01") - 1n].map(monthAt)).to.deep.equal([october, october]);
    expect(monthAt(time("2025-11-01")).name).to.equal("2025-11");
    expect(monthTitle(october)).to.equal("October 2025");
  });

  it("is so many months after another", () => {
    const between = (a: string, b: string) => monthsBetween(monthOf(a), monthOf(b));
    expect([between("2025-10", "2025-10"), between("2025-10", "2026-01"), between("2026-03", "2024-12")]).to.deep.equal(
      [0, 3, -15],
    );
  });

  it("has a name", () => {
    expect(["2025-01", "2025-10", "2025-12", "2025-13"].map(monthWord)).to.deep.equal([
      ...["January", "October", "December", "2025-13"],
    ]);
  });
});

describe("a statement's month", () => {
  const refusal = async (month: string, books: Books): Promise<Problem> =>
    problemOf(statementOf(books, monthOf(month), OPTIONS));

  it("has begun", async () => {
    expect(await refusal("2030-03", booksOf(TERMS, BEGUN, { now: "2030-02-28T23:59:59" }))).to.deep.equal({
      code: "statement.month-to-come",
      message: "March 2030 has not begun.",
      hint: "Name a month that has, such as the last one.",
    });
    const { open } = await of("2030-03", [], { now: "2030-03-01" });
    expect(open).to.include("March 2030 is not over");
  });

  it("is not before the first movement, whenever that is told", async () => {
    const later = [...BEGUN, called("2029-12-05", "Funded", { amount: 1n })];
    expect(await refusal("2029-11", booksOf(TERMS, later, { now: "2030-02-01" }))).to.deep.equal({
      code: "statement.nothing-yet",
      message: "Nothing had happened in this agreement in November 2029; it begins in December 2029.",
      hint: "Statements begin with the month in which the first party pays or accepts.",
    });
    expect((await refusal("2030-01", booksOf(TERMS, [], { now: "2030-02-01" }))).message).to.equal(
      "Nothing has happened in this agreement yet: nobody paid or accepted.",
    );
  });

  it("is numbered from the first one", async () => {
    const numbers = ["2029-12", "2030-01", "2030-12"].map(
      async (month) => (await of(month, [], { now: "2031-01-01" })).number,
    );
    expect(await Promise.all(numbers)).to.deep.equal(["A1A1A1A1-001", "A1A1A1A1-002", "A1A1A1A1-013"]);
  });

  it("opens with all that moved before it, and closes with its own", async () => {
    const happened = [called("2030-02-28T23:59:59", "Withdrawn", { amount: usd(1) })];
    const { opening, moved, closing, entries } = await of("2030-02", happened, { now: "2030-03-01" });
    expect(opening).to.deep.equal({ ...NOTHING, client: usd(9000), bond: usd(500) });
    expect(moved.paid).to.deep.equal({ ...NOTHING, client: -usd(1) });
    expect(moved.in).to.deep.equal(NOTHING);
    expect(closing).to.deep.equal({ ...NOTHING, client: usd(8999), bond: usd(500) });
    expect(entries.map(({ kind }) => kind)).to.deep.equal(["paid"]);
    const march = await of("2030-03", happened, { now: "2030-04-01" });
    expect([march.opening, march.entries]).to.deep.equal([closing, []]);
  });

  it("must sum, whatever its entries say", async () => {
    const books = booksOf(TERMS, BEGUN, { now: "2030-02-01" });
    const odd = { ...books.entries[0], kind: "gift", month: "2030-01" } as unknown as Entry;
    const work = statementOf({ ...books, entries: [odd] }, monthOf("2030-01"), OPTIONS);
    const message = await work.then(
      () => "it sums",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.equal("statement A1A1A1A1-002 does not sum: client -9000000000, provider 0, bond 0, stakes 0");
  });
});

describe("a statement that may still change", () => {
  const JANUARY = report("2030-02-02", 0, usd(100), COUNTS);
  const opened = async (month: string, happened: readonly Happened[], now: string, more: Partial<BooksOptions> = {}) =>
    (await of(month, happened, { now, ...more })).open;

  it("says why, of each period in its life", async () => {
    expect(await opened("2030-01", [], "2030-01-31T23:59:59")).to.deep.equal(["January 2030 is not over"]);
    expect(await opened("2030-01", [], "2030-02-01")).to.deep.equal(["the report has not come yet"]);
    expect(await opened("2030-01", [JANUARY], "2030-02-03")).to.deep.equal(["either party may still dispute"]);
    const disputed = [JANUARY, claim("2030-02-04", 0, "client", usd(200))];
    expect(await opened("2030-01", disputed, "2030-02-05")).to.deep.equal([
      "it is disputed, and the other party may still answer",
    ]);
  });

  it("does no more once every period is final or split", async () => {
    expect(await opened("2030-01", [JANUARY, final("2030-02-09", 0, usd(100))], "2030-02-09")).to.deep.equal([]);
    const split = due("2030-02-11", "Split", { period: 0n, credit: 0n, earned: 0n, held: usd(1000), fromBond: 0n });
    expect(await opened("2030-01", [split], "2030-02-11")).to.deep.equal([]);
  });

  it("waits for its own end, where its period was final before", async () => {
    const early = { ...TERMS, start: time("2030-01-01") };
    const happened = [final("2030-02-09", 0, 0n)];
    expect((await of("2030-02", happened, { now: "2030-02-28T23:59:59" }, early)).open).to.deep.equal([
      "February 2030 is not over",
    ]);
  });

  it("waits for an earlier period too", async () => {
    const later = [final("2030-03-09", 1, 0n)];
    expect(await opened("2030-02", later, "2030-03-10")).to.deep.equal([
      "a period that ended before it is not decided yet",
    ]);
  });

  it("has no period to wait for while nobody is bound", async () => {
    expect(await opened("2030-01", [], "2030-02-01", { isBinding: false })).to.deep.equal([]);
    expect(await opened("2030-01", [], "2030-01-31", { isBinding: false })).to.deep.equal(["January 2030 is not over"]);
  });
});

describe("a statement that is complete", () => {
  const FINAL = [report("2030-02-01T01:00", 0, 0n, COUNTS), final("2030-02-08T01:00", 0, 0n)];

  it("stands as of its last decision, or of the month's end", async () => {
    const made = await of("2030-01", FINAL, { now: "2030-05-01" });
    expect(made.asOf).to.equal(time("2030-02-08T01:00"));
    expect((await of("2029-12", FINAL, { now: "2030-05-01" })).asOf).to.equal(time("2030-01-01"));
    expect((await of("2030-01", FINAL, { now: "2030-02-03" })).asOf).to.equal(time("2030-02-03"));
  });

  it("knows nothing of what came later: seats, the end, another report", async () => {
    const handed = called("2030-02-08T01:00", "SeatTaken", { seat: SEAT.client, account: address("77") });
    const later = [
      called("2030-02-08T01:00:01", "SeatTaken", { seat: SEAT.provider, account: address("88") }),
      called("2030-02-09", "Terminated", { by: SEAT.client, exit: 1n, end: time("2030-04-01") }),
    ];
    const made = await of("2030-01", [...FINAL, handed, ...later], { now: "2030-05-01", end: time("2030-04-01") });
    expect(made.seats).to.deep.equal({ provider: TERMS.provider, client: address("77") });
    expect(made.end).to.equal(time("2031-01-01"));
    const after = await of("2030-02", [...FINAL, handed, ...later], { now: "2030-02-20", end: time("2030-04-01") });
    expect(after.seats).to.deep.equal({ provider: address("88"), client: address("77") });
    expect(after.end).to.equal(time("2030-04-01"));
  });

  it("ends where the last termination says", async () => {
    const twice = ["2030-06-01", "2030-05-01"].map((end) =>
      called("2030-02-09", "Terminated", { by: SEAT.client, exit: 1n, end: time(end) }),
    );
    expect((await of("2030-02", twice, { now: "2030-02-20", end: time("2030-05-01") })).end).to.equal(
      time("2030-05-01"),
    );
  });

  it("splits the fee and the credit against it by the file's tax, without what the bond pays", async () => {
    const happened = [final("2030-02-08", 0, usd(1200), { fromBond: usd(200) })];
    const tax = { kind: "on top", name: "VAT", rate: PPB / 10n };
    const file = { ...FILE, tax };
    const made = await of("2030-01", happened, { now: "2030-03-01" }, TERMS, { file });
    expect(made.taxed).to.deep.equal({
      fee: { net: usd(1000), tax: usd(100), gross: usd(1100) },
      credit: { net: usd(1000), tax: usd(100), gross: usd(1100) },
    });
    expect([made.tax, made.service, made.names]).to.deep.equal([tax, FILE.service, FILE.names]);
    const bare = await of("2030-01", happened, { now: "2030-03-01" });
    expect([bare.tax, bare.taxed, bare.service, bare.names]).to.deep.equal([undefined, undefined, undefined, {}]);
  });
});

describe("what was held", () => {
  const SPLIT = due("2030-02-14", "Split", {
    ...{ period: 0n, credit: usd(100), earned: usd(300), held: usd(600), fromBond: 0n },
  });
  const RULED = { ...final("2030-04-02", 0, usd(250), { ruling: RULING.client }), transaction: undefined };
  const happened = [report("2030-02-01T01:00", 0, usd(100), COUNTS), claim("2030-02-07", 0, "client", usd(700)), SPLIT];
  const held = async (month: string, events: readonly Happened[] = [...happened, RULED]) =>
    (await of(month, events, { now: "2030-04-20" })).held;

  it("waits from the month of its period up to the one in which it is decided", async () => {
    expect(await Promise.all(["2029-12", "2030-01", "2030-03", "2030-04"].map((month) => held(month)))).to.deep.equal([
      ...[0n, usd(600), usd(600), 0n],
    ]);
    expect(await held("2030-04", happened)).to.equal(usd(600));
  });

  it("goes to both as the ruling says, in the month of the ruling", async () => {
    const rulings = async (month: string) => (await of(month, [...happened, RULED], { now: "2030-04-20" })).rulings;
    expect(await rulings("2030-03")).to.deep.equal([]);
    const [ruling] = await rulings("2030-04");
    expect(ruling).to.deep.include({
      at: time("2030-04-02"),
      ruling: "client",
      toProvider: usd(450),
      toClient: usd(150),
    });
    expect(ruling?.period.index).to.equal(0);
    expect((await of("2030-04", happened, { now: "2030-04-20" })).rulings).to.deep.equal([]);
  });

  it("is decided in the month of its period, when that is soon enough", async () => {
    const quick = [
      due("2030-01-20", "Split", SPLIT.values as EventValues["Split"]),
      due("2030-01-31T23:00", "PeriodFinal", RULED.values as EventValues["PeriodFinal"]),
    ];
    expect(await held("2030-01", quick)).to.equal(0n);
  });
});

describe("an entry", () => {
  const ofEvents = (...happened: Happened[]) =>
    entriesOf(TERMS, time("2031-01-01"), happened).map(({ month, kind, period, amounts, transaction }) => ({
      ...{ month, kind, period, transaction },
      moved: Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== 0n)),
    }));
  const one = (event: Happened, kind: string, moved: object, more = {}) => ({
    ...{ month: "2030-02", kind, moved, period: undefined, transaction: event.transaction, ...more },
  });

  it("is each movement of money, to the account of whom it is", () => {
    const paidIn = called("2030-02-01", "Funded", { amount: 5n });
    const bond = called("2030-02-02", "Accepted", { seat: SEAT.provider });
    const back = called("2030-02-03", "Unaccepted", { seat: SEAT.provider });
    const posted = called("2030-02-04", "BondPosted", { amount: 7n });
    const staked = claim("2030-02-05", 0, "client", 0n);
    const won = called("2030-02-06", "PledgeMoved", { period: 0n, from: 2n, to: SEAT.client, amount: 3n });
    const lost = called("2030-02-06", "PledgeMoved", { period: 0n, from: 2n, to: SEAT.provider, amount: 4n });
    const claimed = called("2030-02-07", "Claimed", { amount: 1n });
    const withdrawn = called("2030-02-08", "Withdrawn", { amount: 2n });
    const closed = due("2030-02-09", "Closed", { bond: 7n });
    expect(ofEvents(paidIn, bond, back, posted, staked, won, lost, claimed, withdrawn, closed)).to.deep.equal([
      one(paidIn, "in", { client: 5n }),
      one(bond, "bond", { bond: usd(500) }),
      one(back, "bond", { bond: -usd(500), provider: usd(500) }),
      one(posted, "bond", { bond: 7n }),
      one(staked, "stake", { stakes: usd(50) }, { period: 0 }),
      one(won, "stake", { client: 3n, stakes: -3n }, { period: 0 }),
      one(lost, "stake", { provider: 4n, stakes: -4n }, { period: 0 }),
      one(claimed, "paid", { provider: -1n }),
      one(withdrawn, "paid", { client: -2n }),
      one(closed, "bond", { bond: -7n, provider: 7n }),
    ]);
  });

  it("is nothing of what moves nothing", () => {
    const quiet = [
      called("2030-02-01", "Funded", { amount: 0n }),
      called("2030-02-02", "Accepted", { seat: SEAT.client }),
      called("2030-02-03", "Unaccepted", { seat: SEAT.client }),
      called("2030-02-04", "SeatTaken", { seat: SEAT.client }),
      report("2030-02-05", 0, usd(10), COUNTS),
    ];
    expect(ofEvents(...quiet)).to.deep.equal([]);
  });

  it("stands in its period's month at the first decision, and in the month of a later one", () => {
    const split = due("2030-02-14", "Split", {
      period: 0n,
      credit: usd(100),
      earned: usd(300),
      held: usd(600),
      fromBond: 0n,
    });
    const ruled = final("2030-04-02", 0, usd(250));
    const about = { period: 0, transaction: undefined };
    expect(ofEvents(split, ruled)).to.deep.equal([
      one(split, "fee", { client: -usd(400), provider: usd(400) }, { ...about, month: "2030-01" }),
      one(split, "credit", { client: usd(100), provider: -usd(100) }, { ...about, month: "2030-01" }),
      one(ruled, "fee", { client: -usd(600), provider: usd(600) }, { ...about, month: "2030-04" }),
      one(ruled, "credit", { client: usd(150), provider: -usd(150) }, { ...about, month: "2030-04" }),
    ]);
  });

  it("takes from a month's bond no more than was there, nor than a month between closed with", () => {
    const bond = called("2030-01-01", "Accepted", { seat: SEAT.provider });
    const drawn = final("2030-02-08", 0, usd(1500), { fromBond: usd(500) });
    const about = { period: 0, transaction: undefined };
    const whole = one(
      drawn,
      "credit",
      { client: usd(1500), provider: -usd(1000), bond: -usd(500) },
      { ...about, month: "2030-01" },
    );
    expect(ofEvents(bond, drawn).at(-1)).to.deep.equal(whole);
    // January closed with 200: what was posted in February pays in February.
    const drained = called("2030-01-20", "Closed", { bond: usd(300) });
    const posted = called("2030-02-05", "BondPosted", { amount: usd(300) });
    expect(ofEvents(bond, drained, posted, drawn).slice(-2)).to.deep.equal([
      one(
        drawn,
        "credit",
        { client: usd(1200), provider: -usd(1000), bond: -usd(200) },
        { ...about, month: "2030-01" },
      ),
      one(drawn, "credit", { client: usd(300), bond: -usd(300) }, about),
    ]);
    // February closed with 100 only, though January had 500: of a draw in March so much is January's.
    const late = final("2030-03-08", 0, usd(1500), { fromBond: usd(500) });
    const low = called("2030-02-20", "Closed", { bond: usd(400) });
    const again = called("2030-03-01", "BondPosted", { amount: usd(400) });
    expect(ofEvents(bond, low, again, late).slice(-2)).to.deep.equal([
      one(late, "credit", { client: usd(1100), provider: -usd(1000), bond: -usd(100) }, { ...about, month: "2030-01" }),
      one(late, "credit", { client: usd(400), bond: -usd(400) }, { ...about, month: "2030-03" }),
    ]);
  });

  it("is in the order of time, and of equal times in that of its telling", () => {
    const times = entriesOf(TERMS, time("2031-01-01"), [
      called("2030-02-03", "Funded", { amount: 1n }),
      called("2030-02-01", "Funded", { amount: 2n }),
      called("2030-02-03", "Funded", { amount: 3n }),
    ]).map(({ amounts }) => amounts.client);
    expect(times).to.deep.equal([2n, 1n, 3n]);
  });

  it("is summed account by account, and all accounts together", () => {
    const amounts = { client: 1n, provider: 20n, bond: 300n, stakes: 4_000n };
    expect(sumOf([amounts, amounts])).to.deep.equal({ client: 2n, provider: 40n, bond: 600n, stakes: 8_000n });
    expect(wholeOf(amounts)).to.equal(4_321n);
    expect(sumOf([])).to.deep.equal(NOTHING);
  });
});

describe("statements of one client", () => {
  const made = async (changes: Partial<Statement> = {}) => ({
    ...(await of("2030-01", [], { now: "2030-02-20", isBinding: false })),
    ...changes,
  });
  const put = (...statements: [Statement, ...Statement[]]) => together(networkNamed("local"), statements);

  it("are named by the month and the agreement's number, or by the client's address", async () => {
    const open = ["it is young"];
    expect(put(await made())).to.include({ fileName: "2030-01-A1A1A1A1-002", isFinal: true });
    expect(put(await made({ open }))).to.include({ fileName: "2030-01-A1A1A1A1-002-provisional", isFinal: false });
    const two = put(await made(), await made({ open }));
    expect(two).to.include({ fileName: "2030-01-client-22222222-provisional", isFinal: false });
    expect(put(await made(), await made())).to.include({ fileName: "2030-01-client-22222222", isFinal: true });
  });

  it("are summed for each token", async () => {
    const first = await made();
    const euro = { address: address("66"), symbol: "EURC", decimals: 6 } as unknown as Statement["token"];
    const euros = await made({ token: euro });
    const { totals } = put(first, euros, first);
    expect(totals.map(({ token, opening, closing }) => [token.address, opening.client, closing.bond])).to.deep.equal([
      [address("55"), usd(18_000), usd(1000)],
      [address("66"), usd(9000), usd(500)],
    ]);
    expect(totals.map(({ moved }) => moved.bond.bond)).to.deep.equal([usd(1000), usd(500)]);
  });

  it("are those of no two clients", async () => {
    const seats = { provider: address("11"), client: address("99") };
    const other = await made({ seats, agreement: address("b2") });
    const first = await made();
    const problem = await problemOf(Promise.resolve().then(() => put(first, first, other)));
    expect(problem).to.deep.equal({
      code: "statement.several-clients",
      message: `Agreement ${first.agreement} has the client ${address("22")}, agreement ${address("b2")} the client ${address("99")}.`,
      hint: "One statement is for one client: make one for each.",
    });
  });
});
