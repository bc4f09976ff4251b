/** The bench's figures as the table of its page. */
import { ROUNDS, type Result, type RoundResult } from "./run.ts";

const NAMES = { first: "first", quiet: "quiet", monthOver: "month over" } as const;

const COLUMNS: readonly (readonly [head: string, cell: (one: RoundResult) => string])[] = [
  ["questions", ({ questions }) => questions.toLocaleString("en")],
  ["each", ({ questionsPerAgreement }) => questionsPerAgreement.toFixed(2)],
  ["requests", ({ requests }) => requests.toLocaleString("en")],
  ["notices", ({ notices }) => notices.toLocaleString("en")],
  ["letters", ({ letters }) => letters.toLocaleString("en")],
  ["memory", ({ rssMB }) => `${rssMB.toFixed(0)} MB`],
  ["processor", ({ cpuSeconds }) => `${cpuSeconds.toFixed(1)} s`],
  ["clock", ({ secondsByClock }) => `${secondsByClock.toFixed(1)} s`],
];

export function table(results: readonly Result[]): string {
  const rows = [
    ["agreements", "round", ...COLUMNS.map(([head]) => head)],
    ["---", "---", ...COLUMNS.map(() => "---")],
    ...results.flatMap((one) =>
      ROUNDS.map((round) => [
        one.agreements.toLocaleString("en"),
        NAMES[round],
        ...COLUMNS.map(([, cell]) => cell(one[round])),
      ]),
    ),
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
