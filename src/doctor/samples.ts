import type { Policy } from "../measure/policy.ts";
import { downtimeOf } from "../measure/sampled.ts";
import { isGood, toSeries, type Series } from "../measure/series.ts";
import { formatUtc } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import { lengthOf } from "../measure/windows.ts";
import { explainHoles, type Why } from "../monitors/holes.ts";
import { usualInterval } from "../monitors/interval.ts";
import type { RawChunk } from "../monitors/types.ts";
import { formatDuration, formatRatio, plural } from "../terms/format.ts";
import { PPB, type Terms } from "../terms/types.ts";
import { bad, ok, type Finding } from "./finding.ts";
import { judgeInterval } from "./interval.ts";

const NAMED = 3;

/** What a monitor's last days should be judged by. */
export interface Judged {
  readonly about: string;
  readonly terms: Terms;
  /** Place among the terms' indicators. */
  readonly indicator: number;
  readonly policy: Policy;
  /** The days that were read. */
  readonly window: Period;
}

/** A stream of samples by place, under a policy. */
export async function seriesIn(chunks: AsyncIterable<RawChunk>, policy: Policy): Promise<Series[]> {
  const places = new Map<string, (readonly [number, number])[]>();
  for await (const { vantage, samples } of chunks) {
    const kept = places.get(vantage) ?? [];
    for (const sample of samples) kept.push(sample);
    places.set(vantage, kept);
  }
  return [...places].map(([vantage, samples]) => toSeries(vantage, samples, policy));
}

/** Places, interval and holes of the last days. `up`: what tells why there are holes. */
export function judgeSamples(series: readonly Series[], up: readonly Series[], judged: Judged): Finding[] {
  const { about, terms, indicator, policy, window } = judged;
  const days = formatDays(window);
  const times = series.map((one) => Array.from(one.times));
  const interval = Math.max(...times.flatMap((each) => usualInterval(each) ?? []));
  if (series.length === 0 || !Number.isFinite(interval)) {
    const hint = "try the query on the monitor's own page: a label may be written otherwise";
    return [
      bad(
        "problem",
        "source",
        about,
        `it has ${series.length === 0 ? "no sample" : "a single sample"} of the last ${days}`,
        hint,
      ),
    ];
  }
  const names = series.map(({ vantage }) => vantage).sort();
  const places = judgePlaces(about, names, policy);
  if (places.some(({ level }) => level === "problem")) return places;
  const last = Math.max(...times.map((each) => each.at(-1) ?? 0));
  return [
    ...places,
    ...judgeNewest(about, last, interval, window),
    ...judgeValues(about, series, policy, days),
    ...judgeInterval(about, terms, indicator, policy, interval),
    ...judgeHoles(series, up, judged, Math.min(...times.map((each) => each[0] ?? 0))),
  ];
}

const formatDays = ({ start, end }: Period): string => plural((end - start + 43_200n) / 86_400n, "day");

function judgePlaces(about: string, names: readonly string[], { places }: Policy): Finding[] {
  const seen = `${plural(names.length, "place")}: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
  if (names.length > places.of) {
    const hint = "narrow the query to one service, or say which label tells the places apart (vantage label)";
    return [
      bad("problem", "source", about, `the agreement has ${plural(places.of, "place")}, the monitor ${seen}`, hint),
    ];
  }
  if (names.length < places.of) {
    const hint = "bring the missing ones back: what they would say is unknown";
    return [
      bad(
        "warning",
        "source",
        about,
        `the agreement has ${plural(places.of, "place")}, the monitor only ${seen}`,
        hint,
      ),
    ];
  }
  return [ok("source", about, seen)];
}

function judgeNewest(about: string, last: number, interval: number, { end }: Period): Finding[] {
  const silent = Number(end) - last;
  if (silent <= Math.max(3 * interval, 300)) return [];
  const message = `its newest sample is of ${formatUtc(BigInt(Math.floor(last)))}`;
  return [
    bad(
      "problem",
      "source",
      about,
      message,
      "see whether the monitor still asks: time without samples is unknown time",
    ),
  ];
}

/** Months of a wrong metric would be months of downtime. */
function judgeValues(about: string, series: readonly Series[], policy: Policy, days: string): Finding[] {
  const isNoneGood = series.every(({ values }) => Array.from(values).every((value) => !isGood(value, policy)));
  if (!isNoneGood) return [];
  const message = `not one sample of the last ${days} is good`;
  return [
    bad("problem", "source", about, message, "is this the metric that the policy means, in its unit (samples in)?"),
  ];
}

const WHY: Readonly<Record<Why, string>> = {
  exporter: "the exporter was down",
  metric: "the exporter answered without the metric",
  prometheus: "Prometheus was down",
};
const CURE: Readonly<Record<Why, string>> = {
  exporter: "watch the exporter (up == 0)",
  metric: "look at what was changed in the exporter's configuration",
  prometheus: "watch Prometheus from elsewhere, or run a second",
};

function judgeHoles(series: readonly Series[], up: readonly Series[], judged: Judged, first: number): Finding[] {
  const { about, policy, window } = judged;
  // monitoring may have begun in these days
  const start = BigInt(Math.max(Math.floor(first), Number(window.start)));
  const seen = { start, end: window.end };
  if (seen.start >= seen.end) return [];
  const { unknown } = downtimeOf(series, seen, { ...policy, coverage: 0 }, []);
  const [missing, all] = [lengthOf(unknown), seen.end - seen.start];
  const days = formatDays(window);
  if (missing === 0n) return [ok("holes", about, `none in the last ${days}`)];
  const explained = up.length === 0 ? [] : explainHoles(unknown, up, policy.slot);
  const listed = (
    explained.length > 0 ? explained : unknown.map(({ start: from, end: to }) => ({ from, to, why: undefined }))
  )
    .toSorted((a, b) => Number(b.to - b.from - (a.to - a.from)))
    .slice(0, NAMED)
    .map(
      ({ from, to, why }) =>
        `${formatUtc(from)} for ${formatDuration(to - from)}${why === undefined ? "" : ` (${WHY[why]})`}`,
    );
  const more = Math.max(explained.length, unknown.length) - listed.length;
  const text = `${formatDuration(missing)} of the last ${days} are unknown, ${formatRatio(missing, all)}: ${listed.join(", ")}${more > 0 ? `, ${more} more` : ""}`;
  const whys = [...new Set(explained.map(({ why }) => CURE[why]))];
  const hint =
    whys.length > 0
      ? whys.join("; ")
      : "name `up` in the source: it tells whether the exporter or the monitor was down";
  const isRefused = (all - missing) * PPB < all * BigInt(policy.coverage);
  if (isRefused) return [bad("problem", "holes", about, `${text}; a month like that is refused`, hint)];
  // a late sample now and then is in the nature of asking
  if (missing * 1_000n < all && policy.unknown !== "down") return [ok("holes", about, text)];
  return [bad("warning", "holes", about, policy.unknown === "down" ? `${text}; it counts as down` : text, hint)];
}
