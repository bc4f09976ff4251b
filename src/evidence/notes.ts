import { earlier, formatUtc, later, parseUtc, type Day } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import type { EvidenceDay, EvidenceNote } from "./schema.ts";

/** What stands as the vantage point of a note that says which entry of the agreement's record an exclusion cites. */
export const RECORD_VANTAGE = "record";

/**
 * Why a vantage point has no samples in a stretch of time, as the instrument says: a word for people. Or, of the vantage
 * point `record`, which entry an exclusion cites: `maintenance 3`, `advice 7`.
 */
export interface Remark extends Period {
  readonly vantage: string;
  /** One line: `exporter down`. */
  readonly reason: string;
}

/** What a day lists: cut to it, sorted, each once. */
export function notesOfDay(indicator: number, remarks: readonly Remark[], day: Day): EvidenceNote[] {
  if (remarks.length === 0) return [];
  const ofDay = remarks
    .filter(({ start, end }) => later(start, day.start) < earlier(end, day.end))
    .map(({ vantage, start, end, reason }) => ({
      indicator,
      vantage,
      start: formatUtc(later(start, day.start)),
      end: formatUtc(earlier(end, day.end)),
      reason,
    }));
  const byText = new Map(ofDay.map((note) => [noteText(note), note]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, note]) => note);
}

/** As the leaf has it; sorting these texts sorts by vantage point, start, end and reason. */
export const noteText = ({ indicator, vantage, start, end, reason }: EvidenceNote): string =>
  `${indicator} ${vantage} ${start} ${end} ${reason}`;

/** The remarks that the days of a file list for an indicator. */
export const remarksIn = (days: readonly EvidenceDay[], indicator: number): Remark[] =>
  days
    .flatMap(({ notes }) => notes)
    .filter((note) => note.indicator === indicator)
    .map(({ vantage, start, end, reason }) => ({ vantage, start: parseUtc(start), end: parseUtc(end), reason }));
