/** A call the agreement refuses: the contract's error and its arguments. */
export interface Refused {
  readonly name: string;
  readonly args: readonly (bigint | string)[];
}

/** Thrown inside the model, never out of it: `apply` answers it as data. */
export class Refusal extends Error implements Refused {
  override readonly name: string;
  readonly args: readonly (bigint | string)[];

  constructor(name: string, args: readonly (bigint | string | number)[]) {
    super(`${name}(${args.join(", ")})`);
    this.name = name;
    this.args = args.map((arg) => (typeof arg === "number" ? BigInt(arg) : arg));
  }
}

/** Refuses with `name` unless `isMet`. */
export function require(isMet: boolean, name: string, ...args: (bigint | string | number)[]): asserts isMet {
  if (!isMet) throw new Refusal(name, args);
}
