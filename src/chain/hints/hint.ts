/** How an error of a contract is told: what happened, with its values, and what to do. */
export interface Hint {
  /** `{value:kind}` is replaced, in both; kinds: time, span, money, share, seat, revision, text. */
  readonly says: string;
  readonly hint: string;
  /** The same call may succeed later. */
  readonly retry?: true;
  /** What is told instead when a value is 0, and 0 says never, none or nobody. */
  readonly whenZero?: { readonly value: string; readonly entry: Hint };
}

/** An error that needs something else to be done. */
export const hint = (says: string, what: string): Hint => ({ says, hint: what });

/** An error that only has to wait. */
export const later = (says: string, what: string): Hint => ({ says, hint: what, retry: true });

/** `entry`, unless the value of this name is 0. */
export const unlessZero = (value: string, zero: Hint, entry: Hint): Hint => ({
  ...entry,
  whenZero: { value, entry: zero },
});

export type Hints = Readonly<Record<string, Hint>>;
