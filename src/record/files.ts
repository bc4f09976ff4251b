import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UpheldError, type Problem } from "../errors.ts";
import type { RandomSource } from "../evidence/build.ts";
import { linkWhole } from "../evidence/files.ts";
import { commitmentOf, parseText, salted, saysSame, type RecordText, type Said } from "./texts.ts";

/** A text on disk. */
export interface KeptText {
  readonly commitment: string;
  readonly path: string;
  readonly text: RecordText;
}

/** All texts of one agreement that are on disk, by their commitments, and what could not be read. */
export interface Texts {
  readonly byCommitment: ReadonlyMap<string, KeptText>;
  readonly damaged: readonly Problem[];
}

/** `<evidence>/<chain id>/<agreement in lower case>/record` */
export function textFolder(directory: string, chainId: bigint, agreement: string): string {
  return join(directory, String(chainId), agreement.toLowerCase(), "record");
}

/** Reads every text of an agreement; a file that is not what its name commits to is told as damaged, and left alone. */
export async function readTexts(directory: string, chainId: bigint, agreement: string): Promise<Texts> {
  const folder = textFolder(directory, chainId, agreement);
  const byCommitment = new Map<string, KeptText>();
  const damaged: Problem[] = [];
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith(".json")).sort() : [];
  for (const name of names) {
    const path = join(folder, name);
    try {
      const text = parseText(JSON.parse(await readFile(path, "utf8")), path);
      const commitment = commitmentOf(text);
      if (`${commitment}.json` !== name) throw changed(path);
      byCommitment.set(commitment, { commitment, path, text });
    } catch (error) {
      if (error instanceof UpheldError) damaged.push(error.problem);
      else damaged.push(unreadable(path, error));
    }
  }
  return { byCommitment, damaged };
}

/**
 * The file of these words, safely on disk: one that says the same and was not `said` on chain yet is used again, as an
 * earlier run may have been killed before it sent. Call it before sending anything.
 */
export async function keepText(
  directory: string,
  said: Said,
  texts: Texts,
  isSaid: (commitment: string) => boolean,
  random: RandomSource,
): Promise<KeptText> {
  const waiting = [...texts.byCommitment.values()].find(
    ({ text, commitment }) => saysSame(text, said) && !isSaid(commitment),
  );
  if (waiting !== undefined) return waiting;
  const text = salted(said, random);
  const commitment = commitmentOf(text);
  const path = join(textFolder(directory, BigInt(said.chainId), said.agreement), `${commitment}.json`);
  await linkWhole(directory, path, Buffer.from(`${JSON.stringify(text, undefined, 2)}\n`));
  return { commitment, path, text };
}

const changed = (file: string) =>
  new UpheldError({
    code: "record.changed",
    message: "the text is not what its name commits to: it was changed, or renamed",
    hint: "restore it from a copy, or ask whoever wrote the entry for it",
    file,
  });

function unreadable(file: string, cause: unknown): Problem {
  const why = cause instanceof SyntaxError ? "it is not JSON" : (cause as Error).message;
  return { code: "record.unreadable", message: `the text cannot be read: ${why}`, file };
}
