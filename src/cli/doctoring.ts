import { getAddress } from "ethers";
import type { Chain } from "../chain/connect.ts";
import { Committee } from "../committee/committee.ts";
import { checkAgreements, type Opened } from "../doctor/agreements.ts";
import { checkEvidence } from "../doctor/evidence.ts";
import { fromProblem, inOrder, ok, type Check, type Finding } from "../doctor/finding.ts";
import { judgeGas } from "../doctor/gas.ts";
import { judgeInterval } from "../doctor/interval.ts";
import { checkKeys, judgeDuties, type CommitteeSeats } from "../doctor/keys.ts";
import { checkSource, type Examined } from "../doctor/monitor.ts";
import { checkNodes } from "../doctor/nodes.ts";
import type { Policy } from "../measure/policy.ts";
import type { Monitors } from "../monitors/open.ts";
import type { OracleConfig, ServedAgreement } from "../oracle/config.ts";
import { problemOf } from "../oracle/prepare.ts";
import { together } from "../oracle/together.ts";
import { plural } from "../terms/format.ts";
import type { Terms } from "../terms/types.ts";
import type { Context } from "./context.ts";
import { readAgreementFile } from "./file.ts";
import { factoryOf } from "./oracle.ts";
import { nonEmpty, wantedChain } from "./settings.ts";

/** What is to be examined. */
export interface Patient {
  readonly config: OracleConfig;
  /** An agreement alone need not say where its measures are read. */
  readonly isConfig: boolean;
  readonly monitors: Monitors;
  readonly days: number;
}

/** Looks at everything that a report needs. Throws only when aborted, or by a defect. */
export async function examine(context: Context, patient: Patient): Promise<Finding[]> {
  const { output } = context;
  const { config, isConfig } = patient;
  const evidence = checkEvidence(config.evidence);
  const onChain = await output.during("Asking the chain", examineChain(context, patient));
  const examined = examinedOf(config, onChain.opened);
  const around = {
    monitors: patient.monitors,
    now: () => Date.now() / 1000 + (Number(output.io.now()) - Math.floor(Date.now() / 1000)),
    days: patient.days,
    signal: output.io.signal,
  };
  const sources = await output.during(
    "Asking the monitors",
    together(examined.read, config.atOnce, (one) => checkSource(one, around)),
  );
  const unread = isConfig
    ? []
    : examined.unread.flatMap(({ about, terms, indicator, policy }) =>
        judgeInterval(about, terms, indicator, policy, policy.slot),
      );
  return [...onChain.findings, ...sources.flat(), ...unread, ...(await evidence)];
}

interface OnChain {
  readonly opened: readonly Opened[];
  readonly findings: readonly Finding[];
}

async function examineChain(context: Context, patient: Patient): Promise<OnChain> {
  const { config, isConfig } = patient;
  const { io } = context.output;
  const findings: Finding[] = [];
  const found = async <T>(check: Check, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      io.signal.throwIfAborted();
      findings.push(fromProblem(check, "", problemOf(error)));
      return undefined;
    }
  };
  const nodes = await found("chain", async () => {
    const { rpc, network } = wantedChain(context.options, io.env, config.network?.name);
    return checkNodes(rpc, network?.name === "local" ? undefined : network, io.now());
  });
  findings.push(...(nodes ?? []));
  if (nodes === undefined || nodes.every(({ check, level }) => check === "chain" && level === "problem"))
    return { opened: [], findings };
  const chain = await found("chain", () => context.chain(config.network?.name));
  if (chain === undefined) return { opened: [], findings };
  const factory = await found("chain", () => factoryOf(context, chain, config));
  if (factory === undefined) return { opened: [], findings };

  const looked = await found("agreement", async () => checkAgreements(config, factory, await context.now(), isConfig));
  findings.push(...(looked?.findings ?? []));
  const opened = looked?.opened ?? [];
  const keys = await found("key", async () =>
    checkKeys({ ...keysOf(context, patient), held: await heldBy(chain, opened) }),
  );
  findings.push(...(keys?.findings ?? []));
  const accounts = keys?.accounts ?? [];
  const committee = await found("key", () => committeeOf(chain, config.committee));
  const isRunning = ({ standing }: Opened) => standing.kind !== "over" && standing.kind !== "failed";
  const running = opened.filter(isRunning);
  const duties = running.map(({ agreement, summary }) => ({
    label: agreement.label,
    oracle: getAddress(summary?.state.oracle ?? agreement.terms.oracle),
    provider: agreement.terms.provider,
    client: agreement.terms.client,
  }));
  const judged = judgeDuties(accounts, duties, committee);
  findings.push(...judged);
  if (accounts.length > 0 && running.length > 0 && judged.every(({ level }) => level === "ok")) {
    findings.push(ok("key", "", "it can report for every agreement"));
  }
  const [account] = accounts;
  if (account !== undefined && running.length > 0) {
    const gas = await found("gas", async () => {
      const [balance, { gasPrice }] = await Promise.all([
        chain.provider.getBalance(account),
        chain.provider.getFeeData(),
      ]);
      return judgeGas(
        { account, balance, price: gasPrice ?? 0n, highest: config.highestGasPrice },
        running.map(({ agreement }) => agreement.terms),
      );
    });
    findings.push(...(gas ?? []));
  }
  return { opened, findings };
}

/** As the job finds them: for a config the environment goes before it, for one agreement what is named goes first. */
function keysOf(context: Context, { config, isConfig }: Patient) {
  const { env } = context.output.io;
  const named = nonEmpty(env["UPHELD_KEYSTORE"]);
  const isNamed = named !== undefined && (isConfig || config.keystores.length === 0);
  const passwordFile = nonEmpty(env["UPHELD_PASSWORD_FILE"]);
  return isNamed
    ? { keystores: [named], passwordFile, kms: undefined }
    : { keystores: config.keystores, passwordFile: config.passwordFile ?? passwordFile, kms: config.kms };
}

/** On a local chain its node signs for the first agreement's oracle, if it has the key. */
async function heldBy({ isLocal, provider }: Chain, opened: readonly Opened[]): Promise<string[]> {
  if (!isLocal) return [];
  const held = ((await provider.send("eth_accounts", [])) as string[]).map(getAddress);
  const [first] = opened;
  const oracle =
    first === undefined ? undefined : getAddress(first.summary?.state.oracle ?? first.agreement.terms.oracle);
  return held.toSorted((a, b) => Number(b === oracle) - Number(a === oracle)).slice(0, 1);
}

async function committeeOf(
  { provider, network }: Chain,
  address: string | undefined,
): Promise<CommitteeSeats | undefined> {
  if (address === undefined) return undefined;
  const { seats } = await Committee.at(provider, network.chainId, address);
  return { address, members: seats.members.map((member) => getAddress(member)), threshold: seats.threshold };
}

interface Unread {
  readonly about: string;
  readonly terms: Terms;
  readonly indicator: number;
  readonly policy: Policy;
}

/** Every measure that is read somewhere, and those with a policy that are not. Files are known without the chain too. */
function examinedOf(config: OracleConfig, opened: readonly Opened[]): { read: Examined[]; unread: Unread[] } {
  const read: Examined[] = [];
  const unread: Unread[] = [];
  for (const served of config.agreements) {
    const one = opened.find(({ agreement }) => agreement.served === served);
    const known = one === undefined ? fromFile(served) : { ...one.agreement, label: one.agreement.label };
    if (known === undefined) continue;
    known.terms.indicators.forEach((indicator, i) => {
      const name = known.names[i];
      const source =
        (name === undefined ? undefined : served.sources.get(name)) ?? served.sources.get(String(indicator.id));
      const policy = known.policies[i];
      const measure = {
        about: `${known.label}, ${name ?? `measure ${indicator.id}`}`,
        terms: known.terms,
        indicator: i,
        ticketRule: known.ticketRules[i],
      };
      if (source !== undefined) read.push({ ...measure, policy, source, period: periodOf(one) });
      else if (policy !== undefined) unread.push({ ...measure, policy });
    });
  }
  return { read, unread };
}

/** The chain is not asked; what is wrong with the file was told where it was opened. */
function fromFile({ ref, isFile }: ServedAgreement) {
  if (!isFile) return undefined;
  try {
    const { terms, service, measures } = readAgreementFile(ref, { draft: true });
    return {
      label: service,
      terms,
      names: measures.map(({ name }) => name),
      policies: measures.map(({ policy }) => policy),
      ticketRules: measures.map(({ tickets }) => tickets),
    };
  } catch {
    return undefined;
  }
}

function periodOf(one: Opened | undefined): Examined["period"] {
  if (one?.summary === undefined || !["due", "early", "there"].includes(one.standing.kind)) return undefined;
  const { periodStart: start, periodEnd: end, state, phase } = one.summary;
  if (phase !== 2n || end <= start) return undefined;
  return { number: state.period, start, end, isDue: one.standing.kind === "due" };
}

const MARKS = { problem: "✗", warning: "!", ok: "✓" } as const;

/** Bad news first, each with what to do. */
export function findingsText(
  findings: readonly Finding[],
  { red, yellow, green, dim }: Context["output"]["color"],
): string[] {
  const colors = { problem: red, warning: yellow, ok: green };
  const lines = inOrder(findings).flatMap(({ level, check, message, hint, of }) => {
    const about = of.filter((each) => each !== "");
    const named = about.slice(0, 3).join("; ") + (about.length > 3 ? ` and ${about.length - 3} more` : "");
    return [
      `${colors[level](MARKS[level])} ${check.padEnd(9)}  ${named === "" ? "" : `${named}: `}${message}`,
      ...(hint === undefined ? [] : [dim(`             ${hint}`)]),
    ];
  });
  const count = (level: Finding["level"]) => inOrder(findings).filter((one) => one.level === level).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  return [
    ...lines,
    "",
    problems + warnings === 0 ? "All is well." : `${plural(problems, "problem")}, ${plural(warnings, "warning")}.`,
  ];
}

/** For `--json`: the same order. */
export const findingsData = (findings: readonly Finding[]) =>
  inOrder(findings).map(({ level, check, of, message, hint }) => ({
    level,
    check,
    about: of.filter((each) => each !== ""),
    message,
    hint,
  }));
