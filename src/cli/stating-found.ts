/** Statements of the agreements that the chain names for somebody. */
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { Agreement } from "../chain/agreement.ts";
import { readAgreementsOf } from "../chain/created.ts";
import { nameOf, PHASES, type Seat } from "../chain/enums.ts";
import { cloneAddress, type Factory } from "../chain/factory.ts";
import { UpheldError, type Problem } from "../errors.ts";
import { problemOf } from "../oracle/prepare.ts";
import { readSummaries } from "../oracle/portfolio.ts";
import { together as each } from "../oracle/together.ts";
import { together, type ClientStatement } from "../statement/client.ts";
import { isAsked, notAccepted, whyLeftOut, type Parties } from "../statement/left-out.ts";
import { monthOf, monthTitle } from "../statement/month.ts";
import type { Statement } from "../statement/statement.ts";
import { encodeTerms } from "../terms/codec.ts";
import type { AgreementFile } from "../terms/file.ts";
import { plural } from "../terms/format.ts";
import type { Context } from "./context.ts";
import { readAgreementFile } from "./file.ts";
import { usage } from "./job.ts";
import { readStatement, type Wanted } from "./stating.ts";

const AT_ONCE = 4;
const MOST_REASONS = 10;

/** An agreement that the chain names for the parties and that has no place among their statements. */
export interface LeftOut {
  readonly agreement: string;
  readonly why: string;
}

/** One that could not be read. */
export interface Failed {
  readonly agreement: string;
  /** Who its client is now. */
  readonly client: string;
  readonly problem: Problem;
}

/** What the chain has for the parties in a month. */
export interface Found {
  readonly statements: readonly Statement[];
  readonly leftOut: readonly LeftOut[];
  readonly failed: readonly Failed[];
}

/**
 * Reads the month of all agreements of `parties`, in the order in which the chain tells of them. `files` give names,
 * service and tax to the agreements they are of. Throws when none had the month.
 */
export async function findStatements(
  context: Context,
  parties: Parties,
  files: readonly string[],
  wanted: Wanted,
): Promise<Found> {
  const known = files.map((ref) => ({ ref, file: readAgreementFile(ref) }));
  const { network } = await context.chain(known[0]?.file.network?.name);
  const factory = await context.factory();
  const fileOf = await filesByAddress(factory, known);
  const named = await context.output.during("Looking for agreements", agreementsOf(factory, parties));
  let count = 0;
  const reading = each(named, AT_ONCE, async ({ agreement, summary }) => {
    const read = await readOne(context, factory, { agreement, summary, file: fileOf.get(agreement) }, parties, wanted);
    ++count;
    return read;
  });
  const read = await context.output.during(() => `Read ${count} of ${plural(named.length, "agreement")}`, reading);
  const statements = read.flatMap((one) => ("entries" in one ? [one] : []));
  const leftOut = read.flatMap((one) => ("why" in one ? [one] : []));
  const failed = read.flatMap((one) => ("problem" in one ? [one] : []));
  if (statements.length === 0 && failed.length === 0) {
    throw nothingFound(parties, factory, network.name, wanted, leftOut);
  }
  return { statements, leftOut, failed };
}

/** One statement of all the client's agreements. */
export async function findClientStatement(
  context: Context,
  parties: Parties,
  files: readonly string[],
  wanted: Wanted,
): Promise<{ readonly client: ClientStatement; readonly leftOut: readonly LeftOut[] }> {
  const { statements, leftOut, failed } = await findStatements(context, parties, files, wanted);
  const [first] = failed;
  if (first !== undefined) throw new UpheldError(problemIn(first));
  const { network } = await context.chain();
  return { client: together(network, statements as [Statement, ...Statement[]]), leftOut };
}

/** The problem, with the agreement that has it. */
export function problemIn({ agreement, problem }: Failed): Problem {
  return { ...problem, message: `Agreement ${agreement}: ${problem.message}` };
}

/** What was left out, for people. */
export function leftOutText(leftOut: readonly LeftOut[]): string[] {
  const more = leftOut.length - MOST_REASONS;
  return [
    ...leftOut.slice(0, MOST_REASONS).map(({ agreement, why }) => `Left out: ${agreement}, ${why}.`),
    ...(more > 0 ? [`And ${more} more; --json names all of them.`] : []),
  ];
}

async function filesByAddress(
  factory: Factory,
  files: readonly { readonly ref: string; readonly file: AgreementFile }[],
): Promise<Map<string, AgreementFile>> {
  const known = new Map<string, AgreementFile>();
  if (files.length === 0) return known;
  const implementation = await factory.implementation();
  for (const { ref, file } of files) {
    const address = cloneAddress(factory.address, implementation, encodeTerms(file.terms));
    if (known.has(address)) throw usage(`the agreement ${ref} is named twice`);
    known.set(address, file);
  }
  return known;
}

interface Named {
  readonly agreement: string;
  /** Undefined: its token does not answer. */
  readonly summary: SummaryStructOutput | undefined;
}

/** Those that name all of `parties`, now or once. */
async function agreementsOf(factory: Factory, { client, provider }: Parties): Promise<Named[]> {
  const ofClient = client === undefined ? undefined : await readAgreementsOf(factory, "client", client);
  const ofProvider = provider === undefined ? undefined : await readAgreementsOf(factory, "provider", provider);
  const both = new Set(ofProvider);
  const named = ofClient?.filter((one) => ofProvider === undefined || both.has(one)) ?? ofProvider ?? [];
  const summaries = await readSummaries(factory, named);
  const known = await each([...named.entries()], AT_ONCE, async ([i, agreement]): Promise<Named[]> => {
    const summary = summaries[i];
    // Any contract may say that a seat of it was taken.
    const isGenuine = summary !== undefined || (await factory.isGenuine(agreement));
    return isGenuine ? [{ agreement, summary }] : [];
  });
  return known.flat();
}

async function readOne(
  context: Context,
  factory: Factory,
  { agreement, summary, file }: Named & { readonly file: AgreementFile | undefined },
  parties: Parties,
  wanted: Wanted,
): Promise<Statement | LeftOut | Failed> {
  if (summary === undefined) return { agreement, why: "its token does not answer" };
  try {
    const about = { agreement: await Agreement.at(factory, agreement), file };
    const { books, statement } = await readStatement(context, about, wanted);
    const why = whyLeftOut(books, statement, parties);
    return why === undefined ? statement : { agreement, why };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === "statement.month-to-come") throw error;
    if (problem.code === "statement.nothing-yet") return { agreement, why: "nothing had happened in it yet" };
    const seat = seatNotAccepted(summary, parties);
    if (seat !== undefined) return { agreement, why: notAccepted(seat) };
    return { agreement, client: summary.state.client, problem };
  }
}

/** Anyone may name anyone in a draft, and its token may fail as it likes: that must not stop the others. */
function seatNotAccepted({ phase, state }: SummaryStructOutput, parties: Parties): Seat | undefined {
  if (!["draft", "lapsed"].includes(nameOf(PHASES, phase))) return undefined;
  const accepted = { client: state.clientAccepted, provider: state.providerAccepted };
  return (["client", "provider"] as const).find((seat) => isAsked(parties, seat) && !accepted[seat]);
}

function nothingFound(
  { client, provider }: Parties,
  factory: Factory,
  network: string,
  { month }: Wanted,
  leftOut: readonly LeftOut[],
): UpheldError {
  const parties = [
    ...(client === undefined ? [] : [`the client ${client}`]),
    ...(provider === undefined ? [] : [`the provider ${provider}`]),
  ].join(" and ");
  if (leftOut.length === 0) {
    return new UpheldError({
      code: "statement.no-agreements",
      message: `The factory ${factory.address} on ${network} has no agreement of ${parties}.`,
      hint: "Check the address, --network and --factory.",
    });
  }
  return new UpheldError({
    code: "statement.none-in-month",
    message: [`No agreement of ${parties} belongs into ${monthTitle(monthOf(month))}.`, ...leftOutText(leftOut)].join(
      "\n  ",
    ),
    hint: "Name another month; an agreement that is named itself is not left out.",
  });
}
