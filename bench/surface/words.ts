/** The words of a real agreement after known calls: how amounts, times and flags are packed. */
import type { Result } from "ethers";
import type { Agreement } from "../../test/support/fixture.ts";
import { ethers } from "../../test/support/fixture.ts";
import type { Variable } from "./storage.ts";
import { moments } from "./story.ts";

/** What changed with each moment of the story: the name of a word, and what it holds. */
export type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The disputed periods of the story. */
const PERIODS = [3n, 4n] as const;
const SEATS = { provider: 1n, client: 2n } as const;
const NOTHING = "00".repeat(32);

export async function wordsOf(variables: readonly Variable[]): Promise<Words> {
  const places = placesOf(variables);
  const words: Record<string, Record<string, string>> = {};
  let before: { readonly story: string; readonly words: Readonly<Record<string, string>> } | undefined;
  for await (const { story, what, agreement: a } of moments()) {
    const now = await read(a.address, places);
    const old = before?.story === story ? before.words : {};
    const values = await valuesOf(a);
    const changed = Object.entries(now).filter(([name, word]) => word !== (old[name] ?? NOTHING));
    words[`${story}: ${what}`] = Object.fromEntries(changed.map(([name, word]) => [name, spell(word, values)]));
    before = { story, words: now };
  }
  return words;
}

/** Every slot that the variables take, mappings at the keys of the story. Variables may share one. */
function placesOf(variables: readonly Variable[]): ReadonlyMap<bigint, string> {
  const places = new Map<bigint, string>();
  const add = (slot: bigint, bytes: number, name: string) => {
    const count = Math.ceil(bytes / 32);
    for (let i = 0; i < count; i++) {
      const place = slot + BigInt(i);
      const label = count === 1 ? name : `${name}[${i}]`;
      places.set(place, [places.get(place), label].filter(Boolean).join(" + "));
    }
  };
  for (const { slot, name, type } of variables) {
    if (type.value === undefined) add(slot, type.bytes, name);
    // Consents are stored by their hash, one word each: nothing is packed there.
    for (const [of, key] of Object.entries(keysOf(type.key))) {
      add(BigInt(hashed(key, slot)), type.value?.bytes ?? 0, `${name}[${of}]`);
    }
  }
  return places;
}

function keysOf(type: string | undefined): Readonly<Record<string, bigint>> {
  if (type === "enum Seat") return SEATS;
  return type?.startsWith("uint") === true ? Object.fromEntries(PERIODS.map((k) => [`period ${k}`, k])) : {};
}

function hashed(key: bigint, slot: bigint): string {
  return ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [key, slot]));
}

async function read(address: string, places: ReadonlyMap<bigint, string>): Promise<Record<string, string>> {
  const words: Record<string, string> = {};
  for (const [slot, name] of places) words[name] = (await ethers.provider.getStorage(address, slot)).slice(2);
  return words;
}

/** What can be recognised in a word: amounts, times and addresses, by the names that the views give them. */
async function valuesOf(a: Agreement): Promise<readonly (readonly [name: string, digits: string])[]> {
  const actors = (["provider", "client", "oracle", "arbiter", "newcomer"] as const).map(
    (name) => [name, BigInt(a[name].address)] as const,
  );
  const state = Object.entries(((await a.escrow.state()) as unknown as Result).toObject() as Record<string, unknown>);
  const all: readonly (readonly [string, unknown])[] = [
    ...actors,
    ...(await Promise.all(PERIODS.map(async (period) => disputeOf(a, period)))).flat(),
    ...state,
  ];
  return all
    .filter((entry): entry is readonly [string, bigint] => typeof entry[1] === "bigint" && entry[1] > 0xffffn)
    .map(([name, value]) => [name, digitsOf(value)] as const)
    .sort(([, x], [, y]) => y.length - x.length);
}

async function disputeOf(a: Agreement, period: bigint): Promise<readonly (readonly [string, bigint])[]> {
  const dispute = await a.escrow.disputeOf(period);
  const claims = (["provider", "client"] as const).flatMap((seat) =>
    (["credit", "pledge", "claimedAt"] as const).map((field) => [`${seat} ${field}`, dispute[seat][field]] as const),
  );
  const rest = (["reportCredit", "agreedCredit", "held"] as const).map((field) => [field, dispute[field]] as const);
  return [...claims, ...rest].map(([name, value]) => [`period ${period}'s ${name}`, value]);
}

function digitsOf(value: bigint): string {
  const digits = value.toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** The word's digits, highest first, with what is recognised in its place. */
function spell(word: string, values: readonly (readonly [name: string, digits: string])[]): string {
  for (const [name, digits] of values) {
    for (let i = word.indexOf(digits); i >= 0; i = word.indexOf(digits, i + 1)) {
      if (i % 2 === 1) continue;
      const [left, right] = [word.slice(0, i), word.slice(i + digits.length)];
      return [left && spell(left, values), `{${name}}`, right && spell(right, values)].filter(Boolean).join(" ");
    }
  }
  return word.replaceAll(/(?<=^(?:..)*)(?:00){4,}/g, (zeros) => ` 00×${zeros.length / 2} `).trim();
}
