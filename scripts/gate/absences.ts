/** The only tests that may be pending, and what must be absent for it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

interface Absence {
  readonly file: string;
  readonly reason: string;
  isReal(): boolean;
}

const ABSENCES: readonly Absence[] = [
  {
    file: "test/terms/published.test.ts",
    reason: "the published tables are not beside the checkout (../shared/data)",
    isReal: () => !existsSync("../shared/data"),
  },
  {
    file: "test/chain/transaction.test.ts",
    reason: "there is no anvil binary for this platform",
    isReal: () => !hasAnvil(),
  },
  {
    file: "test/evidence/files.test.ts",
    reason: "root, or Windows, may write into every folder",
    isReal: () => process.getuid?.() === 0 || process.platform === "win32",
  },
];

/** Why a test of `file` may be pending; undefined: it may not. */
export function reasonToSkip(file: string): string | undefined {
  return ABSENCES.find((absence) => absence.file === file && absence.isReal())?.reason;
}

function hasAnvil(): boolean {
  try {
    createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");
    return true;
  } catch {
    return false;
  }
}
