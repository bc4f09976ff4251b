/** The share of mutants that tests noticed, and how sure it is when only a sample was tried. */

/** What became of the mutants of one part. */
export interface Counts {
  /** All mutants of the part, tried or not. */
  readonly all: number;
  readonly killed: number;
  readonly late: number;
  readonly survived: number;
  readonly missed: number;
}

/** From 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Standard deviations for 95 %. */
const Z = 1.959964;

export const noticedOf = ({ killed, late }: Counts): number => killed + late;
export const triedOf = ({ killed, late, survived, missed }: Counts): number => killed + late + survived + missed;

/** The share that the tests noticed, of those tried. */
export const scoreOf = (counts: Counts): number => noticedOf(counts) / triedOf(counts);

/**
 * Wilson's interval of 95 % for the share of all mutants, from a uniform sample of them. It stays within 0 and 1, and
 * leaves out that a large part of all was tried, so that it is rather too wide.
 */
export function intervalOf(counts: Counts): Interval {
  const [n, p] = [triedOf(counts), scoreOf(counts)];
  const middle = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  return { low: middle - half, high: middle + half };
}

/** The score of several parts, each by the number of its mutants, with the interval of 95 % that the samples leave. */
export function weighted(parts: readonly Counts[]): { readonly score: number; readonly interval: Interval } {
  const all = parts.reduce((sum, part) => sum + part.all, 0);
  const score = parts.reduce((sum, part) => sum + (part.all / all) * scoreOf(part), 0);
  const half = Z * Math.sqrt(parts.reduce((sum, part) => sum + (part.all / all) ** 2 * varianceOf(part), 0));
  return { score, interval: { low: Math.max(0, score - half), high: Math.min(1, score + half) } };
}

/** Of the score of a sample drawn without putting back: none when all were tried. */
function varianceOf(part: Counts): number {
  const [n, p] = [triedOf(part), scoreOf(part)];
  return n < 2 ? 0 : ((p * (1 - p)) / (n - 1)) * (1 - n / part.all);
}
