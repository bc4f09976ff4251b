import { readFileSync } from "node:fs";
import { isError } from "ethers";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { decodeFailure } from "../chain/failure.ts";
import { cloneAddress, type Factory } from "../chain/factory.ts";
import { Token } from "../chain/token.ts";
import { UpheldError } from "../errors.ts";
import { decodeTerms, encodeTerms } from "../terms/codec.ts";
import type { DisclosureRule, Policy } from "../measure/policy.ts";
import type { TicketRule } from "../measure/tickets.ts";
import { rulesOf } from "../record/measuring.ts";
import { parseAgreement } from "../terms/file.ts";
import type { TokenUnit } from "../terms/format.ts";
import type { Terms } from "../terms/types.ts";
import type { OracleConfig, ServedAgreement } from "./config.ts";
import { checkSources } from "./measure.ts";
import { giveBack, OneOfEach } from "./memory.ts";
import { escrowAt } from "../chain/escrow.ts";

/** An agreement that this oracle serves, with all that never changes. */
export interface Watched {
  readonly served: ServedAgreement;
  /** What people call it: the service of its file, else its address. */
  readonly label: string;
  readonly address: string;
  readonly terms: Terms;
  /** Its measures by name, or empty when only its address is known. */
  readonly names: readonly string[];
  /** How samples of each measure become counts, as its file says; empty likewise. */
  readonly policies: readonly (Policy | undefined)[];
  /** Which measures count outages that the record does not tell of, likewise. */
  readonly disclosures: readonly (DisclosureRule | undefined)[];
  /** How tickets of each measure become counts, as its file says; empty likewise. */
  readonly ticketRules: readonly (TicketRule | undefined)[];
  readonly currency: TokenUnit;
}

/** Agreements in one call to the factory: well below what a node lets a call use. */
const PAGE = 40;

/** So many files leave enough behind for it to be worth a tenth of a second to collect it. */
const MANY = 100;

/**
 * Opens every agreement of the config. Files are read without asking the chain; terms of agreements that are named by
 * address come from it, several in one request. `check` may refuse one for what the config says of it.
 */
export async function openPortfolio(
  config: OracleConfig,
  factory: Pick<Factory, "address" | "implementation" | "provider">,
  check: (agreement: Watched, file: string) => void = checkSources,
): Promise<Watched[]> {
  const implementation = await factory.implementation();
  const tokens = new Map<string, Promise<TokenUnit>>();
  const currencyOf = (token: string): Promise<TokenUnit> => {
    const known = tokens.get(token) ?? Token.at(factory.provider, token);
    tokens.set(token, known);
    return known;
  };
  const isLarge = config.agreements.length >= MANY;
  if (isLarge) giveBack(); // what is left of the config
  const each = new OneOfEach();
  const opened = await Promise.all(
    config.agreements.map(async (served) => {
      const { terms, ...words } = served.isFile
        ? fromFile(served, factory.address, implementation)
        : await fromChain(served, factory);
      const known = { ...each.within(words), terms: each.within(terms) };
      const watched = { ...known, served, currency: known.currency ?? (await currencyOf(terms.token)) };
      check(watched, config.file);
      return watched;
    }),
  );
  refuseSame(opened, config.file);
  if (isLarge) giveBack();
  return opened;
}

/**
 * Everything the chain says of the agreements as of `block`, a page in one call; undefined: not an agreement of this
 * factory.
 */
export async function readSummaries(
  factory: Factory,
  addresses: readonly string[],
  block: number | "latest" = "latest",
): Promise<(SummaryStructOutput | undefined)[]> {
  const pages = await Promise.all(chunks(addresses, PAGE).map((page) => readPage(factory, page, block)));
  return pages.flat().map((summary) => (summary.phase === 0n ? undefined : summary));
}

/** A node may allow a call less than a page takes: then halves do. */
async function readPage(
  factory: Factory,
  page: readonly string[],
  block: number | "latest",
): Promise<SummaryStructOutput[]> {
  try {
    return await factory.summaries(page, block);
  } catch (error) {
    const { problem } = decodeFailure(error);
    const isOfNodes = ["chain.unreachable", "chain.nodes-disagree"].includes(problem.code);
    if (page.length <= 1 || isOfNodes) throw error;
    const middle = Math.ceil(page.length / 2);
    return (
      await Promise.all([page.slice(0, middle), page.slice(middle)].map((half) => readPage(factory, half, block)))
    ).flat();
  }
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function fromFile(served: ServedAgreement, factory: string, implementation: string) {
  let text: string;
  try {
    text = readFileSync(served.ref, "utf8");
  } catch (cause) {
    throw new UpheldError(
      {
        code: "usage.agreement",
        message: `The file "${served.ref}" cannot be read.`,
        hint: "Name an agreement's address or its *.sla.yaml, from the config's folder.",
      },
      { cause },
    );
  }
  const { terms, service, measures, token } = parseAgreement(text, { file: served.ref });
  const address = cloneAddress(factory, implementation, encodeTerms(terms));
  return {
    label: service,
    address,
    terms,
    names: measures.map(({ name }) => name),
    ...rulesOf(measures),
    ticketRules: measures.map(({ tickets }) => tickets),
    currency: token,
  };
}

async function fromChain({ ref }: ServedAgreement, { provider }: Pick<Factory, "provider">) {
  try {
    const terms = decodeTerms(await escrowAt(ref, provider).terms());
    const none = { names: [], policies: [], disclosures: [], ticketRules: [], currency: undefined };
    return { label: ref, address: ref, terms, ...none };
  } catch (error) {
    const isNone = isError(error, "BAD_DATA") || isError(error, "CALL_EXCEPTION");
    if (!isNone) throw decodeFailure(error);
    throw new UpheldError({
      code: "agreement.nothing-there",
      message: `There is no agreement at ${ref} on this chain.`,
      hint: "Check the address, the network and the factory that the config names.",
    });
  }
}

/** A file and an address may be the same agreement. */
function refuseSame(opened: readonly Watched[], file: string): void {
  const seen = new Map<string, Watched>();
  for (const watched of opened) {
    const first = seen.get(watched.address);
    seen.set(watched.address, watched);
    if (first === undefined) continue;
    throw new UpheldError({
      code: "config.twice",
      message: `${watched.served.ref} and ${first.served.ref} are the same agreement, ${watched.address}.`,
      file,
      ...(watched.served.line === undefined ? {} : { line: watched.served.line }),
    });
  }
}
