import { randomUUID } from "node:crypto";
import { closeSync, fsync, linkSync, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";

const sync = promisify(fsync);

/** Folders whose names this process has seen to disk: they need it once, and a thousand files a night come after. */
const named = new Set<string>();

/**
 * Writes a file under a name that is free, all of it or nothing, safe from a power cut; answers false when the name is
 * taken. `root` is the folder above which nothing is made. Throws what the file system says.
 *
 * A hard link gives a file its name only once it is whole and on disk, and fails if the name is taken. Only what waits
 * for the disk is waited for: handing one of the other calls to a thread costs several times the call.
 */
export async function linkNew(root: string, path: string, bytes: Uint8Array | string): Promise<boolean> {
  const folder = resolve(dirname(path));
  const above = dirname(folder);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    const made = mkdirSync(folder, { recursive: true });
    for (const each of [folder, above]) if (made !== undefined && isWithin(made, each)) named.delete(each);
    await writeSynced(temporary, bytes);
    const isNew = isLinked(temporary, path);
    await syncFolder(folder);
    await syncName(folder, above);
    await syncName(above, root);
    return isNew;
  } finally {
    remove(temporary);
  }
}

async function writeSynced(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, bytes);
    await sync(file);
  } finally {
    closeSync(file);
  }
}

/** False when the name is taken. */
function isLinked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** One that stays behind does no harm. */
function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // it may never have been there
  }
}

const isWithin = (folder: string, path: string): boolean => `${path}${sep}`.startsWith(`${resolve(folder)}${sep}`);

/** The name of `folder` stands in `holder`. */
async function syncName(folder: string, holder: string): Promise<void> {
  if (named.has(folder)) return;
  await syncFolder(holder);
  named.add(folder);
}

/** A new name is safe from a power cut only when its folder is on disk too. Windows has no such call and no such need. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    await sync(folder);
  } finally {
    closeSync(folder);
  }
}

/** `ENOENT` and the like. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
