/**
 * Escrows that npm does not carry, or not as compiled contracts: receipts of the same kind, taken once from their own
 * sources on the same node and token, and written down here. Not measured again by the bench.
 */
import type { Figures } from "./gas.ts";

export interface Other {
  readonly name: string;
  /** The repository on GitHub. */
  readonly source: string;
  readonly calls: Figures;
  /** What one good period takes, where that is plain. */
  readonly month?: { readonly what: string; readonly gas: number };
  /** Twelve good periods, everything included; absent where nobody measured it. */
  readonly year?: number;
  /** Whether it knows how well the service was. */
  readonly hasLevel: boolean;
}

export const OTHERS: readonly Other[] = [
  {
    name: "Smart Invoice",
    source: "SmartInvoiceXYZ/smart-invoice",
    calls: { "create, 12 milestones": 635_664, "fund by transfer": 51_577, release: 68_084 },
    month: { what: "release", gas: 68_084 },
    year: 1_560_000,
    hasLevel: false,
  },
  {
    name: "Base commerce-payments",
    source: "base/commerce-payments",
    calls: { authorize: 87_068, capture: 58_004, "capture with a split": 113_322 },
    month: { what: "authorize and capture, split", gas: 87_068 + 113_322 },
    year: 2_410_000,
    hasLevel: false,
  },
  {
    name: "Kleros escrow",
    source: "kleros/escrow-v2",
    calls: { create: 165_657, pay: 54_128, "settlement, offered": 81_933, "settlement, accepted": 62_955 },
    month: { what: "create and pay", gas: 165_657 + 54_128 },
    year: 2_640_000,
    hasLevel: false,
  },
  {
    name: "DSLA v2",
    source: "Stacktical/stacktical-dsla-contracts",
    calls: { create: 7_020_809, report: 177_787, request: 219_760 },
    month: { what: "report and request", gas: 177_787 + 219_760 },
    year: 12_500_000,
    hasLevel: true,
  },
  { name: "SureLock", source: "surelock-labs/surelock", calls: { "claim, native coin": 41_313 }, hasLevel: false },
];
