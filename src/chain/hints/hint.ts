/** How an error of a contract is told: what happened, with its values, and what to do. */
export interface Hint {
  /** `{value:kind}` is replaced; kinds: time, span, money, share, seat, text. */
  readonly says: string;
  readonly hint: string;
  /** The same call may succeed later. */
  readonly retry?: true;
}

/** An error that needs something else to be done. */
export const hint = (says: string, what: string): Hint => ({ says, hint: what });

/** An error that only has to wait. */
export const later = (says: string, what: string): Hint => ({ says, hint: what, retry: true });

export type Hints = Readonly<Record<string, Hint>>;
