import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UpheldError } from "../errors.ts";

/** What SQLite says when another one holds it. */
const BUSY = 5;

/**
 * Takes the state in `folder` for this process alone; answers how to give it back. Throws `watch.in-use` while another
 * one has it, and `watch.state` where it cannot be taken.
 *
 * The lock is the operating system's on a file, as SQLite takes it: it ends with its process, however that ends. A file
 * that is there or not would outlive one that was killed.
 */
export function takeState(folder: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    database = new DatabaseSync(join(folder, "lock"));
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    throw unusable(folder, cause as Error & { errcode?: number });
  }
  const held = database;
  return () => {
    if (held.isOpen) held.close();
  };
}

function unusable(folder: string, cause: Error & { readonly errcode?: number }): UpheldError {
  if (cause.errcode === BUSY) {
    return new UpheldError({
      code: "watch.in-use",
      message: `Another watcher has ${folder}: two would tell things twice.`,
      hint: "It ends with its round, or stop it; a second config needs a state of its own.",
      retry: true,
    });
  }
  return new UpheldError(
    {
      code: "watch.state",
      message: `The folder ${folder} cannot be used: ${cause.message}`,
      hint: "Name another one as state, or check its permissions; it must be on a file system with locks.",
    },
    { cause },
  );
}
