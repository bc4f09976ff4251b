import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

/** Debian calls some of them otherwise than their makers do. */
export const PROMETHEUS = ["prometheus"];
export const VICTORIA_METRICS = ["victoria-metrics", "victoria-metrics-prod"];
export const PROMTOOL = ["promtool"];
export const BLACKBOX = ["prometheus-blackbox-exporter", "blackbox_exporter"];
export const ALERTMANAGER = ["prometheus-alertmanager", "alertmanager"];
export const OPENSSL = ["openssl"];

/** Where a program is; undefined when none of its names is on the path. */
export function programAt(names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end. */
export function runProgram(names: readonly string[], ...args: string[]): void {
  const { status, stderr } = spawnSync(required(names), args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${names[0] ?? ""} ${args.join(" ")} failed:\n${stderr}`);
}

/** A server that runs until it is stopped. */
export interface Running {
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** Starts a server and waits until `isReady`; what it says is shown when it never is. */
export async function startProgram(
  names: readonly string[],
  args: readonly string[],
  isReady: () => Promise<boolean>,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const child = spawn(required(names), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let said = "";
  const hear = (part: Buffer) => (said = (said + part.toString()).slice(-4_000));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    if (await isReady().catch(() => false)) return { stop: () => stopped(child) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stopped(child);
  throw new Error(`${names[0] ?? ""} did not get ready:\n${said}`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(late);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;

function required(names: readonly string[]): string {
  const path = programAt(names);
  if (path === undefined) throw new Error(`${names.join(" or ")} is not installed`);
  return path;
}
