import { dirname, resolve } from "node:path";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { networkNamed, type Network } from "../chain/networks.ts";
import { UpheldError, UpheldErrors, type Problem } from "../errors.ts";
import type { Secret } from "../monitors/secret.ts";
import { parseYaml, readConfigText } from "../oracle/yaml.ts";
import { parseDuration, WordError } from "../terms/words.ts";

/** Whose eyes a notice is written for. */
export const WATCH_ROLES = ["provider", "client", "arbiter"] as const;
export type WatchRole = (typeof WATCH_ROLES)[number];

/** What notices are about; a recipient may name those it wants. */
export const TOPICS = ["reports", "disputes", "payments", "deadlines", "funding", "changes", "evidence"] as const;
export type Topic = (typeof TOPICS)[number];

/** Agreements to watch: one, or all that an account is a party of. */
export type WatchedItem =
  | {
      readonly kind: "file" | "address";
      readonly ref: string;
      readonly name: string | undefined;
      readonly evidence: string | undefined;
      readonly line: number | undefined;
    }
  | { readonly kind: "provider" | "client"; readonly account: string; readonly line: number | undefined };

export const HOOKS = ["slack", "teams", "webhook"] as const;
export type Hook = (typeof HOOKS)[number];

/** One way to one reader. `key` names it for ever: what was told is remembered by it. */
export type Channel =
  | { readonly kind: "email"; readonly key: string; readonly to: string }
  | { readonly kind: Hook; readonly key: string; readonly address: Secret };

export interface Recipient {
  readonly role: WatchRole;
  /** Names of agreements, as `name` or their file's service; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly about: readonly Topic[];
  readonly channels: readonly Channel[];
  readonly feed: string | undefined;
  readonly calendar: string | undefined;
  readonly line: number | undefined;
}

export interface MailServer {
  readonly from: string;
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  /** PEM file of the certificate authority to trust, instead of the system's. */
  readonly ca?: string;
  readonly login: { readonly user: string; readonly password: Secret } | undefined;
}

export interface WatchConfig {
  readonly file: string;
  readonly network: Network | undefined;
  readonly factory: string | undefined;
  /** Folder of what was seen and told. */
  readonly state: string;
  /** Where evidence is published, and the folder of our own copies. */
  readonly evidence: { readonly from: string | undefined; readonly keep: string; readonly within: bigint } | undefined;
  /** Seconds before a deadline at which it is named, the longest first. */
  readonly remind: readonly bigint[];
  /** Seconds after a report window opened from which a missing report is warned of; undefined: half of the window. */
  readonly lateAfter: bigint | undefined;
  /** Seconds between two looks at the chain. */
  readonly every: bigint;
  readonly port: number;
  readonly mail: MailServer | undefined;
  readonly agreements: readonly WatchedItem[];
  readonly recipients: readonly Recipient[];
}

const text = z.string().min(1, "has no value");
const address = text
  .refine(isAddress, "not an address (0x and 40 hex digits, with a right checksum)")
  .transform(getAddress);
/** A list, or what would be alone in it: no union, which would only say that neither fits. */
const oneOrMany = <T extends z.ZodType>(type: T) =>
  z.preprocess((given) => (Array.isArray(given) ? (given as unknown[]) : [given]), z.array(type).min(1, "is empty"));
const email = text.regex(/^[^\s@<>,]+@[^\s@<>,]+$/, "not an e-mail address");
const sender = text.regex(/^([^<>\r\n]+ <)?[^\s@<>,]+@[^\s@<>,]+>?$/, "not a sender: write Name <name@example.org>");

const duration = text.transform((value, context) => {
  try {
    const seconds = parseDuration(value);
    if (seconds > 0n) return seconds;
    context.addIssue("must be longer than nothing");
  } catch (error) {
    if (!(error instanceof WordError)) throw error;
    context.addIssue(
      [error.message, error.hint]
        .map((part) => part?.replace(/\.$/, ""))
        .filter(Boolean)
        .join("; "),
    );
  }
  return z.NEVER;
});

const port = text
  .refine((value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535, {
    error: (issue) => `"${String(issue.input)}" is not a whole number from 1 to 65535`,
  })
  .transform(Number);

const network = text.transform((value, context) => {
  try {
    return networkNamed(value);
  } catch (error) {
    if (!(error instanceof UpheldError)) throw error;
    context.addIssue(`${error.problem.message.replace(/\.$/, "")}; ${error.problem.hint?.replace(/\.$/, "") ?? ""}`);
    return z.NEVER;
  }
});

const password = { "password file": text.optional(), "password variable": text.optional() };

const mail = z
  .strictObject({
    from: sender,
    server: text.regex(/^[A-Za-z0-9.:-]+$/, "not a host's name: no scheme, no port"),
    port: port.optional(),
    security: z.enum(["tls", "starttls", "none"], "not one of tls, starttls, none").optional(),
    "certificate authority": text.optional(),
    user: text.optional(),
    ...password,
  })
  .superRefine((given, context) => {
    const named = [given["password file"], given["password variable"]].filter((one) => one !== undefined).length;
    if (named > 1) context.addIssue("name one password, in a file or in a variable");
    if ((given.user === undefined) !== (named === 0)) {
      context.addIssue("a user needs a password file or a password variable, and the other way round");
    }
    if (given.security === "none" && !isLoopback(given.server)) {
      context.addIssue("security: none is for a server on this machine: anybody on the way could read the mail");
    }
  });

/** A webhook's address is a secret of its own: whoever has it may write there. */
const hook = z
  .strictObject({ "address file": text.optional(), "address variable": text.optional() })
  .superRefine((given, context) => {
    const named = [given["address file"], given["address variable"]].filter((one) => one !== undefined);
    if (named.length !== 1) context.addIssue("name its address in an address file or an address variable, not here");
  });

const recipient = z
  .strictObject({
    role: z.enum(WATCH_ROLES, `not one of ${WATCH_ROLES.join(", ")}`),
    agreements: oneOrMany(text).optional(),
    about: oneOrMany(z.enum(TOPICS, `not one of ${TOPICS.join(", ")}`)).optional(),
    email: oneOrMany(email).optional(),
    slack: hook.optional(),
    teams: hook.optional(),
    webhook: hook.optional(),
    feed: text.optional(),
    calendar: text.optional(),
  })
  .superRefine((given, context) => {
    const ways = [given.email, given.slack, given.teams, given.webhook, given.feed, given.calendar];
    if (ways.every((way) => way === undefined)) {
      context.addIssue("name at least one of email, slack, teams, webhook, feed, calendar");
    }
  });

const item = z
  .strictObject({
    agreement: text.optional(),
    provider: address.optional(),
    client: address.optional(),
    name: text.optional(),
    evidence: text.optional(),
  })
  .superRefine((given, context) => {
    const named = [given.agreement, given.provider, given.client].filter((one) => one !== undefined);
    if (named.length !== 1) context.addIssue("name exactly one of agreement, provider, client");
    else if (given.agreement === undefined && (given.name !== undefined || given.evidence !== undefined)) {
      context.addIssue("name and evidence are for one agreement");
    }
  });

const schema = z
  .strictObject({
    network: network.optional(),
    factory: address.optional(),
    state: text,
    evidence: z.strictObject({ from: text.optional(), keep: text, within: duration.optional() }).optional(),
    remind: oneOrMany(duration).optional(),
    "report late after": duration.optional(),
    every: duration.optional(),
    port: port.optional(),
    mail: mail.optional(),
    agreements: z.array(item).min(1, "name at least one agreement"),
    recipients: z.array(recipient).min(1, "name at least one recipient"),
  })
  .superRefine((given, context) => {
    for (const [i, { email: to }] of given.recipients.entries()) {
      if (to === undefined || given.mail !== undefined) continue;
      context.addIssue({
        code: "custom",
        path: ["recipients", i, "email"],
        message: "no mail server is named: add mail",
      });
    }
    for (const [i, { evidence }] of given.agreements.entries()) {
      if (evidence === undefined || given.evidence !== undefined) continue;
      const message = "say where copies are kept: add evidence, keep";
      context.addIssue({ code: "custom", path: ["agreements", i, "evidence"], message });
    }
    const places = [
      ...(given.evidence?.from === undefined ? [] : [{ path: ["evidence", "from"], from: given.evidence.from }]),
      ...given.agreements.flatMap(({ evidence: from }, i) =>
        from === undefined ? [] : [{ path: ["agreements", i, "evidence"], from }],
      ),
    ];
    for (const { path, from } of places) {
      if (!from.includes("://") || /^https?:\/\/[^\s@]+$/.test(from)) continue;
      context.addIssue({ code: "custom", path, message: "neither a folder nor an http(s) address without a password" });
    }
  });

const REMIND = [3n * 86_400n, 86_400n];

/** Reads a watcher's config; throws all its problems with their lines. Files are meant from the config's folder. */
export function parseWatchConfig(source: string, file: string): WatchConfig {
  const { value, lineOf } = parseYaml(source, file, "watch", schema);
  const folder = dirname(resolve(file));
  const path = (name: string) => resolve(folder, name);
  const place = (from: string) => (from.includes("://") ? from : path(from));
  const agreements = value.agreements.map((one, i): WatchedItem => {
    const line = lineOf(["agreements", i]);
    if (one.provider !== undefined) return { kind: "provider", account: one.provider, line };
    if (one.client !== undefined) return { kind: "client", account: one.client, line };
    const ref = one.agreement ?? "";
    const isFile = !isAddress(ref);
    return {
      kind: isFile ? "file" : "address",
      ref: isFile ? path(ref) : getAddress(ref),
      name: one.name,
      evidence: one.evidence === undefined ? undefined : place(one.evidence),
      line: lineOf(["agreements", i, "agreement"]),
    };
  });
  const recipients = value.recipients.map((one, i): Recipient => {
    const emails = (one.email ?? []).map((to): Channel => ({ kind: "email", key: `${one.role} email ${to}`, to }));
    const hooks = HOOKS.flatMap((kind): Channel[] => {
      const given = one[kind];
      if (given === undefined) return [];
      const secret = secretOf(given["address file"], given["address variable"], path);
      return [{ kind, key: `${one.role} ${kind} ${nameOf(secret)}`, address: secret }];
    });
    return {
      role: one.role,
      only: one.agreements,
      about: one.about ?? TOPICS,
      channels: [...emails, ...hooks],
      feed: one.feed === undefined ? undefined : path(one.feed),
      calendar: one.calendar === undefined ? undefined : path(one.calendar),
      line: lineOf(["recipients", i]),
    };
  });
  refuseSameFile(recipients, file);
  return {
    file,
    network: value.network,
    factory: value.factory,
    state: path(value.state),
    evidence:
      value.evidence === undefined
        ? undefined
        : {
            from: value.evidence.from === undefined ? undefined : place(value.evidence.from),
            keep: path(value.evidence.keep),
            within: value.evidence.within ?? 21_600n,
          },
    remind: [...new Set(value.remind ?? REMIND)].toSorted((a, b) => (a > b ? -1 : 1)),
    lateAfter: value["report late after"],
    every: value.every ?? 300n,
    port: value.port ?? 9478,
    mail: value.mail === undefined ? undefined : mailOf(value.mail, path),
    agreements,
    recipients,
  };
}

/** The config in `file`. */
export const readWatchConfig = (file: string): WatchConfig =>
  parseWatchConfig(readConfigText(file, "docs/watch.md"), file);

function mailOf(given: z.infer<typeof mail>, path: (name: string) => string): MailServer {
  const security = given.security ?? (given.port === 465 ? "tls" : "starttls");
  const { user, "certificate authority": ca } = given;
  const login =
    user === undefined
      ? undefined
      : { user, password: secretOf(given["password file"], given["password variable"], path) };
  return {
    from: given.from,
    host: given.server,
    port: given.port ?? (security === "tls" ? 465 : 587),
    security,
    ...(ca === undefined ? {} : { ca: path(ca) }),
    login,
  };
}

const secretOf = (file: string | undefined, variable: string | undefined, path: (name: string) => string): Secret =>
  file === undefined ? { environment: variable ?? "" } : { file: path(file) };

const nameOf = (secret: Secret): string => ("file" in secret ? secret.file : secret.environment);

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);

/** Two feeds in one file would write over each other. */
function refuseSameFile(recipients: readonly Recipient[], file: string): void {
  const seen = new Map<string, number | undefined>();
  const problems: Problem[] = [];
  for (const { feed, calendar, line } of recipients) {
    for (const path of [feed, calendar]) {
      if (path === undefined) continue;
      if (seen.has(path)) {
        const message = `${path} is written for the recipient of line ${seen.get(path) ?? 0} already.`;
        problems.push({ code: "watch.twice", message, file, ...(line === undefined ? {} : { line }) });
      }
      seen.set(path, line);
    }
  }
  if (problems.length > 0) throw new UpheldErrors(problems);
}
