import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { zipSync } from "fflate";
import { nameOf, SEATS } from "../chain/enums.ts";
import type { Network } from "../chain/networks.ts";
import { verifyAgreement, type Verification } from "../chain/verify.ts";
import { monthData } from "./verifying.ts";
import { toJson } from "./output.ts";
import { evidencePath } from "../evidence/files.ts";
import type { Author } from "../evidence/schema.ts";
import { UpheldError } from "../errors.ts";
import { formatUtc } from "../measure/time.ts";
import { periodCount, periodOf } from "../terms/calendar.ts";
import { encodeTerms } from "../terms/codec.ts";
import type { Books } from "../statement/books.ts";
import { serviceMonth } from "../statement/entries.ts";
import { monthAt, monthOf } from "../statement/month.ts";
import { statementOf, type Statement, type StatementOptions } from "../statement/statement.ts";

/** A year of an agreement, as an auditor takes it away. */
export interface AuditYear {
  readonly year: number;
  readonly network: Network;
  readonly books: Books;
  readonly options: StatementOptions;
  /** The agreement's file, byte for byte, if it is at hand. */
  readonly agreementFile: Uint8Array | undefined;
  /** The files of a statement, by ending. */
  readonly write: (statement: Statement) => Promise<readonly (readonly [name: string, bytes: Uint8Array])[]>;
}

export interface AuditPack {
  readonly zip: Uint8Array;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly verification: Verification;
  /** Evidence files of the year's reports and claims that were not at hand, by their name in the pack. */
  readonly missing: readonly string[];
  readonly statements: readonly Statement[];
}

/**
 * Packs terms, events, reports, evidence, statements and the verdict of `verify` of one year, with the hash of each.
 * Once the year's statements are final, the same chain and the same files give the same bytes.
 */
export async function auditPack(about: AuditYear): Promise<AuditPack> {
  const { books, network, options, year, agreementFile } = about;
  const { agreement } = books;
  const statements = await statementsOf(about);
  const asOf = statements.map((one) => one.asOf).reduce((a, b) => (a > b ? a : b));
  const numbers = periodsOf(books, year);
  const { chainId } = network;
  const policies = options.measures.map(({ policy }) => policy);
  const verification = await verifyAgreement(agreement, { chainId, folder: options.folder, policies });
  const evidence = await evidenceOf(about, numbers);

  const files = new Map<string, Uint8Array>();
  const json = (path: string, value: unknown) => files.set(path, Buffer.from(`${toJson(value)}\n`));
  files.set("README.txt", Buffer.from(readme(about)));
  if (agreementFile !== undefined) files.set("agreement.sla.yaml", agreementFile);
  json("terms.json", {
    agreement: agreement.address,
    network: network.name,
    chainId,
    factory: agreement.factory.address,
    termsHash: agreement.termsHash,
    packed: encodeTerms(agreement.terms),
    token: { address: agreement.token.address, symbol: agreement.token.symbol, decimals: agreement.token.decimals },
    terms: agreement.terms,
  });
  const seen = books.happened.filter(({ at }) => at <= asOf);
  json(
    "events.json",
    seen.map(({ name, at, transaction, values }) => ({ name, at: formatUtc(at), transaction, values })),
  );
  json(
    "reports.json",
    seen
      .filter(({ name, values }) => {
        return (
          (name === "Reported" || name === "Disputed") &&
          numbers.includes(Number((values as { period: bigint }).period))
        );
      })
      .map(({ name, at, values }) => ({ name, at: formatUtc(at), ...values })),
  );
  for (const statement of statements) {
    for (const [name, bytes] of await about.write(statement)) files.set(`statements/${name}`, bytes);
  }
  for (const { path, bytes } of evidence) if (bytes !== undefined) files.set(path, bytes);
  const missing = evidence.filter(({ bytes }) => bytes === undefined).map(({ path }) => path);
  json("verify.json", {
    agrees: verification.difference === undefined,
    difference: verification.difference,
    missing,
    periods: verification.months
      .filter(({ period }) => numbers.includes(period))
      .map((month) => monthData(month, agreement.token)),
  });
  const listed = [...files].sort(byPath).map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: hashOf(bytes) }));
  json("manifest.json", { schema: "upheld.audit-pack/1", agreement: agreement.address, chainId, year, files: listed });
  files.set("manifest.sha256", Buffer.from(listed.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("")));
  return { zip: zipped(files), files: listed, verification, missing, statements };
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

/** A ZIP knows local times only: the same clock face everywhere, whatever the zone. */
function zipped(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].sort(byPath).map(([path, bytes]) => [path, new Uint8Array(bytes)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), level: 6 });
}

/** Each month of the year that has begun and in which, or before which, something had happened. */
async function statementsOf({ books, options, year }: AuditYear): Promise<Statement[]> {
  const first = books.happened.map(({ at }) => at).reduce((a, b) => (a < b ? a : b), books.now);
  const months = Array.from({ length: 12 }, (_, i) => monthOf(`${year}-${String(i + 1).padStart(2, "0")}`));
  const own = months.filter(({ start, name }) => start <= books.now && name >= monthAt(first).name);
  if (own.length === 0 || books.happened.length === 0) {
    throw new UpheldError({
      code: "audit.nothing-in-year",
      message: `Nothing of this agreement lies in ${year}.`,
      hint: `It begins in ${monthAt(first).name}; name a year from then to now by --year.`,
    });
  }
  return Promise.all(own.map((month) => statementOf(books, month, options)));
}

/** The periods that end in the year. */
function periodsOf({ agreement: { terms }, state, isBinding }: Books, year: number): number[] {
  if (!isBinding) return [];
  const all = Array.from({ length: periodCount(terms, state.end) }, (_, k) => k);
  return all.filter((k) => serviceMonth(terms, k, state.end).startsWith(`${year}-`));
}

/** The evidence of every report, replaced ones too, and of every claim. */
async function evidenceOf({ books, network, options }: AuditYear, numbers: readonly number[]) {
  const { agreement, happened, state } = books;
  const wanted = happened.flatMap((event): { k: number; revision: number; author: Author }[] => {
    if (event.name !== "Reported" && event.name !== "Disputed") return [];
    const k = Number(event.values.period);
    if (!numbers.includes(k)) return [];
    if (event.name === "Reported") return [{ k, revision: Number(event.values.revision), author: "oracle" }];
    const last = happened.findLast(({ name, values }) => name === "Reported" && values.period === event.values.period);
    const revision = last?.name === "Reported" ? Number(last.values.revision) : 255;
    return [{ k, revision, author: nameOf(SEATS, event.values.seat) === "provider" ? "provider" : "client" }];
  });
  return Promise.all(
    wanted.map(async ({ k, revision, author }) => {
      const { start, end } = periodOf(agreement.terms, k, state.end);
      const parts = {
        ...{ chainId: network.chainId, agreement: agreement.address, revision, author },
        period: { index: k, start, end },
      };
      const at = evidencePath(options.folder, parts);
      return {
        path: evidencePath("evidence", parts).replaceAll("\\", "/"),
        bytes: existsSync(at) ? await readFile(at) : undefined,
      };
    }),
  );
}

function readme({ books, network, year, agreementFile }: AuditYear): string {
  const { address } = books.agreement;
  const named = agreementFile === undefined ? address : "agreement.sla.yaml";
  return `Audit pack of ${year}: agreement ${address} on ${network.name} (chain ${network.chainId})

terms.json      the terms, as packed on chain and as read, with their hash
events.json     what the agreement said on chain since its first day, in order; what is due by itself has its due time
reports.json    every report and claim about a period that ends in ${year}
evidence/       the evidence files of those reports and claims, as far as they were at hand
statements/     the month's statements: HTML, PDF, CSV, JSON
verify.json     the verdict of a recomputation: terms, counts, credits, money
manifest.json   every file with its size and SHA-256; manifest.sha256 is the same for sha256sum${
    agreementFile === undefined
      ? ""
      : "\nagreement.sla.yaml  the agreement's file: private, its hash is in terms.json as document"
  }

Are these the files that were packed?
  sha256sum -c manifest.sha256

Do the figures follow from the chain and the evidence? Recompute them, in this folder, with any node of the chain:
  upheld check ${address} ${agreementFile === undefined ? "" : "agreement.sla.yaml "}--rpc URL
  upheld verify ${named} --evidence evidence --rpc URL
  upheld statement ${named} ${year}-12 --evidence evidence --rpc URL

None of this is a tax invoice.
`;
}
