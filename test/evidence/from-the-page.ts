/**
 * A second reader of evidence files, written from docs/evidence.md alone: it shares no line with src/. Slow and plain,
 * second by second.
 */
import { gunzipSync } from "node:zlib";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

interface Span {
  indicator: number;
  instance: number;
  start: string;
  end: string;
}

interface Policy {
  good: { atLeast?: number; atMost?: number };
  scale: number;
  slot: number;
  places: { bad: number; of: number };
  minimum: number;
  counts: string;
  unknown: string;
  coverage: number;
  hours?: { zone: string; open: { day: number; from: number; to: number }[]; holidays: string[] };
}

interface Indicator {
  id: number;
  unit: string;
  mode: string;
  instances: string;
  grade: string;
  total: string;
  bad: string;
  excluded: string;
  policy?: Policy;
}

interface Day {
  date: string;
  samples: { indicator: number; vantage: string; runs: [number, number, number, number][] }[];
  outages: Span[];
  exclusions: Span[];
  notes: { indicator: number; vantage: string; start: string; end: string; reason: string }[];
}

interface File {
  chainId: string;
  agreement: string;
  period: number;
  revision: number;
  author: string;
  start: string;
  end: string;
  tool: string;
  source: string;
  indicators: Indicator[];
  days: Day[];
  salt: string;
  leaves: string[];
  root: string;
}

export interface Reading {
  readonly leaves: readonly string[];
  readonly root: string;
  /** By indicator: `[total, bad, excluded]`. */
  readonly counts: readonly (readonly [number, number, number])[];
}

/** What the page's rules make of a file, with nothing of its own hashes and counts believed. */
export function readByThePage(bytes: Uint8Array): Reading {
  const file = JSON.parse(gunzipSync(bytes).toString("utf8")) as File;
  const texts = [header(file), ...file.days.map((day, index) => dayText(file, day, index + 1))];
  const leaves = texts.map((text) => hex(keccak_256(keccak_256(utf8ToBytes(text)))));
  return { leaves, root: root(leaves), counts: file.indicators.map((indicator) => count(file, indicator)) };
}

const hex = (bytes: Uint8Array) => `0x${bytesToHex(bytes)}`;

function binding(file: File, leaf: number): string[] {
  const number = [leaf >>> 24, leaf >>> 16, leaf >>> 8, leaf].map((byte) => byte & 255);
  const salt = keccak_256(new Uint8Array([...hexToBytes(file.salt.slice(2)), ...number]));
  return [
    `salt ${hex(salt)}`,
    `chain ${file.chainId}`,
    `agreement ${file.agreement}`,
    `period ${file.period}`,
    `revision ${file.revision}`,
    `author ${file.author}`,
    `leaf ${leaf}`,
  ];
}

function header(file: File): string {
  const lines = ["upheld evidence header 2", ...binding(file, 0)];
  lines.push(`start ${file.start}`, `end ${file.end}`, `tool ${file.tool}`, `source ${file.source}`);
  lines.push(`days ${file.days.length}`);
  for (const i of file.indicators) {
    lines.push(`indicator ${i.id} ${i.unit} ${i.mode} ${i.instances} ${i.grade} ${i.total} ${i.bad} ${i.excluded}`);
    if (i.policy !== undefined) lines.push(`policy ${i.id} ${sorted(i.policy)}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** JSON with the keys of every object in order. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${sorted((value as Record<string, unknown>)[key])}`).join(",")}}`;
}

function dayText(file: File, day: Day, leaf: number): string {
  const lines = ["upheld evidence day 2", ...binding(file, leaf), `day ${day.date}`];
  for (const { indicator, vantage, runs } of day.samples) {
    for (const [first, step, many, value] of runs) {
      lines.push(`samples ${indicator} ${vantage} ${first} ${step} ${many} ${value}`);
    }
  }
  const spanLine = (word: string, { indicator, instance, start, end }: Span) =>
    lines.push(`${word} ${indicator} ${instance === 0 ? "every" : instance} ${start} ${end}`);
  for (const span of day.outages) spanLine("outage", span);
  for (const span of day.exclusions) spanLine("exclusion", span);
  for (const note of day.notes) {
    lines.push(`note ${note.indicator} ${note.vantage} ${note.start} ${note.end} ${note.reason}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function root(leaves: readonly string[]): string {
  const tree: string[] = [];
  const size = 2 * leaves.length - 1;
  for (let i = 0; i < leaves.length; i++) tree[size - 1 - i] = leaves[i] ?? "";
  for (let i = leaves.length - 2; i >= 0; i--) {
    const pair = [tree[2 * i + 1] ?? "", tree[2 * i + 2] ?? ""].sort();
    tree[i] = hex(keccak_256(hexToBytes(pair.map((node) => node.slice(2)).join(""))));
  }
  return tree[0] ?? "";
}

const day = (second: number) => Math.floor(second / 86_400);
const seconds = (time: string) => Date.parse(time) / 1000;

function count(file: File, indicator: Indicator): readonly [number, number, number] {
  const [start, end] = [seconds(file.start), seconds(file.end)];
  const length = end - start;
  if (indicator.grade === "totals") {
    return [Number(indicator.total), Number(indicator.bad), Number(indicator.excluded)];
  }
  const sums = { bad: 0, out: 0, downAndOut: 0 };
  const badDays = new Set<number>();
  for (let instance = 1; instance <= Number(indicator.instances); instance++) {
    const concerns = (span: Span) =>
      span.indicator === indicator.id && (span.instance === 0 || span.instance === instance);
    const marked = (kind: "outages" | "exclusions") => {
      const marks = new Uint8Array(length);
      for (const span of file.days.flatMap((day) => day[kind]).filter(concerns)) {
        marks.fill(1, seconds(span.start) - start, seconds(span.end) - start);
      }
      return marks;
    };
    let [down, out] = [marked("outages"), marked("exclusions")];
    if (indicator.policy !== undefined) [down, out] = measure(file, indicator.id, indicator.policy, out);
    for (let s = 0; s < length; s++) {
      if (out[s] === 1) sums.out++;
      if (down[s] === 1 && out[s] === 1) sums.downAndOut++;
      if (down[s] === 0 || out[s] === 1) continue;
      sums.bad++;
      badDays.add(day(start + s));
    }
  }
  if (indicator.unit === "days") return [file.days.length, badDays.size, 0];
  const all = Number(indicator.instances) * length;
  return indicator.mode === "denominator" ? [all - sums.out, sums.bad, sums.out] : [all, sums.bad, sums.downAndOut];
}

/** "From samples to seconds" of the page: what is down, and what is out. */
function measure(file: File, id: number, policy: Policy, announced: Uint8Array<ArrayBuffer>) {
  const [start, length] = [seconds(file.start), announced.length];
  const says = new Map<string, { good: Uint8Array; bad: Uint8Array }>();
  const last = new Map<string, { time: number; value: number }>();
  const speak = (vantage: string, until: number) => {
    const sample = last.get(vantage);
    if (sample === undefined) return;
    const voice = says.get(vantage) ?? { good: new Uint8Array(length), bad: new Uint8Array(length) };
    says.set(vantage, voice);
    const { atLeast = -Infinity, atMost = Infinity } = policy.good;
    const isGood = sample.value >= atLeast && sample.value <= atMost;
    const to = Math.min(until, sample.time + policy.slot) - start;
    (isGood ? voice.good : voice.bad).fill(1, Math.max(0, sample.time - start), Math.max(0, to));
  };
  for (const day of file.days) {
    for (const { indicator, vantage, runs } of day.samples) {
      if (indicator !== id) continue;
      for (const [first, step, many, value] of runs) {
        for (let i = 0; i < many; i++) {
          const time = seconds(`${day.date}T00:00:00Z`) + first + i * step;
          speak(vantage, time);
          last.set(vantage, { time, value });
        }
      }
    }
  }
  for (const vantage of last.keys()) speak(vantage, Infinity);

  const [down, unknown] = [new Uint8Array(length), new Uint8Array(length)];
  const out = announced.slice();
  let [asked, known] = [0, 0];
  const isOpen = policy.hours === undefined ? () => true : opening(policy.hours);
  const { bad: enough, of } = policy.places;
  for (let s = 0; s < length; s++) {
    let [good, bad] = [0, 0];
    for (const voice of says.values()) {
      good += voice.good[s] ?? 0;
      bad += voice.bad[s] ?? 0;
    }
    if (bad >= enough) down[s] = 1;
    else if (!(good > of - enough)) unknown[s] = 1;
    if (!isOpen(start + s)) out[s] = 1;
    if (out[s] === 1) continue;
    asked++;
    known += 1 - (unknown[s] ?? 0);
  }
  if (known * 1e9 < asked * policy.coverage) throw new Error("too little is known");
  for (let s = 0; s < length; s++) {
    if (unknown[s] === 0) continue;
    if (policy.unknown === "down") down[s] = 1;
    if (policy.unknown === "excluded" || policy.unknown === "refuse") out[s] = 1;
  }
  for (let from = 0; from < length; from++) {
    if (down[from] === 0) continue;
    let to = from;
    while (to < length && down[to] === 1) to++;
    if (to - from < policy.minimum) down.fill(0, from, to);
    else if (policy.counts === "beyond") down.fill(0, from, from + policy.minimum);
    else if (policy.counts === "whole minutes") {
      let rest = out.subarray(from, to).filter((mark) => mark === 0).length % 60;
      for (let s = to - 1; rest > 0; s--) {
        if (out[s] === 1) continue;
        down[s] = 0;
        rest--;
      }
    }
    from = to;
  }
  return [down, out] as const;
}

/** Whether the wall clock shows an hour that is open; asked in ascending order, so an hour is looked up once. */
function opening({ zone, open, holidays }: NonNullable<Policy["hours"]>): (second: number) => boolean {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  let [quarter, offset] = [NaN, 0];
  return (second) => {
    // no zone changes its clock within a quarter of an hour
    if (Math.floor(second / 900) !== quarter) {
      quarter = Math.floor(second / 900);
      offset = Date.parse(`${clock.format(second * 1000).replace(" ", "T")}Z`) / 1000 - second;
    }
    const local = second + offset;
    const today = Math.floor(local / 86_400);
    return [today, today - 1].some((day) => {
      const date = new Date(day * 86_400_000);
      if (holidays.includes(date.toISOString().slice(0, 10))) return false;
      const at = local - day * 86_400;
      const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
      return open.some((one) => one.day === weekday && one.from * 60 <= at && at < one.to * 60);
    });
  };
}
