/** Time zones, from the rules that the platform brings along. Times are UTC seconds, offsets seconds east of UTC. */

const DAY = 86_400;

export interface Offset {
  readonly start: number;
  readonly end: number;
  /** What a clock on the wall is ahead of UTC. */
  readonly offset: number;
}

export function isZone(name: string): boolean {
  // an offset, +01:00, is no zone: it knows no daylight saving
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The stretches between two changes of the clocks, in order, that tile `start` to `end`. */
export function offsetsIn(zone: string, start: number, end: number): Offset[] {
  const offsetAt = clockOf(zone);
  const found: Offset[] = [];
  let since = start;
  let offset = offsetAt(start);
  for (let at = start; at < end;) {
    const next = Math.min(at + DAY, end);
    const after = offsetAt(next);
    if (after !== offset) {
      const change = changeBetween(at, next, offset, offsetAt);
      found.push({ start: since, end: change, offset });
      since = change;
      offset = after;
    }
    at = next;
  }
  if (since < end) found.push({ start: since, end, offset });
  return found;
}

/** The first second after `low` at which the clock differs; at `high` it does. */
function changeBetween(low: number, high: number, offset: number, offsetAt: (at: number) => number): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

function clockOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const parts = format.formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)] as const);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = Object.fromEntries<number>(parts);
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - at;
  };
}
