import type { Services } from "../cli/context.ts";
import { EXIT, type Io } from "../cli/io.ts";
import type { Job } from "../cli/job.ts";
import { main } from "../cli/main.ts";
import { UpheldError, type Problem } from "../errors.ts";
import type { Actor, Keys } from "./actors.ts";

/** What a command printed with `--json`. */
export type Answer = Readonly<Record<string, unknown>>;

export interface CommandSettings {
  readonly jobs: readonly Job[];
  readonly services: Services;
  /** Address of the node. */
  readonly rpc: string;
  readonly keys: Keys;
  readonly signal: AbortSignal;
}

/** Runs `upheld …` in this process, as `actor` would type it: nothing in the demo acts on the chain in another way. */
export class Commands {
  readonly #settings: CommandSettings;

  constructor(settings: CommandSettings) {
    this.#settings = settings;
  }

  /** Answers what the command printed; throws its error. An answer of "no" (`verify`, `check`) is an answer. */
  async run(actor: Actor, ...argv: string[]): Promise<Answer> {
    const { jobs, services, signal } = this.#settings;
    let printed = "";
    let complained = "";
    const io: Io = {
      out: (text) => (printed += text),
      err: (text) => (complained += text),
      isTerminal: false,
      useColor: false,
      env: { UPHELD_RPC: this.#settings.rpc, ...this.#settings.keys[actor] },
      now: () => BigInt(Math.floor(Date.now() / 1000)),
      ask: () => Promise.reject(new Error("nobody to ask")),
      signal,
    };
    const exitCode = await main([...argv, "--json"], jobs, io, services);
    signal.throwIfAborted();
    const answer = parse(printed);
    if (exitCode === EXIT.ok || (answer !== undefined && !("error" in answer))) return answer ?? {};
    const problem = answer?.["error"] as Problem | undefined;
    const message = `upheld ${argv.join(" ")}: ${problem?.message ?? complained.trim()}`;
    throw new UpheldError({ ...(problem ?? { code: "demo.command-failed" }), message });
  }
}

function parse(printed: string): Answer | undefined {
  return printed === "" ? undefined : (JSON.parse(printed) as Answer);
}
