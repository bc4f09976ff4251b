import { COMMITTEE } from "./hints/committee.ts";
import { ESCROW } from "./hints/escrow.ts";
import type { Hints } from "./hints/hint.ts";
import { RECORD } from "./hints/record.ts";
import { TERMS } from "./hints/terms.ts";
import { TOKEN } from "./hints/token.ts";

/** Every custom error, by name. A test fails when the contracts have one that is missing here. */
export const HINTS: Hints = { ...ESCROW, ...TERMS, ...COMMITTEE, ...RECORD, ...TOKEN };
