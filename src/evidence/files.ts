import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, linkNew } from "../disk.ts";
import { UpheldError } from "../errors.ts";
import type { Note } from "../measure/types.ts";
import type { Measurement } from "../terms/types.ts";
import { buildEvidence, newSalt, type EvidenceInput, type RandomSource } from "./build.ts";
import { remarksIn } from "./notes.ts";
import { evidenceName, type NameParts } from "./name.ts";
import { pack, unpack } from "./pack.ts";
import { parseEvidence, type Evidence } from "./schema.ts";
import { verifyEvidence } from "./verify.ts";

export interface KeptEvidence {
  readonly path: string;
  readonly evidence: Evidence;
  readonly measurements: readonly Measurement[];
  readonly notes: readonly Note[];
  /** the file was there already, from an earlier run */
  readonly reused: boolean;
}

/**
 * The file of this period and revision, safely on disk: found if an earlier run wrote it (its salt and root are used
 * again), written otherwise, from `ready` if it is built already from this input. Call it before sending anything; whatever is killed, the root on chain has its file.
 */
export async function keepEvidence(
  directory: string,
  input: EvidenceInput,
  random: RandomSource,
  ready?: ReturnType<typeof buildEvidence>,
): Promise<KeptEvidence> {
  const path = evidencePath(directory, input);
  // mostly it is not there, and to be told so by a thread takes several times as long
  if (existsSync(path)) return reuse(path, await readEvidence(path), input);
  const built = ready ?? buildEvidence(input, newSalt(random));
  if (await linkWhole(directory, path, packEvidence(built.evidence))) return { path, ...built, reused: false };
  // another run wrote it since we looked
  return reuse(path, await readEvidence(path), input);
}

/** Writes the file under its own name, all of it or nothing. A file that is there must be the same to the byte. */
export async function writeEvidence(directory: string, evidence: Evidence): Promise<{ path: string; reused: boolean }> {
  const path = evidencePath(directory, pathPartsOf(evidence));
  const text = serialize(evidence);
  if (await linkWhole(directory, path, pack(text))) return { path, reused: false };
  // another version of the compressor may write other bytes for the same text
  if (unpack(await readFile(path), path) === text) return { path, reused: true };
  throw alreadyThere(path, "its content differs", evidence.revision);
}

/** Reads a file and checks its shape; whether its content is right is for `verifyEvidence`. */
export async function readEvidence(path: string): Promise<Evidence> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw unusable(path, "read", error);
    const hint = "ask whoever reported for it; without it nobody can check the counts";
    throw new UpheldError({ code: "evidence.missing", message: "there is no such evidence file", hint, file: path });
  }
  return evidenceIn(bytes, path);
}

/** `<directory>/<chain id>/<agreement>/2025-10.r0.json.gz` */
export function evidencePath(directory: string, parts: NameParts): string {
  return join(directory, ...evidenceName(parts).split("/"));
}

function pathPartsOf({ chainId, agreement, revision, author, period, start }: Evidence): NameParts {
  const seconds = BigInt(Date.parse(start) / 1000);
  return { chainId: BigInt(chainId), agreement, revision, author, period: { index: period, start: seconds } };
}

function reuse(path: string, found: Evidence, input: EvidenceInput): KeptEvidence {
  const damage = verifyEvidence(found);
  if (damage !== undefined) throw damaged(path, `${damage.place}: ${damage.message}`);
  // a newer tool, a moved source file or another reason for a hole changes no fact: the file stays as it was sworn
  const indicators = input.indicators.map((one) =>
    one.grade === "samples" ? { ...one, remarks: remarksIn(found.days, one.indicator.id) } : one,
  );
  const same = buildEvidence({ ...input, indicators, tool: found.tool, source: found.source }, found.salt);
  if (same.evidence.root !== found.root) throw alreadyThere(path, firstChange(found, same.evidence), found.revision);
  return { ...same, path, evidence: found, reused: true };
}

function firstChange(found: Evidence, now: Evidence): string {
  const changed = now.days.find((_, index) => found.leaves[index + 1] !== now.leaves[index + 1]);
  return changed === undefined
    ? "its bounds or counts differ from those now given"
    : `${changed.date} differs from what is now given`;
}

const serialize = (evidence: Evidence): string => `${JSON.stringify(evidence)}\n`;

/** The bytes of the file. */
export const packEvidence = (evidence: Evidence): Buffer => pack(serialize(evidence));

/** The evidence in the bytes of a file; `path` is for messages. Checks its shape alone, as `readEvidence` does. */
export function evidenceIn(bytes: Uint8Array, path: string): Evidence {
  const text = unpack(bytes, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, "it is not JSON");
  }
  return parseEvidence(value, path);
}

/** As `linkNew` of the disk, in the words of evidence. */
export async function linkWhole(directory: string, path: string, bytes: Buffer): Promise<boolean> {
  try {
    return await linkNew(directory, path, bytes);
  } catch (error) {
    throw unusable(path, "written", error);
  }
}

function alreadyThere(file: string, why: string, revision: number): UpheldError {
  return new UpheldError({
    code: "evidence.exists",
    message: `revision ${revision} has an evidence file already, and ${why}`,
    hint: `evidence is never overwritten: report the change as revision ${revision + 1}; a file that was never reported may be moved away`,
    file,
  });
}

const damaged = (file: string, why: string) =>
  new UpheldError({
    code: "evidence.damaged",
    message: `the evidence file is damaged: ${why}`,
    hint: "restore it from a copy; it is left as it is",
    file,
  });

const unusable = (file: string, verb: string, cause: unknown) =>
  new UpheldError(
    {
      code: "evidence.unusable",
      message: `cannot be ${verb}: ${(cause as Error).message}`,
      hint: "check the folder, its permissions and the space left; it must be on a file system with hard links",
      file,
      retry: true,
    },
    { cause },
  );
