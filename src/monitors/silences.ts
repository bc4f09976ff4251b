import { z } from "zod";
import type { HttpClient } from "./http.ts";
import { expectJson, seconds } from "./observe.ts";
import type { MaintenanceSource } from "./types.ts";
import { sourceLine } from "./source.ts";

const silences = z.array(
  z.object({
    startsAt: seconds,
    endsAt: seconds,
    matchers: z.array(
      z.object({
        name: z.string(),
        value: z.string(),
        isRegex: z.boolean(),
        isEqual: z.boolean().default(true),
      }),
    ),
  }),
);
type Matcher = z.infer<typeof silences>[number]["matchers"][number];

/**
 * Alertmanager's silences as announced maintenance: those that would silence an alert with these labels. Alertmanager
 * lets none begin in the past, and forgets them some days after their end. Throws `monitor.*`.
 */
export function silencesOf(client: HttpClient, labels: Readonly<Record<string, string>>): MaintenanceSource {
  const alert = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    source: sourceLine(`Alertmanager at ${client.host}: silences of {${alert.join(",")}}`),
    async read({ start, end }, signal) {
      const answer = await client.get("/api/v2/silences", {}, signal);
      return expectJson(silences, answer, client.host, "Alertmanager")
        .filter(({ matchers }) => matchers.every((matcher) => matches(matcher, labels)))
        .map(({ startsAt, endsAt }) => ({ start: startsAt, end: endsAt }))
        .filter((window) => window.start < window.end && window.start < end && window.end > start);
    },
  };
}

/** As Alertmanager does it: a regular expression means the whole label, and a label that is not there is empty. */
function matches({ name, value, isRegex, isEqual }: Matcher, labels: Readonly<Record<string, string>>): boolean {
  const label = labels[name] ?? "";
  return (isRegex ? new RegExp(`^(?:${value})$`).test(label) : label === value) === isEqual;
}
