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

/** Runs a file of ours; what it prints is one `T` as JSON. */
export async function inProcess<T>(file: string, ...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, "--import", "tsx", file, ...args], {
    maxBuffer: 64_000_000,
  });
  return JSON.parse(stdout) as T;
}
