import { formatEther, ZeroAddress } from "ethers";
import type { Chain } from "../chain/connect.ts";
import type { Wording } from "../chain/failure.ts";
import {
  estimate,
  refuseWhilePending,
  send,
  type Cost,
  type PreparedTransaction,
  type SentTransaction,
} from "../chain/transaction.ts";
import { UpheldError } from "../errors.ts";
import type { Result } from "./io.ts";
import type { CommonOptions } from "./job.ts";
import type { Output } from "./output.ts";
import { ambiguous, findSigner, type KeyOpener, type Need } from "./signers.ts";

/** Transactions that belong together, in order, all by one signer. */
export interface Plan {
  readonly need: Need;
  /** Made once the sender is known: an approval depends on whose it is. */
  readonly transactions: (from: string) => Promise<readonly PreparedTransaction[]> | readonly PreparedTransaction[];
  readonly wording?: Wording;
}

export interface Submitter {
  readonly chain: Chain;
  readonly options: CommonOptions;
  readonly output: Output;
  readonly openHardhatKey?: KeyOpener;
}

/** What became of a plan. */
export interface Submitted extends Result {
  /** Empty when nothing was sent: a dry run, or calldata for another signer. */
  readonly sent: readonly SentTransaction[];
}

/** Prints, tries or sends a plan, as the options say. */
export async function submit(submitter: Submitter, plan: Plan): Promise<Submitted> {
  const { options } = submitter;
  if (options.calldata) return printCalldata(submitter, plan);
  if (options.dryRun) return dryRun(submitter, plan);
  return sendAll(submitter, plan);
}

/** Who would sign, without a key at hand. */
function supposedSender({ need }: Plan, { from }: CommonOptions): string {
  if (from === undefined && need.accounts.length > 1) throw ambiguous(need);
  const sender = from ?? need.accounts[0] ?? need.preferred;
  if (sender !== undefined) return sender;
  throw new UpheldError({
    code: "usage.no-sender",
    message: "Anyone may do this, so it is not clear who would.",
    hint: "Name the account with --from.",
  });
}

async function printCalldata({ chain, options }: Submitter, plan: Plan): Promise<Submitted> {
  const { accounts, preferred } = plan.need;
  if (options.from === undefined && accounts.length > 1) throw ambiguous(plan.need);
  const transactions = await plan.transactions(options.from ?? accounts[0] ?? preferred ?? ZeroAddress);
  const data = {
    chainId: chain.network.chainId,
    signer: accounts,
    transactions: transactions.map(({ to, data: bytes, value, description }) => ({
      to,
      data: bytes,
      value,
      description,
    })),
  };
  const text = transactions.flatMap((tx, i) => [
    `${i + 1}. ${tx.description}`,
    `   to     ${tx.to ?? "nobody: it creates a contract"}`,
    `   value  ${tx.value}`,
    `   data   ${tx.data}`,
  ]);
  return {
    data,
    text: [`To be signed by ${plan.need.who} on ${chain.network.name}, in this order:`, ...text],
    sent: [],
  };
}

async function dryRun({ chain, options, output }: Submitter, plan: Plan): Promise<Submitted> {
  const from = supposedSender(plan, options);
  const transactions = await plan.transactions(from);
  const costs: (Cost | undefined)[] = [];
  for (const [i, transaction] of transactions.entries()) {
    // What follows an approval cannot be tried before that one is in.
    const tried = estimate(chain.provider, from, transaction, plan.wording);
    costs.push(i === 0 ? await output.during("Trying", tried) : await tried.catch(() => undefined));
  }
  const listed = transactions.map((transaction, i) => ({ ...transaction, gas: costs[i]?.gas, wei: costs[i]?.wei }));
  const text = listed.map(({ description, wei }) => {
    const cost = wei === undefined ? "can be tried once the one before is in" : `at most ${formatEther(wei)} for gas`;
    return `  ${description}  (${cost})`;
  });
  return {
    data: { dryRun: true, network: chain.network.name, from, transactions: listed },
    text: [`Nothing was sent. ${from} would, on ${chain.network.name}:`, ...text],
    sent: [],
  };
}

async function sendAll(submitter: Submitter, plan: Plan): Promise<Submitted> {
  const { chain, options, output } = submitter;
  const signer = await findSigner(chain, plan.need, options, output, submitter.openHardhatKey);
  const from = await signer.getAddress();
  // Before anything is tried: what waits in the pool may be this very job's first run.
  await refuseWhilePending(chain.provider, from);
  const transactions = await plan.transactions(from);
  await askFirst(submitter, from, await priced(submitter, from, transactions, plan.wording));

  const sent: SentTransaction[] = [];
  for (const transaction of transactions) {
    const work = send(transaction, {
      provider: chain.provider,
      signer,
      confirmations: options.confirmations ?? chain.network.confirmations,
      signal: output.io.signal,
      ...(plan.wording === undefined ? {} : { wording: plan.wording }),
      onSent: (hash) => {
        output.note(`sent ${hash}`);
      },
    });
    sent.push(await output.during(`Waiting: ${transaction.description}`, work));
  }
  const { green } = output.color;
  return {
    data: { network: chain.network.name, from, transactions: sent },
    text: sent.map((tx) => `${green("✓")} ${tx.description}  ${link(chain, tx.hash)}`),
    sent,
  };
}

/** What each transaction does, and what the first one costs: those after it cannot be tried yet. */
async function priced(
  { chain, options }: Submitter,
  from: string,
  transactions: readonly PreparedTransaction[],
  wording?: Wording,
): Promise<string[]> {
  const deeds = transactions.map(({ description }) => description);
  const [first] = transactions;
  if (chain.isLocal || options.yes || first === undefined) return deeds;
  const { wei } = await estimate(chain.provider, from, first, wording);
  return [`${first.description}  (at most ${formatEther(wei)} for gas)`, ...deeds.slice(1)];
}

interface Asker {
  chain: Chain | (() => Promise<Chain>);
  readonly options: CommonOptions;
  readonly output: Output;
}

/** On a live chain nothing is sent without a word from a person, at the terminal or by `--yes`. */
export async function askFirst(asker: Asker, from: string, deeds: readonly string[]): Promise<void> {
  const { options, output } = asker;
  const chain = typeof asker.chain === "function" ? await asker.chain() : asker.chain;
  if (chain.isLocal || options.yes || deeds.length === 0) return;
  if (!output.io.isTerminal) {
    throw new UpheldError({
      code: "usage.needs-yes",
      message: `This would send ${deeds.length === 1 ? "a transaction" : "transactions"} on ${chain.network.name}, and nobody is at the terminal to ask.`,
      hint: "Add --yes to send without a question, or --dry-run to look first.",
    });
  }
  output.io.err(`On ${chain.network.name}, as ${from}:\n`);
  for (const deed of deeds) output.io.err(`  ${deed}\n`);
  const answer = await output.io.ask("Sign and send? [y/N] ");
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new UpheldError({ code: "stopped", message: "Nothing was sent." });
}

function link(chain: Chain, hash: string): string {
  return chain.network.explorer === undefined ? hash : `${chain.network.explorer}/tx/${hash}`;
}
