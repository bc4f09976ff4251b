import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { parseUtc } from "../measure/time.ts";
import { parseDuration, WordError } from "../terms/words.ts";
import type { Connection } from "./http.ts";
import { PRESETS, type PresetName } from "./presets.ts";
import type { Auth, Secret } from "./secret.ts";

/**
 * How monitors are written in a configuration file: keys in people's words, every scalar a text. docs/monitors.md shows
 * each with an example.
 */

const text = z.string().min(1, "has no value");

/** A text in words, read by `parse`; what it finds wrong becomes the issue. */
const words = <T>(parse: (value: string) => T) =>
  text.transform((value, context) => {
    try {
      return parse(value);
    } catch (error) {
      const hint =
        error instanceof WordError ? error.hint : error instanceof UpheldError ? error.problem.hint : undefined;
      if (!(error instanceof WordError || error instanceof UpheldError)) throw error;
      context.addIssue([error.message, hint].flatMap((part) => part?.replace(/\.$/, "") ?? []).join("; "));
      return z.NEVER;
    }
  });

const address = text.refine(
  (value) => /^https?:\/\/\S+$/.test(value) && URL.canParse(value),
  "not an http(s) address such as http://127.0.0.1:9090",
);

const duration = words(parseDuration);
const time = words((value) => parseUtc(value));
const preset = z.enum(Object.keys(PRESETS) as [PresetName, ...PresetName[]]);
const labels = z.record(text, z.string());
const yes = z.enum(["yes", "no"]).transform((value) => value === "yes");

const access = {
  user: text.optional(),
  "password file": text.optional(),
  "password variable": text.optional(),
  "token file": text.optional(),
  "token variable": text.optional(),
  "certificate authority": text.optional(),
  "time limit": duration.optional(),
};
const connection = { url: address, ...access };

/** One key each: what a source of samples or outages is called in a configuration, and what stands under it. */
export const monitorShapes = {
  prometheus: z
    .strictObject({
      ...connection,
      query: text,
      "vantage label": text.optional(),
      preset: preset.optional(),
      "monitored since": time.optional(),
      up: text.optional(),
      tenant: text.optional(),
    })
    .superRefine(requireOneSecret),
  samples: text,
  openmetrics: z.strictObject({
    file: text,
    metric: text,
    labels: labels.optional(),
    "vantage label": text.optional(),
    preset: preset.optional(),
  }),
  statuspage: z
    .strictObject({ ...connection, component: text.optional(), impacts: z.array(text).min(1).optional() })
    .superRefine(requireOneSecret),
  upptime: z
    .strictObject({
      ...connection,
      url: address.optional(),
      repository: text.regex(/^[\w.-]+\/[\w.-]+$/, "not owner/name"),
      site: text,
      degraded: yes.optional(),
    })
    .superRefine(requireOneSecret),
} as const;

/** The same for sources of announced maintenance. */
export const maintenanceShapes = {
  alertmanager: z.strictObject({ ...connection, labels }).superRefine(requireOneSecret),
  "uptime-kuma": z
    .strictObject({ ...connection, query: text, "a sample speaks for": duration, tenant: text.optional() })
    .superRefine(requireOneSecret),
} as const;

export const monitorConfig = exactlyOne(monitorShapes);
export const maintenanceConfig = exactlyOne(maintenanceShapes);
export type MonitorConfig = z.infer<typeof monitorConfig>;
export type MaintenanceConfig = z.infer<typeof maintenanceConfig>;

type Access = z.infer<z.ZodObject<typeof access>>;

function requireOneSecret(given: Access, context: z.RefinementCtx): void {
  const passwords = [given["password file"], given["password variable"]].filter((one) => one !== undefined).length;
  const tokens = [given["token file"], given["token variable"]].filter((one) => one !== undefined).length;
  if (passwords + tokens > 1) context.addIssue("name one password or token, in a file or in a variable");
  else if ((given.user === undefined) !== (passwords === 0)) {
    context.addIssue("a user needs a password file or a password variable, and the other way round");
  }
}

function exactlyOne<T extends z.ZodRawShape>(shapes: T) {
  return z
    .strictObject(shapes)
    .partial()
    .superRefine((given, context) => {
      if (Object.keys(given).length !== 1) context.addIssue(`name exactly one of ${Object.keys(shapes).join(", ")}`);
    });
}

/** How to reach what such a mapping names. `path` makes a file absolute. */
export function connectionOf(
  given: Access & { readonly url: string; readonly tenant?: string | undefined },
  path: (file: string) => string,
): Connection {
  const { url, tenant, "certificate authority": ca, "time limit": limit } = given;
  const auth = authOf(given, path);
  return {
    url,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca: path(ca) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(limit === undefined ? {} : { timeout: Number(limit) * 1_000 }),
  };
}

function authOf(given: Access, path: (file: string) => string): Auth | undefined {
  const secret = (file: string | undefined, variable: string | undefined): Secret | undefined =>
    file !== undefined ? { file: path(file) } : variable !== undefined ? { environment: variable } : undefined;
  const bearer = secret(given["token file"], given["token variable"]);
  if (bearer !== undefined) return { bearer };
  const password = secret(given["password file"], given["password variable"]);
  return password === undefined ? undefined : { user: given.user ?? "", password };
}
