/** What the build takes from the compiled contracts: see scripts/page/contracts.ts. */
declare module "virtual:contracts" {
  /** A contract's code on chain, apart from the places of its immutable values. */
  export interface KnownCode {
    readonly name: string;
    /** In bytes. */
    readonly size: number;
    /** [first byte, bytes] of each immutable value, which the hash takes as zero. */
    readonly holes: readonly (readonly [number, number])[];
    readonly hash: string;
  }
  export const CODES: readonly KnownCode[];
  /** Every custom error, as a JSON ABI. */
  export const ERRORS: readonly import("abitype").AbiError[];
  /** By chain id: the factory that the project deployed there, the block in which it appeared, and its record. */
  export const FACTORIES: Readonly<
    Record<string, { readonly factory: string; readonly block: number; readonly record?: string }>
  >;
}

declare module "*.css";
