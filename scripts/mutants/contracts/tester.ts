/** A worker process that runs tests, begun again when it hangs or dies. */
import { type ChildProcess, fork } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import type { Answer, Request } from "./worker.ts";

/** No test takes as long as this; a worker that says nothing for so long hangs. */
const PATIENCE = 300_000;
const DEPLOYING = /support\/fixture\.ts|helpers\/committee\.ts/;
/** Tests that draw random numbers draw the same ones each time, and are named by it. */
const SETTING = { UPHELD_SEED: "1", UPHELD_KEEPS_WORLD: "1" };
/** They start programs of their own, which know nothing of mutants. */
const ELSEWHERE = /^test\/(cli|docs)\/|scenarios\/(anvil|start)/;
/** The stories of the model's campaign, one by one. */
const STORIES = "scripts/mutants/contracts/told.test.ts";
/** What the name of a story's test has in it: the model's, those of laziness and of ordinary months. */
export const STORY = /\bstory \d/;

/** The tests that run contracts in this process. */
export function testFiles(): string[] {
  const own = globSync("test/**/*.test.ts").filter(
    (file) => !ELSEWHERE.test(file) && DEPLOYING.test(readFileSync(file, "utf8")),
  );
  return [...own.sort(), STORIES];
}

export class Tester {
  readonly #settings: Readonly<Record<string, string>>;
  readonly #files: readonly string[];
  #worker: ChildProcess | undefined;

  constructor(
    artifacts: string,
    settings: Readonly<Record<string, string>> = {},
    files: readonly string[] = testFiles(),
  ) {
    this.#files = files;
    this.#settings = { MUTANTS_ARTIFACTS: artifacts, ...settings };
  }

  /** Undefined: the worker hung or died. */
  async ask(request: Request): Promise<Answer | undefined> {
    this.#worker ??= await this.#start();
    const worker = this.#worker;
    const answer = await new Promise<Answer | undefined>((done) => {
      const giveUp = (): void => {
        worker.removeAllListeners();
        worker.kill("SIGKILL");
        this.#worker = undefined;
        done(undefined);
      };
      let timer = setTimeout(giveUp, PATIENCE);
      worker.on("exit", giveUp).on("message", (message: Answer | "alive") => {
        clearTimeout(timer);
        if (message === "alive") timer = setTimeout(giveUp, PATIENCE);
        else done(message);
      });
      worker.send(request);
    });
    worker.removeAllListeners();
    return answer;
  }

  stop(): void {
    this.#worker?.kill();
    this.#worker = undefined;
  }

  #start(): Promise<ChildProcess> {
    const worker = fork("scripts/mutants/contracts/worker.ts", this.#files, {
      execArgv: ["--import", "tsx"],
      env: {
        ...process.env,
        HARDHAT_CONFIG: "scripts/mutants/contracts/hardhat.config.ts",
        ...SETTING,
        ...this.#settings,
      },
    });
    return new Promise((done, fail) => {
      worker.once("message", () => {
        done(worker);
      });
      worker.once("exit", (code) => {
        fail(new Error(`the tests do not load (${code})`));
      });
    });
  }
}
