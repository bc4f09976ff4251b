import { createColors } from "picocolors";
import { UpheldError, UpheldErrors, type Problem } from "../errors.ts";
import { decodeFailure } from "../chain/failure.ts";
import { EXIT, type Io, type Result } from "./io.ts";

const SPIN_AFTER_MS = 1_000;

/** Writes results, errors and progress; knows whether a machine or a person reads. */
export class Output {
  readonly io: Io;
  readonly json: boolean;
  readonly color: ReturnType<typeof createColors>;

  constructor(io: Io, json: boolean) {
    this.io = io;
    this.json = json;
    this.color = createColors(io.useColor && !json);
  }

  /** A line for a person who watches; nothing for anybody else. */
  note(text: string): void {
    if (this.io.isTerminal && !this.json) this.io.err(`${text}\n`);
  }

  /** Says what takes long, once it does; what changes meanwhile is asked for each time. */
  async during<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    if (!this.io.isTerminal || this.json) return work;
    const began = Date.now();
    const show = () => {
      const now = typeof what === "string" ? what : what();
      this.io.err(`\r\u001b[K${now}, ${Math.round((Date.now() - began) / 1000)} s`);
    };
    const timer = setInterval(show, SPIN_AFTER_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      if (Date.now() - began >= SPIN_AFTER_MS) this.io.err("\r\u001b[K");
    }
  }

  /** Prints what a job found and answers its exit code. */
  result({ data, text, exitCode = EXIT.ok }: Result): number {
    if (this.json) this.io.out(`${toJson({ ok: exitCode === EXIT.ok, ...data })}\n`);
    else if (text.length > 0) this.io.out(`${text.join("\n")}\n`);
    return exitCode;
  }

  /** Prints what went wrong and answers the exit code. Defects keep their stack trace; people's mistakes have none. */
  failure(error: unknown): number {
    if (this.io.signal.aborted) return this.#interrupted();
    const problems = problemsOf(error);
    if (this.json) {
      this.io.out(
        `${toJson({ ok: false, error: problems[0], ...(problems.length > 1 ? { errors: problems } : {}) })}\n`,
      );
    } else {
      for (const problem of problems) this.io.err(`${this.#problemText(problem)}\n`);
    }
    return exitCodeOf(problems);
  }

  #interrupted(): number {
    this.io.err("\nStopped. What was sent stays sent, nothing else happened; run it again to go on.\n");
    return EXIT.interrupted;
  }

  #problemText({ code, message, hint, file, line }: Problem): string {
    const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
    const { red, dim } = this.color;
    return `${red("✗")} ${place}${message} ${dim(`[${code}]`)}${hint === undefined ? "" : `\n  ${hint}`}`;
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof UpheldErrors) return error.problems;
  if (error instanceof UpheldError) return [error.problem];
  return [decodeFailure(error).problem];
}

function exitCodeOf(problems: readonly Problem[]): number {
  if (problems.some(({ code }) => code === "usage" || code.startsWith("usage."))) return EXIT.usage;
  return problems.every(({ retry }) => retry === true) ? EXIT.retry : EXIT.failed;
}

/** Whole numbers can be larger than JSON's readers take: they are decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item), 2);
}
