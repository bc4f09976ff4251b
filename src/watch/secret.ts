import { readPasswordFile } from "../chain/keystore.ts";
import { UpheldError } from "../errors.ts";
import type { Secret } from "../monitors/secret.ts";

/** The secret, read anew each time. A file that others may read is refused. Throws `watch.secret`, `password.…`. */
export function readSecret(secret: Secret, environment: Readonly<Record<string, string | undefined>>): string {
  const value = ("file" in secret ? readPasswordFile(secret.file) : (environment[secret.environment] ?? "")).trim();
  if (value !== "" && !/[\r\n]/.test(value)) return value;
  const where = "file" in secret ? `The file ${secret.file}` : `The environment variable ${secret.environment}`;
  throw new UpheldError({
    code: "watch.secret",
    message: `${where} holds ${value === "" ? "no secret" : "more than one line"}.`,
    hint: "Put the password or the address there, alone on one line; a .env file serves too.",
  });
}
