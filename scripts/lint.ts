import { isAddress } from "ethers";
import type { Agreement } from "../src/chain/agreement.ts";
import { readAgreementFile, readText } from "../src/cli/file.ts";
import { agreementField, flagType } from "../src/cli/fields.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";
import { plural } from "../src/terms/format.ts";
import { lint, type Finding } from "../src/terms/lint.ts";

export default job({
  name: "lint",
  summary: "warn of unfair or careless terms, why they are, and what to write instead; exit code 1 if there are any",
  example: "upheld lint harbor.sla.yaml\nupheld lint harbor.sla.yaml --on-chain\nupheld lint 0x…",
  args: { agreement: agreementField },
  options: { onChain: ["", "also ask the chain whether oracle and arbiter are single keys", flagType] },
  needs: "chain",
  async run(context, { agreement: ref, onChain }) {
    const file = isAddress(ref) ? undefined : readAgreementFile(ref, { draft: true, now: context.output.io.now() });
    const agreement: Agreement | undefined = file === undefined ? await context.agreement(ref) : undefined;
    const terms = file?.terms ?? (agreement as Agreement).terms;
    const token = file?.token ?? (agreement as Agreement).token;
    const asks = onChain || file === undefined;
    const provider = asks ? (await context.chain(file?.network?.name)).provider : undefined;
    const codeAt = async (account: string) => (await provider?.getCode(account)) !== "0x";
    const hasCode = asks ? { oracle: await codeAt(terms.oracle), arbiter: await codeAt(terms.arbiter) } : undefined;
    const findings = lint(terms, { token, file, hasCode });
    const text = file === undefined ? undefined : readText(ref);
    const { bold, dim, red, yellow } = context.output.color;
    const told = ({ code, kind, key, what, why, instead }: Finding) => [
      `${(kind === "unfair" ? red : yellow)(kind)} ${bold(what)} ${dim(`[${code}${placeOf(lineOf(text, key))}]`)}`,
      `  why: ${why}`,
      `  instead: ${instead}`,
    ];
    return {
      data: {
        findings: findings.map((finding) => ({ ...finding, line: lineOf(text, finding.key) })),
        askedChain: asks,
        open: file?.open ?? [],
      },
      text: [
        ...findings.flatMap(told),
        findings.length === 0
          ? "Nothing unfair or careless was found."
          : `${plural(findings.length, "warning")}. They are yours to weigh: the contract takes these terms.`,
        ...(asks ? [] : ["Whether oracle and arbiter are single keys was not asked: --on-chain does."]),
      ],
      exitCode: findings.length === 0 ? EXIT.ok : EXIT.failed,
    };
  },
});

/** The line, from 1, that begins with `key`. */
function lineOf(text: string | undefined, key: string): number | undefined {
  const wanted = key.toLowerCase().replaceAll(/\s/g, "");
  const at = text?.split("\n").findIndex((line) => {
    const start = line
      .trim()
      .replace(/^- /, "")
      .toLowerCase()
      .replaceAll(/[\s"']/g, "");
    return start.startsWith(`${wanted}:`);
  });
  return at === undefined || at < 0 ? undefined : at + 1;
}

const placeOf = (line: number | undefined): string => (line === undefined ? "" : `, line ${line}`);
