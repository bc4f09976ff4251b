import { encodeFunctionData, type Address, type Hex } from "viem";
import {
  ANSWERS,
  CONSENTS,
  EXITS,
  numberOf,
  RULINGS,
  type Answer,
  type Exit,
  type Ruling,
  type Seat,
} from "../../../src/chain/enums.ts";
import { moment } from "../../../src/format.ts";
import type { Consequence } from "../../../src/model/consequences.ts";
import { periodOf } from "../../../src/terms/calendar.ts";
import type { Measurement } from "../../../src/terms/types.ts";
import { money, periodName } from "../words.ts";
import { ESCROW, RECORD, TOKEN } from "./abi.ts";
import { approval, permitted, pulling, type Permit, type Plan, type Step } from "./plan.ts";
import { checksumOf } from "./safe-checksum.ts";
import type { View } from "./view.ts";

/** How money goes in: by one signature for all, by a signed approval, by a plain transfer, by an approval that is sent. */
export type Way = "together" | "permit" | "transfer" | "approve";

const DAY = 86_400n;
const NOBODY = `0x${"00".repeat(20)}` as const;

const seatOf = ({ summary: { state } }: View, seat: Seat): { who: string; account: Address } => ({
  who: `the ${seat}`,
  account: state[seat],
});

const stepOf = (view: View, words: string, data: Hex): Step => ({ to: view.address, data, words });

/** Pays `amount` into the agreement from `payer`. */
async function payIn(view: View, payer: Address, amount: bigint, way: Way): Promise<Pick<Plan, "permit" | "steps">> {
  const { token, address, source, network, head } = view;
  const written = money(view, amount);
  const fund = stepOf(
    view,
    `Pay ${written} into the agreement`,
    encodeFunctionData({ abi: ESCROW, functionName: "fund", args: [amount] }),
  );
  if (way === "transfer") {
    const data = encodeFunctionData({ abi: TOKEN, functionName: "transfer", args: [address, amount] });
    return { steps: [{ to: token.address, data, words: `Send ${written} to the agreement` }] };
  }
  if (way === "permit") {
    const asked = [network.chainId, payer, address, amount, head.time, written] as const;
    const permit: Permit | undefined = await permitted(source.node, token, ...asked);
    if (permit !== undefined) return { permit, steps: [] };
  }
  return { steps: await pulling(source.node, token, payer, amount, written, fund) };
}

export async function fundPlan(view: View, payer: Address, amount: bigint, way: Way): Promise<Plan> {
  return {
    title: `Pay ${money(view, amount)} in`,
    words: [
      `${money(view, amount)} become the client's balance in the agreement. What is owed to the provider is paid from it first.`,
      "What is not committed to periods that run can be taken out again at any time.",
    ],
    by: undefined,
    ...(await payIn(view, payer, amount, way)),
  };
}

/** Accepts the terms for a seat; the client pays `amount` in before, the provider's bond is pulled. */
export async function acceptPlan(view: View, seat: Seat, payer: Address, amount: bigint, way: Way): Promise<Plan> {
  const { terms, termsHash } = view;
  const data = encodeFunctionData({ abi: ESCROW, functionName: "accept", args: [termsHash] });
  const accept = stepOf(view, `Accept the terms as the ${seat}`, data);
  const base = {
    title: amount > 0n ? `Accept, and pay ${money(view, amount)} in` : "Accept the terms",
    by: seatOf(view, seat),
  };
  const start = moment(terms.start);
  if (seat === "provider") {
    const bond = terms.bond > 0n ? [`Your bond of ${money(view, terms.bond)} goes into the agreement.`] : [];
    const steps = await pulling(view.source.node, view.token, payer, terms.bond, money(view, terms.bond), accept);
    return {
      ...base,
      words: [`You are bound once the client has accepted too; both must before ${start}.`, ...bond],
      steps,
    };
  }
  const words = [
    `You are bound once the provider has accepted too; both must before ${start}. Until then you may take all of it back.`,
    `The first period costs ${money(view, periodOf(terms, 0).fee)}.`,
  ];
  if (amount === 0n) return { ...base, words, steps: [accept] };
  const paid = await payIn(view, payer, amount, way);
  return { ...base, words, ...paid, steps: [...paid.steps, { ...accept, until: ["BalanceTooLow"] }] };
}

export function claimPlan(view: View, to: Address): Plan {
  const payout = view.summary.provider.payout;
  const data = encodeFunctionData({ abi: ESCROW, functionName: "claim", args: [to] });
  return {
    title: `Claim ${money(view, payout)}`,
    words: [`${money(view, payout)} that the provider has earned go to ${to}.`],
    by: seatOf(view, "provider"),
    steps: [stepOf(view, `Pay ${money(view, payout)} to ${to}`, data)],
  };
}

export function withdrawPlan(view: View, to: Address, amount: bigint): Plan {
  const data = encodeFunctionData({ abi: ESCROW, functionName: "withdraw", args: [to, amount] });
  const isDraft = view.phase === "draft" && view.summary.state.clientAccepted;
  return {
    title: `Take ${money(view, amount)} out`,
    words: [
      `${money(view, amount)} of the client's balance go to ${to}. What periods that run cost stays in.`,
      ...(isDraft ? ["Your acceptance is taken back with it, as the agreement has not begun."] : []),
    ],
    by: seatOf(view, "client"),
    steps: [stepOf(view, `Take ${money(view, amount)} out`, data)],
  };
}

export async function bondPlan(view: View, payer: Address): Promise<Plan> {
  const missing = view.summary.bondMissing;
  const data = encodeFunctionData({ abi: ESCROW, functionName: "postBond" });
  const step = stepOf(view, `Post ${money(view, missing)} of bond`, data);
  return {
    title: `Post ${money(view, missing)} of bond`,
    words: [
      "The bond is whole again. It pays what a credit exceeds a fee by, and comes back to the provider at the end.",
    ],
    by: undefined,
    steps: await pulling(view.source.node, view.token, payer, missing, money(view, missing), step),
  };
}

export function leavePlan(view: View, seat: Seat, exit: Exit): Plan {
  const data = encodeFunctionData({ abi: ESCROW, functionName: "terminate", args: [numberOf(EXITS, exit)] });
  const { summary, head } = view;
  const end = exit === "notice" ? summary[seat].leaveByNoticeEnd : head.time;
  const cut = exit === "notice" ? [] : ["The running period is cut and costs its part up to now."];
  return {
    title: exit === "notice" ? "Give notice" : "Leave at once",
    words: [
      exit === "notice" ? `The agreement ends ${moment(end)}.` : "The agreement ends with this transaction.",
      ...cut,
      "Periods that are not settled yet are settled as agreed; then each side takes what is its. This cannot be undone.",
    ],
    by: seatOf(view, seat),
    steps: [stepOf(view, exit === "notice" ? "Give notice" : "Leave at once", data)],
  };
}

/** Counts of a party's own, with the root of its evidence. */
export interface Claim {
  readonly period: number;
  readonly measurements: readonly Measurement[];
  readonly root: Hex;
  readonly credit: bigint;
  readonly pledge: bigint;
}

export async function disputePlan(view: View, seat: Seat, payer: Address, claim: Claim): Promise<Plan> {
  const { terms, summary } = view;
  const { credit, revision } = summary.state;
  const args = [BigInt(claim.period), revision, claim.measurements, claim.root] as const;
  const data = encodeFunctionData({ abi: ESCROW, functionName: "dispute", args });
  const name = periodName(terms, claim.period);
  const isAnswer = view.stage === "disputed";
  const title = `${isAnswer ? "Answer" : "Dispute"}: ${name}`;
  const step = stepOf(view, `${isAnswer ? "Answer with" : "State"} your own counts for ${name}`, data);
  const other = seat === "client" ? "provider" : "client";
  const stake = money(view, claim.pledge);
  return {
    title,
    words: [
      `You state counts that give a credit of ${money(view, claim.credit)}; the report gives ${money(view, credit)}.`,
      claim.pledge === 0n
        ? "It costs no stake."
        : `You stake ${stake} from your wallet. It comes back, into the agreement, if the arbiter picks your counts, declines or stays silent; it goes to the ${other} if the arbiter picks others.`,
      "What both accounts agree on is paid as planned; only the difference waits. It cannot be taken back.",
    ],
    by: seatOf(view, seat),
    steps: await pulling(view.source.node, view.token, payer, claim.pledge, stake, step),
  };
}

export function rulePlan(view: View, period: number, consequence: Consequence): Plan {
  const { ruling, toProvider, toClient, fromBond } = consequence;
  const says: Record<Exclude<Ruling, "none">, string> = {
    report: "The report is right",
    provider: "The provider's counts are right",
    client: "The client's counts are right",
    declined: "No ruling: the report stands",
  };
  const data = encodeFunctionData({
    abi: ESCROW,
    functionName: "rule",
    args: [BigInt(period), numberOf(RULINGS, ruling)],
  });
  return {
    title: says[ruling],
    words: [
      `Of what is held for ${periodName(view.terms, period)}, ${money(view, toProvider)} go to the provider and ${money(view, toClient)} stay the client's.`,
      ...(fromBond > 0n ? [`${money(view, fromBond)} more come to the client from the bond.`] : []),
      ...consequence.pledges.map(
        ({ of, to, amount }) => `The ${of}'s stake of ${money(view, amount)} goes to the ${to}.`,
      ),
      "It is final.",
    ],
    by: { who: "the arbiter", account: view.summary.state.arbiter },
    steps: [stepOf(view, `Rule on ${periodName(view.terms, period)}`, data)],
  };
}

export function creditPlan(view: View, seat: Seat, period: number, revision: bigint, credit: bigint): Plan {
  const consent = {
    kind: numberOf(CONSENTS, "credit"),
    period,
    revision: Number(revision),
    credit,
    account: NOBODY,
    end: 0,
  } as const;
  const expiry = view.head.time + 14n * DAY;
  const data = encodeFunctionData({ abi: ESCROW, functionName: "agree", args: [consent, expiry] });
  const name = periodName(view.terms, period);
  return {
    title: `Agree on a credit of ${money(view, credit)} for ${name}`,
    words: [
      `When the other side says the same, ${name} is final at once with a credit of ${money(view, credit)}, and all its stakes come back.`,
      `Your word is good until ${moment(expiry)}. Alone it moves nothing.`,
    ],
    by: seatOf(view, seat),
    steps: [stepOf(view, `Agree on a credit of ${money(view, credit)}`, data)],
  };
}

/** The client's answer to advice; `commitment` is to words of its own, or to none. */
export function answerPlan(view: View, record: Address, entry: number, given: Answer, commitment: Hex): Plan {
  const data = encodeFunctionData({
    abi: RECORD,
    functionName: "answer",
    args: [view.address, BigInt(entry), numberOf(ANSWERS, given), commitment],
  });
  const does: Record<Answer, readonly [title: string, words: string]> = {
    accepted: [`Accept advice ${entry}`, "You accept the advice. An acceptance cannot be taken back."],
    declined: [
      `Decline advice ${entry}`,
      "You decline the advice. Where the agreement's document says so, an outage that begins later and follows from it may be left out of the count. You may still accept it.",
    ],
    later: [`Put advice ${entry} off`, "You put the advice off. It stays open: you may still decline or accept it."],
  };
  const [title, words] = does[given];
  return {
    title,
    words: [words, "The answer and its time stand in the record for good, for everyone to see. No money moves."],
    by: seatOf(view, "client"),
    steps: [{ to: record, data, words: title }],
  };
}

/** A batch for a Safe's Transaction Builder: approve, pay in and, for the client's own Safe, accept. */
export function safeBatch(view: View, amount: bigint, isAccepting: boolean): string {
  const { token, address, network, termsHash, head } = view;
  const calls = [
    ...(amount === 0n
      ? []
      : [
          approval(token, address, amount, money(view, amount)),
          { to: address, data: encodeFunctionData({ abi: ESCROW, functionName: "fund", args: [amount] }) },
        ]),
    ...(isAccepting
      ? [{ to: address, data: encodeFunctionData({ abi: ESCROW, functionName: "accept", args: [termsHash] }) }]
      : []),
  ];
  const batch = {
    version: "1.0",
    chainId: String(network.chainId),
    createdAt: Number(head.time) * 1000,
    meta: {
      name: isAccepting ? "Accept and fund an agreement" : "Fund an agreement",
      description: `Agreement ${address}: pay ${money(view, amount)} in${isAccepting ? ` and accept the terms ${termsHash}` : ""}`,
      txBuilderVersion: "1.17.1",
    },
    transactions: calls.map(({ to, data }) => ({
      to,
      value: "0",
      data,
      contractMethod: null,
      contractInputsValues: null,
    })),
  };
  // without it the Builder says that the file was changed after it was made
  const meta = { ...batch.meta, checksum: checksumOf(batch) };
  return `${JSON.stringify({ ...batch, meta }, null, 2)}\n`;
}
