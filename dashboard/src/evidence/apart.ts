import { UpheldError, type Problem } from "../../../src/errors.ts";
import { judge, type Case, type Judged } from "./judge.ts";

/** What comes of a file: a verdict, or why there is none. */
type Outcome = { readonly judged: Judged } | { readonly problem: Problem };
/** What the worker says: that it runs, then what came of it. */
type Said = "running" | Outcome;

/** The page's own script: a worker runs it too, so there is no other file that could be missing. */
const SCRIPT = typeof document === "undefined" ? undefined : (document.currentScript as HTMLScriptElement | null)?.src;

/**
 * Judges a file on a thread of its own, so that the page goes on meanwhile: a month of samples takes many seconds. Where
 * a browser starts no worker, as from a disk, the page does it and stands still. Ends when `signal` says so. Throws as
 * `judge` does, and `evidence.unchecked`.
 */
export async function judgeApart(one: Case, signal: AbortSignal): Promise<Judged> {
  signal.throwIfAborted();
  const outcome = (await inWorker(one, signal)) ?? (await here(one, signal));
  if ("problem" in outcome) throw new UpheldError(outcome.problem);
  return outcome.judged;
}

/** Undefined: no worker can be started. */
function inWorker(one: Case, signal: AbortSignal): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    let worker: Worker;
    try {
      worker = new Worker(SCRIPT ?? "");
    } catch {
      resolve(undefined);
      return;
    }
    let isRunning = false;
    const end = (outcome: Outcome | undefined) => {
      worker.terminate();
      resolve(outcome);
    };
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data === "running") isRunning = true;
      else end(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(isRunning ? unchecked(event.message) : undefined);
    };
    signal.addEventListener("abort", () => {
      worker.terminate();
      reject(signal.reason as Error);
    });
    worker.postMessage(one);
  });
}

async function here(one: Case, signal: AbortSignal): Promise<Outcome> {
  // let it be painted that the file is being checked
  await new Promise((resolve) => setTimeout(resolve, 30));
  signal.throwIfAborted();
  return outcomeOf(one);
}

/** The worker's side of it: judges what it is given. */
export function judgeInWorker(): void {
  const say = (what: Said) => {
    postMessage(what);
  };
  addEventListener("message", ({ data }: MessageEvent<Case>) => {
    void outcomeOf(data).then(say);
  });
  say("running");
}

async function outcomeOf(one: Case): Promise<Outcome> {
  try {
    return { judged: await judge(one) };
  } catch (error) {
    return error instanceof UpheldError ? { problem: error.problem } : unchecked((error as Error).message);
  }
}

/** The file may be sound: it is the browser that could not finish, for want of memory as a rule. */
const unchecked = (why: string): Outcome => ({
  problem: {
    code: "evidence.unchecked",
    message: `The file could not be checked here: ${why}.`,
    hint: "That says nothing about what is in it. Close other pages and try again, or check it in a terminal.",
  },
});
