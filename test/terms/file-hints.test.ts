import { expect } from "chai";
import { type Problem, UpheldErrors } from "../../src/errors.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { SAMPLE_FILE, withLine } from "./sample-file.ts";

function problemsOf(text: string): readonly Problem[] {
  try {
    parseAgreement(text);
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    throw error;
  }
  return [];
}

const table = (unit: string, tiers: string): string =>
  SAMPLE_FILE.replace(/measures:[^]*salt/, `measures:\n  it: { ${unit} }\nobjectives:\n  - ${tiers}\nsalt`);

const EXCLUDED = "Write: none, or up to 8 hours, counts as up, or up to 8 hours, leaves the total.";
const CONDITION = "Write below 99.9%, at most 99.9%, more than 45 minutes or at least 5 minutes.";
const LEAVING = "Write: 2 bad periods of 3, or: 2 bad periods of 3 of at least 10%.";

/** What a person reads who wrote something that is not understood. */
const HINTS: [what: string, text: string, says: string, hint: string | undefined][] = [
  ["period", withLine("period", "period: week"), 'period: "week" is no period.', "Write month, quarter or year."],
  [
    "fee of another period",
    withLine("fee", "fee: 1,000 USDC per quarter"),
    'fee: "1,000 USDC per quarter" is for a quarter, but that is not the period of the agreement.',
    undefined,
  ],
  [
    "fee of no period",
    withLine("fee", "fee: 1,000 USDC a week"),
    'fee: "week" is no period.',
    "Write month, quarter or year.",
  ],
  [
    "rule for leaving",
    withLine("leave after", "leave after: 2 bad periods of 3 or so"),
    'leave after: "2 bad periods of 3 or so" does not say after what the client may leave.',
    LEAVING,
  ],
  [
    "rule for leaving with words before it",
    withLine("leave after", "leave after: about 2 bad periods of 3"),
    'leave after: "about 2 bad periods of 3" does not say after what the client may leave.',
    LEAVING,
  ],
  [
    "combination",
    withLine("credits", "credits: multiply"),
    'credits: "multiply" does not say how credits combine.',
    'Write "add up" or "greatest counts".',
  ],
  [
    "address",
    withLine("oracle", "oracle: 0x1234"),
    'oracle: "0x1234" is not an address.',
    "An address is 0x and 40 hexadecimal digits.",
  ],
  [
    "address with more after it",
    withLine("oracle", `oracle: 0x${"12".repeat(21)}`),
    `oracle: "0x${"12".repeat(21)}" is not an address.`,
    "An address is 0x and 40 hexadecimal digits.",
  ],
  [
    "checksum",
    withLine("oracle", "oracle: 0xdeaDbeefdeadbeefdeadbeefdeadbeefdeadbeef"),
    'oracle: "0xdeaDbeefdeadbeefdeadbeefdeadbeefdeadbeef" has a wrong checksum.',
    "A digit or a capital was changed: copy the address again.",
  ],
  [
    "salt",
    withLine("salt", "salt: 1234"),
    'salt: "1234" is not a salt of at least 16 bytes.',
    'Write what "openssl rand -hex 32" prints.',
  ],
  [
    "salt of 65 bytes",
    withLine("salt", `salt: ${"00".repeat(65)}`),
    `salt: "${"00".repeat(65)}" is not a salt of at least 16 bytes.`,
    'Write what "openssl rand -hex 32" prints.',
  ],
  [
    "document",
    withLine("document", `document: { file: a.pdf, sha256: ${"0".repeat(63)} }`),
    `sha256: "${"0".repeat(63)}" is not a SHA-256.`,
    'Write the 64 digits that "sha256sum" prints for the file.',
  ],
  [
    "document's hash with more after it",
    withLine("document", `document: { file: a.pdf, sha256: ${"0".repeat(65)} }`),
    `sha256: "${"0".repeat(65)}" is not a SHA-256.`,
    'Write the 64 digits that "sha256sum" prints for the file.',
  ],
  [
    "unit",
    table("unit: bytes", "below 99%: 10%"),
    'unit: "bytes" is nothing that is counted.',
    "Write one of seconds, probes, tickets, packets, days.",
  ],
  [
    "excluded",
    table("unit: seconds, excluded: some", "below 99%: 10%"),
    'excluded: "some" does not say what may be excluded.',
    EXCLUDED,
  ],
  [
    "excluded with more after it",
    table('unit: seconds, excluded: "up to 8 hours, counts as up, always"', "below 99%: 10%"),
    'excluded: "up to 8 hours, counts as up, always" does not say what may be excluded.',
    EXCLUDED,
  ],
  [
    "excluded time without effect",
    table("unit: seconds, excluded: up to 8 hours", "below 99%: 10%"),
    'excluded: "up to 8 hours" does not say what excluded time does to the total.',
    EXCLUDED,
  ],
  [
    "excluded tickets with an effect",
    table('unit: tickets, excluded: "up to 8 tickets, counts as up"', "below 99%: 10%"),
    'excluded: "counts as up" is for seconds only.',
    "Excluded tickets are told for information: drop it.",
  ],
  [
    "measure",
    table("unit: tickets", "measure: that\n    below 99%: 10%"),
    'measure: "that" is not among the measures.',
    "The measures are it.",
  ],
  [
    "condition",
    table("unit: tickets", "beneath 99%: 10%"),
    'beneath 99%: "beneath 99%" is neither a key nor a condition for a credit.',
    CONDITION,
  ],
  [
    "condition with words before it",
    table("unit: tickets", "when below 99%: 10%"),
    'when below 99%: "when below 99%" is neither a key nor a condition for a credit.',
    CONDITION,
  ],
  [
    "number where a share is asked",
    table("unit: tickets", "at most 3 tickets: 10%"),
    'at most 3 tickets: "3 tickets" is not a percentage: "below" and "at most" compare the good share.',
    'Use "more than" or "at least" for a number of bad tickets.',
  ],
  [
    "share where a number is asked",
    table("unit: tickets", "at least 3%: 10%"),
    'at least 3%: "3%" is a percentage: "more than" and "at least" count bad tickets.',
    'Use "below" or "at most" for the good share.',
  ],
  [
    "slope of something else",
    table("unit: seconds", "more than 0 s: 25x the share of bad probes"),
    'more than 0 s: "25x the share of bad probes" is not a credit.',
    "Write 25x the share of time down.",
  ],
  [
    "steps of a strict test",
    table("unit: seconds", "more than 0 s: 5% per 30 minutes"),
    'more than 0 s: "5% per 30 minutes" does not say which steps count.',
    'Here every started step counts: write "5% per started 30 minutes".',
  ],
  [
    "steps of an inclusive test",
    table("unit: seconds", "at most 99%: 5% per full 1%"),
    'at most 99%: "5% per full 1%" does not say which steps count.',
    'Here the credit is given at once and again for each full step: write "5% and again per full 1%".',
  ],
  [
    "steps of nothing",
    table("unit: seconds", "more than 0 s: 5% per started 0 s"),
    'more than 0 s: "5% per started 0 s" has steps of nothing.',
    undefined,
  ],
  [
    "steps in time of a share",
    table("unit: seconds", "below 99%: 5% per started 30 minutes"),
    'below 99%: "30 minutes" is not a percentage: the steps of "below" and "at most" are shares.',
    'Use "more than" or "at least" for steps of seconds.',
  ],
  [
    "tiers that contradict",
    table("unit: seconds", "below 99%: 10%\n    below 98%: 10%"),
    '"below 99%" on line 30 and "below 98%" on line 31 contradict: the worse one gives no more than the milder one.',
    "Keep the one that is meant.",
  ],
  [
    "slip in a key",
    withLine("notise", "notise: 1 period"),
    'Unknown key "notise" in the agreement.',
    'Did you mean "notice"?',
  ],
];

describe("an agreement file that is not understood", () => {
  for (const [what, text, says, hint] of HINTS) {
    it(`says what is wrong with the ${what}, and what to write`, () => {
      expect(problemsOf(text).map((problem) => [problem.message, problem.hint])).to.deep.include([says, hint]);
    });
  }
});
