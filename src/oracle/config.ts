import { dirname, resolve } from "node:path";
import { getAddress, isAddress, parseUnits } from "ethers";
import { z } from "zod";
import { UpheldError, UpheldErrors } from "../errors.ts";
import { networkNamed, type Network } from "../chain/networks.ts";
import type { TicketColumns } from "../measure/tickets.ts";
import { maintenanceConfig, monitorShapes, type MaintenanceConfig, type MonitorConfig } from "../monitors/config.ts";
import { parseDuration, WordError } from "../terms/words.ts";
import { OneOfEach } from "./memory.ts";
import { parseYaml, readConfigText } from "./yaml.ts";

/** Outages listed in a file, and time that does not count. */
export interface OutagesSource {
  readonly kind: "outages";
  readonly outages: string;
  readonly exclusions?: string;
}

/** A file of counts: `period,total,bad,excluded`, one line a period. */
export interface CountsSource {
  readonly kind: "counts";
  readonly counts: string;
}

/** A CSV export of tickets, and which of its columns says what. */
export interface TicketsSource {
  readonly kind: "tickets";
  readonly file: string;
  readonly columns: TicketColumns;
}

/** A monitor, as docs/monitors.md writes it, and what says when its service was announced to be down. */
export interface MonitorSource {
  readonly kind: "monitor";
  readonly monitor: MonitorConfig;
  /** The folder in which `upheld collect` keeps its samples, and from which they are read. */
  readonly keptIn?: string;
  readonly exclusions?: string;
  readonly maintenance?: MaintenanceConfig;
}

/** Where a measure's figures come from. Files are absolute. */
export type Source = OutagesSource | CountsSource | TicketsSource | MonitorSource;

/** One agreement that this oracle serves. */
export interface ServedAgreement {
  /** An address, or an agreement's file (absolute). */
  readonly ref: string;
  readonly isFile: boolean;
  /** By the measure's name in the agreement's file, or its number from 1. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Where it stands in the config. */
  readonly line: number | undefined;
}

/** An AWS KMS key, and where. */
export interface KmsKey {
  readonly key: string;
  readonly region?: string;
  readonly endpoint?: string;
}

/** An oracle's own config. What it leaves out comes from the environment or the defaults named in docs/oracle.md. */
export interface OracleConfig {
  readonly file: string;
  readonly network: Network | undefined;
  readonly factory: string | undefined;
  /** The factory's record, where the agreements' files take something from it. */
  readonly record: string | undefined;
  /** Encrypted keystores; the first pays the gas, all sign as members of the committee. */
  readonly keystores: readonly string[];
  readonly passwordFile: string | undefined;
  readonly kms: KmsKey | undefined;
  /** An `OracleCommittee` through which reports go for agreements that name it as their oracle. */
  readonly committee: string | undefined;
  readonly evidence: string;
  /** How many agreements are measured at once. */
  readonly atOnce: number;
  /** Most that a unit of gas may cost, in wei. */
  readonly highestGasPrice: bigint | undefined;
  /** Ended agreements are settled while a unit of gas costs less, in wei; undefined: never. */
  readonly settleBelow: bigint | undefined;
  /** Seconds before a deadline from which an unreported period is warned about. */
  readonly warnBefore: bigint;
  /** How many seconds a count of seconds that another member proposes may be from one's own. */
  readonly tolerance: bigint;
  /** Where `keep` answers `/healthz` and `/metrics` on 127.0.0.1. */
  readonly port: number;
  readonly agreements: readonly ServedAgreement[];
}

const text = z.string().min(1, "has no value");
const address = text
  .refine(isAddress, "not an address (0x and 40 hex digits, with a right checksum)")
  .transform(getAddress);
const url = text.refine(
  (value) => /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value),
  "not an http(s) address such as https://kms.example.org",
);

const gwei = text.transform((value, context) => {
  const match = /^(\d+(?:\.\d{1,9})?) gwei$/.exec(value);
  if (match?.[1] !== undefined) return parseUnits(match[1], "gwei");
  context.addIssue(`"${value}" is not a price of gas; write it like 30 gwei`);
  return z.NEVER;
});

const duration = text.transform((value, context) => {
  try {
    return parseDuration(value);
  } catch (error) {
    if (!(error instanceof WordError)) throw error;
    context.addIssue([error.message.replace(/\.$/, ""), error.hint?.replace(/\.$/, "")].filter(Boolean).join("; "));
    return z.NEVER;
  }
});

const whole = (least: number, most: number) =>
  text
    .refine((value) => /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most, {
      error: (issue) => `"${String(issue.input)}" is not a whole number from ${least} to ${most}`,
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

const MONITORS = Object.keys(monitorShapes) as (keyof typeof monitorShapes)[];
const KINDS = ["outages", "counts", "tickets", ...MONITORS] as const;

const ticketsSchema = z.strictObject({
  file: text,
  columns: z.strictObject({
    id: text,
    priority: text,
    opened: text,
    answered: text.optional(),
    resolved: text.optional(),
    waiting: text.optional(),
  }),
});

export const sourceSchema = z
  .strictObject({
    outages: text.optional(),
    counts: text.optional(),
    tickets: ticketsSchema.optional(),
    ...z.strictObject(monitorShapes).partial().shape,
    "kept in": text.optional(),
    exclusions: text.optional(),
    maintenance: maintenanceConfig.optional(),
  })
  .superRefine((given, context) => {
    const named = KINDS.filter((kind) => given[kind] !== undefined);
    const [first] = named;
    const beside = given.exclusions !== undefined || given.maintenance !== undefined;
    if (first === undefined || named.length > 1) context.addIssue(`name exactly one of ${KINDS.join(", ")}`);
    else if (first === "tickets" && beside) {
      context.addIssue("waiting and office hours stop a ticket's clock: leave exclusions and maintenance out");
    } else if (first === "counts" && beside) {
      context.addIssue("counts say themselves what is excluded: leave exclusions and maintenance out");
    } else if (first === "outages" && given.maintenance !== undefined) {
      context.addIssue("a file of outages has its exclusions in a file too: leave maintenance out");
    } else if (given["kept in"] !== undefined && first !== "prometheus") {
      context.addIssue(`only what prometheus says is collected: leave "kept in" out`);
    }
  });

const schema = z
  .strictObject({
    network: network.optional(),
    factory: address.optional(),
    record: address.optional(),
    keystore: z.union([text.transform((one) => [one]), z.array(text).min(1)]).optional(),
    "password file": text.optional(),
    kms: z.strictObject({ key: text, region: text.optional(), endpoint: url.optional() }).optional(),
    committee: address.optional(),
    evidence: text,
    "measure at once": whole(1, 64).optional(),
    "highest gas price": gwei.optional(),
    "settle below": gwei.optional(),
    "warn before": duration.optional(),
    tolerance: duration.optional(),
    port: whole(1, 65_535).optional(),
    agreements: z
      .array(z.strictObject({ agreement: text, measures: z.record(text, sourceSchema) }))
      .min(1, "name at least one agreement"),
  })
  .superRefine(({ keystore, kms }, context) => {
    if (keystore !== undefined && kms !== undefined)
      context.addIssue({ code: "custom", path: ["kms"], message: "a keystore is named too: keep one of both" });
  });

/** Reads an oracle's config; throws all its problems with their lines. Files are meant from the config's folder. */
export function parseConfig(source: string, file: string): OracleConfig {
  const { value, lineOf } = parseYaml(source, file, "config", schema);
  const folder = dirname(resolve(file));
  const path = (name: string) => resolve(folder, name);
  const each = new OneOfEach();
  const agreements = value.agreements.map((one, i): ServedAgreement => {
    const isFile = !isAddress(one.agreement);
    const sources = Object.entries(one.measures).map(([name, given]) => [name, sourceOf(given, path)] as const);
    return {
      ref: isFile ? path(one.agreement) : getAddress(one.agreement),
      isFile,
      sources: each.of(new Map(sources)),
      line: lineOf(["agreements", i, "agreement"]),
    };
  });
  refuseTwice(agreements, file);
  return {
    file,
    network: value.network,
    factory: value.factory,
    record: value.record,
    keystores: (value.keystore ?? []).map(path),
    passwordFile: value["password file"] === undefined ? undefined : path(value["password file"]),
    kms: value.kms === undefined ? undefined : kmsOf(value.kms),
    committee: value.committee,
    evidence: path(value.evidence),
    atOnce: value["measure at once"] ?? 4,
    highestGasPrice: value["highest gas price"],
    settleBelow: value["settle below"],
    warnBefore: value["warn before"] ?? 86_400n,
    tolerance: value.tolerance ?? 0n,
    port: value.port ?? 9477,
    agreements,
  };
}

/** The config in `file`. */
export const readConfig = (file: string): OracleConfig => parseConfig(readConfigText(file, "docs/oracle.md"), file);

/** What a mapping of the schema names, its files made absolute by `path`. */
export function sourceOf(given: z.infer<typeof sourceSchema>, path: (name: string) => string): Source {
  const exclusions = given.exclusions === undefined ? {} : { exclusions: path(given.exclusions) };
  if (given.counts !== undefined) return { kind: "counts", counts: path(given.counts) };
  if (given.tickets !== undefined) return ticketsOf(given.tickets, path);
  if (given.outages !== undefined) return { kind: "outages", outages: path(given.outages), ...exclusions };
  const monitor = Object.fromEntries(
    MONITORS.filter((kind) => given[kind] !== undefined).map((kind) => [kind, given[kind]]),
  ) as MonitorConfig;
  return {
    kind: "monitor",
    monitor,
    ...(given["kept in"] === undefined ? {} : { keptIn: path(given["kept in"]) }),
    ...exclusions,
    ...(given.maintenance === undefined ? {} : { maintenance: given.maintenance }),
  };
}

function ticketsOf({ file, columns }: z.infer<typeof ticketsSchema>, path: (name: string) => string): TicketsSource {
  const { id, priority, opened, answered, resolved, waiting } = columns;
  return {
    kind: "tickets",
    file: path(file),
    columns: {
      id,
      priority,
      opened,
      ...(answered === undefined ? {} : { responded: answered }),
      ...(resolved === undefined ? {} : { resolved }),
      ...(waiting === undefined ? {} : { waiting }),
    },
  };
}

const kmsOf = ({
  key,
  region,
  endpoint,
}: {
  key: string;
  region?: string | undefined;
  endpoint?: string | undefined;
}): KmsKey => ({
  key,
  ...(region === undefined ? {} : { region }),
  ...(endpoint === undefined ? {} : { endpoint }),
});

/** The same agreement twice would be measured twice, perhaps from different sources. */
function refuseTwice(agreements: readonly ServedAgreement[], file: string): void {
  const seen = new Map<string, ServedAgreement>();
  const problems = agreements.flatMap((agreement) => {
    const { ref, line } = agreement;
    const first = seen.get(ref);
    seen.set(ref, first ?? agreement);
    if (first === undefined) return [];
    const message = `${ref} stands twice, first on line ${first.line ?? 0}.`;
    return [{ code: "config.twice", message, file, ...(line === undefined ? {} : { line }) }];
  });
  if (problems.length > 0) throw new UpheldErrors(problems);
}
