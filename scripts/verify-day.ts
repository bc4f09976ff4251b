import { z } from "zod";
import { verifyShownDay } from "../src/chain/shown.ts";
import { agreementField } from "../src/cli/fields.ts";
import { readText } from "../src/cli/file.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { parseLeafProof } from "../src/evidence/proof.ts";

export default job({
  name: "verify-day",
  summary: "was this day sworn? Checks what `prove-day` wrote against the chain, without the evidence file",
  example: "upheld verify-day harbor.sla.yaml 9-october.json",
  args: { agreement: agreementField, proof: ["<proof>", "what `prove-day` wrote", z.string()] },
  needs: "chain",
  async run(context, { agreement: ref, proof: path }) {
    const proof = parseLeafProof(jsonIn(path), path);
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const { day, isReplaced, difference } = await verifyShownDay(agreement, network.chainId, proof, path);
    const { green, red, yellow } = context.output.color;
    const { date, author, period, revision, leaf, facts } = day;
    return {
      data: { agrees: difference === undefined, difference, isReplaced, ...day },
      text: [
        ...(facts.length === 0 ? ["  nothing: no sample, no outage, no exclusion"] : facts.map((fact) => `  ${fact}`)),
        ...(isReplaced ? [`${yellow("!")} a later revision replaced this report`] : []),
        difference === undefined
          ? `${green("✓")} This is what the ${author} swore of ${date}: period ${period}, revision ${revision}, leaf ${leaf}.`
          : `${red("✗")} MISMATCH at ${difference.place}: ${difference.message}`,
      ],
      exitCode: difference === undefined ? EXIT.ok : EXIT.failed,
    };
  },
});

function jsonIn(path: string): unknown {
  const hint = "Name what `upheld prove-day` wrote.";
  const text = readText(path, hint);
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`the file "${path}" is not JSON`, hint);
  }
}
