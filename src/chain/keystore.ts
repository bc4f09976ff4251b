import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { decryptKeystoreJson, encryptKeystoreJson, getAddress, isKeystoreJson, Wallet } from "ethers";
import { UpheldError } from "../errors.ts";

/** Tells how far slow work is, 0 to 1. */
export type Progress = (share: number) => void;

/** The address written in a keystore file, without its password. Undefined when the file does not say. */
export function keystoreAddress(path: string): string | undefined {
  const parsed = JSON.parse(readKeystore(path)) as { address?: unknown };
  return typeof parsed.address === "string" ? getAddress(`0x${parsed.address.replace(/^0x/, "")}`) : undefined;
}

/** Opens an encrypted JSON keystore (version 3). */
export async function openKeystore(path: string, password: string, progress?: Progress): Promise<Wallet> {
  const json = readKeystore(path);
  try {
    const account = await decryptKeystoreJson(json, password, progress);
    return new Wallet(account.privateKey);
  } catch (cause) {
    throw new UpheldError(
      {
        code: "keystore.wrong-password",
        message: "The password does not open the keystore.",
        file: path,
        hint: "Passwords are asked for at a terminal, or read from the file that a config's `password file` or UPHELD_PASSWORD_FILE names.",
      },
      { cause },
    );
  }
}

/** Writes `wallet` into a new encrypted keystore, in a folder of its owner's. Never overwrites: a key may be the only way to money. */
export async function writeKeystore(
  path: string,
  wallet: { address: string; privateKey: string },
  password: string,
  options: { progress?: Progress; scryptN?: number } = {},
): Promise<void> {
  // Before the slow encryption, and before a key exists that could get lost.
  if (existsSync(path)) throw notWritten("keystore.exists", path, "it exists already");
  const scrypt = options.scryptN === undefined ? {} : { scrypt: { N: options.scryptN } };
  const progressed = options.progress === undefined ? {} : { progressCallback: options.progress };
  const json = await encryptKeystoreJson({ address: wallet.address, privateKey: wallet.privateKey }, password, {
    ...scrypt,
    ...progressed,
  });
  const { Crypto, ...rest } = JSON.parse(json) as Record<string, unknown>;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // ethers writes `Crypto`; the standard, and `cast`, say `crypto`. Both read this.
    writeFileSync(path, `${JSON.stringify({ ...rest, crypto: Crypto })}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw notWritten(
      "keystore.not-written",
      path,
      cause instanceof Error ? cause.message : "the system refused",
      cause,
    );
  }
}

function notWritten(code: string, path: string, why: string, cause?: unknown): UpheldError {
  return new UpheldError(
    {
      code,
      message: `The keystore cannot be written: ${why}.`,
      file: path,
      hint: "Name a new file; a keystore is never overwritten.",
    },
    { cause },
  );
}

const FROM_FOLDER = "Check its name: what a config names is meant from the config's folder.";

/** The password in `path`, its last line break apart. A file that others may read is refused. */
export function readPasswordFile(path: string): string {
  if (!existsSync(path)) {
    const message = "The password file does not exist.";
    throw new UpheldError({ code: "password.no-file", message, hint: FROM_FOLDER, file: path });
  }
  refuseOpenToOthers(path, "password", "password file");
  return readFileSync(path, "utf8").replace(/\r?\n$/, "");
}

/** Encrypted or not: whoever can copy a key file can try passwords on it for ever. */
function refuseOpenToOthers(path: string, code: string, what: string): void {
  // Windows has no such bits: its files always show as 0o666.
  if (process.platform === "win32" || (statSync(path).mode & 0o077) === 0) return;
  throw new UpheldError({
    code: `${code}.readable-by-others`,
    message: `Others can read the ${what}.`,
    file: path,
    hint: `Take their rights first: chmod 600 ${path}`,
  });
}

function readKeystore(path: string): string {
  let json: string;
  try {
    json = readFileSync(path, "utf8");
    refuseOpenToOthers(path, "keystore", "keystore");
  } catch (cause) {
    if (cause instanceof UpheldError) throw cause;
    throw new UpheldError(
      {
        code: "keystore.no-file",
        message: `The keystore file cannot be read: ${(cause as Error).message.split(",")[0] ?? ""}.`,
        hint: `${FROM_FOLDER} \`upheld key new FILE\` makes one.`,
        file: path,
      },
      { cause },
    );
  }
  if (isKeystoreJson(json)) return json;
  throw new UpheldError({
    code: "keystore.malformed",
    message: "The file is not an encrypted JSON keystore of version 3.",
    file: path,
    hint: "Make one with `upheld key new FILE` or `cast wallet new FOLDER`.",
  });
}
