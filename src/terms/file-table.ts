import type { DisclosureRule, Policy } from "../measure/policy.ts";
import type { TicketRule } from "../measure/tickets.ts";
import type { Fields } from "./fields.ts";
import { checkHours, type MeasurePolicy, type PolicyContext, policyWords, readMeasurePolicy } from "./file-policy.ts";
import { contradictions, parseTier, UNIT_WORDS } from "./tiers.ts";
import type { Indicator, Objective, Tier, Unit } from "./types.ts";
import { Mode, Unit as Units } from "./types.ts";
import { parseQuantity, WordError } from "./words.ts";
import type { Section } from "./yaml.ts";

/** An indicator in words: `name` and `how` never go on chain, the agreement's hash fixes them. */
export interface Measure {
  readonly name: string;
  readonly how: string | undefined;
  /** How samples become counts; without one, counts or outages are reported. */
  readonly policy?: Policy;
  /** Which tickets count, against which limit. */
  readonly tickets?: TicketRule;
  /** Whose outages are counted, as the agreement's record tells of them, and how soon that was due. */
  readonly disclosure?: DisclosureRule;
  /** The policy in the words of the file. */
  readonly policyWords?: string;
}

/** A measure whose policy may name another one, which stands further down perhaps. */
type Read = Omit<Measure, "disclosure"> & Pick<MeasurePolicy, "disclosure">;

const MEASURE_KEYS = ["unit", "instances", "excluded", "how", "policy"];
const EXCLUDED_HINT = "Write: none, or up to 8 hours, counts as up, or up to 8 hours, leaves the total.";

/** What is counted: one indicator for each key of `measures`, numbered in their order. */
export function readMeasures(
  root: Section,
  fields: Fields,
  context: PolicyContext,
): { measures: Measure[]; indicators: Indicator[] } {
  const measures: Read[] = [];
  const indicators: Indicator[] = [];
  const line = root.lineAt("measures");
  fields.at("indicators", line);
  if (line === undefined) {
    fields.problems.add(root.line, "missing-key", `"measures" is missing: say what is counted.`);
    fields.fail("indicators");
  }
  const section = root.section("measures");
  if (section === undefined) fields.fail("indicators");
  for (const name of section?.keys() ?? []) {
    const field = `indicators.${indicators.length}`;
    fields.at(field, section?.lineAt(name));
    const measure = section?.section(name);
    const indicator = readIndicator(measure, field, indicators.length + 1, fields);
    const policy = measure === undefined ? {} : readPolicyOf(measure, field, indicator, fields, context);
    measures.push({ name, how: measure?.words("how")?.text, ...policy });
    indicators.push(indicator);
    measure?.finish(MEASURE_KEYS);
  }
  return { measures: measures.map((one, i) => withDisclosure(one, i, measures, indicators, fields)), indicators };
}

/** Puts the indicator's id in place of the name of the measure whose outages are meant. */
function withDisclosure(
  { disclosure, ...measure }: Read,
  i: number,
  measures: readonly Read[],
  indicators: readonly Indicator[],
  fields: Fields,
): Measure {
  if (disclosure === undefined) return measure;
  const of = indicators[measures.findIndex(({ name }) => name === disclosure.of)];
  if (of?.unit === Units.Seconds) return { ...measure, disclosure: { of: of.id, within: disclosure.within } };
  const seconds = measures.filter((_, at) => indicators[at]?.unit === Units.Seconds).map(({ name }) => name);
  const message = `"${disclosure.of}" is no measure counted in seconds, so it has no outages to tell of.`;
  fields.problems.add(disclosure.line, "not-understood", message, `Those are ${seconds.join(", ") || "none"}.`);
  fields.fail(`indicators.${i}.policy`);
  return measure;
}

function readPolicyOf(
  measure: Section,
  measureField: string,
  indicator: Indicator,
  fields: Fields,
  context: PolicyContext,
): Omit<Read, "name" | "how"> {
  const section = measure.section("policy");
  if (section === undefined) return {};
  const field = `${measureField}.policy`;
  fields.at(field, section.line);
  const isKnown = !fields.isBroken(measureField);
  const read = readMeasurePolicy(section, field, isKnown ? indicator.unit : Units.Seconds, fields, context);
  if (
    read.policy?.record !== undefined &&
    isKnown &&
    indicator.unit === Units.Seconds &&
    indicator.excludedCap === 0n
  ) {
    const message = "The record would exclude something, but nothing may be excluded of this measure.";
    fields.problems.add(section.line, "not-understood", message, EXCLUDED_HINT);
    fields.fail(field);
  }
  const hours = read.policy?.hours;
  if (hours !== undefined && isKnown) checkHours(hours, indicator, field, fields, context.header);
  return fields.isBroken(field) ? {} : { ...read, policyWords: policyWords(section) };
}

function readIndicator(section: Section | undefined, field: string, id: number, fields: Fields): Indicator {
  const fallback = { id, unit: Units.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n };
  if (section === undefined) {
    fields.fail(field);
    return fallback;
  }
  const unit = fields.required<Unit>(section, "unit", field, Units.Seconds, parseUnit);
  const instances = fields.optional(section, "instances", field, 1n, (text) =>
    parseQuantity(`${text} tickets`, "tickets"),
  );
  const none = { mode: unit === Units.Seconds ? Mode.DowntimeOnly : Mode.Count, excludedCap: 0n };
  const excluded = fields.optional<Pick<Indicator, "mode" | "excludedCap">>(section, "excluded", field, none, (text) =>
    parseExcluded(text, unit),
  );
  return { id, unit, instances, ...excluded };
}

function parseUnit(text: string): Unit {
  const found = Object.values(Units).find((unit) => UNIT_WORDS[unit] === text);
  if (found !== undefined) return found;
  throw new WordError(`"${text}" is nothing that is counted.`, `Write one of ${Object.values(UNIT_WORDS).join(", ")}.`);
}

/** `none`, `up to 8 hours, counts as up`, `up to 8 hours, leaves the total`, `up to 20 tickets` */
function parseExcluded(text: string, unit: Unit): Pick<Indicator, "mode" | "excludedCap"> {
  const isSeconds = unit === Units.Seconds;
  if (text === "none") return { mode: isSeconds ? Mode.DowntimeOnly : Mode.Count, excludedCap: 0n };
  const match = /^up to ([^,]+?)(?:, (counts as up|leaves the total))?$/.exec(text);
  if (match === null) throw new WordError(`"${text}" does not say what may be excluded.`, EXCLUDED_HINT);
  const [, amount = "", effect] = match;
  if (isSeconds && effect === undefined) {
    throw new WordError(`"${text}" does not say what excluded time does to the total.`, EXCLUDED_HINT);
  }
  if (!isSeconds && effect !== undefined) {
    throw new WordError(
      `"${effect}" is for seconds only.`,
      `Excluded ${UNIT_WORDS[unit]} are told for information: drop it.`,
    );
  }
  const excludedCap = parseQuantity(amount, UNIT_WORDS[unit]);
  if (!isSeconds) return { mode: Mode.Count, excludedCap };
  return { mode: effect === "leaves the total" ? Mode.Denominator : Mode.DowntimeOnly, excludedCap };
}

/** The promises: a list of measures with their credits. */
export function readObjectives(
  root: Section,
  fields: Fields,
  measures: readonly Measure[],
  indicators: readonly Indicator[],
): Objective[] {
  const line = root.lineAt("objectives");
  fields.at("objectives", line);
  if (line === undefined) {
    fields.problems.add(root.line, "missing-key", `"objectives" is missing: say which credit follows from what.`);
    fields.fail("objectives");
  }
  const sections = root.sections("objectives");
  return sections.map((section, i) => {
    const field = `objectives.${i}`;
    fields.at(field, section.line);
    const indicator = readMeasureName(section, field, fields, measures);
    const unit = indicators[indicator]?.unit;
    // An unknown unit was told already; guessing one would only add wrong complaints.
    const isKnown = unit !== undefined && !fields.isBroken(field) && !fields.isBroken(`indicators.${indicator}`);
    if (!isKnown) {
      section.rest();
      fields.fail(field);
      return { indicator, tiers: [] };
    }
    return { indicator, tiers: readTiers(section, field, fields, unit) };
  });
}

function readMeasureName(section: Section, field: string, fields: Fields, measures: readonly Measure[]): number {
  if (fields.isBroken("indicators")) {
    fields.fail(field);
    return 0;
  }
  // With a single measure there is nothing to choose.
  if (section.lineAt("measure") === undefined && measures.length === 1) return 0;
  return fields.required(section, "measure", field, 0, (text) => {
    const index = measures.findIndex(({ name }) => name === text);
    if (index >= 0) return index;
    const hint = `The measures are ${measures.map(({ name }) => name).join(", ")}.`;
    throw new WordError(`"${text}" is not among the measures.`, hint);
  });
}

function readTiers(section: Section, field: string, fields: Fields, unit: Unit): Tier[] {
  const tiers: Tier[] = [];
  const told: { condition: string; line: number }[] = [];
  for (const { key, words } of section.rest()) {
    const tier = fields.problems.read(words, key, (text) => parseTier(key, text, unit));
    if (tier === undefined) {
      fields.fail(field);
      continue;
    }
    fields.at(`${field}.tiers.${tiers.length}`, words.line);
    tiers.push(tier);
    told.push({ condition: key, line: words.line });
  }
  for (const { tiers: pair, why } of contradictions(tiers)) {
    const [first, second] = pair.map((index) => told[index]).toSorted((a, b) => (a?.line ?? 0) - (b?.line ?? 0));
    const message = `"${first?.condition ?? ""}" on line ${first?.line ?? 0} and "${second?.condition ?? ""}" on line ${second?.line ?? 0} ${why}.`;
    fields.problems.add(second?.line, "tiers-contradict", message, "Keep the one that is meant.");
  }
  return tiers;
}
