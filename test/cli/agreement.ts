import type { People } from "./contracts.ts";

/** Below 99.9 % → 10 %, below 99 % → 25 %, below 95 % → 50 %; R 5 days, D 7 days, W 30 days. */
export function agreementText(people: People, token: string, network = "local"): string {
  return `service: CI hosting
provider:
  name: Northwind IT
  address: "${people.provider}"
client:
  name: Harbor Dental
  address: "${people.client}"
oracle: "${people.oracle}"
arbiter: "${people.arbiter}"
network: ${network}
token:
  symbol: USDC
  address: "${token}"
  decimals: 6
fee: 1,000 USDC
period: month
starts: 2030-01-01
periods: 12
notice: 1 period
grace: 10 days
report window: 5 days
dispute window: 7 days
ruling window: 30 days
pledge: 50 USDC or 10% of the difference
no report: 50%
credit cap: 50%
leave after:
  - 2 bad periods of 3
measures:
  uptime:
    unit: seconds
    excluded: none
    how: One probe a minute.
objectives:
  - measure: uptime
    below 99.9%: 10%
    below 99%: 25%
    below 95%: 50%
salt: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
`;
}
