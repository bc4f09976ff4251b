/** The bytes a contract reverted with, wherever the client library has put them. */
export function revertData(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0) {
    const next = queue.shift();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const { data, code, info, error: inner, cause } = next as Record<string, unknown>;
    if (
      typeof data === "string" &&
      /^0x([0-9a-f]{2})*$/i.test(data) &&
      (data.length >= 10 || code === "CALL_EXCEPTION")
    )
      return data;
    queue.push(data, info, inner, cause);
  }
  return undefined;
}
