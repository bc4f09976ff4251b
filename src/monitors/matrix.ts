import { Columns } from "../measure/columns.ts";

/** A query API's matrix with its samples taken out: `rest` is its JSON with the place in `samples` for each list. */
export interface ScannedMatrix {
  readonly rest: unknown;
  readonly samples: readonly Columns[];
}

const VALUES = Buffer.from('"values":[');
const [QUOTE, COMMA, MINUS, DOT, OPEN, CLOSE] = [0x22, 0x2c, 0x2d, 0x2e, 0x5b, 0x5d];

/** What `NaN`, `+Inf` and `1e+06` are written with. */
const TEXT = /^[\w+.-]+$/;

/** A whole number below 2^53 divided by a power of ten up to this one is the double nearest to the decimal. */
const TENS = Array.from({ length: 16 }, (_, power) => 10 ** power);
const DIGITS = 15;

/**
 * Reads what a server of Prometheus' query API writes, without a text and an array for each of a month's samples; those
 * with from <= time < to. Undefined when the body is written in any other way: then it is for `JSON.parse`.
 *
 * In JSON the bytes `"values":[` can be nothing but a key and the beginning of its list: in a text, quotes are escaped.
 */
export function scanMatrix(body: Buffer, from: number, to: number): ScannedMatrix | undefined {
  const samples: Columns[] = [];
  const rest: string[] = [];
  let done = 0;
  for (let found = body.indexOf(VALUES); found !== -1; found = body.indexOf(VALUES, done)) {
    const list = found + VALUES.length - 1;
    const scanned = scanList(body, list, from, to);
    if (scanned === undefined) return undefined;
    rest.push(body.toString("utf8", done, list), String(samples.length));
    samples.push(scanned.columns);
    done = scanned.end;
  }
  rest.push(body.toString("utf8", done));
  try {
    return { rest: JSON.parse(rest.join("")) as unknown, samples };
  } catch {
    return undefined;
  }
}

/** Where a list is read to before it is known how long it is. */
let [times, values] = [new Float64Array(4_096), new Float64Array(4_096)];

/** `[[1767225600.137,"1"],…]` from its first bracket on; `end` is after its last. */
function scanList(body: Buffer, start: number, from: number, to: number) {
  if (body[start + 1] === CLOSE) return { columns: columnsOf(0), end: start + 2 };
  const number: Scanned = { value: 0, end: 0 };
  let count = 0;
  for (let at = start + 1; ; at++) {
    if (body[at] !== OPEN || !scanNumber(body, at + 1, number)) return undefined;
    const time = number.value;
    at = number.end;
    if (body[at] !== COMMA || body[at + 1] !== QUOTE) return undefined;
    if (!scanNumber(body, at + 2, number) || body[number.end] !== QUOTE) {
      if (!scanText(body, at + 2, number)) return undefined;
    }
    at = number.end + 1;
    if (body[at] !== CLOSE) return undefined;
    if (time >= from && time < to) {
      if (count === times.length) [times, values] = [doubled(times), doubled(values)];
      times[count] = time;
      values[count] = number.value;
      count++;
    }
    at++;
    if (body[at] === CLOSE) return { columns: columnsOf(count), end: at + 1 };
    if (body[at] !== COMMA) return undefined;
  }
}

const columnsOf = (count: number) => new Columns(times.slice(0, count), values.slice(0, count));

function doubled(all: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * all.length);
  larger.set(all);
  return larger;
}

interface Scanned {
  value: number;
  end: number;
}

/** A plain decimal of at most fifteen digits. */
function scanNumber(body: Buffer, start: number, found: Scanned): boolean {
  const isNegative = body[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let at = first;
  let whole = 0;
  let point = -1;
  for (; ; at++) {
    const byte = body[at] as number;
    if (byte >= 0x30 && byte <= 0x39) whole = whole * 10 + (byte - 0x30);
    else if (byte === DOT && point === -1 && at > first) point = at;
    else break;
  }
  const digits = at - first - (point === -1 ? 0 : 1);
  const decimals = point === -1 ? 0 : at - point - 1;
  const hasZeros = digits - decimals > 1 && body[first] === 0x30;
  if (digits === 0 || digits > DIGITS || (point !== -1 && decimals === 0) || hasZeros) return false;
  const value = decimals === 0 ? whole : whole / (TENS[decimals] as number);
  found.value = isNegative ? -value : value;
  found.end = at;
  return true;
}

/** Any other value. */
function scanText(body: Buffer, start: number, found: Scanned): boolean {
  const end = body.indexOf(QUOTE, start);
  if (end === -1) return false;
  const text = body.toString("utf8", start, end);
  if (!TEXT.test(text)) return false;
  found.value = toNumber(text);
  found.end = end;
  return true;
}

/** A value as the query API writes it. */
export const toNumber = (text: string): number =>
  text === "+Inf" || text === "Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
