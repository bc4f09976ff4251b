import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { UpheldError } from "../errors.ts";
import { sealedText } from "../evidence/grades.ts";
import { explained, MAX_FILE } from "../measure/csv.ts";
import { countTickets, type TicketRule } from "../measure/tickets.ts";
import type { Period } from "../measure/types.ts";
import { sourceLine } from "../monitors/source.ts";
import type { Indicator } from "../terms/types.ts";
import type { TicketsSource } from "./config.ts";
import type { Reading } from "./measure.ts";

/**
 * Counts a measure's tickets in the export, by the rule of the agreement's file. The evidence names the export by its
 * SHA-256: whoever is given it can count again. Throws `tickets.*`, `csv.*`, `time.*` with the line of what is wrong.
 */
export async function readTicketSource(
  { file, columns }: TicketsSource,
  indicator: Indicator,
  rule: TicketRule,
  period: Period,
): Promise<Reading> {
  const bytes = await bytesOf(file);
  const { measurements, others } = await countTickets(Readable.from([bytes]), file, columns, [rule], period);
  const [measurement = { total: 0n, bad: 0n, excluded: 0n }] = measurements;
  const hash = createHash("sha256").update(bytes).digest("hex");
  const left = [...others].map(([priority, count]) => `${count} of ${priority === "" ? "none" : priority}`).join(", ");
  const beside = others.size === 0 ? "" : `, beside it ${left}`;
  const name = basename(file);
  return {
    input: { grade: "totals", indicator, measurement },
    source: sourceLine(`${rule.priorities.join(" and ")} in ${name}${beside}`),
    sealed: sourceLine(sealedText(hash, name)),
  };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size <= MAX_FILE) return await readFile(file);
    throw new UpheldError({
      code: "csv.too-large",
      message: `the file has ${size} bytes, more than the limit of ${MAX_FILE}`,
      hint: "export fewer months: those tickets that were open in the period",
      file,
    });
  } catch (error) {
    throw explained(error, file, "tickets");
  }
}
