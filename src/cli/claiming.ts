import { formatEther, getAddress } from "ethers";
import { AgreementCalls } from "../chain/calls.ts";
import { readAgreementsOf } from "../chain/created.ts";
import { nameOf, PHASES } from "../chain/enums.ts";
import { Token } from "../chain/token.ts";
import { plainMoney } from "../format.ts";
import { readSummaries } from "../oracle/portfolio.ts";
import { formatMoney, plural } from "../terms/format.ts";
import type { Context } from "./context.ts";
import { parseAmount } from "./fields.ts";
import type { Result } from "./io.ts";
import { usage } from "./job.ts";
import { exitCodeOfMany, manyCalldata, sendMany, type ManyPlan } from "./many.ts";
import { alreadyDone } from "./seats.ts";

/** What one agreement owes its provider now. */
interface Claimable {
  readonly agreement: string;
  readonly token: Token;
  readonly amount: bigint;
}

export interface ClaimAllOptions {
  readonly provider: string | undefined;
  readonly to: string | undefined;
  /** In whole tokens. */
  readonly least: string | undefined;
}

/** Claims what all agreements of a provider owe it, one transaction each. In a draft a claim would un-accept: not here. */
export async function claimAll(context: Context, options: ClaimAllOptions): Promise<Result> {
  const { output } = context;
  const { network } = await context.chain();
  const who = options.provider ?? (await ownAddress(context));
  const look = () => claimables(context, who, options.least);
  const plan: ManyPlan<Claimable> = {
    need: { who: "the provider", accounts: [who] },
    look,
    transaction: ({ agreement, token, amount }) =>
      new AgreementCalls(agreement, token).claim(options.to ?? who, amount),
    wording: ({ token }) => ({ currency: token }),
    deeds: (todo, cost) => [
      `claim ${totals(todo)} from ${plural(todo.length, "agreement")}, paid to ${options.to ?? who}, for at most ${cost} for gas`,
    ],
  };
  if (context.options.calldata) return manyCalldata(context, plan, who);
  if (context.options.dryRun) {
    const found = await output.during("Looking at all agreements", look());
    return {
      data: { dryRun: true, network: network.name, provider: who, total: sums(found), claims: found.map(dataOf) },
      text: [...found.map(lineOf), `Nothing was sent. ${totals(found)} from ${plural(found.length, "agreement")}.`],
    };
  }
  const { from, done, cost } = await sendMany(context, plan);
  if (done.length === 0) return alreadyDone("There is nothing to claim now.");
  const paid = done.flatMap(({ one, hash }) => (hash === undefined ? [] : [one]));
  return {
    data: {
      network: network.name,
      from,
      highestCost: cost,
      total: sums(paid),
      claims: done.map(({ one, hash, problem }) => ({ ...dataOf(one), transaction: hash, problem })),
    },
    text: [
      ...done.map(({ one, problem }) => `${lineOf(one)}${problem === undefined ? "" : `  ${problem.message}`}`),
      `${totals(paid)} claimed from ${plural(paid.length, "agreement")}, for at most ${formatEther(cost)} for gas${
        paid.length === done.length ? "" : `; ${done.length - paid.length} failed`
      }.`,
    ],
    exitCode: exitCodeOfMany(done),
  };
}

async function ownAddress(context: Context): Promise<string> {
  const { from, dryRun, calldata, keystore } = context.options;
  if (from !== undefined) return getAddress(from);
  if ((dryRun || calldata) && keystore === undefined) {
    throw usage("it is not clear whose agreements are meant", "Name the provider by --provider.");
  }
  const signer = await context.signer({ who: "the provider", accounts: [] });
  return getAddress(await signer.getAddress());
}

async function claimables(context: Context, who: string, least: string | undefined): Promise<Claimable[]> {
  const factory = await context.factory();
  const agreements = await readAgreementsOf(factory, "provider", who);
  const summaries = await readSummaries(factory, agreements);
  const tokens = new Map<string, Token>();
  const found: Claimable[] = [];
  for (const [i, agreement] of agreements.entries()) {
    const summary = summaries[i];
    if (summary === undefined || getAddress(summary.state.provider) !== who) continue;
    const { payout: amount } = summary.provider;
    if (amount === 0n || nameOf(PHASES, summary.phase) === "draft") continue;
    const token = tokens.get(summary.token) ?? (await Token.at(factory.provider, summary.token));
    tokens.set(summary.token, token);
    if (least === undefined || amount >= parseAmount(least, token.decimals)) found.push({ agreement, token, amount });
  }
  return found;
}

/** What comes together, by token: only amounts of one may be added. */
function sums(claims: readonly Claimable[]): Record<string, string> {
  return Object.fromEntries(
    [...Map.groupBy(claims, ({ token }) => token)].map(([token, own]) => [
      token.address,
      plainMoney(sumOf(own), token.decimals),
    ]),
  );
}

function totals(claims: readonly Claimable[]): string {
  const parts = [...Map.groupBy(claims, ({ token }) => token)].map(([token, own]) => formatMoney(sumOf(own), token));
  return parts.length === 0 ? "nothing" : parts.join(" and ");
}

const sumOf = (claims: readonly Claimable[]): bigint => claims.reduce((sum, { amount }) => sum + amount, 0n);

const lineOf = ({ agreement, token, amount }: Claimable): string => `  ${agreement}  ${formatMoney(amount, token)}`;

const dataOf = ({ agreement, token, amount }: Claimable) => ({
  agreement,
  token: token.address,
  amount: plainMoney(amount, token.decimals),
});
