import { AgreementCalls } from "../chain/calls.ts";
import type { BatchedReport } from "../chain/batch.ts";
import { sendErrands, type Errand, type Fate, type OutboxOptions } from "../chain/outbox.ts";
import { estimate, type PreparedTransaction } from "../chain/transaction.ts";
import type { Problem } from "../errors.ts";
import { chunks } from "./portfolio.ts";
import { problemOf, type Ready } from "./prepare.ts";
import type { Quorum, SignedBatch } from "./quorum.ts";
import { together } from "./together.ts";

/** What became of a report that was to be sent. */
export type Dispatched =
  | { readonly kind: "reported"; readonly hash: string }
  /** Only the chain can tell: look again. */
  | { readonly kind: "unclear"; readonly problem: Problem }
  | { readonly kind: "failed"; readonly problem: Problem };

export interface DispatchOptions extends OutboxOptions {
  /** The account that signs and pays. */
  readonly from: string;
}

const ESTIMATES_AT_ONCE = 8;

/** One transaction for each report, for agreements whose oracle is the account itself. */
export async function sendReports(reports: readonly Ready[], options: DispatchOptions): Promise<Dispatched[]> {
  const { provider, from } = options;
  const tried = await together(reports, ESTIMATES_AT_ONCE, async (ready): Promise<Errand | Dispatched> => {
    const transaction = reportCall(ready);
    try {
      const { gas } = await estimate(provider, from, transaction, { currency: ready.due.agreement.currency });
      return { transaction, gas };
    } catch (error) {
      return refused(problemOf(error));
    }
  });
  const fates = await sendErrands(tried.filter(isErrand), options);
  const sent = fates.values();
  return tried.map((one) => (isErrand(one) ? fromFate(sent.next().value as Fate) : one));
}

/** Signed batches through a committee; entries that failed are delivered once more if they would be taken now. */
export async function deliverReports(
  reports: readonly Ready[],
  committee: Quorum,
  options: DispatchOptions,
): Promise<Dispatched[]> {
  const { provider } = options;
  const blockGas = (await provider.getBlock("latest"))?.gasLimit ?? 0n;
  const batches = chunks(reports, committee.entriesFor(blockGas)).map((part) => part.map(batched));
  const signed: SignedBatch[] = [];
  for (const batch of batches) signed.push(await committee.sign(batch));
  const whole = signed.map((batch) => ({ batch, part: batch.reports }));
  const outcomes = await deliver(whole, committee, options);

  const again: Delivery[] = [];
  for (const batch of signed) {
    const part: BatchedReport[] = [];
    for (const entry of batch.reports) {
      if (outcomes.get(entry.agreement)?.kind !== "failed") continue;
      const problem = await reasonNow(entry, committee, options);
      if (problem === undefined) part.push(entry);
      else outcomes.set(entry.agreement, { kind: "failed", problem });
    }
    if (part.length > 0) again.push({ batch, part });
  }
  for (const [agreement, outcome] of await deliver(again, committee, options)) outcomes.set(agreement, outcome);
  return reports.map(({ due }) => outcomes.get(due.agreement.address) as Dispatched);
}

interface Delivery {
  readonly batch: SignedBatch;
  readonly part: readonly BatchedReport[];
}

/** What became of each entry, by agreement. */
async function deliver(
  deliveries: readonly Delivery[],
  committee: Quorum,
  options: DispatchOptions,
): Promise<Map<string, Dispatched>> {
  const tried = await together(deliveries, 2, async ({ batch, part }): Promise<Errand | Dispatched> => {
    const transaction = committee.deliver(batch, part);
    try {
      // Long silences before a report use more than an ordinary entry: the estimate knows, the floor bounds it below.
      const { gas } = await estimate(options.provider, options.from, transaction);
      return { transaction, gas: larger(gas, committee.gasFor(part.length, batch.reports.length)) };
    } catch (error) {
      return refused(problemOf(error));
    }
  });
  const fates = (await sendErrands(tried.filter(isErrand), options)).values();
  const outcomes = tried.flatMap((one, i): [string, Dispatched][] => {
    const part = deliveries[i]?.part ?? [];
    if (!isErrand(one)) return part.map(({ agreement }) => [agreement, one]);
    const fate = fates.next().value as Fate;
    const failed = fate.kind === "included" ? committee.failedIn(fate.receipt.logs) : new Set<string>();
    return part.map(({ agreement }) => [
      agreement,
      failed.has(agreement) ? { kind: "failed", problem: entryFailed() } : fromFate(fate),
    ]);
  });
  return new Map(outcomes);
}

/** Why an agreement would not take an entry now; undefined: it would. */
async function reasonNow(
  entry: BatchedReport,
  committee: Quorum,
  { provider }: DispatchOptions,
): Promise<Problem | undefined> {
  try {
    await estimate(provider, committee.address, entryCall(entry));
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

function reportCall({ due, measurements, root }: Ready): PreparedTransaction {
  return new AgreementCalls(due.agreement.address, due.agreement.currency).report(due.number, 0n, measurements, root);
}

function entryCall({ agreement, period, revision, measurements, evidence }: BatchedReport): PreparedTransaction {
  const noMoney = { symbol: "", decimals: 0 };
  return new AgreementCalls(agreement, noMoney).report(period, revision, measurements, evidence);
}

export const batched = ({ due, measurements, root }: Ready): BatchedReport => ({
  agreement: due.agreement.address,
  period: due.number,
  revision: 0n,
  measurements,
  evidence: root,
});

function fromFate(fate: Fate): Dispatched {
  if (fate.kind === "included") return { kind: "reported", hash: fate.receipt.hash };
  if (fate.kind === "reverted") return { kind: "unclear", problem: reverted(fate.receipt.hash) };
  return refused(fate.problem);
}

/** What the chain or its nodes may answer otherwise in a moment is unclear; the rest has failed. */
function refused(problem: Problem): Dispatched {
  const isPassing = /^(chain|transaction)\./.test(problem.code);
  return { kind: isPassing ? "unclear" : "failed", problem };
}

const isErrand = (one: Errand | Dispatched): one is Errand => "transaction" in one;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const reverted = (hash: string): Problem => ({
  code: "transaction.reverted",
  message: `Transaction ${hash} was included but reverted; only its gas is spent.`,
  hint: "The chain moved while it was on its way. Look at `upheld status`, then run it again.",
  retry: true,
});

const entryFailed = (): Problem => ({
  code: "committee.entry-failed",
  message: "The agreement did not take the report from the committee.",
  hint: "Run it again: what is still open is delivered anew.",
  retry: true,
});
