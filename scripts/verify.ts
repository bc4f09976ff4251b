import { verifyAgreement } from "../src/chain/verify.ts";
import { agreementField } from "../src/cli/fields.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";
import { evidenceField } from "../src/cli/sources.ts";
import { plainMoney } from "../src/format.ts";
import { formatAmount } from "../src/terms/format.ts";

export default job({
  name: "verify",
  summary:
    "recompute counts, credits and money from the chain and the evidence files; names the first thing that differs",
  example: "upheld verify harbor.sla.yaml --evidence evidence",
  args: { agreement: agreementField },
  options: evidenceField,
  needs: "chain",
  async run(context, { agreement: ref, evidence: folder }) {
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const work = verifyAgreement(agreement, network.chainId, folder);
    const { resolved, files, missing, difference } = await context.output.during("Recomputing", work);
    const { decimals } = agreement.token;
    const { green, red, yellow } = context.output.color;
    const lines = resolved.map(
      ({ period, credit, earned }) =>
        `  period ${String(period).padStart(3)}   provider ${formatAmount(earned, decimals).padStart(12)}   client ${formatAmount(credit, decimals).padStart(12)}`,
    );
    const verdict =
      difference === undefined
        ? [`${green("✓")} All agrees: ${resolved.length} periods, ${files} evidence files, every unit accounted for.`]
        : [`${red("✗")} MISMATCH at ${difference.place}: ${difference.message}`];
    const unseen = missing.map((path) => `${yellow("!")} no file ${path}: its counts could not be recomputed`);
    return {
      data: {
        agrees: difference === undefined,
        difference,
        files,
        missing,
        periods: resolved.map(({ period, credit, earned, fromBond }) => ({
          period,
          credit: plainMoney(credit, decimals),
          earned: plainMoney(earned, decimals),
          fromBond: plainMoney(fromBond, decimals),
        })),
      },
      text: [...lines, ...unseen, ...verdict],
      exitCode: difference === undefined ? EXIT.ok : EXIT.failed,
    };
  },
});
