import { DAY } from "./bounds.ts";
import { periodOf } from "./calendar.ts";
import { creditCapOf, objectiveShare, shareOf } from "./credit.ts";
import { periodWord } from "./explain.ts";
import type { AgreementFile } from "./file.ts";
import { formatDuration, formatMoney, formatShare, formatSpan, plural, type TokenUnit } from "./format.ts";
import { formatTier } from "./tiers.ts";
import { Mode, PPB, Unit, type Objective, type Terms, type Tier } from "./types.ts";
import { workedTable } from "./worked.ts";

/** A term that favours one side, or that somebody will regret. It is allowed: the contract would take it. */
export interface Finding {
  /** Stable, for machines: `silence-pays-measurer`. */
  readonly code: string;
  /** `unfair`: one side gains by it. `careless`: nobody does. */
  readonly kind: "unfair" | "careless";
  /** The key of the agreement's file that it is about. */
  readonly key: string;
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

/** What is known of the terms beside themselves. */
export interface LintContext {
  readonly token: TokenUnit;
  /** Of the agreement's file; without them what only the file says is not looked at. */
  readonly file?: Pick<AgreementFile, "measures" | "names"> | undefined;
  /** Whether there is code at the oracle's and the arbiter's address; undefined: nobody asked the chain. */
  readonly hasCode?: { readonly oracle: boolean; readonly arbiter: boolean } | undefined;
}

const WEEK = 7n * DAY;
const LONG_RULING = 90n * DAY;
const SHORT_REPORT = 3n * DAY;
const MUCH_NOTICE = 3;

/** All that is unfair or careless in `terms`, the unfair first. */
export function lint(terms: Terms, context: LintContext): Finding[] {
  const found = [
    ...silence(terms),
    ...roles(terms, context),
    ...stakes(terms, context),
    ...windows(terms),
    ...caps(terms, context),
    ...tiersThatNeverMatter(terms),
    ...exclusions(terms, context),
    ...leaving(terms),
    ...measuring(context),
  ];
  return found.toSorted((a, b) => Number(a.kind === "careless") - Number(b.kind === "careless"));
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The party that measures, if one does. */
function measurer(terms: Terms): "provider" | "client" | undefined {
  return (["provider", "client"] as const).find((role) => same(terms.oracle, terms[role]));
}

function silence(terms: Terms): Finding[] {
  const { silenceCredit } = terms;
  const most = mostCredit(terms);
  const key = "no report";
  const who = measurer(terms);
  if (who === "client" && silenceCredit > 0n) {
    return [
      {
        ...{ code: "silence-pays-measurer", kind: "unfair", key },
        what: `The client measures, and no report gives it ${formatShare(silenceCredit)}.`,
        why: "Staying silent pays the client more than reporting a good period.",
        instead: "Let somebody else measure, or write: no report: 0%.",
      },
    ];
  }
  if (who === "provider" && silenceCredit < most) {
    return [
      {
        ...{ code: "silence-pays-measurer", kind: "unfair", key },
        what: `The provider measures; no report costs it ${formatShare(silenceCredit)}, the worst period ${formatShare(most)}.`,
        why: "In a bad period it is cheaper for the provider to report nothing.",
        instead: `Write: no report: ${tight(most)}, or let somebody else measure.`,
      },
    ];
  }
  if (who === undefined && silenceCredit === 0n) {
    return [
      {
        ...{ code: "silence-is-free", kind: "careless", key },
        what: "No report means no credit.",
        why: "An oracle that is down, or persuaded to stay silent, pays the provider in full, however bad the service was.",
        instead: "Write a credit for silence, such as half of the credit cap.",
      },
    ];
  }
  return [];
}

/** The most that a report can credit, as a share of the fee. */
function mostCredit(terms: Terms): bigint {
  const flat = terms.objectives.map(({ tiers }) => tiers.reduce((most, tier) => max(most, atWorst(tier)), 0n));
  const all = terms.combination === 1 ? flat.reduce((a, b) => a + b, 0n) : flat.reduce(max, 0n);
  return all < terms.creditCap ? all : terms.creditCap;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
/** A credit by the step or the share grows up to the cap. */
const atWorst = ({ per, credit, proportional }: Tier): bigint => (per === 0n && !proportional ? credit : 1_000n * PPB);

function roles(terms: Terms, { file, hasCode }: LintContext): Finding[] {
  const found: Finding[] = [];
  const who = measurer(terms);
  if (who !== undefined) {
    found.push({
      ...{ code: "oracle-is-party", kind: "unfair", key: "oracle" },
      what: `The oracle is the ${who}.`,
      why: "It judges its own case; the other side must watch every report and stake a pledge against each false one.",
      instead: "Name an oracle that is neither, or a committee in which both sides have members (docs/committee.md).",
    });
  }
  if (hasCode?.oracle === false) {
    found.push({
      ...{ code: "oracle-is-bare-key", kind: who === undefined ? "careless" : "unfair", key: "oracle" },
      what:
        who === undefined
          ? "The oracle is one bare key."
          : `The oracle is one bare key, the very key of the ${who}'s seat.`,
      why: "Who steals it reports what it likes, and when it is lost nobody reports until both parties name another.",
      instead: "Name a committee or a Safe: several keys, of which some suffice.",
    });
  }
  if (hasCode?.arbiter === false) {
    found.push({
      ...{ code: "arbiter-is-bare-key", kind: "careless", key: "arbiter" },
      what: "The arbiter is one bare key.",
      why: "When it is lost or its owner ill, every dispute ends with the report as it stands.",
      instead: "Name a Safe of several people, or a court.",
    });
  }
  const twin = (["provider", "client", "oracle"] as const).find((role) => {
    const [arbiter, other] = [file?.names.arbiter, file?.names[role]];
    return arbiter !== undefined && other !== undefined && same(arbiter, other);
  });
  if (twin !== undefined) {
    found.push({
      ...{ code: "arbiter-not-distinct", kind: "unfair", key: "arbiter" },
      what: `The arbiter has the name of the ${twin}, though another address.`,
      why: "Whoever measured, or has money in it, would rule about itself.",
      instead: "Name somebody both parties trust and who has no part in the agreement.",
    });
  }
  return found;
}

function stakes(terms: Terms, { token }: LintContext): Finding[] {
  const { pledge, pledgeShare } = terms;
  if (pledge === 0n && pledgeShare === 0n) {
    return [
      {
        ...{ code: "no-pledge", kind: "careless", key: "pledge" },
        what: "Disputing costs nothing.",
        why: `A party can delay a credit by ${formatSpan(terms.disputeWindow + terms.rulingWindow)} for free, every ${periodWord(terms)}.`,
        instead: "Write: pledge: 10% of the difference.",
      },
    ];
  }
  const smallest = smallestCredit(terms);
  if (smallest === undefined || pledge <= smallest) return [];
  return [
    {
      ...{ code: "pledge-above-smallest-credit", kind: "unfair", key: "pledge" },
      what: `A dispute stakes at least ${formatMoney(pledge, token)}; the smallest credit is ${formatMoney(smallest, token)}.`,
      why: "Nobody stakes more than there is to win: whoever measures may leave small credits out.",
      instead: `Lower the pledge to ${formatMoney(smallest / 2n, token)} or less, or state it as a share of the difference alone.`,
    },
  ];
}

/** Where credits begin, in money of a full fee; a credit that grows with every bad unit begins nowhere. */
function smallestCredit(terms: Terms): bigint | undefined {
  const period = fullPeriod(terms);
  const starts = terms.objectives.flatMap(({ tiers }, i) => {
    const first = tiers.some(({ proportional }) => proportional) ? undefined : workedTable(terms, i, period).rows[0];
    return first === undefined || first.credit === 0n ? [] : [first.credit];
  });
  return starts.length === 0 ? undefined : starts.reduce((a, b) => (a < b ? a : b));
}

const fullPeriod = (terms: Terms) => periodOf(terms, Math.min(1, terms.periods - 1));

function windows(terms: Terms): Finding[] {
  const { disputeWindow, rulingWindow, reportWindow, fundingGrace } = terms;
  const short = (code: string, key: string, length: bigint, least: bigint, why: string): Finding[] =>
    length >= least
      ? []
      : [
          {
            ...{ code, kind: "careless", key },
            what: `The ${key} is ${formatSpan(length)}.`,
            why,
            instead: `Write: ${key}: ${formatSpan(least)}, or more.`,
          },
        ];
  const long: Finding[] =
    rulingWindow <= LONG_RULING
      ? []
      : [
          {
            ...{ code: "ruling-window-long", kind: "careless", key: "ruling window" },
            what: `The ruling window is ${formatSpan(rulingWindow)}.`,
            why: "So long may an arbiter hold the difference of a dispute, and only then the report stands.",
            instead: `Write: ruling window: ${formatSpan(LONG_RULING)}, or less.`,
          },
        ];
  const away = "Somebody who is ill or on holiday for a week misses it, and what was reported is final.";
  return [
    ...short("dispute-window-short", "dispute window", disputeWindow, WEEK, away),
    ...short(
      "ruling-window-short",
      "ruling window",
      rulingWindow,
      WEEK,
      "An arbiter away for a week lets every report stand.",
    ),
    ...short(
      "report-window-short",
      "report window",
      reportWindow,
      SHORT_REPORT,
      "A job that fails on a Friday evening is found on Monday: then silence stands.",
    ),
    ...short(
      "grace-short",
      "grace",
      fundingGrace,
      WEEK,
      "A payment that is a few days late lets the provider leave at once.",
    ),
    ...long,
  ];
}

function caps(terms: Terms, { token }: LintContext): Finding[] {
  const { creditCap, burnInPeriods, periods, termCreditCap, bond } = terms;
  const found: Finding[] = [];
  const tiers = terms.objectives.flatMap(({ tiers: own }) => own);
  const above = tiers.find(({ credit, per, proportional }) => per === 0n && !proportional && credit > creditCap);
  if (above !== undefined) {
    found.push({
      ...{ code: "credit-above-cap", kind: "unfair", key: "credit cap" },
      what: `A credit of ${formatShare(above.credit)} is promised, the credit cap is ${formatShare(creditCap)}.`,
      why: "The table promises more than is ever paid.",
      instead: `Write: credit cap: ${tight(above.credit)}, or lower the credit.`,
    });
  }
  if (burnInPeriods >= periods || creditCap === 0n) {
    found.push({
      ...{ code: "never-a-credit", kind: "unfair", key: creditCap === 0n ? "credit cap" : "burn-in" },
      what: creditCap === 0n ? "The credit cap is nothing." : "Every period is burn-in.",
      why: "The provider is paid in full whatever happens.",
      instead: "Shorten the burn-in, or raise the cap.",
    });
  }
  const one = creditCapOf(terms, terms.fee);
  if (termCreditCap < one) {
    found.push({
      ...{ code: "term-cap-below-one-period", kind: "unfair", key: "term credit cap" },
      what: `Over the whole term at most ${formatMoney(termCreditCap, token)} are credited, less than the ${formatMoney(one, token)} of one bad period.`,
      why: "After one bad period there is nothing left to lose for the provider.",
      instead: "Leave the key out, or cap several periods' worth.",
    });
  }
  if (creditCap > PPB && bond < 2n * (one - terms.fee)) {
    found.push({
      ...{ code: "bond-for-one-period", kind: "careless", key: "bond" },
      what: `The bond of ${formatMoney(bond, token)} pays what one or hardly two worst periods exceed the fee by.`,
      why: "What the bond lacks is not owed: a second bad period in a row is paid only up to the fee.",
      instead: `Ask for ${formatMoney(2n * (one - terms.fee), token)}, or lower the credit cap.`,
    });
  }
  return found;
}

/** Tiers without which every credit would be the same. */
function tiersThatNeverMatter(terms: Terms): Finding[] {
  return terms.objectives.flatMap((objective, i) => {
    const unit = terms.indicators[objective.indicator]?.unit ?? Unit.Seconds;
    const useless = objective.tiers.filter((tier) => !matters(terms, i, tier));
    return useless.map((tier): Finding => {
      const { condition, credit } = formatTier(tier, unit);
      return {
        ...{ code: "tier-never-matters", kind: "careless", key: condition },
        what: `"${condition}: ${credit}" never changes a credit.`,
        why: "Another line gives as much whenever it comes true, or the cap is reached before, or it cannot come true.",
        instead: "Leave it out, or correct its threshold or its credit.",
      };
    });
  });
}

function matters(terms: Terms, index: number, tier: Tier): boolean {
  const objective = terms.objectives[index] as Objective;
  const indicator = terms.indicators[objective.indicator];
  if (indicator === undefined) return true;
  const others = { ...objective, tiers: objective.tiers.filter((other) => other !== tier) };
  const { start, end } = fullPeriod(terms);
  const length = end - start;
  const totals =
    indicator.unit === Unit.Seconds
      ? [indicator.instances * length]
      : indicator.unit === Unit.Days
        ? [length / DAY]
        : TOTALS;
  return totals.some((total) =>
    counts(objective, total).some(
      (bad) => credited(terms, objective, total, bad) !== credited(terms, others, total, bad),
    ),
  );
}

/** How many tickets, probes or packets a period may have. */
const TOTALS = [1n, 10n, 100n, 1_000n, 10_000n, 100_000n, 1_000_000n, 100_000_000n];
const STEPS = 200n;

/** Bad counts at which credits may change: around every threshold, and evenly over the whole. */
function counts({ tiers }: Objective, total: bigint): bigint[] {
  const even = Array.from({ length: Number(STEPS) + 1 }, (_, i) => (total * BigInt(i)) / STEPS);
  const edges = tiers.flatMap(({ test, threshold }) => {
    const edge = test <= 2 ? (total * (PPB - threshold)) / PPB : threshold;
    return [edge - 1n, edge, edge + 1n];
  });
  return [...even, ...edges].filter((bad) => bad >= 0n && bad <= total);
}

function credited(terms: Terms, objective: Objective, total: bigint, bad: bigint): bigint {
  const credit = shareOf(terms.fee, objectiveShare(objective, { total, bad, excluded: 0n }));
  const cap = creditCapOf(terms, terms.fee);
  return credit < cap ? credit : cap;
}

function exclusions(terms: Terms, { file }: LintContext): Finding[] {
  const period = fullPeriod(terms);
  return terms.objectives.flatMap(({ indicator: i }, index): Finding[] => {
    const indicator = terms.indicators[i];
    if (indicator?.unit !== Unit.Seconds || indicator.mode !== Mode.DowntimeOnly || indicator.excludedCap === 0n)
      return [];
    const worst = workedTable(terms, index, period).rows.at(-1);
    if (worst === undefined || indicator.excludedCap < worst.bad) return [];
    return [
      {
        ...{ code: "exclusions-swallow-breach", kind: "unfair", key: "excluded" },
        what: `${file?.measures[i]?.name ?? `Measure ${indicator.id}`}: up to ${formatDuration(indicator.excludedCap)} may be left out, and the greatest credit begins at ${formatDuration(worst.bad)} down.`,
        why: "A whole bad period can be called maintenance.",
        instead: "Allow less than what the smallest credit begins at, or let excluded time leave the total.",
      },
    ];
  });
}

function leaving(terms: Terms): Finding[] {
  const { chronic, creditCap, noticePeriods } = terms;
  const found: Finding[] = [];
  if (chronic.length === 0) {
    found.push({
      ...{ code: "no-way-out-when-bad", kind: "unfair", key: "leave after" },
      what: "No number of bad periods lets the client leave at once.",
      why: `It pays for a service that keeps failing, until the notice of ${plural(noticePeriods, "period")} is over.`,
      instead: "Write: leave after: 2 bad periods of 3.",
    });
  }
  for (const { leastShare, count, window } of chronic) {
    if (leastShare <= creditCap) continue;
    found.push({
      ...{ code: "exit-never-true", kind: "unfair", key: "leave after" },
      what: `"${count} bad periods of ${window}" asks for ${formatShare(leastShare)}, the credit cap is ${formatShare(creditCap)}.`,
      why: "The right to leave never comes true.",
      instead: `Ask for at most ${formatShare(creditCap)}.`,
    });
  }
  if (noticePeriods > MUCH_NOTICE) {
    found.push({
      ...{ code: "notice-long", kind: "careless", key: "notice" },
      what: `Notice is ${plural(noticePeriods, "period")}.`,
      why: "The fees of all of them stay committed: the client cannot take them out.",
      instead: `Write: notice: ${plural(MUCH_NOTICE, "period")}, or less.`,
    });
  }
  return found;
}

function measuring({ file }: LintContext): Finding[] {
  return (file?.measures ?? []).flatMap(({ name, how, policy, tickets }): Finding[] => {
    if (policy?.unknown === "up") {
      return [
        {
          ...{ code: "unknown-is-up", kind: "unfair", key: "unknown" },
          what: `${name}: time that nobody measured counts as up.`,
          why: "Probes that are switched off in a bad hour save the credit.",
          instead: "Write: unknown: refused below 99%, or: is excluded.",
        },
      ];
    }
    if (how !== undefined || policy !== undefined || tickets !== undefined) return [];
    return [
      {
        ...{ code: "measure-not-defined", kind: "careless", key: name },
        what: `Nothing says when a unit of "${name}" is bad.`,
        why: "In a dispute both sides may be right.",
        instead: "Add a line `how: …` in words, or a policy (docs/agreement-file.md).",
      },
    ];
  });
}

/** `50%`, as the file writes it. */
const tight = (share: bigint): string => formatShare(share).replace(" ", "");
