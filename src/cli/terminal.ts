import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Io } from "./io.ts";

/** The world as a process has it. */
export function terminal(signal: AbortSignal): Io {
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY && process.stdin.isTTY,
    useColor: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    env: process.env,
    now: () => BigInt(Math.floor(Date.now() / 1000)),
    ask: (question, { hidden = false } = {}) => ask(question, hidden, signal),
    signal,
  };
}

async function ask(question: string, hidden: boolean, signal: AbortSignal): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stderr, terminal: true });
  // In raw mode Ctrl-C arrives here, not as a signal to the process.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await lines.question("", { signal });
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}
