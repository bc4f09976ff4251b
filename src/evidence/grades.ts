import type { Grade } from "./schema.ts";

/** Grades as a reader is told of them, each once. What only `totals` say does not follow from anything in the file. */
export const gradesText = (grades: readonly Grade[]): string =>
  [...new Set(grades)].map((grade) => (grade === "totals" ? "totals as stated" : grade)).join(", ");

/** A file that counts were taken from and that evidence does not hold, as a source names it. */
export const sealedText = (sha256: string, name: string): string => `SHA-256 ${sha256} of ${name}`;

/** Whether a source names such a file, by the whole of its hash. */
export const isSealed = (source: string): boolean => /\bSHA-256 [0-9a-f]{64}\b/.test(source);
