import fc from "fast-check";

const MOST = 2 ** 31 - 1;

/** Chance as fast-check drew it, used up one number after the other. */
export class Draws {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    const number = this.#numbers[this.#next++ % this.#numbers.length] ?? 0;
    return Math.floor((number / (MOST + 1)) * end);
  }

  chance(probability: number): boolean {
    return this.below(10_000) < probability * 10_000;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError("an empty list");
    return one;
  }

  /** One of several things, `[weight, thing]`. */
  weighted<T>(list: readonly (readonly [number, T])[]): T {
    let left = this.below(10_000) / 10_000;
    const all = list.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, thing] of list) {
      left -= weight / all;
      if (left < 0) return thing;
    }
    return this.pick(list)[1];
  }

  /** A share of `amount`, as far as 1/10000 goes. */
  part(amount: bigint): bigint {
    return (amount * BigInt(this.below(10_001))) / 10_000n;
  }
}

/** Enough chance for one step. */
export const draws: fc.Arbitrary<number[]> = fc.noBias(fc.array(fc.nat(MOST), { minLength: 64, maxLength: 64 }));
