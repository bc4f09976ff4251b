import { readFile } from "node:fs/promises";
import { UpheldError } from "../errors.ts";
import type { Services } from "./types.ts";

/** Where a secret is. The secret itself stands in no configuration and on no command line. */
export type Secret = { readonly file: string } | { readonly environment: string };

/** How a monitor is told who asks. */
export type Auth = { readonly bearer: Secret } | { readonly user: string; readonly password: Secret };

/** The `authorization` header. Read anew each time, since tokens in files change. Throws `monitor.secret`. */
export async function authorization(auth: Auth, { environment }: Services): Promise<string> {
  if ("bearer" in auth) return `Bearer ${await read(auth.bearer, environment)}`;
  const pair = `${auth.user}:${await read(auth.password, environment)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

async function read(secret: Secret, environment: Services["environment"]): Promise<string> {
  const text = "file" in secret ? await readText(secret.file) : (environment[secret.environment] ?? "");
  const value = text.trim();
  if (value !== "" && !/[\r\n]/.test(value)) return value;
  const where = "file" in secret ? `the file ${secret.file}` : `the environment variable ${secret.environment}`;
  throw new UpheldError({
    code: "monitor.secret",
    message: value === "" ? `${where} holds no secret` : `${where} holds more than one line`,
    hint: "put the token or the password there, alone on one line",
  });
}

/** A file that the configuration names. Throws `monitor.secret`. */
export async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UpheldError(
      { code: "monitor.secret", message: `cannot be read: ${why}`, hint: "check its name and its permissions", file },
      { cause },
    );
  });
}
