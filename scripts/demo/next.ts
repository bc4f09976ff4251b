import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../src/cli/job.ts";
import { stories } from "../../src/demo/stories.ts";
import type { StoryName } from "../../src/demo/stories/story.ts";
import { columns } from "../../src/demo/words.ts";

/** A command of the executable to try, offered only when the job and the files it names exist. */
interface Offer {
  readonly job: string;
  readonly rest: readonly string[];
  readonly why: string;
  readonly needs?: string;
}

export interface NextOptions {
  readonly jobs: readonly Job[];
  readonly root: string;
  readonly played: StoryName;
}

/** A chain that stays, and what was made on it. */
export interface Kept {
  readonly url: string;
  readonly isDefaultPort: boolean;
  readonly agreement: string;
  readonly evidence: string;
  readonly file: string;
}

/** What to try after the screen: only what exists. */
export function nextSteps(options: NextOptions): string[] {
  const others = stories.map(({ name }) => name).filter((name) => name !== "year" && name !== options.played);
  const preset = "examples/presets/msp-tickets.sla.yaml";
  return sideBySide([
    ["what if it goes wrong", `npm start -- ${others.map((name) => `--${name}`).join(" | ")}`],
    ["look around on the chain", "npm start -- --keep"],
    ...offers(options, [
      { job: "explain", rest: [preset], why: "what a table means in money", needs: preset },
      { job: "backtest", rest: ["--prometheus", "http://…"], why: "what would last year have cost me?" },
    ]),
  ]);
}

/** What to try on a chain that stays. */
export function nextOnChain(options: NextOptions, kept: Kept): string[] {
  const rpc = kept.isDefaultPort ? [] : ["--rpc", kept.url];
  const { agreement, evidence, file } = kept;
  return [
    `The chain stays at ${kept.url} until Ctrl-C. In another terminal:`,
    ...sideBySide(
      offers(options, [
        { job: "status", rest: [agreement, ...rpc], why: "who holds the money?" },
        { job: "check", rest: [agreement, file, ...rpc], why: "is this really what we agreed?" },
        {
          job: "verify",
          rest: [agreement, "--evidence", evidence, ...rpc],
          why: "does it all add up?",
        },
        { job: "explain", rest: [file], why: "what does it say?" },
      ]),
    ),
    `Evidence lies in ${evidence}: gunzip a file, change a second, gzip it and verify again.`,
  ];
}

function offers({ jobs, root }: NextOptions, all: readonly Offer[]): [string, string][] {
  return all
    .filter(
      ({ job, needs }) =>
        jobs.some(({ name }) => name === job) && (needs === undefined || existsSync(join(root, needs))),
    )
    .map(({ job, rest, why }) => [why, `npx upheld ${job} ${rest.join(" ")}`]);
}

/** What for, then the command: at the end of the line, where it is easily copied. */
function sideBySide(rows: readonly (readonly [string, string])[]): string[] {
  return columns(rows, [
    ["<", Math.max(...rows.map(([why]) => why.length)) + 3],
    ["<", 0],
  ]);
}
