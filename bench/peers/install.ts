/**
 * The packages of peers have a folder and a lock of their own, so that nobody who does not measure has to install them.
 * Only contracts as their makers compiled them are taken; no script of a package runs.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** Install what is not there in the wanted version; it takes a few seconds, and `say` is told before. */
export async function installPeers(say: (text: string) => void): Promise<void> {
  const wanted = (JSON.parse(read("package.json")) as { dependencies: Record<string, string> }).dependencies;
  const missing = Object.entries(wanted).filter(([name, version]) => versionOf(name) !== version);
  if (missing.length === 0) return;
  say(`Installing ${missing.map(([name, version]) => `${name} ${version}`).join(", ")} into bench/peers …\n`);
  const { code, output } = await npmCi();
  if (code === 0) return;
  throw new Error(
    `The peers' packages could not be installed. \`npm run bench -- --quick\` measures ours alone.\n${output}`,
  );
}

export function versionOf(name: string): string | undefined {
  const path = `node_modules/${name}/package.json`;
  return existsSync(FOLDER + path) ? (JSON.parse(read(path)) as { version: string }).version : undefined;
}

/** A file below `bench/peers`, as text. */
export function read(path: string): string {
  return readFileSync(FOLDER + path, "utf8");
}

async function npmCi(): Promise<{ code: number; output: string }> {
  // npm tells the scripts it runs where it is itself.
  const npm = process.env["npm_execpath"];
  const [program, before] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const child = spawn(program, [...before, "ci"], { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  return new Promise((done) => {
    child.on("error", (error) => {
      done({ code: 1, output: error.message });
    });
    child.on("close", (code) => {
      done({ code: code ?? 1, output });
    });
  });
}
