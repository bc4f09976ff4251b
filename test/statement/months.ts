/** All statements of an agreement, and what holds of them whatever the parties did. */
import { expect } from "chai";
import { networkNamed } from "../../src/chain/networks.ts";
import { toJson } from "../../src/cli/output.ts";
import type { Books } from "../../src/statement/books.ts";
import { together } from "../../src/statement/client.ts";
import { dataOf } from "../../src/statement/data.ts";
import { KINDS, sumOf, wholeOf } from "../../src/statement/entries.ts";
import { monthAt, type CalendarMonth } from "../../src/statement/month.ts";
import { statementOf, type Statement } from "../../src/statement/statement.ts";

/** Every month from the first movement to now. */
export async function allMonths(books: Books): Promise<Statement[]> {
  const first = monthAt(books.happened.map(({ at }) => at).reduce((a, b) => (a < b ? a : b)));
  const statements: Statement[] = [];
  for (let month: CalendarMonth = first; month.start <= books.now; month = monthAt(month.end)) {
    const options = { chainId: 31337n, folder: "/nowhere", measures: [], file: undefined };
    statements.push(await statementOf(books, month, options));
  }
  return statements;
}

/** Each opens with what the one before closed with, and sums; together they say all that the agreement holds. */
export function expectSums(statements: readonly Statement[], { entries, state }: Books): void {
  for (const [i, { opening, moved, closing }] of statements.entries()) {
    expect(opening).to.deep.equal(statements[i - 1]?.closing ?? sumOf([]));
    expect(closing).to.deep.equal(sumOf([opening, ...KINDS.map((kind) => moved[kind])]));
    for (const account of ["provider", "bond", "stakes"] as const) {
      expect(closing[account] >= 0n, `${account} of statement ${i}`).to.equal(true);
    }
  }
  const last = statements.at(-1);
  expect(last?.closing).to.deep.equal(sumOf(entries.map(({ amounts }) => amounts)));
  expect(wholeOf(last?.closing ?? sumOf([]))).to.equal(state.balance + state.earnings + state.bond + state.pledges);
  expect(last?.held).to.equal(state.held);
}

/** Holds the statements at one look against those that were final at an earlier one, `final`, and adds to it. */
export function expectUnchanged(statements: readonly Statement[], final: Map<string, string>): void {
  for (const [month, text] of final) {
    const again = statements.find((statement) => statement.month.name === month);
    expect(again && written(again), month).to.equal(text);
  }
  for (const each of statements.filter(({ open }) => open.length === 0)) final.set(each.month.name, written(each));
}

const written = (statement: Statement): string => toJson(dataOf(together(networkNamed("local"), [statement])));
