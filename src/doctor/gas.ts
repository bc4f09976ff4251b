import { formatEther, formatUnits } from "ethers";
import { REPORT_GAS } from "../chain/cost.ts";
import { plural } from "../terms/format.ts";
import type { Terms } from "../terms/types.ts";
import { bad, ok, type Finding } from "./finding.ts";

/** Below so many months of reports somebody should top up. */
const MONTHS = { problem: 1n, warning: 3n };

export interface Purse {
  readonly account: string;
  /** Wei. */
  readonly balance: bigint;
  /** Of a unit of gas now, wei. */
  readonly price: bigint;
  /** Most that the config lets a unit cost, wei. */
  readonly highest: bigint | undefined;
}

/** Gas of all reports that fall due in a month, rounded up: a quarter's is a third. */
export function monthlyGas(all: readonly Pick<Terms, "periodMonths">[]): bigint {
  const twelfths = all.reduce((sum, { periodMonths }) => sum + (REPORT_GAS * 12n) / BigInt(periodMonths), 0n);
  return (twelfths + 11n) / 12n;
}

/** For how many months of reports the balance is enough, at the measured gas and the price of now. */
export function judgeGas({ account, balance, price, highest }: Purse, all: readonly Terms[]): Finding[] {
  const gas = monthlyGas(all);
  const cost = gas * price;
  const gwei = `${formatUnits(price, "gwei")} gwei`;
  const found: Finding[] = [];
  if (highest !== undefined && price > highest) {
    const message = `a unit of gas costs ${gwei}, above the limit of ${formatUnits(highest, "gwei")} gwei: nothing is sent`;
    found.push(bad("warning", "gas", account, message, "raise `highest gas price` if a deadline is near"));
  }
  const has = `${short(balance)} of the chain's coin`;
  if (gas === 0n) return [...found, ok("gas", account, `${has}; nothing is to be reported`)];
  if (cost === 0n && balance > 0n) return [...found, ok("gas", account, `${has}; gas costs nothing now`)];
  const months = cost === 0n ? 0n : balance / cost;
  const text = `${has}: ${months === 0n ? "less than a month" : months > 1_000n ? "years" : plural(months, "month")} of ${plural(all.length, "agreement")}, ${short(cost)} a month at ${gwei}`;
  const hint = `send ${short(cost * 12n)} for a year to ${account}; a rollup's price of data comes on top`;
  if (months < MONTHS.problem) return [...found, bad("problem", "gas", account, text, hint)];
  if (months < MONTHS.warning) return [...found, bad("warning", "gas", account, text, hint)];
  return [...found, ok("gas", account, text)];
}

function short(wei: bigint): string {
  const [whole = "0", fraction = ""] = formatEther(wei).split(".");
  const cut = fraction.slice(0, whole === "0" ? 9 : 4).replace(/0+$/, "");
  return cut === "" ? whole : `${whole}.${cut}`;
}
