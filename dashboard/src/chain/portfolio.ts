import { decodeEventLog, encodeEventTopics, encodeFunctionData, type Address, type Hex } from "viem";
import { nameOf, PHASES, STAGES, type Phase, type Stage } from "../../../src/chain/enums.ts";
import { networkOf, type Network } from "../../../src/chain/networks.ts";
import { away, moment, plainMoney } from "../../../src/format.ts";
import { formatMoney } from "../../../src/terms/format.ts";
import type { Names } from "../names.ts";
import { ESCROW, FACTORY } from "./abi.ts";
import { lookAtFactory, type FoundFactory } from "./genuine.ts";
import type { Plan, Step } from "./plan.ts";
import { chainIdOf, headOf, logsOf, read, type Asked, type Head } from "./rpc.ts";
import { readToken, type Token } from "./tokens.ts";
import { bitsOf, type Source, type Summary } from "./view.ts";

/** Agreements that one question may be about: what a node's call can take. */
const PAGE = 250;
const DAY = 86_400n;

/** One agreement of a portfolio. */
export interface Item {
  readonly address: Address;
  readonly summary: Summary;
  readonly token: Token;
  readonly phase: Phase;
  readonly stage: Stage;
  /** Why a person should look at it, the most pressing first. */
  readonly needs: readonly Need[];
}

export interface Need {
  readonly what: string;
  /** UTC seconds; 0: now, and as long as it lasts. */
  readonly due: bigint;
}

export interface Portfolio {
  readonly network: Network;
  readonly head: Head;
  readonly factory: FoundFactory;
  readonly items: readonly Item[];
}

/** Reads all agreements that name `provider`, page by page. */
export async function readPortfolio(
  source: Source,
  provider: Address,
  onProgress: (words: string) => void,
): Promise<Portfolio> {
  const { node } = source;
  const [chainId, head, factory] = await chainAnd(source);
  const network = networkOf(chainId);
  if (!factory.checks.every(({ ok }) => ok)) return { network, head, factory, items: [] };
  const addresses = await createdFor(source, provider, head, onProgress);
  const summaries: Summary[] = [];
  for (let i = 0; i < addresses.length; i += PAGE) {
    onProgress(`Reading agreements: ${i} of ${addresses.length} …`);
    const args = [addresses.slice(i, i + PAGE)] as const;
    summaries.push(...(await read(node, { abi: FACTORY, to: source.factory, name: "summaries", args })));
  }
  // a seat may have changed hands; what cannot be read has no phase
  const own = summaries.filter(({ phase, state }) => phase !== 0 && same(state.provider, provider));
  const tokens = await readTokens(node, chainId, source.rpc, own);
  const items = own.flatMap((summary): Item[] => {
    const token = tokens.get(summary.token);
    return token === undefined ? [] : [itemOf(summary, token, head.time)];
  });
  return { network, head, factory, items };
}

async function chainAnd(source: Source): Promise<[bigint, Head, FoundFactory]> {
  const chainId = await chainIdOf(source.node);
  const [head, factory] = await Promise.all([headOf(source.node), lookAtFactory(source.node, chainId, source.factory)]);
  return [chainId, head, factory];
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

async function createdFor(
  source: Source,
  provider: Address,
  head: Head,
  onProgress: (words: string) => void,
): Promise<Address[]> {
  const topics = encodeEventTopics({ abi: FACTORY, eventName: "AgreementCreated", args: { provider } });
  const filter = { address: source.factory, topics: topics as (Hex | null)[] };
  const logs = await logsOf(source.node, filter, source.fromBlock, head.number, (done) => {
    onProgress(`Looking for agreements: ${done} % of the chain …`);
  });
  return logs.map(({ topics: found, data }) => decodeEventLog({ abi: FACTORY, topics: found, data }).args.agreement);
}

/** Agreements share few tokens; one that cannot be read hides only its own. */
async function readTokens(
  node: Asked,
  chainId: bigint,
  rpc: string,
  all: readonly Summary[],
): Promise<Map<string, Token>> {
  const addresses = [...new Set(all.map(({ token }) => token))];
  const found = await Promise.all(
    addresses.map((address) => readToken(node, chainId, rpc, address).catch(() => undefined)),
  );
  return new Map(found.flatMap((token) => (token === undefined ? [] : [[token.address, token] as const])));
}

function itemOf(summary: Summary, token: Token, now: bigint): Item {
  const phase = nameOf(PHASES, BigInt(summary.phase));
  const stage = nameOf(STAGES, BigInt(summary.state.stage));
  const needs = needsOf(summary, phase, stage, token, now).sort((a, b) => byDue(a.due, b.due));
  return { address: summary.agreement, summary, token, phase, stage, needs };
}

/** What is due now, 0, comes first. */
export const byDue = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** What only a person can decide or mend. */
function needsOf(summary: Summary, phase: Phase, stage: Stage, token: Token, now: bigint): Need[] {
  const { state, provider, client } = summary;
  const needs: Need[] = [];
  if (phase === "draft") {
    if (!state.providerAccepted) needs.push({ what: "accept it, or it lapses", due: summary.start });
    else if (!state.clientAccepted) needs.push({ what: "the client has not accepted yet", due: summary.start });
  }
  if (phase !== "active") return needs;
  if (stage === "disputed" && provider.disputeUntil > now) {
    needs.push({ what: "the client disputes: answer with your counts, or agree", due: provider.disputeUntil });
  }
  if (stage === "awaiting")
    needs.push({ what: "no report yet; silence costs the agreed credit", due: summary.reportUntil });
  if (state.openDisputes !== 0n) {
    const count = bitsOf(state.openDisputes).length;
    const held = formatMoney(state.held, token);
    needs.push({
      what: `${count === 1 ? "a dispute waits" : `${count} disputes wait`} for the arbiter, ${held} held`,
      due: summary.arbiterMayRuleUntil,
    });
  }
  if (state.owed > 0n) {
    const exit = provider.leaveAtOnceUntil > 0n ? "; you may leave at once" : "";
    needs.push({ what: `fee missing: ${formatMoney(state.owed, token)} owed${exit}`, due: 0n });
  } else if (provider.leaveAtOnceUntil > 0n)
    needs.push({ what: "fees are not covered: you may leave at once", due: 0n });
  if (summary.bondMissing > 0n)
    needs.push({ what: `bond short of ${formatMoney(summary.bondMissing, token)}`, due: 0n });
  if (client.leaveAtOnceUntil > 0n) needs.push({ what: "the client may leave at once", due: now });
  const lastNotice = state.end - now;
  if (state.end > now && lastNotice < 60n * DAY)
    needs.push({ what: "the term ends: agree on a successor", due: state.end });
  return needs;
}

/** One claim for each agreement that has something to pay; each is worth having alone. */
export function claimAllPlan(items: readonly Item[], provider: Address): Plan {
  const due = items.filter(({ summary }) => summary.provider.payout > 0n);
  const steps = due.map(({ address, summary, token }): Step => {
    const data = encodeFunctionData({ abi: ESCROW, functionName: "claim", args: [provider] });
    return { to: address, data, words: `Claim ${formatMoney(summary.provider.payout, token)} from ${address}` };
  });
  return {
    title: `Claim from ${due.length} agreements`,
    words: [`${sumsText(due)} that you have earned go to ${provider}.`],
    by: { who: "the provider", account: provider },
    steps,
  };
}

/** `41,300.00 USDC and 200.00 EURC`: sums of different money are not added up. */
export function sumsText(
  items: readonly Item[],
  of: (item: Item) => bigint = ({ summary }) => summary.provider.payout,
): string {
  const sums = new Map<Token, bigint>();
  for (const item of items) sums.set(item.token, (sums.get(item.token) ?? 0n) + of(item));
  const texts = [...sums].filter(([, sum]) => sum > 0n).map(([token, sum]) => formatMoney(sum, token));
  return texts.length === 0 ? "0" : texts.join(" and ");
}

/** Where an agreement stands, in a few words. */
export function standingText({ phase, stage, summary }: Item, now: bigint): string {
  if (phase !== "active") return phase;
  const { resolvesAt, reportUntil } = summary;
  switch (stage) {
    case "reported":
      return `reported, final ${away(resolvesAt, now)}`;
    case "disputed":
      return `disputed, splits ${away(resolvesAt, now)}`;
    case "awaiting":
      return `report due ${away(reportUntil, now)}`;
    default:
      return now < summary.start ? `starts ${away(summary.start, now)}` : "running";
  }
}

/** All of it for a spreadsheet: amounts plain, times in UTC. */
export function portfolioCsv(items: readonly Item[], now: bigint, names: Names): string {
  const head = [
    "agreement",
    "client",
    "phase",
    "state",
    "token",
    "fee",
    "balance",
    "earned",
    "owed",
    "held",
    "credited",
    "bond_missing",
    "covered_through",
    "end",
    "needs",
    "client_name",
    "name",
  ];
  const rows = items.map((item) => {
    const { summary, token, address, phase, needs } = item;
    const { state } = summary;
    const amount = (units: bigint) => plainMoney(units, token.decimals);
    return [
      address,
      state.client,
      phase,
      standingText(item, now),
      token.symbol,
      amount(summary.fee),
      amount(state.balance + state.unabsorbed),
      amount(summary.provider.payout),
      amount(state.owed),
      amount(state.held),
      amount(state.creditsGiven),
      amount(summary.bondMissing),
      summary.fundedThrough === 0n ? "" : moment(summary.fundedThrough),
      moment(state.end),
      needs.map(({ what }) => what).join("; "),
      names[state.client.toLowerCase()] ?? "",
      names[address.toLowerCase()] ?? "",
    ];
  });
  return [head, ...rows].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

/** A spreadsheet takes a cell that begins like a formula for one. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
