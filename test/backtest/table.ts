/** A draft of twelve months at 1,000 USDC, without a policy: below 99.9 % → 10 %, below 99 % → 25 %. */
export const TABLE = `service: Website
token: { symbol: USDC, decimals: 6 }
fee: 1,000 USDC
period: month
periods: 12
notice: 1 period
grace: 10 days
report window: 5 days
dispute window: 7 days
ruling window: 30 days
no report: 50%
credit cap: 50%
measures:
  uptime:
    unit: seconds
    excluded: none
objectives:
  - measure: uptime
    below 99.9%: 10%
    below 99%: 25%
`;
