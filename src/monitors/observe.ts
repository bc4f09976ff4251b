import { z } from "zod";
import { UpheldError } from "../errors.ts";
import type { Observation, Period, Window } from "../measure/types.ts";
import { WindowCollector } from "../measure/windows.ts";
import type { Answer } from "./http.ts";

/** A time as JSON APIs write it, in whole UTC seconds; a fraction is cut off. */
export const seconds = z.iso
  .datetime({ offset: true })
  .transform((text) => BigInt(Math.floor(Date.parse(text) / 1000)));

/** An observation from windows of any length and order: what is empty is left out, what is outside is cut. */
export function observe(
  period: Period,
  source: string,
  outages: readonly Window[],
  exclusions: readonly Window[],
): Observation {
  const [down, out] = [collect(period, "outage", outages), collect(period, "exclusion", exclusions)];
  // that nothing was announced is nothing to know
  const notes = [...down.notes, ...out.notes.filter(({ code }) => code !== "none")];
  return { outages: down.windows, exclusions: out.windows, notes, source };
}

function collect(period: Period, what: string, windows: readonly Window[]) {
  const collector = new WindowCollector(period, what);
  for (const window of windows) if (window.start < window.end) collector.add(window);
  return collector.finish();
}

/** The JSON of an answer, in the shape it should have. Throws `monitor.unexpected`. */
export function expectJson<T>(schema: z.ZodType<T>, { status, json }: Answer, host: string, product: string): T {
  const told = schema.safeParse(json);
  if (status === 200 && told.success) return told.data;
  const issue = told.error?.issues[0];
  const where = issue === undefined ? "" : ` (${[...issue.path.map(String), issue.message].join(": ")})`;
  throw new UpheldError({
    code: "monitor.unexpected",
    message: `what answers at ${host} is not ${product}: status ${status}${where}`,
    hint: "check the address",
  });
}
