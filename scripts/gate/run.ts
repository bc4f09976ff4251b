import { spawn } from "node:child_process";
import { delimiter, dirname, resolve } from "node:path";

export interface Finished {
  readonly code: number;
  /** What it wrote, to both streams, as it came. */
  readonly output: string;
  /** The part of it that went to the standard output. */
  readonly stdout: string;
}

/** Run a program of this project's packages to its end, under the Node that runs this one, with `settings` added. */
export async function run(
  settings: Readonly<Record<string, string>>,
  program: string,
  ...args: readonly string[]
): Promise<Finished> {
  const paths = [resolve("node_modules/.bin"), dirname(process.execPath), process.env["PATH"] ?? ""];
  const env = { ...process.env, PATH: paths.join(delimiter), NO_COLOR: "1", FORCE_COLOR: undefined, ...settings };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done({ code: code ?? 1, output, stdout });
    });
  });
}
