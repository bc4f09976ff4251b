/** Stories that the chain was told, as text: to be told to the model again where there is no chain. */
import { createHash } from "node:crypto";
import { type Agreement, type Consent, NOBODY, SEATS } from "../../src/model/agreement.ts";
import { apply, at } from "../../src/model/apply.ts";
import type { Call } from "../../src/model/calls.ts";
import { consentExpiry } from "../../src/model/keys.ts";
import type { Refused } from "../../src/model/refusal.ts";
import { chronicPeriods, disputeOf, stateOf } from "../../src/model/views.ts";
import type { Terms } from "../../src/terms/types.ts";
import { ACTORS, draftIn, type Setting } from "./cast.ts";

/** Who is where; every address of a story is one of these. */
export type Places = Pick<Setting, "addresses" | "token" | "foreign"> & { readonly agreement: string };

export interface RecordedStep {
  readonly by: string;
  readonly now: bigint;
  readonly call?: Call;
}

export interface Recording {
  readonly seed: number;
  readonly places: Places;
  readonly terms: Terms;
  readonly steps: readonly RecordedStep[];
  /** What was seen after each step: why it was refused, and the hash of all that the chain answered. */
  readonly seen: readonly string[];
}

/** Tells the model a story; answers what is to be seen after each step. */
export function seenBy({ places, terms, steps }: Omit<Recording, "seed" | "seen">): string[] {
  let a = draftIn(places, terms, places.agreement);
  const consents: Consent[] = [];
  return steps.map(({ by, now, call }) => {
    const outcome = call === undefined ? { agreement: a } : apply(a, call, { by, now });
    a = outcome.agreement;
    if (call?.name === "agree") consents.push(call.consent);
    return `${saidOf(call, "refused" in outcome ? outcome.refused : undefined)} ${hashOf(viewOf(a, now, consents))}`;
  });
}

function saidOf(call: Call | undefined, refused: Refused | undefined): string {
  if (call === undefined) return "looked";
  return refused === undefined ? "done" : `${refused.name}(${refused.args.join(",")})`;
}

/** All that `compare` asks the chain for. */
function viewOf(a: Agreement, now: bigint, consents: readonly Consent[]): unknown {
  return {
    state: stateOf(a, now),
    disputes: a.courses.map((course, k) => (course.dispute === undefined ? undefined : disputeOf(a, k, now))),
    chronic: a.chronic.map((_, r) => chronicPeriods(a, r, now)),
    offered: a.offeredTo,
    keys: consents.slice(-3).map((consent) => SEATS.map((seat) => consentExpiry(a, seat, consent))),
    wallets: a.wallets,
    balance: at(a, now).money.balance,
  };
}

const hashOf = (view: unknown): string => createHash("sha256").update(textOf(view)).digest("hex").slice(0, 8);

/** JSON with the keys in order and whole numbers as `12n`. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "bigint") return `${inner}n`;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)));
  });
}

/** One line for each story, one for each step; addresses as the names of who is there. */
export function write(recordings: readonly Recording[]): string {
  const lines = recordings.flatMap(({ seed, places, terms, steps, seen }) => {
    const { agreement, ...others } = places;
    const head = `story ${seed} ${agreement} ${short(textOf(others))}`;
    const told = steps.map(({ by, now, call }, i) => {
      const before = steps[i - 1]?.now ?? 0n;
      return `${by} +${now - before} ${short(textOf(call ?? {}))} → ${seen[i] ?? ""}`;
    });
    return [head, ...[short(textOf(terms)), ...told].map((line) => named(line, places))];
  });
  return `${lines.join("\n")}\n`;
}

/** Reads what `write` wrote. */
export function read(text: string): Recording[] {
  return text
    .split(/^story /m)
    .slice(1)
    .map((story) => {
      const [head = "", ...named] = story.trimEnd().split("\n");
      const [, seed = "", agreement = "", others = ""] = /^(\d+) (\S+) (.*)$/.exec(head) ?? [];
      const places = { ...(parse(others) as Omit<Places, "agreement">), agreement };
      const [terms = "", ...lines] = named.map((line) => unnamed(line, places));
      let now = 0n;
      const told = lines.map((line) => {
        const [, by = "", wait = "", call = "", seen = ""] = /^(\S+) \+(\d+) (.*) → (.*)$/.exec(line) ?? [];
        now += BigInt(wait);
        return { step: call === "{}" ? { by, now } : { by, now, call: parse(call) as Call }, seen };
      });
      const [steps, seen] = [told.map(({ step }) => step), told.map((one) => one.seen)];
      return { seed: Number(seed), places, terms: parse(terms) as Terms, steps, seen };
    });
}

/** Without quotes that can be put back: a third less. */
const short = (json: string): string => json.replace(/"(\w+)":/g, "$1:").replace(/"(-?\d+n)"/g, "$1");

function parse(text: string): unknown {
  const json = text.replace(/([{,])(\w+):/g, '$1"$2":').replace(/([[:,])(-?\d+n)/g, '$1"$2"');
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === "string" && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
}

const namesOf = ({ addresses, token, foreign, agreement }: Places): [string, string][] => [
  ...ACTORS.map((name): [string, string] => [`@${name}`, addresses[name]]),
  ...([
    ["@token", token],
    ["@foreign", foreign],
    ["@agreement", agreement],
    ["@nobody", NOBODY],
  ] as [string, string][]),
];

function named(text: string, places: Places): string {
  return namesOf(places).reduce((t, [name, address]) => t.replaceAll(address, name), text);
}

function unnamed(text: string, places: Places): string {
  return namesOf(places).reduce((t, [name, address]) => t.replaceAll(name, address), text);
}
