import { getAddress, isAddress, type Address } from "viem";
import { UpheldError } from "../../src/errors.ts";

/** What a link says: everything the page needs to open the same view anywhere. Nothing of it is sent to a host. */
export interface Route {
  readonly place: "home" | "agreement" | "provider";
  readonly address: Address | undefined;
  /** The node to read from; none: the wallet's. */
  readonly rpc: string | undefined;
  readonly factory: Address | undefined;
  /** The block in which the factory appeared. */
  readonly from: bigint | undefined;
  /** The folder or host that evidence files can be fetched from. */
  readonly evidence: string | undefined;
  /** The journal beside the factory's agreements. */
  readonly record: Address | undefined;
}

/** `#/agreement/0x…?rpc=…&factory=0x…`, `#/provider/0x…?…` */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const given = new URLSearchParams(query);
  const [place = "", address] = path.split("/");
  const from = given.get("from") ?? undefined;
  if (from !== undefined && !/^\d{1,15}$/.test(from)) throw wrong(`"${from}" is no block`);
  const named = {
    rpc: nodeAddress(given.get("rpc")),
    factory: accountIn(given.get("factory") ?? undefined),
    from: from === undefined ? undefined : BigInt(from),
    evidence: given.get("evidence") ?? undefined,
    record: accountIn(given.get("record") ?? undefined),
  };
  if (place === "") return { place: "home", address: undefined, ...named };
  if (place !== "agreement" && place !== "provider") throw wrong(`"${place}" is no page`);
  const account = accountIn(address);
  if (account === undefined) throw wrong("it names no address");
  return { place, address: account, ...named };
}

export function linkTo(route: Partial<Route>): string {
  const { place = "home", address, rpc, factory, from, evidence, record } = route;
  const given = new URLSearchParams();
  const parts = { rpc, factory, from: from?.toString(), evidence, record };
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) given.set(name, value);
  const path = place === "home" ? "" : `${place}/${address ?? ""}`;
  const query = given.toString();
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

function accountIn(text: string | undefined): Address | undefined {
  if (text === undefined || text === "") return undefined;
  if (!isAddress(text, { strict: false })) throw wrong(`"${text.slice(0, 60)}" is no address`);
  return getAddress(text.toLowerCase());
}

function nodeAddress(text: string | null): string | undefined {
  if (text === null || text === "") return undefined;
  const isNode = /^https:\/\//.test(text) || /^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/.test(text);
  if (isNode && URL.canParse(text)) return text;
  throw wrong(`"${text.slice(0, 60)}" is no node: it must be https, or a node on this machine`);
}

const wrong = (why: string) =>
  new UpheldError({
    code: "link.malformed",
    message: `The link cannot be opened: ${why}.`,
    hint: "Ask whoever gave it to you for the whole link, or fill in the fields below.",
  });
