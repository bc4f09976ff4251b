import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { EXIT } from "../../src/cli/io.ts";
import { stories } from "../../src/demo/stories.ts";
import type { Story } from "../../src/demo/stories/story.ts";

export const DEFAULT_PORT = 8545;

export interface Options {
  readonly story: Story;
  readonly json: boolean;
  readonly keep: boolean;
  readonly port: number;
}

/** Reads the command line; a number is the exit code when there is nothing to play. */
export function readOptions(argv: readonly string[]): Options | number {
  const others = stories.filter(({ name }) => name !== "year");
  const program = new Command("npm start --")
    .description("Plays a year of a real service on a local chain: no wallet, no network, no keys.")
    .exitOverride()
    .showHelpAfterError("See: npm start -- --help");
  for (const { name, plot } of others) {
    const conflicts = others
      .map((other) => other.name)
      .filter((other) => other !== name)
      .map(camel);
    program.addOption(new Option(`--${name}`, plot).conflicts(conflicts));
  }
  program
    .option("--json", "print one JSON object")
    .option("--keep", "leave the chain running until Ctrl-C, and say what to try")
    .addOption(
      new Option("--port <port>", `with --keep: where the chain listens (default: ${DEFAULT_PORT})`).argParser(portOf),
    )
    .addHelpText("after", "\nExamples:\n  $ npm start\n  $ npm start -- --dispute\n  $ npm start --silent -- --json");
  try {
    program.parse([...argv], { from: "user" });
    const given = program.opts<Record<string, unknown>>();
    const keep = given["keep"] === true;
    if (given["port"] !== undefined && !keep) program.error("error: --port is for a chain that stays: add --keep");
    const [year] = stories;
    const story = others.find(({ name }) => given[camel(name)] === true) ?? year;
    if (story === undefined) throw new Error("there are no stories");
    return { story, json: given["json"] === true, keep, port: (given["port"] as number | undefined) ?? DEFAULT_PORT };
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

const camel = (name: string): string => name.replace(/-[a-z]/g, (letters) => letters.slice(1).toUpperCase());
