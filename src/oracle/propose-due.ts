import { getAddress } from "ethers";
import type { BatchedReport } from "../chain/batch.ts";
import type { Factory } from "../chain/factory.ts";
import type { Keccak } from "../evidence/merkle.ts";
import { batched } from "./dispatch.ts";
import { inGroups, monitorOfDue } from "./groups.ts";
import type { Measure } from "./measure.ts";
import type { Watched } from "./portfolio.ts";
import { lookAt } from "./look.ts";
import { prepare } from "./prepare.ts";
import { factsOf, placeOf, settled, type Outcome, type Tell } from "./round.ts";

export interface ProposeOptions {
  readonly factory: Factory;
  readonly agreements: readonly Watched[];
  readonly measure: Measure;
  /** Where evidence is kept; undefined: a dry run. */
  readonly evidence: string | undefined;
  readonly atOnce: number;
  readonly month?: string | undefined;
  /** Whose reports these are. */
  readonly committee: string;
  /** What hashes the evidence; undefined: a slow one. */
  readonly keccak?: Keccak | undefined;
  readonly signal?: AbortSignal;
  readonly tell: Tell;
}

export interface Proposal {
  readonly outcomes: readonly Outcome[];
  readonly reports: readonly BatchedReport[];
  /** How many are due that another oracle reports. */
  readonly others: number;
}

/** Measures all that is due from the committee and keeps its evidence; signs nothing, sends nothing. */
export async function proposeDue(options: ProposeOptions): Promise<Proposal> {
  const { factory, agreements, measure, evidence, atOnce, month, committee, keccak, signal, tell } = options;
  const { standings } = await lookAt(agreements, { factory, month, signal });
  const due = standings.filter((one) => one.kind === "due");
  const ours = due.filter(({ oracle }) => getAddress(oracle) === committee);
  tell("looked", { agreements: agreements.length, due: ours.length });
  const prepared = await inGroups(ours, monitorOfDue, atOnce, async (one, readings) => {
    const result = await prepare(one, measure, evidence, signal, readings, keccak);
    tell(result.kind === "ready" ? "measured" : "not measured", { agreement: one.agreement.label });
    return { one, result };
  });
  const outcomes = new Map<Watched, Outcome>();
  for (const one of standings) if (one.kind !== "due") outcomes.set(one.agreement, settled(one));
  for (const { one, result } of prepared) {
    const kind = evidence === undefined ? "due" : "proposed";
    const outcome: Outcome =
      result.kind === "ready"
        ? { ...factsOf(result.ready), kind }
        : { ...placeOf(one), kind: "failed", problem: result.problem };
    outcomes.set(one.agreement, outcome);
  }
  return {
    outcomes: agreements.flatMap((agreement) => outcomes.get(agreement) ?? []),
    reports: prepared.flatMap(({ result }) => (result.kind === "ready" ? [batched(result.ready)] : [])),
    others: due.length - ours.length,
  };
}
