import { Command, CommanderError } from "commander";
import { Context, type Services } from "./context.ts";
import { EXIT, type Io } from "./io.ts";
import { commandFor, type Job, type Parsed } from "./job.ts";
import { Output } from "./output.ts";
import { VERSION } from "../version.ts";

const START = `
Start with:
  $ upheld new harbor.sla.yaml
  $ upheld explain harbor.sla.yaml
Then the provider deploys, the client checks, funds and accepts, the provider accepts: deploy, check, fund, accept.`;

/** Runs one command line and answers its exit code. Never throws, never exits: that is for the entry file. */
export async function main(argv: readonly string[], jobs: readonly Job[], io: Io, services: Services): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command("upheld")
    .description("Service-level agreements that enforce themselves: escrow, reports, credits and payment.")
    .version(VERSION, "-V, --version", "say which version this is")
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", START);
  for (const job of jobs) {
    const run = async ({ common, input }: Parsed) => {
      const output = new Output(io, common.json);
      try {
        exitCode = output.result(await job.run(new Context(common, output, services), input));
      } catch (error) {
        exitCode = output.failure(error);
      }
    };
    parentOf(program, job).addCommand(commandFor(job, run));
  }
  settle(program, io);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return new Output(io, argv.includes("--json")).failure(error);
  }
  return exitCode;
}

/** `seat offer` lives under `seat`. */
function parentOf(program: Command, job: Job): Command {
  const [group, name] = job.name.split(" ");
  if (group === undefined || name === undefined) return program;
  const existing = program.commands.find((command) => command.name() === group);
  if (existing !== undefined) return existing;
  const made = new Command(group).summary(`see \`upheld ${group} --help\``);
  program.addCommand(made);
  return made;
}

/** Commander exits and prints by itself unless every command is told not to. */
function settle(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      io.out(text);
    },
    writeErr: (text) => {
      io.err(text);
    },
  });
  for (const child of command.commands) settle(child, io);
}
