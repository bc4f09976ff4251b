import { stripVTControlCharacters } from "node:util";
import type { createColors } from "picocolors";
import { formatTime } from "../terms/format.ts";

export type Colors = ReturnType<typeof createColors>;

/** `8 Feb`, in a story whose year is said. */
export function dayOf(time: bigint): string {
  return formatTime(time - (time % 86_400n)).replace(/ \d{4}$/, "");
}

/** `Jan` */
export function monthName(time: bigint): string {
  return dayOf(time).split(" ")[1] ?? "";
}

/** Puts cells under one another; a column starting with `>` is flushed right. */
export function columns(
  rows: readonly (readonly string[])[],
  layout: readonly (readonly ["<" | ">", number])[],
): string[] {
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const [side, width] = layout[i] ?? ["<", 0];
        return side === ">" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("")
      .trimEnd(),
  );
}

/** Colours take no room. */
const visible = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks a paragraph between words; two spaces in a row are kept, and nothing is broken after them. */
export function wrapped(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(/(?<=\S) (?=\S)/)) {
    if (line !== "" && visible(line) + 1 + visible(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
