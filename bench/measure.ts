/** One run of everything, part after part. This file and those it imports start Hardhat's node. */
import { calls } from "./calls.ts";
import { growth, summaries } from "./growth.ts";
import { month } from "./month.ts";
import { ours } from "./ours.ts";
import { recordCalls } from "./record.ts";
import { peers } from "./peers/main.ts";
import type { Own, Snapshot } from "./snapshot.ts";

/** Told what comes next before anything that takes seconds. */
export type Say = (line: string) => void;

export async function measureOwn(say: Say): Promise<Own> {
  say("An agreement's calls, and a year of a hundred clients");
  const own = await ours();
  say("Their parts and variants");
  const others = await calls();
  say("What is said in the record");
  const record = await recordCalls();
  say("What a month's gas is made of");
  const parts = await month();
  say("How it grows: batches, terms, forgotten periods");
  return { ours: own, calls: others, record, month: parts, growth: await growth() };
}

/** The packages of peers are installed. */
export async function measureAll(say: Say): Promise<Snapshot> {
  const own = await measureOwn(say);
  say("Pages of up to 1,000 agreements");
  const pages = await summaries([1, 100, 250, 500, 1000]);
  return { ...own, summaries: pages, peers: await peers(say) };
}
