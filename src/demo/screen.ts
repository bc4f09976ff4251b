import type { Agreement } from "../chain/agreement.ts";
import { eventsOf } from "../chain/history.ts";
import type { AgreementFile } from "../terms/file.ts";
import { formatAmount } from "../terms/format.ts";
import type { Actor } from "./actors.ts";
import type { Checked } from "./check.ts";
import { theDeal, type DealRow } from "./deal.ts";
import type { Happening } from "./narrate.ts";
import type { Outcome } from "./outcome.ts";
import type { Signed } from "./signatures.ts";
import type { Story } from "./stories/story.ts";
import { columns, dayOf, wrapped, type Colors } from "./words.ts";
import { theYear } from "./year-table.ts";

/** Everything a screen is made of; all of it was read from the chain or the agreement's file. */
export interface Shown {
  readonly story: Story;
  readonly file: AgreementFile;
  readonly agreement: Agreement;
  readonly deal: readonly DealRow[];
  readonly outcome: Outcome;
  readonly happenings: readonly Happening[];
  readonly ending: readonly string[];
  readonly signed: readonly Signed[];
  readonly checked: Checked;
  readonly next: readonly string[];
}

/** The whole screen, line by line. */
export function screen(shown: Shown, colors: Colors): string[] {
  const { bold, dim } = colors;
  return [
    `${bold("UPHELD")}  an SLA that keeps its own promises      ${dim("(local chain, play money, real outages)")}`,
    dim("One process plays all parties. The chain's clock starts in December 2024 and is moved on: time is"),
    dim("skipped, nothing else. Outages are incidents on GitHub Actions' status page, not its own SLA count."),
    "",
    ...theDeal(shown, colors),
    ...theStory(shown, colors),
    ...theYear(shown.agreement, shown.outcome, colors),
    ...theCourse(shown, colors),
    ...theAccount(shown, colors),
    ...theCheck(shown, colors),
    ...titled("NEXT", shown.next, colors, Infinity),
  ];
}

function theStory({ story }: Shown, colors: Colors): string[] {
  return story.plot === "" ? [] : [...titled("THE STORY", [story.plot], colors), ""];
}

function theCourse({ happenings, ending }: Shown, colors: Colors): string[] {
  if (happenings.length === 0) return [];
  const rows = happenings.map(({ at, who, what }) => [dayOf(at), who, what]);
  const layout = [
    ["<", 9],
    ["<", 10],
    ["<", 0],
  ] as const;
  return [
    colors.bold("HOW IT WENT"),
    ...columns(rows, layout).map((line) => `  ${line}`),
    "",
    ...titled("SO", ending, colors),
    "",
  ];
}

function theAccount({ outcome, agreement, signed }: Shown, { green, red }: Colors): string[] {
  const money = (amount: bigint) => formatAmount(amount, agreement.token.decimals);
  const { history, payments, left, conserved } = outcome;
  const claims = eventsOf(history, "Disputed").length;
  const byHand = history.filter((event) => event.name === "ConsentGiven" && event.values.consent.credit > 0n).length;
  const who = signed.map(({ actor, count, what }) => {
    return `${nameOf(actor)} ${count}${what.length === 1 ? "" : ` (${what.join(", ")})`}`;
  });
  const moved = `${money(payments.in)} in = ${money(payments.toProvider)} to the provider + ${money(payments.toClient)} back to the client`;
  return [
    `  Claims filed ${claims} · amounts chosen by a person ${byHand} · months settled by code ${outcome.periods.length}`,
    ...wrapped(`Signed by: ${who.join(" · ")}`, 98).map((line, i) => `${i === 0 ? "  " : "    "}${line}`),
    `  ${moved}, ${money(left)} left  ${conserved ? green("✓ all of it") : red("✗ NOT CONSERVED")}`,
    "",
  ];
}

const nameOf = (actor: Actor): string => (actor === "newOracle" ? "new oracle" : actor);

function theCheck({ checked }: Shown, colors: Colors): string[] {
  const { periods, files, agrees, changedAt, mismatch } = checked;
  const { green, red } = colors;
  const mark = agrees ? green("✓ all agree") : red("✗ MISMATCH");
  const found = mismatch === undefined ? red("NOT FOUND") : `MISMATCH, ${mismatch}`;
  const lines = [
    `upheld verify: ${periods} months recomputed from the chain and ${files} evidence files ${mark}`,
    `one second of ${dayOf(changedAt)} changed → verify: ${found}`,
  ];
  return [...titled("CHECK IT", lines, colors), ""];
}

/** A title, and paragraphs beside it. */
function titled(title: string, paragraphs: readonly string[], { bold }: Colors, width = 88): string[] {
  const lines = paragraphs.flatMap((paragraph) => wrapped(paragraph, width));
  return lines.map((line, i) => `${i === 0 ? bold(title.padEnd(11)) : " ".repeat(11)}${line}`);
}
