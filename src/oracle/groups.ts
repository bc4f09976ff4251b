import type { DuePeriod } from "./due.ts";
import { chunks, type Watched } from "./portfolio.ts";
import { together } from "./together.ts";

/** So many are measured, then sent while the next are measured: a killed round has reported most of what it measured. */
const CHUNK = 50;

/** How many readings a group keeps; an agreement with more monitors than these reads some of them again. */
const KEPT = 4;

/** The nearest deadline first, and what reads the same monitor side by side. */
export function inOrder(due: readonly DuePeriod[]): DuePeriod[][] {
  const keyed = due.map((one) => ({ one, key: monitorOfDue(one) }));
  keyed.sort((a, b) => Number(a.one.reportUntil - b.one.reportUntil) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return chunks(
    keyed.map(({ one }) => one),
    CHUNK,
  );
}

/**
 * Does `work` for each, at most `limit` at once, and answers in their order. What `keyOf` gives one key goes one after the
 * other: what the first reads serves all, and is forgotten after the last.
 */
export async function inGroups<T, R>(
  all: readonly T[],
  keyOf: (one: T) => string,
  limit: number,
  work: (one: T, readings: Readings) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const groups = Map.groupBy(all.entries(), ([, one]) => keyOf(one));
  await together([...groups.values()], limit, async (group) => {
    const readings = new Readings();
    for (const [i, one] of group) results[i] = await work(one, readings);
  });
  return results;
}

/** What a group of agreements has read of monitors, and made of it; who asks for the same is given the same. */
export class Readings {
  readonly #kept = new Map<string, Promise<unknown>>();

  /** What `read` gives, asked once for each `key`, which stands for one type. What failed is read again. */
  async of<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known as Promise<T>;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= KEPT) this.#kept.delete(oldest);
    const reading = read();
    this.#kept.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      if (this.#kept.get(key) === reading) this.#kept.delete(key);
      throw error;
    }
  }
}

/** A text that is the same for the same configuration: what a map is keyed by. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));

/** The first monitor that an agreement is measured by, or itself: files are read for each alone. */
export function monitorOf({ address, served }: Pick<Watched, "address" | "served">): string {
  const source = [...served.sources.values()].find(({ kind }) => kind === "monitor");
  return source?.kind === "monitor" ? textOf(source.monitor) : address;
}

/** The same of an agreement whose period is due. */
export const monitorOfDue = ({ agreement }: Pick<DuePeriod, "agreement">): string => monitorOf(agreement);
