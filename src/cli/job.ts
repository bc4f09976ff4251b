import { Command, CommanderError } from "commander";
import { z } from "zod";
import { UpheldError } from "../errors.ts";
import type { Context } from "./context.ts";
import type { Result } from "./io.ts";

/** One value a job takes, on its command line: `[placeholder, what it is, how it is read]`. */
export type Field<T = unknown> = readonly [placeholder: string, help: string, type: z.ZodType<T>];
export type Fields = Readonly<Record<string, Field>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** One job of the executable. */
export interface Job {
  /** `fund`, or `seat offer` for one of a group. */
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly args: Fields;
  readonly options: Fields;
  /** The common options it takes, besides its own. */
  readonly common: Fields;
  run(context: Context, input: Record<string, unknown>): Promise<Result>;
}

/** Describes a job; what `run` receives is typed by its fields. */
export function job<A extends Fields, O extends Fields>(described: {
  name: string;
  summary: string;
  example: string;
  args?: A;
  options?: O;
  /** `signer` (the default) may send something, `chain` only reads one, `nothing` asks no chain at all. */
  needs?: keyof typeof NEEDS;
  run: (context: Context, input: Values<A> & Values<O>) => Promise<Result>;
}): Job {
  const { name, summary, example, args, options, needs, run } = described;
  return {
    name,
    summary,
    example,
    args: args ?? {},
    options: options ?? {},
    common: NEEDS[needs ?? "signer"],
    // the values were parsed by these very fields
    run: (context, input) => run(context, input as Values<A> & Values<O>),
  };
}

const text = z.string().min(1);
const flag = z.boolean().default(false);

const FORMAT = { json: ["", "print one JSON object", flag] } satisfies Fields;

/** What a job takes that asks a chain. */
const CHAIN = {
  network: ["<name>", "network name or chain id (default: the file's, else local)", text.optional()],
  rpc: [
    "<url>",
    "the node's address, or several with commas (default: UPHELD_RPC_<NETWORK>, UPHELD_RPC)",
    text.optional(),
  ],
  factory: ["<address>", "the factory (default: as remembered for the chain)", text.optional()],
} satisfies Fields;

/** What a job takes that may send something. */
const SENDING = {
  dryRun: ["", "show what would be signed and what it costs; send nothing", flag],
  calldata: ["", "print { to, data, value } for a Safe or another signer; send nothing", flag],
  yes: ["", "do not ask", flag],
  keystore: ["<file>", "sign with this encrypted JSON keystore (UPHELD_KEYSTORE)", text.optional()],
  hardhatKey: ["<name>", "sign with this key of Hardhat's keystore (UPHELD_HARDHAT_KEY)", text.optional()],
  from: ["<address>", "sign with this account of a local node (default: the one the job needs)", text.optional()],
  confirmations: ["<n>", "blocks to wait for (default: as the chain needs)", z.coerce.number().int().min(1).optional()],
} satisfies Fields;

const COMMON = { ...FORMAT, ...CHAIN, ...SENDING };
const NEEDS = { nothing: FORMAT, chain: { ...FORMAT, ...CHAIN }, signer: COMMON } as const;

export type CommonOptions = Values<typeof COMMON>;

/** The parts of a command line, parsed. */
export interface Parsed {
  readonly common: CommonOptions;
  readonly input: Record<string, unknown>;
}

/** Makes the commander command for `job`; `act` runs it. */
export function commandFor(described: Job, act: (parsed: Parsed) => Promise<void>): Command {
  const command = new Command(described.name.split(" ").at(-1));
  command.summary(described.summary).description(`${upperFirst(described.summary)}.`);
  for (const [placeholder, help] of Object.values(described.args)) command.argument(placeholder, help);
  command.helpOption("-h, --help", "say this").optionsGroup("Options:");
  for (const [name, field] of Object.entries(described.options)) addOption(command, name, field);
  for (const [title, fields] of Object.entries({ Options: FORMAT, Chain: CHAIN, Signing: SENDING })) {
    // A job's own option replaces the common one of the same name.
    const taken = Object.entries(fields).filter(([name]) => name in described.common && !(name in described.options));
    command.optionsGroup(`${title}:`);
    for (const [name, field] of taken) addOption(command, name, field);
  }
  command.addHelpText("after", `\nExample:\n  $ ${described.example.replaceAll("\n", "\n  $ ")}`);
  command.action(async (...given: unknown[]) => {
    const options = command.opts();
    const args = Object.keys(described.args).map((name, i) => [name, given[i]] as const);
    await act({
      // What the job does not take was not given, and its own option is none of the common ones.
      common: parse(COMMON, without(described.options, options), "--") as CommonOptions,
      input: { ...parse(described.args, Object.fromEntries(args)), ...parse(described.options, options, "--") },
    });
  });
  return command;
}

const without = (own: Fields, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !(name in own)));

function addOption(command: Command, name: string, [placeholder, help, type]: Field): void {
  const flags = `--${kebab(name)}${placeholder === "" ? "" : ` ${placeholder}`}`;
  const isMany = type instanceof z.ZodArray || (type instanceof z.ZodDefault && type.unwrap() instanceof z.ZodArray);
  if (isMany) command.option(flags, help, (value: string, before: string[] | undefined) => [...(before ?? []), value]);
  else command.option(flags, help);
}

function parse(fields: Fields, given: Record<string, unknown>, dashes = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, [placeholder, , type]]) => {
      const parsed = type.safeParse(given[name]);
      if (parsed.success) return [name, parsed.data];
      const shown =
        placeholder.startsWith("<") && given[name] === undefined ? "is missing" : `"${String(given[name])}"`;
      throw usage(`${dashes}${kebab(name)} ${shown}: ${parsed.error.issues[0]?.message ?? "not understood"}`);
    }),
  );
}

/** A mistake on the command line; `message` begins like `--counts` or `there is …`. */
export function usage(message: string, hint?: string): UpheldError {
  const sentence = `${upperFirst(message)}${/[.?!]$/.test(message) ? "" : "."}`;
  return new UpheldError({
    code: "usage",
    message: sentence,
    hint: hint ?? "See --help for what it takes and an example.",
  });
}

export { CommanderError };

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const upperFirst = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);
