/** `npm run page`: a local chain with the demo's year, the page served beside it, and links to open. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EXIT } from "../../src/cli/io.ts";
import { Output } from "../../src/cli/output.ts";
import { terminal } from "../../src/cli/terminal.ts";
import { setStage } from "../../src/demo/setting.ts";
import { startNode } from "../demo/node.ts";
import { Progress } from "../demo/progress.ts";
import { jobs } from "../jobs.ts";
import { buildPage, PAGE } from "./build.ts";
import { compileContracts } from "./compile.ts";
import { serve } from "./serve.ts";
import { playWorld } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The one that development nodes share. */
const PHRASE = "test test test test test test test test test test test junk";
const BEGIN = "2024-12-01T00:00:00Z";

interface Ports {
  readonly port: number;
  readonly nodePort: number;
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stop.abort();
  });

const ports = readOptions(process.argv.slice(2));
process.exitCode = typeof ports === "number" ? ports : await show(ports);
process.exit();

async function show({ port, nodePort }: Ports): Promise<number> {
  const output = new Output(terminal(stop.signal), false);
  const progress = new Progress(process.stderr.isTTY);
  const folder = mkdtempSync(join(tmpdir(), "upheld-page-"));
  try {
    progress.show("compiling the contracts, a minute or two the first time");
    await compileContracts();
    progress.show("building the page");
    await buildPage();
    progress.show("starting a local chain");
    const node = await startNode(nodePort, BEGIN);
    const stage = await setStage({
      jobs,
      services: { deployFolder: folder },
      rpc: node.url,
      keys: {},
      signal: stop.signal,
      example: join(ROOT, "examples", "github-actions-2025"),
      folder,
      onProgress: (what) => {
        progress.show(what);
      },
    });
    const world = await playWorld(stage);
    const served = await serve(PAGE, port, { evidence: stage.files.evidence });
    progress.clear();
    const query = new URLSearchParams({
      rpc: node.url,
      factory: stage.agreement.factory.address,
      evidence: `${served.url}/evidence`,
      record: world.record,
    });
    const link = (path: string) => `${served.url}/#/${path}?${query.toString()}`;
    output.io.out(
      [
        "The page, on a local chain with play money, on 3 November 2025:",
        "",
        "an agreement that runs, October just reported",
        `  ${link(`agreement/${world.running}`)}`,
        "next year's, not signed yet: what a client sees before signing",
        `  ${link(`agreement/${world.draft}`)}`,
        "the provider's portfolio",
        `  ${link(`provider/${stage.addresses.provider}`)}`,
        "",
        "The words of its record are private files, to be opened in the page:",
        `  ${world.texts}`,
        "",
        `The chain is at ${node.url}, chain id 31337, until Ctrl-C. To sign, import the public test phrase`,
        `  ${PHRASE}`,
        "into a wallet that holds nothing else, and add the chain to it: provider and client are the second and third",
        "account. Everybody knows these keys: never send real money to them. For an agreement of your own:",
        `  UPHELD_RPC=${node.url} npx upheld deploy --test-token`,
        "",
      ].join("\n"),
    );
    await stopped(stop.signal);
    await served.close();
    await node.close();
    return EXIT.ok;
  } catch (error) {
    progress.clear();
    return stop.signal.aborted ? EXIT.interrupted : output.failure(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

/** Reads the command line; a number is the exit code when there is nothing to show. */
function readOptions(argv: readonly string[]): Ports | number {
  const program = new Command("npm run page --")
    .description("Builds the page and shows the demo's year with it, on a chain of this process.")
    .option("--port <port>", "where the page is served (default: any that is free)", portOf, 0)
    .option("--node-port <port>", "where the chain listens (default: any that is free)", portOf, 0)
    .addHelpText("after", "\nExamples:\n  $ npm run page\n  $ npm run page -- --port 8080 --node-port 8545")
    .exitOverride()
    .showHelpAfterError("See: npm run page -- --help");
  try {
    program.parse([...argv], { from: "user" });
    return program.opts<{ port: number; nodePort: number }>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("Not a port.");
}
