/** The oracle's config and the agreements' files that the bench measures: what an MSP would have on its disk. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf, POLICIES, selectorOf, type Past } from "./past.ts";

/** Addresses that nobody has the key of; no chain is asked. */
const addressOf = (digit: number) => `0x${String(digit).repeat(40)}`;

/** Which series an agreement is about, and which kind of policy it has. */
export interface Subject {
  readonly series: number;
  readonly kind: number;
}

/** Agreement `i` of a portfolio: the series take turns, and each time round the policy is another. */
export const subjectOf = (i: number, { series }: Past): Subject => ({
  series: i % series,
  kind: Math.floor(i / series) % POLICIES.length,
});

/** Writes the config and the files into `folder`; gives the config's path. */
export function writePortfolio(folder: string, agreements: number, past: Past, url: string): string {
  mkdirSync(folder, { recursive: true });
  const config = ["evidence: evidence", "agreements:"];
  for (let i = 0; i < agreements; i++) {
    const subject = subjectOf(i, past);
    const file = `a${i}.sla.yaml`;
    writeFileSync(join(folder, file), agreementText(i, subject, past));
    const query = JSON.stringify(selectorOf(subject.series, past));
    config.push(
      `  - agreement: ${file}`,
      `    measures: { uptime: { prometheus: { url: "${url}", query: ${query}, preset: blackbox } } }`,
    );
  }
  const path = join(folder, "oracle.yaml");
  writeFileSync(path, [...config, ""].join("\n"));
  return path;
}

function agreementText(i: number, { series, kind }: Subject, { every, start }: Past): string {
  const policy = POLICIES[kind] ?? POLICIES[0];
  return `service: Service ${i} on ${nameOf(series)}
provider:
  name: Northwind IT
  address: "${addressOf(1)}"
client:
  name: Client ${i}
  address: "${addressOf(2)}"
oracle: "${addressOf(3)}"
arbiter: "${addressOf(4)}"
network: local
token:
  symbol: USDC
  address: "${addressOf(5)}"
  decimals: 6
fee: 1,000 USDC
period: month
starts: ${new Date(start * 1_000).toISOString().slice(0, 10)}
periods: 12
notice: 1 period
grace: 10 days
report window: 5 days
dispute window: 7 days
ruling window: 30 days
pledge: 50 USDC or 10% of the difference
no report: 50%
credit cap: 50%
measures:
  uptime:
    unit: seconds
    excluded: none
    how: One probe every ${every} seconds.
    policy:
      bad when: fails
      a sample speaks for: ${every} seconds
      outages: ${policy.outages}
      unknown: ${policy.unknown}
objectives:
  - measure: uptime
    below 99.9%: 10%
    below 99%: 25%
    below 95%: 50%
salt: "${i.toString(16).padStart(64, "0")}"
`;
}
