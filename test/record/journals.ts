/** Records for tests: entries by their times of January 2030. */
import type { Answer } from "../../src/chain/enums.ts";
import type { RecordEvent } from "../../src/record/journal.ts";
import { journalOf, type Journal } from "../../src/record/journal.ts";
import { id } from "ethers";

/** `09T14:45` of January 2030, UTC seconds. */
export const jan = (text: string): bigint => BigInt(Date.parse(`2030-01-${text}:00Z`)) / 1000n;

export const JANUARY = { start: jan("01T00:00"), end: BigInt(Date.parse("2030-02-01T00:00:00Z")) / 1000n };

const PROVIDER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const CLIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

const said = (number: number, at: bigint, account = PROVIDER) => ({
  number,
  at,
  account,
  commitment: id(`${number} at ${at}`),
});

export const announced = (
  number: number,
  at: bigint,
  start: bigint,
  end: bigint,
  kind: "planned" | "emergency" = "planned",
): RecordEvent => ({ name: "announced", ...said(number, at), kind, start, end });

export const disclosed = (number: number, at: bigint, began: bigint): RecordEvent => ({
  name: "disclosed",
  ...said(number, at),
  began,
});

export const updated = (number: number, at: bigint): RecordEvent => ({ name: "updated", ...said(number, at) });

export const resolved = (number: number, at: bigint, ended: bigint): RecordEvent => ({
  name: "resolved",
  ...said(number, at),
  ended,
});

export const advised = (number: number, at: bigint): RecordEvent => ({ name: "advised", ...said(number, at) });

export const answered = (number: number, at: bigint, answer: Answer): RecordEvent => ({
  name: "answered",
  ...said(number, at, CLIENT),
  answer,
});

export const retracted = (number: number, at: bigint): RecordEvent => ({ name: "retracted", ...said(number, at) });

export const filed = (number: number, at: bigint): RecordEvent => ({
  name: "filed",
  ...said(number, at, CLIENT),
  kind: "report",
  seat: "client",
});

export const journal = (...events: RecordEvent[]): Journal => journalOf(events);
