import type { Network } from "../chain/networks.ts";
import { canonicalText, documentHash } from "./document.ts";
import { Fields } from "./fields.ts";
import { type Attachment, readAttachment } from "./file-attachment.ts";
import { readHeader, readTermCap } from "./file-header.ts";
import { type Measure, readMeasures, readObjectives } from "./file-table.ts";
import type { PolicyContext } from "./file-policy.ts";
import { type Open, type Overrides, readParties, type Role, type Token } from "./file-parties.ts";
import { findViolations } from "./limits.ts";
import { parseTax, type Tax } from "./tax.ts";
import type { Terms } from "./types.ts";
import { Combination } from "./types.ts";
import { WordError } from "./words.ts";
import { openYaml, Problems, type Section } from "./yaml.ts";

export { canonicalText, documentHash } from "./document.ts";
export type { Attachment } from "./file-attachment.ts";
export type { Measure } from "./file-table.ts";
export type { Overrides, Role, Token } from "./file-parties.ts";

/** An agreement file, understood. */
export interface AgreementFile {
  readonly terms: Terms;
  readonly service: string;
  readonly names: Readonly<Partial<Record<Role, string>>>;
  readonly network: Network | undefined;
  readonly token: Token;
  /** One for each indicator of the terms. */
  readonly measures: readonly Measure[];
  readonly attachment: Attachment | undefined;
  /** What the fee says of tax; undefined: nothing. */
  readonly tax: Tax | undefined;
  /** What a draft leaves open; placeholders stand for it in `terms`. */
  readonly open: readonly string[];
}

export interface ParseOptions {
  /** Named in problems. */
  readonly file?: string;
  /** When given, the start must lie after it; in a draft it only places a start that is still open. */
  readonly now?: bigint;
  readonly overrides?: Overrides;
  /** Addresses, network, start and salt may be missing: enough to explain it, not to create it. */
  readonly draft?: boolean;
  /** The bytes of a file in the agreement's folder, for a calendar of holidays; throws when it is not there. */
  readonly readBeside?: (file: string) => Uint8Array;
}

/** The keys of an agreement file, in the order in which they are written. */
export const KEYS = [
  "service",
  "provider",
  "client",
  "oracle",
  "arbiter",
  "network",
  "token",
  "fee",
  "tax",
  "period",
  "starts",
  "anchor",
  "periods",
  "notice",
  "grace",
  "report window",
  "dispute window",
  "ruling window",
  "bond",
  "pledge",
  "no report",
  "credit cap",
  "term credit cap",
  "burn-in",
  "leave after",
  "credits",
  "measures",
  "objectives",
  "document",
  "salt",
] as const;

/** Understands an agreement file. Throws `UpheldErrors` with all problems and their lines. */
export function parseAgreement(text: string, options: ParseOptions = {}): AgreementFile {
  const problems = new Problems(options.file);
  const fields = new Fields(problems);
  const root = openYaml(canonicalText(text), problems);
  const left: string[] = [];
  const open: Open = (what, field, section, key) => {
    left.push(what);
    fields.fail(field);
    if (options.draft !== true)
      problems.add(section.lineAt(key) ?? section.line, "missing-key", `${capital(what)} is missing.`);
  };

  const service = fields.required(root, "service", "service", "", (words) => words);
  const parties = readParties(root, fields, options.overrides ?? {}, open);
  const { starts, anchor } = options.overrides ?? {};
  const header = readHeader(root, fields, parties.token, { starts, anchor, now: options.now }, open);
  const table = readTable(root, fields, { header, readBeside: options.readBeside });
  const attachment = readAttachment(root, "document", fields, "attachment");
  const tax = fields.optional<Tax | undefined>(root, "tax", "tax", undefined, parseTax);
  readSalt(root, fields, open);

  const partial: Terms = {
    ...parties.addresses,
    token: parties.token.address,
    document: documentHash(text),
    ...header,
    ...table.terms,
    termCreditCap: 0n,
  };
  const termCreditCap = readTermCap(root, fields, partial, parties.token);
  root.finish(KEYS);
  const terms = { ...partial, termCreditCap };
  fields.report(findViolations(terms, { now: options.draft === true ? undefined : options.now, token: parties.token }));
  problems.throwAny();
  const { names, network, token } = parties;
  return { terms, service, names, network, token, measures: table.measures, attachment, tax, open: left };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function readTable(root: Section, fields: Fields, context: PolicyContext) {
  const { measures, indicators } = readMeasures(root, fields, context);
  const objectives = readObjectives(root, fields, measures, indicators);
  const parse = (text: string) => {
    if (text === "add up") return Combination.Sum;
    if (text === "greatest counts") return Combination.Greatest;
    throw new WordError(`"${text}" does not say how credits combine.`, `Write "add up" or "greatest counts".`);
  };
  const otherwise: Combination = Combination.Sum;
  const read = objectives.length > 1 ? fields.required.bind(fields) : fields.optional.bind(fields);
  const combination = read<Combination>(root, "credits", "combination", otherwise, parse);
  return { measures, terms: { indicators, objectives, combination } };
}

/** The salt keeps outsiders from guessing the text behind its hash; being part of the text, it needs no other use. */
function readSalt(root: Section, fields: Fields, open: Open): void {
  fields.optional(root, "salt", "salt", "", (text) => {
    if (/^(?:0x)?(?:[0-9a-fA-F]{2}){16,64}$/.test(text)) return text;
    throw new WordError(`"${text}" is not a salt of at least 16 bytes.`, `Write what "openssl rand -hex 32" prints.`);
  });
  if (root.lineAt("salt") === undefined) open("the salt", "salt", root, "salt");
}
