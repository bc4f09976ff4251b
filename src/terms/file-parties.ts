import { getAddress } from "ethers";
import { type Network, networkNamed } from "../chain/networks.ts";
import { UpheldError } from "../errors.ts";
import type { Fields } from "./fields.ts";
import type { TokenUnit } from "./format.ts";
import { parseWhole, WordError } from "./words.ts";
import type { Section } from "./yaml.ts";

export const ROLES = ["provider", "client", "oracle", "arbiter"] as const;
export type Role = (typeof ROLES)[number];

export interface Token extends TokenUnit {
  readonly address: string;
}

/** Values that stand in for what a file leaves open, or replace what it says. */
export interface Overrides {
  readonly provider?: string;
  readonly client?: string;
  readonly oracle?: string;
  readonly arbiter?: string;
  readonly token?: Partial<Token>;
  /** name or chain id */
  readonly network?: string;
  readonly starts?: bigint;
  /** From which the periods are counted; UTC seconds. */
  readonly anchor?: bigint;
}

export interface Parties {
  readonly addresses: Readonly<Record<Role, string>>;
  /** Names are for people: they never go on chain. */
  readonly names: Readonly<Partial<Record<Role, string>>>;
  readonly network: Network | undefined;
  readonly token: Token;
}

/** Something a draft leaves open, and what stands in for it meanwhile. */
export type Open = (what: string, field: string, section: Section, key: string) => void;

/** Distinct and never a real account, for drafts. */
const placeholder = (byte: number): string => `0x${"00".repeat(19)}${byte.toString(16).padStart(2, "0")}`;

export function parseAddress(text: string): string {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw new WordError(`"${text}" is not an address.`, "An address is 0x and 40 hexadecimal digits.");
  }
  try {
    return getAddress(text);
  } catch {
    throw new WordError(`"${text}" has a wrong checksum.`, "A digit or a capital was changed: copy the address again.");
  }
}

/** Who takes part, on which network, in which token. */
export function readParties(root: Section, fields: Fields, given: Overrides, open: Open): Parties {
  const addresses: Record<Role, string> = { provider: "", client: "", oracle: "", arbiter: "" };
  const names: Partial<Record<Role, string>> = {};
  ROLES.forEach((role, i) => {
    const { address, name } = readParty(root, role, fields);
    addresses[role] = given[role] ?? address ?? placeholder(0xa1 + i);
    if (name !== undefined) names[role] = name;
    if (address === undefined && given[role] === undefined && !fields.isBroken(role)) {
      open(`the address of the ${role}`, role, root, role);
    }
  });
  return {
    addresses,
    names,
    network: readNetwork(root, fields, given, open),
    token: readToken(root, fields, given, open),
  };
}

function readParty(root: Section, role: Role, fields: Fields): { address?: string; name?: string } {
  if (!root.isSection(role)) {
    const address = fields.optional<string | undefined>(root, role, role, undefined, parseAddress);
    return address === undefined ? {} : { address };
  }
  fields.at(role, root.lineAt(role));
  const section = root.section(role);
  if (section === undefined) return {};
  const name = section.words("name")?.text;
  const address = fields.optional<string | undefined>(section, "address", role, undefined, parseAddress);
  section.finish(["name", "address"]);
  return { ...(address === undefined ? {} : { address }), ...(name === undefined ? {} : { name }) };
}

function readNetwork(root: Section, fields: Fields, given: Overrides, open: Open): Network | undefined {
  const network = fields.optional<Network | undefined>(root, "network", "network", undefined, parseNetwork);
  if (given.network !== undefined) return networkNamed(given.network);
  if (root.lineAt("network") === undefined) open("the network", "network", root, "network");
  return network;
}

function parseNetwork(text: string): Network {
  try {
    return networkNamed(text);
  } catch (error) {
    if (error instanceof UpheldError) throw new WordError(error.problem.message, error.problem.hint);
    throw error;
  }
}

function readToken(root: Section, fields: Fields, given: Overrides, open: Open): Token {
  fields.at("token", root.lineAt("token"));
  const section = root.section("token");
  const symbol = section?.words("symbol")?.text;
  const address = section && fields.optional<string | undefined>(section, "address", "token", undefined, parseAddress);
  const decimals =
    section && fields.optional<number | undefined>(section, "decimals", "token", undefined, parseDecimals);
  section?.finish(["symbol", "address", "decimals"]);

  const token = { symbol, address, decimals, ...given.token };
  const missing = (["symbol", "decimals", "address"] as const).filter((key) => token[key] === undefined);
  if (missing.length > 0 && !fields.isBroken("token")) {
    for (const key of missing)
      open(`the token's ${key}`, key === "address" ? "token" : "tokenUnit", section ?? root, key);
  }
  if (fields.isBroken("token") && token.decimals === undefined) fields.fail("tokenUnit");
  return {
    symbol: token.symbol ?? "USDC",
    decimals: token.decimals ?? 6,
    address: token.address ?? placeholder(0xa0),
  };
}

function parseDecimals(text: string): number {
  const decimals = parseWhole(text);
  if (decimals > 36) throw new WordError(`"${text}" is more decimals than a token has.`);
  return decimals;
}
