/** Published SLAs, and how their tables and rules read in the terms of this project. */
import { existsSync, readFileSync } from "node:fs";
import { type Objective, PPB, Test, type Tier } from "../../src/terms/types.ts";
import { flat } from "../terms/sample-terms.ts";

/** Published SLAs, written down case by case. They are not part of this repository. */
const DATA = new URL("../../../shared/data/", import.meta.url);

export interface Table {
  provider: string;
  service: string;
  tiers: { below_ppm: number; credit_bps: number }[];
  cases: {
    name: string;
    downtime_seconds: number;
    period_seconds: number;
    excluded_seconds: number;
    credit_bps: number;
  }[];
}

export interface Rule {
  id: string;
  cases: { name: string; expected_credit?: string | null; period_seconds?: number; downtime_seconds?: number }[];
}

/** The contents of `file`; without it the test says so and is skipped. */
export function readOrSkip(file: string, test: Mocha.Context): unknown {
  const url = new URL(file, DATA);
  if (existsSync(url)) return JSON.parse(readFileSync(url, "utf8"));
  process.stdout.write(`      skipped: ../shared/data/${file} is not there\n`);
  return test.skip();
}

const PERCENT = PPB / 100n;
const MINUTE = 60n;
const below = (percent: number, credit: bigint): Tier =>
  flat(Test.Below, BigInt(percent * 1000) * (PERCENT / 1000n), credit * PERCENT);
const longer = (test: Test, minutes: bigint, credit: bigint): Tier => flat(test, minutes * MINUTE, credit * PERCENT);
const alone = (...tiers: Tier[]): Objective[] => [{ indicator: 0, tiers }];

/** The rules whose difficulty is the table, in the terms of this project. Credits are capped at a full fee. */
export const RULES: Record<string, Objective[]> = {
  "inclusive-and-gap-quarterly": alone(flat(Test.AtMost, 999_000_000n, 10n * PERCENT), below(99, 25n)),
  "absolute-duration-ge": alone(
    longer(Test.AtLeast, 5n, 10n),
    longer(Test.AtLeast, 30n, 20n),
    longer(Test.AtLeast, 60n, 50n),
    longer(Test.AtLeast, 120n, 100n),
  ),
  "absolute-duration-gt": alone(
    longer(Test.MoreThan, 45n, 5n),
    longer(Test.MoreThan, 270n, 10n),
    longer(Test.MoreThan, 540n, 15n),
  ),
  "linear-part-thereof": alone({ ...longer(Test.MoreThan, 0n, 5n), per: 30n * MINUTE }),
  "linear-onset": [
    ...alone(longer(Test.MoreThan, 0n, 3n)),
    ...alone({ ...longer(Test.AtLeast, 60n, 3n), per: 60n * MINUTE }),
  ],
  "multiplier-50x-capped": alone({ ...longer(Test.MoreThan, 5n, 5000n), proportional: true }),
};

/** A published table: below a share of uptime a credit, the greatest counts. */
export const objectivesOf = (table: Table): Objective[] =>
  alone(
    ...table.tiers.map((tier) => flat(Test.Below, BigInt(tier.below_ppm) * 1000n, BigInt(tier.credit_bps) * 100_000n)),
  );
