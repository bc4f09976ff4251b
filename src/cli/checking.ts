import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agreement } from "../chain/agreement.ts";
import type { Chain } from "../chain/connect.ts";
import type { Factory } from "../chain/factory.ts";
import { moment } from "../format.ts";
import { UpheldError } from "../errors.ts";
import { decodeTerms, encodeTerms } from "../terms/codec.ts";
import { documentHash, type AgreementFile } from "../terms/file.ts";
import type { Terms } from "../terms/types.ts";
import { usage } from "./job.ts";
import { toJson } from "./output.ts";

/** One thing that was looked at. */
export interface Point {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Looks at everything that could make `address` something else than `file` says. */
export async function checkAgreement(
  chain: Chain,
  factory: Factory,
  address: string,
  file: AgreementFile | undefined,
): Promise<Point[]> {
  const network = networkPoint(chain, file);
  let agreement: Agreement;
  try {
    agreement = await Agreement.at(factory, address);
  } catch (error) {
    if (!(error instanceof UpheldError) || error.problem.retry === true) throw error;
    return [...network, { what: "genuine", ok: false, detail: error.problem.message }];
  }
  const genuine = { what: "genuine", ok: true, detail: `made by the factory ${factory.address}` };
  return [...network, genuine, ...(file === undefined ? bareTerms(agreement) : comparedTerms(agreement, file))];
}

function networkPoint(chain: Chain, file: AgreementFile | undefined): Point[] {
  if (file?.network === undefined) return [];
  const ok = file.network.chainId === chain.network.chainId;
  return [
    {
      what: "network",
      ok,
      detail: ok ? chain.network.name : `${chain.network.name}; the file says ${file.network.name}`,
    },
  ];
}

function bareTerms({ termsHash, terms }: Agreement): Point[] {
  return [
    { what: "terms", ok: true, detail: `${termsHash}; compare them with your file: upheld check ADDRESS FILE` },
    { what: "document", ok: true, detail: `${terms.document}: sha256 of the agreement's file` },
    { what: "start", ok: true, detail: moment(terms.start) },
  ];
}

/** Whether `path` is the text whose hash the terms carry, or the document that such a text names. */
export function documentPoint({ document }: Pick<Terms, "document">, path: string, file?: AgreementFile): Point {
  const bytes = readBytes(path);
  const asText = documentHash(bytes.toString("utf8"));
  if (asText === document) return { what: "document", ok: true, detail: `${path} is the text whose hash is on chain` };
  const own = createHash("sha256").update(bytes).digest("hex");
  if (file?.attachment?.sha256 === own) {
    return { what: "document", ok: true, detail: `${path} is the document that the agreement's file names` };
  }
  return { what: "document", ok: false, detail: `${path} hashes to ${asText}; the chain says ${document}` };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw usage(`the file "${path}" cannot be read`, "Name the agreement's *.sla.yaml, or the document that it names.");
  }
}

function comparedTerms({ terms, token }: Agreement, file: AgreementFile): Point[] {
  // Packed and unpacked, both sides are written alike.
  const meant = decodeTerms(encodeTerms(file.terms));
  const differing = (Object.keys(terms) as (keyof Terms)[]).filter((key) => toJson(terms[key]) !== toJson(meant[key]));
  const changed = differing.map((key) => ({
    what: key,
    ok: false,
    detail: `${oneLine(terms[key])}; the file says ${oneLine(meant[key])}`,
  }));
  const same: Point[] = differing.length === 0 ? [{ what: "terms", ok: true, detail: "each as in the file" }] : changed;
  const tokenFits = token.decimals === file.token.decimals && token.symbol === file.token.symbol;
  const says = `${token.symbol}, ${token.decimals} decimals, ${token.address}`;
  const detail = tokenFits ? says : `${says}; the file says ${file.token.symbol}, ${file.token.decimals} decimals`;
  return [...same, { what: "token", ok: tokenFits, detail }];
}

const oneLine = (value: unknown): string => toJson(value).replaceAll(/\s+/g, " ").replaceAll('"', "");
