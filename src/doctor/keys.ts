import { getAddress } from "ethers";
import { keystoreAddress, openKeystore, readPasswordFile } from "../chain/keystore.ts";
import { openKmsSigner } from "../chain/kms.ts";
import { shortAddress } from "../format.ts";
import type { KmsKey } from "../oracle/config.ts";
import { problemOf } from "../oracle/prepare.ts";
import { plural } from "../terms/format.ts";
import { bad, fromProblem, ok, type Finding } from "./finding.ts";

/** Keys as a config or the environment names them. */
export interface Keys {
  readonly keystores: readonly string[];
  readonly passwordFile: string | undefined;
  readonly kms: KmsKey | undefined;
  /** Accounts that a local node signs for. */
  readonly held: readonly string[];
}

/** The accounts that can sign, the first pays; and what is wrong with the others. */
export async function checkKeys(keys: Keys): Promise<{ readonly accounts: string[]; readonly findings: Finding[] }> {
  const { keystores, passwordFile, kms, held } = keys;
  if (keystores.length === 0 && kms === undefined) {
    if (held.length > 0) return { accounts: [...held], findings: [ok("key", "", "the local node signs")] };
    const hint = "name `keystore` in the config, or UPHELD_KEYSTORE; upheld key new makes one";
    return { accounts: [], findings: [bad("problem", "key", "", "no key is named that could sign reports", hint)] };
  }
  if (kms !== undefined) {
    try {
      const account = getAddress(await (await openKmsSigner(kms)).getAddress());
      return { accounts: [account], findings: [ok("key", kms.key, `AWS KMS answers: ${account}`)] };
    } catch (error) {
      return { accounts: [], findings: [fromProblem("key", kms.key, problemOf(error))] };
    }
  }
  const looked = await Promise.all(keystores.map((keystore) => checkKeystore(keystore, passwordFile)));
  return {
    accounts: looked.flatMap(({ account }) => account ?? []),
    findings: looked.flatMap(({ finding }) => finding),
  };
}

/** Opens it, as the job will: a password that fits is known only by trying. */
async function checkKeystore(file: string, passwordFile: string | undefined) {
  let account: string | undefined;
  try {
    account = keystoreAddress(file);
    if (passwordFile === undefined) {
      const hint = "name `password file` in the config, or UPHELD_PASSWORD_FILE: nobody is at a daemon's terminal";
      return { account, finding: bad("warning", "key", file, "its password is known to nobody but a person", hint) };
    }
    const opened = await openKeystore(file, readPasswordFile(passwordFile));
    account = opened.address;
    return { account, finding: ok("key", file, `the password opens it: ${account}`) };
  } catch (error) {
    return { account, finding: fromProblem("key", file, problemOf(error)) };
  }
}

/** What must be able to sign for whom. */
export interface Duty {
  readonly label: string;
  readonly oracle: string;
  readonly provider: string;
  readonly client: string;
}

/** A committee that the config names: who is in it, and how many of them must sign. */
export interface CommitteeSeats {
  readonly address: string;
  readonly members: readonly string[];
  readonly threshold: number;
}

/** Whether the accounts can report for each agreement: as its oracle, or as members of the committee that is. */
export function judgeDuties(
  accounts: readonly string[],
  duties: readonly Duty[],
  committee: CommitteeSeats | undefined,
): Finding[] {
  if (accounts.length === 0) return [];
  const members = committee?.members.filter((member) => accounts.includes(member)) ?? [];
  return duties.flatMap(({ label, oracle, provider, client }): Finding[] => {
    const own = judgeOwnCase(accounts, label, { provider, client });
    if (oracle === committee?.address) {
      if (members.length >= committee.threshold) return own;
      const message = `its oracle is the committee ${shortAddress(oracle)}, of which ${committee.threshold} must sign; ${plural(members.length, "key")} at hand ${members.length === 1 ? "is a member's" : "are members'"}`;
      const hint =
        "name keystores of more members, or let them sign a batch file: upheld report --propose, upheld cosign";
      return [bad("problem", "key", label, message, hint), ...own];
    }
    if (accounts[0] === oracle) return own;
    const isLater = accounts.includes(oracle);
    const message = isLater
      ? `its oracle is ${oracle}, which is not the first key: that one sends the reports`
      : `its oracle is ${oracle}, the key is of ${accounts[0] ?? ""}`;
    const hint =
      committee === undefined && !isLater
        ? "name the oracle's keystore; if the oracle is a committee, name it as `committee`"
        : "agreements of another oracle need a config of their own";
    return [bad("problem", "key", label, message, hint), ...own];
  });
}

/** A key that lies on a server must not hold a seat, with its money. */
function judgeOwnCase(
  accounts: readonly string[],
  label: string,
  seats: Readonly<Record<"provider" | "client", string>>,
): Finding[] {
  const held = (["provider", "client"] as const).find((seat) => accounts.includes(seats[seat]));
  if (held === undefined) return [];
  const message = `the key that reports is the ${held}'s own: it judges its own case, and who steals it has the seat's money`;
  return [
    bad(
      "warning",
      "key",
      label,
      message,
      "let the oracle have a key of its own: both parties agree on it (upheld agree)",
    ),
  ];
}
