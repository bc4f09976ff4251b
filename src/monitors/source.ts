/** Longest source that the evidence takes. */
const LONGEST = 200;

/** A monitor's source on one line, as the evidence takes it. */
export function sourceLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
