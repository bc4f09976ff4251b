import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "../../src/cli/job.ts";
import { stories } from "../../src/demo/stories.ts";
import type { StoryName } from "../../src/demo/stories/story.ts";

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
  return [
    `npm start -- ${others.map((name) => `--${name}`).join(" | ")}`,
    "npm start -- --keep    the chain stays, to look around with the real commands",
    ...offers(options, [
      { job: "explain", rest: [preset], why: "what a table means, in plain English and in money", needs: preset },
    ]),
  ];
}

/** What to try on a chain that stays. */
export function nextOnChain(options: NextOptions, kept: Kept): string[] {
  const rpc = kept.isDefaultPort ? [] : ["--rpc", kept.url];
  const { agreement, evidence, file } = kept;
  return [
    `The chain stays at ${kept.url} until Ctrl-C. In another terminal:`,
    ...offers(options, [
      { job: "status", rest: [agreement, ...rpc], why: "who holds the money, and what happened" },
      { job: "check", rest: [agreement, file, ...rpc], why: "is this really what we agreed?" },
      {
        job: "verify",
        rest: [agreement, "--evidence", evidence, ...rpc],
        why: "recompute it all from chain + evidence",
      },
      { job: "explain", rest: [file], why: "the agreement in plain English" },
    ]),
    `Evidence lies in ${evidence}: change a second in it and verify again.`,
  ];
}

function offers({ jobs, root }: NextOptions, all: readonly Offer[]): string[] {
  return all
    .filter(
      ({ job, needs }) =>
        jobs.some(({ name }) => name === job) && (needs === undefined || existsSync(join(root, needs))),
    )
    .map(({ job, rest, why }) => `npx upheld ${job} ${rest.join(" ")}    ${why}`);
}
