import { z } from "zod";
import { formatUtc, later } from "../measure/time.ts";
import type { Monitor, Period, Window } from "../measure/types.ts";
import { HttpClient, type Connection } from "./http.ts";
import { expectJson, observe, seconds } from "./observe.ts";
import type { Services } from "./types.ts";
import { sourceLine } from "./source.ts";

export interface UpptimeOptions {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** The site's short name, as its file in `history/` is called. */
  readonly site: string;
  /** Whether degraded performance counts as an outage too; left out, it does not. */
  readonly degraded?: boolean;
}

const issue = z.object({
  title: z.string(),
  body: z.string().nullish(),
  created_at: seconds,
  closed_at: seconds.nullish(),
});
type Issue = z.infer<typeof issue>;

const PER_PAGE = 100;

/** What GitHub answers at; another address is for GitHub Enterprise. */
export const GITHUB = "https://api.github.com";

/**
 * An Upptime repository's issues: one is opened when a site goes down and closed when it is back. Its maintenance
 * issues, from when they were opened on, are exclusions. Throws `monitor.*`.
 */
export function upptimeMonitor(client: HttpClient, options: UpptimeOptions): Monitor {
  const { repository, site, degraded = false } = options;
  return {
    async read(period) {
      const down = await issuesOf(client, repository, `status,${site}`, period);
      const planned = await issuesOf(client, repository, "maintenance", period);
      const outages = down
        .filter(({ title }) => degraded || !isDegraded(title))
        .map(({ created_at, closed_at }) => ({ start: created_at, end: closed_at ?? period.end }));
      const source = sourceLine(`Upptime issues of ${site} in ${repository} at ${client.host}`);
      return observe(
        period,
        source,
        outages,
        planned.flatMap((one) => maintenanceOf(one, site)),
      );
    },
  };
}

/** A client for GitHub: its address is known. */
export const github = (connection: Partial<Connection>, services: Services) =>
  new HttpClient({ url: GITHUB, ...connection }, services);

const isDegraded = (title: string) => title.includes("degraded performance");

/** All issues with these labels that were touched since the period began: what was over before is of no interest. */
async function issuesOf(client: HttpClient, repository: string, labels: string, { start }: Period): Promise<Issue[]> {
  const found: Issue[] = [];
  for (let page = 1; ; page++) {
    const query = { labels, state: "all", since: formatUtc(start), per_page: `${PER_PAGE}`, page: `${page}` };
    const answer = await client.get(`/repos/${repository}/issues`, query);
    const issues = expectJson(z.array(issue), answer, client.host, `GitHub with the repository ${repository}`);
    found.push(...issues);
    if (issues.length < PER_PAGE) return found;
  }
}

/** Nothing is announced for the past: what lies before the issue was opened is left out. */
function maintenanceOf({ body, created_at }: Issue, site: string): Window[] {
  const comment = /<!--([\s\S]*?)-->/.exec(body ?? "")?.[1] ?? "";
  const lines = comment.matchAll(/^\s*(start|end|expectedDown)\s*:\s*(.*?)\s*$/gm);
  const fields = Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  const [start, end] = [seconds.safeParse(fields["start"]), seconds.safeParse(fields["end"])];
  const sites = (fields["expectedDown"] ?? "").split(",").map((name) => name.trim());
  if (!start.success || !end.success || !sites.includes(site)) return [];
  return [{ start: later(start.data, created_at), end: end.data }];
}
