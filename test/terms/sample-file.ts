/** A complete agreement file, one fact a line; its terms are those of `sampleTerms` but for the document. */
export const SAMPLE_FILE = `service: CI hosting
provider: "0x1111111111111111111111111111111111111111"
client:
  name: Harbor Dental
  address: 0x2222222222222222222222222222222222222222
oracle: 0x3333333333333333333333333333333333333333
arbiter: 0x4444444444444444444444444444444444444444
network: base
token:
  symbol: USDC
  address: 0x5555555555555555555555555555555555555555
  decimals: 6
fee: 1,000 USDC
period: month
starts: 2025-01-01
periods: 12
notice: 1 period
grace: 10 days
report window: 5 days
dispute window: 7 days
ruling window: 30 days
bond: none
pledge: 50 USDC or 10% of the difference
no report: 50%
credit cap: 50%
leave after: 2 bad periods of 3 of at least 10%
measures:
  uptime:
    unit: seconds
    how: One probe a minute.
objectives:
  - measure: uptime
    below 99.9%: 10%
    below 99%: 25%
    below 95%: 50%
salt: 00112233445566778899aabbccddeeff
`;

/** The sample with the line that starts with `key` replaced, or with `line` added when there is none. */
export function withLine(key: string, line: string, text = SAMPLE_FILE): string {
  const lines = text.split("\n");
  const at = lines.findIndex((candidate) => candidate.trim().startsWith(`${key}:`));
  if (at < 0) return `${text}${line}\n`;
  lines[at] = line;
  return lines.join("\n");
}

/** The line, counted from 1, that starts with `key`. */
export function lineOf(key: string, text = SAMPLE_FILE): number {
  return text.split("\n").findIndex((line) => line.trim().startsWith(`${key}:`)) + 1;
}
