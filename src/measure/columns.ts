/** Samples in two columns: a month has so many that an object for each costs more than all that is done with them. */
export class Columns implements Iterable<readonly [time: number, value: number]> {
  /** UTC seconds, may have a fraction. */
  readonly times: Float64Array;
  /** Same length as `times`. */
  readonly values: Float64Array;

  constructor(times: Float64Array, values: Float64Array) {
    if (times.length !== values.length) throw new RangeError(`${times.length} times and ${values.length} values`);
    this.times = times;
    this.values = values;
  }

  /** One after the other. */
  static join(parts: readonly Samples[]): Columns {
    const [only] = parts;
    if (parts.length === 1 && only instanceof Columns) return only;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const joined = new Columns(new Float64Array(length), new Float64Array(length));
    let at = 0;
    for (const part of parts) {
      if (part instanceof Columns) {
        joined.times.set(part.times, at);
        joined.values.set(part.values, at);
      } else {
        part.forEach(([time, value], i) => {
          joined.times[at + i] = time;
          joined.values[at + i] = value;
        });
      }
      at += part.length;
    }
    return joined;
  }

  get length(): number {
    return this.times.length;
  }

  *[Symbol.iterator](): Generator<readonly [time: number, value: number]> {
    for (let i = 0; i < this.times.length; i++) yield [this.times[i] as number, this.values[i] as number];
  }
}

/** Samples as a source gives them: few as pairs, many in columns. */
export type Samples = Columns | readonly (readonly [time: number, value: number])[];
