import { verifyAgreement } from "../src/chain/verify.ts";
import { agreementField } from "../src/cli/fields.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";
import { openRecord, recordField } from "../src/cli/recorded.ts";
import { evidenceField } from "../src/cli/sources.ts";
import { monthData, monthText } from "../src/cli/verifying.ts";
import { needsRecord } from "../src/record/check.ts";
import { rulesOf } from "../src/record/measuring.ts";
import { plural } from "../src/terms/format.ts";

export default job({
  name: "verify",
  summary:
    "recompute terms, counts, credits and money from the chain and the evidence files; names the first thing that differs",
  example: "upheld verify harbor.sla.yaml --evidence evidence\nupheld verify 0x…",
  args: { agreement: agreementField },
  options: { ...evidenceField, record: recordField },
  needs: "chain",
  async run(context, { agreement: ref, evidence: folder, record: named }) {
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const measures = context.measures(ref);
    const rules = rulesOf(measures);
    const { policies, disclosures } = rules;
    const record = needsRecord(rules)
      ? { disclosures, journal: await (await openRecord(context, agreement, named)).read() }
      : undefined;
    const options = { chainId: network.chainId, folder, policies, ...(record === undefined ? {} : { record }) };
    const work = verifyAgreement(agreement, options);
    const verification = await context.output.during("Recomputing", work);
    const { termsHash, months, resolved, files, missing, difference } = verification;
    const { green, red, yellow } = context.output.color;
    const names = measures.map(({ name }) => name);
    const isOwnPolicy = months.some((month) =>
      month.measures.some(({ grade }, i) => grade === "samples" && policies[i] === undefined),
    );
    return {
      data: {
        agrees: difference === undefined,
        difference,
        termsHash,
        files,
        missing,
        periods: months.map((month) => monthData(month, agreement.token)),
      },
      text: [
        `Terms ${termsHash}: as the agreement says`,
        ...months.flatMap((month) => monthText(month, agreement.token, names)),
        ...missing.map((path) => `${yellow("!")} no file ${path}: its counts could not be recomputed`),
        ...(isOwnPolicy ? [`${yellow("!")} samples counted by the evidence's own policy: ${whyOwn(measures)}`] : []),
        difference === undefined
          ? `${green("✓")} All agrees: ${plural(resolved.length, "period")}, ${plural(files, "evidence file")}, every unit accounted for.`
          : `${red("✗")} MISMATCH at ${difference.place}: ${difference.message}`,
      ],
      exitCode: difference === undefined ? EXIT.ok : EXIT.failed,
    };
  },
});

const whyOwn = (measures: readonly unknown[]): string =>
  measures.length === 0 ? "name the agreement's file to hold it to what was agreed" : "the agreement's file fixes none";
