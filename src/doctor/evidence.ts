import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { linkNew } from "../disk.ts";
import { bad, ok, type Finding } from "./finding.ts";

/** A year of a thousand agreements. */
const ENOUGH = 300_000_000;

/** Whether evidence can be written: before a month is over, not after. Writes a small file and takes it away again. */
export async function checkEvidence(folder: string): Promise<Finding[]> {
  const there = nearest(resolve(folder));
  const probe = join(there, `.upheld-${randomUUID()}`);
  try {
    await linkNew(there, probe, "");
  } catch (error) {
    const message = `it cannot be written: ${(error as Error).message}`;
    const hint =
      "give it to the user that reports, on a file system with hard links; docs/oracle.md has a unit for systemd";
    return [bad("problem", "evidence", folder, message, hint)];
  } finally {
    await rm(probe).catch(() => undefined);
  }
  const { bavail, bsize } = await statfs(there);
  return [judgeRoom(folder, bavail * bsize, there === resolve(folder))];
}

/** Whether so many free bytes are enough. */
export function judgeRoom(folder: string, free: number, isThere: boolean): Finding {
  const room = `${Math.floor(free / 1_000_000)} MB free`;
  if (free < ENOUGH)
    return bad("warning", "evidence", folder, room, "make room: nothing is reported whose evidence is not on disk");
  return ok("evidence", folder, `${isThere ? "can be written" : "can be made"}; ${room}`);
}

const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));
