import type { Finding } from "../../src/doctor/finding.ts";

/** Findings as text: `level check about: message`, and under it what to do. */
export const told = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ level, check, about, message, hint }) => [
    `${level} ${check}${about === "" ? "" : ` ${about}`}: ${message}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ]);
