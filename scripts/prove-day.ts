import { existsSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { job, usage } from "../src/cli/job.ts";
import { readEvidence } from "../src/evidence/files.ts";
import { proveDay } from "../src/evidence/proof.ts";
import { verifyEvidence } from "../src/evidence/verify.ts";
import { UpheldError } from "../src/errors.ts";

export default job({
  name: "prove-day",
  summary: "show one day of an evidence file, with the proof that it was sworn, and nothing of the others",
  example: "upheld prove-day evidence/8453/0x…/2025-10.r0.json.gz 2025-10-09 9-october.json",
  args: {
    file: ["<file>", "the evidence file, *.json.gz", z.string()],
    day: ["<day>", "2025-10-09", z.string()],
    proof: ["<proof>", "the file to write; it goes to whoever is shown the day", z.string()],
  },
  needs: "nothing",
  async run(_context, { file, day, proof: path }) {
    const evidence = await readEvidence(file);
    const damage = verifyEvidence(evidence);
    if (damage !== undefined) {
      throw new UpheldError({
        code: "evidence.damaged",
        message: `the evidence file is damaged: ${damage.place}: ${damage.message}`,
        hint: "a proof from it would convince nobody; restore it from a copy",
        file,
      });
    }
    const proof = proveDay(evidence, day);
    if (existsSync(path)) throw usage(`the file "${path}" is there already`, "Name another one.");
    writeFileSync(path, `${JSON.stringify(proof, undefined, 2)}\n`);
    return {
      data: { file: path, day, leaf: proof.leaf, root: proof.root },
      text: [`${path} shows ${day}, leaf ${proof.leaf} of ${proof.root}; check it with \`upheld verify-day\`.`],
    };
  },
});
