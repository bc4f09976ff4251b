import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAgreement, type AgreementFile, type ParseOptions } from "../terms/file.ts";
import { usage } from "./job.ts";

/** Reads an agreement's file; throws all its problems with their lines. */
export function readAgreementFile(path: string, options: Omit<ParseOptions, "file"> = {}): AgreementFile {
  const readBeside = (file: string) => readFileSync(join(dirname(path), file));
  return parseAgreement(readText(path), { readBeside, ...options, file: path });
}

/** The text of a file that a person named. */
export function readText(path: string, hint = "Name an agreement's address or its *.sla.yaml."): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw usage(`the file "${path}" cannot be read`, hint);
  }
}
