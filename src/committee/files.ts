import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { UpheldError } from "../errors.ts";

/** The JSON in `file`, which `what` names in messages. */
export async function readJson(file: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const message = `the ${what} cannot be read: ${(cause as Error).message}`;
    throw new UpheldError({ code: "file.unreadable", message, hint: "Check its name.", file }, { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const hint = "Ask whoever made it for the file again.";
    throw new UpheldError({ code: "file.not-json", message: `the ${what} is not JSON`, hint, file });
  }
}

/** Writes `text` to `file`, whole or not at all: what was there stays until the new one is on disk. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = await besides(file, text);
  try {
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary).catch(() => undefined);
    throw unwritable(file, cause);
  }
}

/** The same, and never over a file that is there. */
export async function writeNewFile(file: string, text: string): Promise<void> {
  const temporary = await besides(file, text);
  try {
    await link(temporary, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(file, cause);
    const hint = "Name another one, or move it away.";
    throw new UpheldError({ code: "file.exists", message: "is there already", hint, file });
  } finally {
    await rm(temporary).catch(() => undefined);
  }
}

async function besides(file: string, text: string): Promise<string> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flush: true });
    return temporary;
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): UpheldError {
  const message = `cannot be written: ${(cause as Error).message}`;
  const hint = "Check the folder, its permissions and the space left.";
  return new UpheldError({ code: "file.unwritable", message, hint, file }, { cause });
}
