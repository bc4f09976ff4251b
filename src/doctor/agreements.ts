import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { nameOf, PHASES, STAGES } from "../chain/enums.ts";
import type { Factory } from "../chain/factory.ts";
import { away, moment } from "../format.ts";
import type { OracleConfig } from "../oracle/config.ts";
import { whatIsDue, type Standing } from "../oracle/due.ts";
import { checkSources } from "../oracle/measure.ts";
import { openPortfolio, readSummaries, type Watched } from "../oracle/portfolio.ts";
import { problemOf } from "../oracle/prepare.ts";
import { bad, fromProblem, ok, type Finding } from "./finding.ts";

/** An agreement that could be opened, and what the chain says of it. */
export interface Opened {
  readonly agreement: Watched;
  /** Undefined: the factory did not make it. */
  readonly summary: SummaryStructOutput | undefined;
  readonly standing: Standing;
}

/** Opens each agreement by itself when one of them cannot be: the others are looked at all the same. */
export async function checkAgreements(
  config: OracleConfig,
  factory: Factory,
  now: bigint,
  needsSources: boolean,
): Promise<{ readonly opened: Opened[]; readonly findings: Finding[] }> {
  const findings: Finding[] = [];
  const check = needsSources ? checkSources : () => undefined;
  const watched = await openPortfolio(config, factory, check).catch(async () => {
    const each: Watched[] = [];
    for (const one of config.agreements) {
      try {
        each.push(...(await openPortfolio({ ...config, agreements: [one] }, factory, check)));
      } catch (error) {
        findings.push(fromProblem("agreement", one.ref, problemOf(error)));
      }
    }
    return each;
  });
  const summaries = await readSummaries(
    factory,
    watched.map(({ address }) => address),
  );
  const standings = await whatIsDue(factory, watched, summaries, now);
  const opened = watched.flatMap((agreement, i): Opened[] => {
    const standing = standings[i];
    return standing === undefined ? [] : [{ agreement, summary: summaries[i], standing }];
  });
  return { opened, findings: [...findings, ...opened.map((one) => judgeStanding(one, now, config.warnBefore))] };
}

/** What the chain waits for, and until when. */
export function judgeStanding({ agreement, summary, standing }: Opened, now: bigint, warnBefore: bigint): Finding {
  const about = agreement.label;
  if (standing.kind === "failed" || summary === undefined) {
    const problem = "problem" in standing ? standing.problem : undefined;
    return fromProblem("agreement", about, problem ?? { code: "", message: "the chain does not know it" });
  }
  const phase = nameOf(PHASES, summary.phase);
  if (phase === "draft") {
    const message = `it is a draft: both must accept before ${moment(summary.start)} (${away(summary.start, now)}), or it lapses`;
    return bad("warning", "agreement", about, message, "see upheld status; then upheld accept");
  }
  if (phase === "lapsed" || phase === "closed") {
    return bad(
      "warning",
      "agreement",
      about,
      `it is ${phase}: nothing is reported for it any more`,
      "take it out of the config",
    );
  }
  if (standing.kind === "late") {
    const message = standing.problem?.message ?? "a period went unreported";
    return bad("problem", "agreement", about, message, standing.problem?.hint ?? "see upheld status");
  }
  if (standing.kind === "due") {
    const message = `period ${standing.number} is due now, until ${moment(standing.reportUntil)} (${away(standing.reportUntil, now)})`;
    const isNear = standing.reportUntil - now <= warnBefore;
    return isNear
      ? bad("problem", "agreement", about, message, "upheld report, now")
      : bad("warning", "agreement", about, message, "upheld report --all, or let upheld keep run");
  }
  const stage = nameOf(STAGES, summary.state.stage);
  const next =
    standing.kind === "early" && standing.opens !== undefined
      ? `period ${standing.number ?? ""} is due from ${moment(standing.opens)} (${away(standing.opens, now)}) on`
      : `period ${summary.state.period} is ${stage}`;
  return ok("agreement", about, `genuine and active; ${next}`);
}
