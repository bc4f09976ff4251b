/** docs/gas.md with its charts, and what docs/record.md says of gas, from the recorded figures alone: a test holds them to it. */
import { barsOf, panelsOf } from "./chart.ts";
import { type Cost, GOALS, LABELS, monthsOf, type Operation, yearsOf } from "./compare.ts";
import { OTHERS } from "./others.ts";
import type { Figures } from "./gas.ts";
import type { Snapshot } from "./snapshot.ts";

export const PAGE = "docs/gas.md";
export const RECORD_PAGE = "docs/record.md";

/** By their paths. */
export function chartsOf(all: Snapshot): Readonly<Record<string, string>> {
  const { growth } = all;
  return {
    "docs/gas-years.svg": barsOf("Gas of a year of twelve good periods", yearsOf(all), 3_000_000),
    "docs/gas-growth.svg": panelsOf("How the gas of a month grows", [
      {
        title: "A month, per client",
        under: "clients in the batch",
        isLogarithmic: true,
        curves: [{ figures: growth.batch }],
      },
      {
        title: "The same, by its terms",
        under: "objectives, or tiers of one",
        curves: [
          { name: "objectives", figures: growth.objectives },
          { name: "tiers", figures: growth.tiers },
        ],
      },
      {
        title: "Settling forgotten periods",
        under: "periods that nobody reported",
        curves: [{ figures: growth.forgotten }],
      },
    ]),
  };
}

type Tables = Readonly<Record<string, string>>;

/** The page at `path` with what stands between `<!-- bench NAME -->` and `<!-- end -->` made anew. */
export function pageOf(text: string, all: Snapshot, path = PAGE): string {
  const tables: Tables = path === PAGE ? tablesOf(all) : { record: table(["call", "gas"], rows(all.record)) };
  const filled = new Set<string>();
  const page = text.replaceAll(/(<!-- bench (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, open: string, name: string, end) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`${path} asks for ${name}, which is none of the bench's tables`);
    filled.add(name);
    return `${open}\n${table}\n\n${end as string}`;
  });
  const missing = Object.keys(tables).filter((name) => !filled.has(name));
  if (missing.length > 0) throw new Error(`${path} has no place for ${missing.join(", ")}`);
  return page;
}

function tablesOf(all: Snapshot): Tables {
  const { ours, calls, month, growth, summaries } = all;
  return {
    operations: table(
      ["operation", "gas", "goal"],
      (Object.keys(LABELS) as Operation[]).map((name) => [LABELS[name], number(ours[name]), number(GOALS[name])]),
    ),
    calls: table(["call", "gas"], rows(calls)),
    years: costs("a year of twelve good periods", yearsOf(all), ours.year),
    months: costs("one good month", monthsOf(all), ours.monthInBatchOf100),
    peers: table(["escrow", "gas of its calls", "source"], peersOf(all)),
    month: table(["what for", "gas"], [...rows(month.gas), ["**together**", `**${number(sum(month.gas))}**`]]),
    calldata: table(["calldata of a client's month", "bytes"], calldataOf(all)),
    batch: wide("clients in the batch", "gas each", growth.batch),
    objectives: wide("objectives of 3 tiers", "gas", growth.objectives),
    tiers: wide("tiers of one objective", "gas", growth.tiers),
    forgotten: wide("forgotten periods", "gas", growth.forgotten),
    summaries: wide("agreements on the page", "gas", summaries),
  };
}

function costs(what: string, all: readonly Cost[], own: number): string {
  return table(
    [what, "gas", "× ours", "knows the service level", "measured"],
    all.map(({ name, gas, hasLevel, isMeasuredNow }) => [
      name,
      number(gas),
      (gas / own).toFixed(2),
      hasLevel ? "yes" : "no",
      isMeasuredNow ? "here" : "earlier",
    ]),
  );
}

function peersOf({ peers }: Snapshot): string[][] {
  const list = (calls: Figures) =>
    Object.entries(calls)
      .filter(([name]) => !name.startsWith("year"))
      .map(([name, gas]) => `${name} ${number(gas)}`)
      .join(", ");
  return [
    ["Sablier Flow 3.0.1", list(peers.sablierFlow), "npm `@sablier/flow`, measured here"],
    ["Request escrow 0.1.0", list(peers.requestEscrow), "npm `@requestnetwork/smart-contracts` 0.48.0, measured here"],
    ...OTHERS.map(({ name, calls, source }) => [name, list(calls), `GitHub \`${source}\`, measured earlier`]),
  ];
}

function calldataOf({ month: { calldata } }: Snapshot): string[][] {
  return [
    ["as sent", bytes(calldata.bytes)],
    ["of them zero", bytes(calldata.zeros)],
    ["compressed by FastLZ", bytes(calldata.fastlz)],
  ];
}

const number = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });
const bytes = (value: number): string => value.toFixed(1);
const sum = (figures: Figures): number =>
  Math.ceil(Math.round(Object.values(figures).reduce((all, gas) => all + gas, 0) * 100) / 100);
const rows = (figures: Figures): string[][] => Object.entries(figures).map(([name, gas]) => [name, number(gas)]);

/** One line of figures under their sizes. */
function wide(sizes: string, what: string, figures: Figures): string {
  return table(
    [sizes, ...Object.keys(figures).map((size) => number(Number(size)))],
    [[what, ...Object.values(figures).map(number)]],
  );
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const isNumber = (column: number) => body.every((row) => /^\*?\*?[\d,.]+\*?\*?$/.test(row[column] ?? ""));
  return [line(head), line(head.map((_, i) => (isNumber(i) ? "---:" : "---"))), ...body.map(line)].join("\n");
}
