import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { formatUtc, later } from "../measure/time.ts";
import type { Monitor, Period } from "../measure/types.ts";
import type { HttpClient } from "./http.ts";
import { expectJson, observe, seconds } from "./observe.ts";
import { sourceLine } from "./source.ts";

export interface StatuspageOptions {
  /** Only incidents that name this component; left out, all count. */
  readonly component?: string;
  /** Incidents of which impact count as an outage; left out, major and critical ones. */
  readonly impacts?: readonly string[];
}

const incident = z.object({
  impact: z.string(),
  created_at: seconds,
  started_at: seconds.nullish(),
  resolved_at: seconds.nullish(),
  components: z.array(z.object({ name: z.string() })).nullish(),
});
const incidents = z.object({ incidents: z.array(incident) });
const scheduled = incident.extend({ scheduled_for: seconds, scheduled_until: seconds });
const maintenances = z.object({ scheduled_maintenances: z.array(scheduled) });

/** A page gives out no more than so many of each. */
const GIVEN = 50;

/**
 * A Statuspage's incidents as outages and its scheduled maintenance, from its announcement on, as exclusions. It is
 * what the provider said, not what was measured. Throws `monitor.*`.
 */
export function statuspageMonitor(client: HttpClient, options: StatuspageOptions = {}): Monitor {
  const { component, impacts = ["major", "critical"] } = options;
  const concerns = ({ components }: z.infer<typeof incident>) =>
    component === undefined || (components ?? []).some(({ name }) => name === component);
  const source = sourceLine(
    `Statuspage at ${client.host}: incidents of impact ${impacts.join(", ")}` +
      (component === undefined ? "" : ` that name ${component}`),
  );

  return {
    async read(period) {
      const ask = async <T>(what: string, schema: z.ZodType<T>) =>
        expectJson(schema, await client.get(`/api/v2/${what}.json`, {}), client.host, "a Statuspage");
      const told = (await ask("incidents", incidents)).incidents;
      requireWhole(told, period, client.host);
      const planned = (await ask("scheduled-maintenances", maintenances)).scheduled_maintenances;
      const outages = told
        .filter((one) => impacts.includes(one.impact) && concerns(one))
        .map((one) => ({ start: one.started_at ?? one.created_at, end: one.resolved_at ?? period.end }));
      const exclusions = planned
        .filter(concerns)
        .map((one) => ({ start: later(one.scheduled_for, one.created_at), end: one.scheduled_until }));
      return observe(period, source, outages, exclusions);
    },
  };
}

function requireWhole(told: readonly z.infer<typeof incident>[], { start }: Period, host: string): void {
  if (told.length < GIVEN || told.some(({ created_at }) => created_at <= start)) return;
  throw new UpheldError({
    code: "monitor.too-old",
    message: `${host} gives out its last ${GIVEN} incidents, all of them later than ${formatUtc(start)}`,
    hint: "older ones are missing: list the outages in a CSV file from the page's history",
  });
}
