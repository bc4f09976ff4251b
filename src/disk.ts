import { randomUUID } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file under a name that is free, all of it or nothing, safe from a power cut; answers false when the name is
 * taken. `root` is the folder above which nothing is made. Throws what the file system says.
 *
 * A hard link gives a file its name only once it is whole and on disk, and fails if the name is taken.
 */
export async function linkNew(root: string, path: string, bytes: Uint8Array | string): Promise<boolean> {
  const folder = dirname(path);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeSynced(temporary, bytes);
    const isNew = await link(temporary, path).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      },
    );
    for (const each of [folder, dirname(folder), root]) await syncFolder(each);
    return isNew;
  } finally {
    // one that stays behind does no harm
    await rm(temporary).catch(() => undefined);
  }
}

async function writeSynced(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is safe from a power cut only when its folder is on disk too. Windows has no such call and no such need. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** `ENOENT` and the like. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
