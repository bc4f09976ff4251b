import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { HttpClient } from "../monitors/http.ts";
import type { Agreement } from "../chain/agreement.ts";
import type { Point } from "./checking.ts";
import { usage } from "./job.ts";

/** Where a domain says which addresses are its own. */
export const WELL_KNOWN = "/.well-known/upheld.json";
const TIMEOUT_MS = 10_000;

const addressOn = z.strictObject({
  chainId: z.int().positive(),
  address: z
    .string()
    .refine((text) => isAddress(text), "is no address")
    .transform((text) => getAddress(text)),
});

/** The file at {@link WELL_KNOWN}, as docs/check.md describes it. */
const published = z.strictObject({
  schema: z.literal("upheld.domain/1"),
  /** Agreements that the domain's owner is a party to. */
  agreements: z.array(addressOn).max(10_000).default([]),
  /** Seats that the domain's owner holds, in whatever agreement: nobody learns which those are. */
  seats: z.array(addressOn).max(10_000).default([]),
});

export type Published = z.infer<typeof published>;

/** `northwind.example`, as the network names it. */
export function parseDomain(text: string): string {
  const isPlain = /^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u.test(text);
  const host = isPlain && URL.canParse(`https://${text}`) ? new URL(`https://${text}`).hostname : "";
  if (host === "" || /^[\d.]+$/.test(host)) {
    throw usage(`"${text}" is no domain`, "Write it like northwind.example: no https://, no port, no path.");
  }
  return host;
}

/** The client that asks `domain`, over HTTPS and nothing else; a redirect is not followed. */
export const domainClient = (domain: string): HttpClient =>
  new HttpClient(
    { url: `https://${domain}`, timeout: TIMEOUT_MS },
    { environment: {}, now: () => 0, wait: () => Promise.resolve() },
  );

/** Asks what the domain publishes, and whether this agreement, or a seat of it, is there. */
export async function domainPoint(
  client: Pick<HttpClient, "get">,
  domain: string,
  agreement: Pick<Agreement, "address" | "terms">,
  chainId: bigint,
): Promise<Point> {
  const no = (detail: string): Point => ({ what: "domain", ok: false, detail });
  let file: Published;
  try {
    const { status, json } = await client.get(WELL_KNOWN, {});
    if (status !== 200) return no(`https://${domain}${WELL_KNOWN} is not there (status ${status})`);
    const read = published.safeParse(json);
    if (!read.success) {
      const [issue] = read.error.issues;
      return no(
        `https://${domain}${WELL_KNOWN} is not as it should be: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
      );
    }
    file = read.data;
  } catch (error) {
    if (!(error instanceof UpheldError)) throw error;
    return no(error.problem.message);
  }
  const has = (list: Published["seats"], address: string) =>
    list.some((one) => one.address === getAddress(address) && BigInt(one.chainId) === chainId);
  if (has(file.agreements, agreement.address)) return yes(`${domain} publishes this agreement`);
  const seat = (["provider", "client"] as const).find((role) => has(file.seats, agreement.terms[role]));
  if (seat !== undefined) return yes(`${domain} publishes the address of the ${seat}, ${agreement.terms[seat]}`);
  return no(`${domain} publishes neither this agreement nor a seat of it on chain ${chainId}`);
}

const yes = (detail: string): Point => ({ what: "domain", ok: true, detail });
