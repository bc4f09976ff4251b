import type { EvidenceInput } from "../../src/evidence/build.ts";
import type { Evidence } from "../../src/evidence/schema.ts";
import type { Window } from "../../src/measure/types.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";

export const SALT = `0x${"5a".repeat(32)}`;

export const uptime: Indicator = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n };
export const tickets: Indicator = { id: 9, unit: Unit.Tickets, mode: Mode.Count, instances: 1n, excludedCap: 0n };

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;

export const window = (start: string, end: string): Window => ({ start: time(start), end: time(end) });

export const octoberOutages = [
  window("2025-10-09T14:45:00Z", "2025-10-09T16:40:00Z"),
  window("2025-10-29T16:17:00Z", "2025-10-29T23:15:00Z"),
];

/** October 2025 of the example: two outages, and the counts of a help desk that nothing backs. */
export function october(changes: Partial<EvidenceInput> = {}): EvidenceInput {
  return {
    chainId: 31_337n,
    agreement: "0x00000000000000000000000000000000000000Aa",
    period: { index: 9, ...window("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z") },
    revision: 0,
    author: "oracle",
    tool: "upheld 0.1.0",
    source: "outages listed in outages.csv",
    indicators: [
      { grade: "outages", indicator: uptime, outages: octoberOutages, exclusions: [] },
      { grade: "totals", indicator: tickets, measurement: { total: 120n, bad: 3n, excluded: 0n } },
    ],
    ...changes,
  };
}

export type Draft = { -readonly [K in keyof Evidence]: Evidence[K] };

/** The file as somebody would have it. */
export function changedFrom(evidence: Evidence, change: (draft: Draft) => void): Evidence {
  const draft = structuredClone(evidence);
  change(draft);
  return draft;
}
