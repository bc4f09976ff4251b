/** What a portfolio of thousands holds, and gives back. */
import { serialize } from "node:v8";

/** One of each: agreements from one template say the same of nearly everything, and hold it together. */
export class OneOfEach {
  readonly #simple = new Map<unknown, unknown>();
  readonly #kept = new Map<string, unknown>();

  /** A value that equals `value`: the first such that was given. */
  of<T>(value: T): T {
    const isSimple = typeof value !== "object" || value === null;
    return isSimple ? first(this.#simple, value, value) : first(this.#kept, serialize(value).toString("latin1"), value);
  }

  /** The same object, each of its values one of each. */
  within<T extends object>(value: T): T {
    const entries = Object.entries(value).map(([name, part]) => [name, this.of(part as unknown)]);
    return { ...value, ...Object.fromEntries(entries) } as T;
  }
}

function first<K, T>(kept: Map<K, unknown>, key: K, value: T): T {
  const known = kept.get(key);
  if (known !== undefined) return known as T;
  kept.set(key, value);
  return value;
}

/**
 * Collects what reading many files left behind, pages included, which V8 would keep as they are. Only where it may be
 * asked to, as `upheld` is started.
 */
export function giveBack(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}
