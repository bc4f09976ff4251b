import { connect, type Chain } from "../chain/connect.ts";
import type { Network } from "../chain/networks.ts";
import type { Problem } from "../errors.ts";
import { problemOf } from "../oracle/prepare.ts";
import { formatDuration } from "../terms/format.ts";
import { bad, fromProblem, ok, type Finding } from "./finding.ts";

/** Blocks by which two honest nodes may differ. */
const FAR = 3;
/** Seconds: a chain's block comes sooner; a clock that is kept is closer. */
const STALE = 120n;
const DEAD = 1_800n;
const AHEAD = 15n;

/** A node's latest block. */
export interface Head {
  readonly host: string;
  readonly number: number;
  /** UTC seconds. */
  readonly time: bigint;
  /** Of the block `common`, which all should have alike. */
  readonly hash: string | undefined;
}

type Asked = { readonly host: string } & ({ readonly chain: Chain } | { readonly problem: Problem });

/** Asks each node by itself: together one may hide the other's trouble. `now` is this computer's clock. */
export async function checkNodes(
  rpc: string,
  expected: Network | undefined,
  now: bigint,
  timeoutMs?: number,
): Promise<Finding[]> {
  const addresses = rpc.split(",").map((each) => each.trim());
  const asked = await Promise.all(
    addresses.map(async (address): Promise<Asked> => {
      const host = URL.parse(address)?.host ?? "an address";
      const options = {
        ...(expected === undefined ? {} : { expected }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      };
      try {
        return { host, chain: await connect(address, options) };
      } catch (error) {
        return { host, problem: problemOf(error) };
      }
    }),
  );
  const silent = asked.flatMap((one) => ("problem" in one ? [fromProblem("chain", one.host, one.problem)] : []));
  const chains = asked.flatMap((one) => ("chain" in one ? [one.chain] : []));
  try {
    const heads = await headsOf(chains);
    const isPlay = chains.every(({ isLocal }) => isLocal);
    const id = chains[0]?.network;
    const known =
      id === undefined
        ? []
        : [ok("chain", "", `${id.name}, chain ${id.chainId}${isPlay ? ", play money: its clock is its own" : ""}`)];
    return [
      ...known,
      ...spared(silent, chains.length),
      ...judgeHeads(heads, isPlay ? undefined : now, addresses.length),
    ];
  } catch (error) {
    return [...silent, fromProblem("chain", "", problemOf(error))];
  } finally {
    for (const { provider } of chains) provider.destroy();
  }
}

/** With another node that answers, one that does not is no more than a warning. */
const spared = (silent: readonly Finding[], others: number): Finding[] =>
  silent.map((finding) => (others === 0 ? finding : { ...finding, level: "warning" }));

async function headsOf(chains: readonly Chain[]): Promise<Head[]> {
  const blocks = await Promise.all(chains.map(({ provider }) => provider.getBlock("latest")));
  // the newest blocks may still differ for a moment
  const common = Math.max(0, Math.min(...blocks.map((block) => block?.number ?? 0)) - FAR);
  const hashes = await Promise.all(chains.map(async ({ provider }) => (await provider.getBlock(common))?.hash));
  return chains.map(({ host }, i) => ({
    host,
    number: blocks[i]?.number ?? 0,
    time: BigInt(blocks[i]?.timestamp ?? 0),
    hash: hashes[i] ?? undefined,
  }));
}

/** `now`: this computer's clock, where the chain's goes with it. */
export function judgeHeads(heads: readonly Head[], now: bigint | undefined, addresses: number): Finding[] {
  if (heads.length === 0) return [];
  const found: Finding[] = [];
  const top = Math.max(...heads.map(({ number }) => number));
  for (const { host, number } of heads) {
    if (top - number <= FAR) continue;
    found.push(
      bad(
        "warning",
        "chain",
        host,
        `it is ${top - number} blocks behind the others`,
        "it is asked last; if it stays so take its address out",
      ),
    );
  }
  const [first] = heads;
  const other = heads.find(({ hash }) => hash !== first?.hash);
  if (other !== undefined) {
    const message = `${first?.host ?? ""} and ${other.host} have different blocks: one is on a fork, or lies`;
    found.push(bad("problem", "chain", "", message, "compare with a public explorer and take the wrong address out"));
  } else if (heads.length > 1) found.push(ok("chain", "", `${heads.length} nodes agree`));
  if (now === undefined) return found;
  if (addresses === 1) {
    const message = "it is the only node: while it fails nothing is reported";
    found.push(
      bad(
        "warning",
        "chain",
        first?.host ?? "",
        message,
        "name a second address, with a comma between them; three outvote one that lies",
      ),
    );
  }
  return [
    ...found,
    ...judgeTime(
      heads.reduce((a, b) => (b.time > a.time ? b : a)),
      now,
    ),
  ];
}

function judgeTime({ time, number }: Head, now: bigint): Finding[] {
  if (time > now + AHEAD) {
    const message = `this computer's clock is at least ${formatDuration(time - now)} behind the chain's`;
    return [bad("problem", "clock", "", message, "let the system keep its time: timedatectl set-ntp true")];
  }
  const age = now - time;
  if (age <= STALE) return [ok("chain", "", `block ${number} is ${formatDuration(age > 0n ? age : 0n)} old`)];
  const message = `the newest block, ${number}, is ${formatDuration(age)} old: the nodes stand still, or this computer's clock is ahead`;
  return [
    bad(
      age > DEAD ? "problem" : "warning",
      "chain",
      "",
      message,
      "look at another node and at this computer's clock (timedatectl)",
    ),
  ];
}
