/** The only tests that may be skipped, and what must be absent for it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

interface Absence {
  readonly files: readonly string[];
  readonly reason: string;
  readonly isReal: boolean;
}

const ABSENCES: readonly Absence[] = [
  {
    files: ["test/terms/published.test.ts", "test/data/sla-tables.test.ts", "test/data/sla-measuring.test.ts"],
    reason: "the published tables are not beside the checkout (../shared/data)",
    isReal: !existsSync("../shared/data"),
  },
  {
    files: [
      "test/chain/transaction.test.ts",
      "test/cli/life.test.ts",
      "test/cli/process.test.ts",
      "test/cli/trouble.test.ts",
      "test/scenarios/anvil.test.ts",
    ],
    reason: "there is no anvil binary for this platform",
    isReal: !hasAnvil(),
  },
  {
    files: ["test/evidence/files.test.ts"],
    reason: "root, or Windows, may write into every folder",
    isReal: process.getuid?.() === 0 || process.platform === "win32",
  },
];

/** Why a test of `file` may be skipped; undefined: it may not. */
export function reasonToSkip(file: string): string | undefined {
  return ABSENCES.find(({ files, isReal }) => isReal && files.includes(file))?.reason;
}

function hasAnvil(): boolean {
  try {
    createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");
    return true;
  } catch {
    return false;
  }
}
