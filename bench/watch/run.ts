/** Rounds of the watcher over one portfolio: when it sees it for the first time, when nothing happened, when a month is over. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asUpheld } from "../process.ts";
import { chainWith } from "./chain.ts";
import { counted, receiver } from "./counted.ts";
import type { Round } from "./job.ts";

/** What a round came to. */
export interface RoundResult {
  /** Of the JSON-RPC, as a node counts and bills them; several come in one HTTP request. */
  readonly questions: number;
  readonly requests: number;
  readonly questionsByMethod: Readonly<Record<string, number>>;
  /** For a portfolio ten times as large, ten times as many mean the same here. */
  readonly questionsPerAgreement: number;
  readonly notices: number;
  /** Posted to the webhook. */
  readonly letters: number;
  readonly rssMB: number;
  /** Of the processor, and by the clock. */
  readonly cpuSeconds: number;
  readonly secondsByClock: number;
}

export const ROUNDS = ["first", "quiet", "monthOver"] as const;

export type Result = { readonly agreements: number } & Readonly<Record<(typeof ROUNDS)[number], RoundResult>>;

const JOB = fileURLToPath(new URL("job.ts", import.meta.url));

/** Throws when a round does not see all agreements, or tells nothing where there is something to tell. */
export async function runCase(agreements: number, folder: string, say: (line: string) => void): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  say(`${agreements} agreements are made`);
  const chain = await chainWith(agreements, folder);
  const [node, hook] = await Promise.all([counted(chain.url), receiver()]);
  writeFileSync(join(folder, "watch.yaml"), configText(chain.provider));
  const round = async (name: string, hasNotices?: boolean): Promise<RoundResult> => {
    say(`${agreements} agreements: ${name}`);
    const letters = hook.letters();
    const told = await asUpheld<Round>(JOB, folder, node.url, hook.url);
    if (told.agreements !== agreements || told.notices > 0 !== (hasNotices ?? told.notices > 0)) {
      throw new Error(`the watcher saw ${told.agreements} agreements and ${told.notices} notices`);
    }
    const { requests, questions: questionsByMethod } = node.take();
    const questions = Object.values(questionsByMethod).reduce((sum, one) => sum + one, 0);
    return {
      questions,
      requests,
      questionsByMethod,
      questionsPerAgreement: round2(questions / agreements),
      notices: told.notices,
      letters: hook.letters() - letters,
      rssMB: round2(told.rss / 1e6),
      cpuSeconds: round2(told.cpu),
      secondsByClock: round2(told.seconds),
    };
  };
  try {
    await chain.at("2030-01-10T00:00:00Z");
    const first = await round("the first round");
    await chain.at("2030-01-10T00:15:00Z");
    const quiet = await round("a quiet round", false);
    // Nobody reported January: its report is late, silence counts, it is final.
    await chain.at("2030-02-13T00:00:00Z");
    return { agreements, first, quiet, monthOver: await round("the month is over", true) };
  } finally {
    node.end();
    hook.end();
    await chain.end();
  }
}

const round2 = (value: number) => Math.round(value * 100) / 100;

const configText = (provider: string): string => `state: state
agreements:
  - provider: "${provider}"
recipients:
  - role: provider
    webhook: { address variable: HOOK }
    feed: told/feed.xml
    calendar: told/deadlines.ics
`;
