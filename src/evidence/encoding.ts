import { keccak_256 } from "@noble/hashes/sha3.js";
import { policyText } from "../measure/policy.ts";
import { fromHex, leafOf, toHex, type Keccak } from "./merkle.ts";
import { noteText } from "./notes.ts";
import type { Evidence, EvidenceDay, EvidenceSamples, EvidenceSpan } from "./schema.ts";

// The canonical bytes behind each leaf; docs/evidence.md is their specification. Plain lines of text, so that whoever
// is shown one can read what was sworn.

/** What a leaf is made from: everything but the leaves and their root. */
export type Facts = Omit<Evidence, "leaves" | "root">;

/** All leaves, recomputed: 0 is the header, n the n-th day. */
export function leavesOf(facts: Facts, keccak: Keccak = keccak_256): string[] {
  const bind = bindingOf(facts, keccak);
  return [headerText(facts, bind), ...facts.days.map((_, index) => dayText(facts, index, bind))].map((text) =>
    leafOf(bytesOf(text), keccak),
  );
}

/** Leaf 0: what the period is, who counted, and what was counted. */
export function headerText(facts: Facts, bind = bindingOf(facts, keccak_256)): string {
  const indicators = facts.indicators.flatMap(({ id, unit, mode, instances, grade, total, bad, excluded, policy }) => [
    ["indicator", id, unit, mode, instances, grade, total, bad, excluded].join(" "),
    ...(policy === undefined ? [] : [`policy ${id} ${policyText(policy)}`]),
  ]);
  return lines([
    "upheld evidence header 2",
    ...bind(0),
    `start ${facts.start}`,
    `end ${facts.end}`,
    `tool ${facts.tool}`,
    `source ${facts.source}`,
    `days ${facts.days.length}`,
    ...indicators,
  ]);
}

/** Leaf `index + 1`: one UTC day. */
export function dayText(facts: Facts, index: number, bind = bindingOf(facts, keccak_256)): string {
  const day = facts.days[index] as EvidenceDay;
  return lines([
    "upheld evidence day 2",
    ...bind(index + 1),
    `day ${day.date}`,
    ...day.samples.flatMap(sampleLines),
    ...day.outages.map((span) => `outage ${spanText(span)}`),
    ...day.exclusions.map((span) => `exclusion ${spanText(span)}`),
    ...day.notes.map((note) => `note ${noteText(note)}`),
  ]);
}

/** A leaf stands for one place only, and its own salt keeps it from being guessed when another leaf is shown. */
function bindingOf(facts: Facts, keccak: Keccak): (leaf: number) => string[] {
  const { chainId, agreement, period, revision, author } = facts;
  const file = [
    `chain ${chainId}`,
    `agreement ${agreement}`,
    `period ${period}`,
    `revision ${revision}`,
    `author ${author}`,
  ];
  const salt = saltsOf(facts.salt, keccak);
  return (leaf) => [`salt ${salt(leaf)}`, ...file, `leaf ${leaf}`];
}

/** keccak256(file salt ‖ leaf number as 4 bytes, big end first). */
function saltsOf(salt: string, keccak: Keccak): (leaf: number) => string {
  const input = new Uint8Array(36);
  input.set(fromHex(salt));
  const number = new DataView(input.buffer, 32);
  return (leaf) => {
    number.setUint32(0, leaf);
    return toHex(keccak(input));
  };
}

const sampleLines = ({ indicator, vantage, runs }: EvidenceSamples) =>
  runs.map((run) => `samples ${indicator} ${vantage} ${run.join(" ")}`);

const spanText = ({ indicator, instance, start, end }: EvidenceSpan) =>
  `${indicator} ${instance === 0 ? "every" : instance} ${start} ${end}`;

const lines = (all: readonly string[]) => `${all.join("\n")}\n`;

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
