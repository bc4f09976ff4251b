import { hint, type Hints } from "./hint.ts";

const FILE = "Correct the agreement's file; `upheld explain` checks it with line numbers.";

/** What the factory refuses to create, and what appointing or handing over refuses. */
export const TERMS: Hints = {
  // roles
  RoleIsNotAPerson: hint(
    "{role} cannot hold a role: it is nobody, the token, or the agreement itself.",
    "Name an account somebody has the key of.",
  ),
  PartiesAreTheSame: hint("{party} would be both provider and client.", "The two parties must be different."),
  ArbiterIsNotNeutral: hint(
    "The arbiter {arbiter} is a party or the oracle.",
    "Name an arbiter that is neither party nor the oracle.",
  ),

  // codec
  TermsLengthDiffers: hint("The packed terms are {actual} bytes long, not {expected}.", "Pack them with this library."),
  ChoiceUnknown: hint(
    "The packed terms choose number {actual} of {what}; {most} is the last.",
    "Pack them with this library.",
  ),
  NotCanonical: hint(
    "The packed terms hold a value of {what}, {actual}, that cannot be written or is written otherwise.",
    "Pack them with this library.",
  ),
  ListTooLong: hint("A list has {actual} entries; {limit} is the most.", FILE),
  CloneArgumentsTooLong: hint("The terms are too long to be an agreement's code.", "Use fewer tiers."),

  // calendar and clocks
  PeriodMonthsUnknown: hint("A period of {actual} months is not possible: 1, 3 or 12 are.", FILE),
  PeriodsOutOfRange: hint("{actual} periods are not possible: {least} to {most} are.", FILE),
  ReportWindowTooShort: hint("A report window of {actual:span} is shorter than {limit:span}.", FILE),
  DisputeWindowTooShort: hint("A dispute window of {actual:span} is shorter than {limit:span}.", FILE),
  WindowsTooLong: hint(
    "The report window and twice the dispute window take {actual:span}; the shortest period has {limit:span}.",
    FILE,
  ),
  RulingWindowOutOfRange: hint("A ruling window of {actual:span} is not within {least:span} to {most:span}.", FILE),
  FundingGraceOutOfRange: hint("A grace of {actual:span} is not within {least:span} to {most:span}.", FILE),
  NoticeTooLong: hint("A notice of {actual} periods is longer than {limit}.", FILE),
  StartOutOfRange: hint(
    "The start {actual:time} is not after {after_:time} and by {latest:time}.",
    "Choose a start that is still to come, at most a year ahead.",
  ),
  StartOutsideFirstPeriod: hint(
    "The start {actual:time} is not in the first period, {anchor:time} to {nextBoundary:time}.",
    FILE,
  ),

  // money
  SilenceCreditAboveCap: hint("Silence would credit {actual:share}; the cap is {limit:share}.", FILE),
  BondTooSmall: hint(
    "The bond of {actual:money} cannot pay credits above the fee; {limit:money} can.",
    "Raise the bond or lower the credit cap.",
  ),
  FeeTooSmall: hint("A fee of {actual:money} is too small to divide; {limit:money} is the least.", FILE),
  MoneyTooLarge: hint(
    "The term's money could reach {actual:money}; {limit:money} is the most that is counted safely.",
    FILE,
  ),
  PledgeAboveFee: hint("A pledge of {actual:money} is above the fee of {limit:money}.", FILE),
  ShareAboveWhole: hint("A share of {actual:share} is above {limit:share}.", FILE),

  // table
  CountOutOfRange: hint("{actual} {what:text} are not possible: {least} to {most} are.", FILE),
  CombinationUnknown: hint(
    "The terms do not say how credits combine.",
    "Say whether they add up or the greatest counts.",
  ),
  IndicatorMalformed: hint("Indicator {indicator}: unit, mode and instances do not fit together.", FILE),
  IndicatorIdRepeats: hint("Indicator {indicator} has the id {id} that another one has.", FILE),
  IndicatorMissing: hint("Objective {objective} names indicator {actual}; there are {count}.", FILE),
  TierMalformed: hint(
    "Objective {objective}, tier {tier} has no test, no credit, or both a step and a proportion.",
    FILE,
  ),
  ThresholdAboveWhole: hint("Objective {objective}, tier {tier}: {actual:share} is above {limit:share}.", FILE),
  TierTrueWhenPerfect: hint("Objective {objective}, tier {tier} would credit a perfect period.", FILE),
  ChronicRuleMalformed: hint(
    "Right to leave {rule}: {count} of {window} periods (of {periods}) from {leastShare:share} on is not possible.",
    FILE,
  ),

  // counts
  MeasurementCountDiffers: hint(
    "{actual} measurements were given; the terms have {expected} indicators.",
    "Give one for each indicator, in the order of the terms.",
  ),
  TotalDiffers: hint(
    "Indicator {indicator}: the seconds add up to {actual}; the period has {expected}.",
    "Count total and excluded seconds of exactly this period; `--outages` does it for you.",
  ),
  BadAboveTotal: hint(
    "Indicator {indicator}: {actual} bad units are more than the {limit} there are.",
    "Bad (and excluded) units are part of the total.",
  ),
  ExcludedAboveCap: hint(
    "Indicator {indicator}: {actual} excluded units are more than the {limit} that the terms allow.",
    "Count what exceeds the allowance as bad, where it was down.",
  ),
};
