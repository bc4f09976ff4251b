/** What is measured runs in a process of its own, so that its memory and its time are its alone. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** As `upheld` itself is started. */
const FLAGS = (
  /^#!\/usr\/bin\/env -S node (.*)$/m.exec(readFileSync(new URL("../bin/upheld.mjs", import.meta.url), "utf8"))?.[1] ??
  ""
)
  .split(" ")
  .filter((flag) => flag !== "");

/** Runs a file of ours as `upheld` is run; what it prints is one `T` as JSON. */
export const asUpheld = <T>(file: string, ...args: string[]): Promise<T> =>
  inNode([...FLAGS, "--import", "tsx"], file, args);

/** The same as Node comes. */
export const asItComes = <T>(file: string, ...args: string[]): Promise<T> => inNode(["--import", "tsx"], file, args);

async function inNode<T>(flags: readonly string[], file: string, args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, ...args], { maxBuffer: 64_000_000 });
  return JSON.parse(stdout) as T;
}
