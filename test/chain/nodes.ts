import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

/** A node of its own for a test, on a port the system chooses. */
export interface TestNode {
  readonly url: string;
  stop(): Promise<void>;
}

/** The public test phrase that development nodes share. */
export const MNEMONIC = "test test test test test test test test test test test junk";

/** Where anvil is, when its optional package is installed. */
export function anvilPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");
  } catch {
    return undefined;
  }
}

/** Starts anvil; `args` are added to its command line. */
export async function startAnvil(...args: string[]): Promise<TestNode> {
  const path = anvilPath();
  if (path === undefined) throw new Error("anvil is not installed: it is an optional package for 64-bit Linux");
  const child = spawn(path, ["--port", "0", "--mnemonic", MNEMONIC, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await listening(child, /Listening on ([\d.]+:\d+)/);
  return { url, stop: () => stop(child) };
}

async function listening(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error("no output to read");
  for await (const line of createInterface({ input: child.stdout })) {
    const address = pattern.exec(line)?.[1];
    if (address === undefined) continue;
    // what it prints later must not fill the pipe
    child.stdout.resume();
    return `http://${address}`;
  }
  throw new Error("the node ended before it listened");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
