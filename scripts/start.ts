import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../src/cli/io.ts";
import { Output } from "../src/cli/output.ts";
import { terminal } from "../src/cli/terminal.ts";
import { play } from "../src/demo/play.ts";
import { setStage } from "../src/demo/setting.ts";
import { addressesFolder } from "./addresses.ts";
import { nextOnChain, nextSteps } from "./demo/next.ts";
import { startNode } from "./demo/node.ts";
import { DEFAULT_PORT, readOptions, type Options } from "./demo/options.ts";
import { Progress } from "./demo/progress.ts";
import { jobs } from "./jobs.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXAMPLE = join(ROOT, "examples", "github-actions-2025");
/** A month before the term starts: time to create, fund and accept. */
const BEGIN = "2024-12-01T00:00:00Z";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stop.abort();
  });

const options = readOptions(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await start(options);
// Sockets to the node stay open for a while; a finished demo does not wait for them.
process.exit();

/** Plays one story on a chain of its own, and prints it. Answers the exit code. */
async function start({ story, json, keep, port }: Options): Promise<number> {
  const output = new Output(terminal(stop.signal), json);
  const progress = new Progress(process.stderr.isTTY && !json);
  const folder = mkdtempSync(join(tmpdir(), "upheld-"));
  try {
    progress.show("starting a local chain");
    const node = await startNode(keep ? port : 0, BEGIN);
    const stage = await setStage({
      jobs,
      // A chain that stays is remembered, so that commands find its factory; any other leaves no trace.
      services: { deployFolder: keep ? addressesFolder() : folder },
      rpc: node.url,
      keys: {},
      signal: stop.signal,
      example: EXAMPLE,
      folder,
      onProgress: (what) => {
        progress.show(what);
      },
    });
    const played = await play(story, stage);
    progress.clear();
    const about = { jobs, root: ROOT, played: story.name };
    const { agreement: file, evidence } = stage.files;
    const kept = {
      url: node.url,
      isDefaultPort: port === DEFAULT_PORT,
      agreement: stage.agreement.address,
      file,
      evidence,
    };
    const next = keep ? nextOnChain(about, kept) : nextSteps(about);
    if (json) output.io.out(`${JSON.stringify(played.data)}\n`);
    else output.io.out(`${played.screen(next, output.color).join("\n")}\n`);
    if (keep) await stopped(stop.signal);
    await node.close();
    return played.isSound ? EXIT.ok : EXIT.failed;
  } catch (error) {
    progress.clear();
    if (stop.signal.aborted) return interrupted();
    return output.failure(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function interrupted(): number {
  process.stderr.write("Stopped; the chain is gone with this process.\n");
  return EXIT.interrupted;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
