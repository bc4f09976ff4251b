import { dirname, resolve } from "node:path";
import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { measureFor } from "../src/cli/backtesting.ts";
import type { Context } from "../src/cli/context.ts";
import { examine, findingsData, findingsText, type Patient } from "../src/cli/doctoring.ts";
import { readAgreementFile, readText } from "../src/cli/file.ts";
import { givenSource, sourceOptions, type NamedSource } from "../src/cli/given-source.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { monitorServices } from "../src/cli/oracle.ts";
import { evidenceField } from "../src/cli/sources.ts";
import { Monitors } from "../src/monitors/open.ts";
import { readConfig, type OracleConfig } from "../src/oracle/config.ts";

export default job({
  name: "doctor",
  summary: "is everything there for the next report? Monitors, clocks, keys, gas, chain, each with what to do (oracle)",
  example:
    "upheld doctor oracle.yaml\nupheld doctor harbor.sla.yaml --prometheus http://127.0.0.1:9090 --query 'probe_success{job=\"harbor\"}'",
  args: {
    subject: [
      "[subject]",
      "an oracle's config, or one agreement: its *.sla.yaml or its address (default: oracle.yaml)",
      z.string().default("oracle.yaml"),
    ],
  },
  options: {
    ...sourceOptions,
    measure: [
      "<name>",
      "of one agreement: which measure that is for (default: the only one counted in time)",
      z.string().optional(),
    ],
    keystore: ["<file>", "of one agreement: the oracle's keystore (UPHELD_KEYSTORE)", z.string().optional()],
    evidence: [
      evidenceField.evidence[0],
      "of one agreement: where evidence files are kept (default: evidence)",
      z.string().optional(),
    ],
    days: ["<n>", "how many days of the monitor are looked at", z.coerce.number().int().min(1).max(31).default(7)],
  },
  needs: "chain",
  async run(context, { subject, days, measure, keystore, evidence, ...given }) {
    const named = givenSource(given);
    const isOnChain: boolean = isAddress(subject);
    const isConfig =
      !isOnChain && /^agreements\s*:/m.test(readText(subject, "Name an oracle's config, or an agreement."));
    if (isConfig && [named, measure, keystore, evidence].some((one) => one !== undefined)) {
      throw usage(
        "with a config the sources, keys and folders are the config's",
        "Name the agreement to look at another monitor.",
      );
    }
    const patient: Patient = isConfig
      ? {
          config: readConfig(subject),
          isConfig,
          days,
          monitors: monitorsOf(context, (name) => resolve(dirname(resolve(subject)), name)),
        }
      : {
          config: alone(subject, isOnChain, { measure, keystore, evidence, named }),
          isConfig,
          days,
          monitors: monitorsOf(context, named?.path ?? ((name) => resolve(name))),
        };
    const findings = await examine(context, patient);
    const isBad = findings.some(({ level }) => level === "problem");
    return {
      data: { subject, findings: findingsData(findings) },
      text: findingsText(findings, context.output.color),
      exitCode: isBad ? EXIT.failed : EXIT.ok,
    };
  },
});

const monitorsOf = (context: Context, path: (file: string) => string) => new Monitors(monitorServices(context), path);

interface Given {
  readonly measure: string | undefined;
  readonly keystore: string | undefined;
  readonly evidence: string | undefined;
  readonly named: NamedSource | undefined;
}

/** One agreement as a config would name it. */
function alone(ref: string, isOnChain: boolean, { measure, keystore, evidence, named }: Given): OracleConfig {
  const file = isOnChain ? undefined : readAgreementFile(ref, { draft: true });
  const name = file === undefined ? (measure ?? "1") : undefined;
  const place =
    name ?? (named === undefined || file === undefined ? "1" : String(measureFor(measure, file, new Set()) + 1));
  return {
    file: ref,
    network: file?.network,
    factory: undefined,
    keystores: keystore === undefined ? [] : [resolve(keystore)],
    passwordFile: undefined,
    kms: undefined,
    committee: undefined,
    record: undefined,
    evidence: resolve(evidence ?? "evidence"),
    atOnce: 4,
    highestGasPrice: undefined,
    settleBelow: undefined,
    warnBefore: 86_400n,
    tolerance: 0n,
    port: 9477,
    agreements: [
      {
        ref: isOnChain ? getAddress(ref) : resolve(ref),
        isFile: !isOnChain,
        sources: new Map(named === undefined ? [] : [[place, named.source]]),
        line: undefined,
      },
    ],
  };
}
