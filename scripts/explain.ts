import { z } from "zod";
import { readAgreementFile } from "../src/cli/file.ts";
import { job } from "../src/cli/job.ts";
import { renderExplanation } from "../src/terms/explain-text.ts";
import { explain } from "../src/terms/explain.ts";

export default job({
  name: "explain",
  summary: "say in plain English what an agreement's file means, with worked figures and dates",
  example: "upheld explain harbor.sla.yaml",
  args: { file: ["<file>", "the agreement's *.sla.yaml; a draft will do", z.string()] },
  needs: "nothing",
  run(context, { file: path }) {
    const file = readAgreementFile(path, { draft: true, now: context.output.io.now() });
    const explanation = explain(file);
    const { start, end, deal, tables, dates, leaving, powers, warnings } = explanation;
    const missing = file.open.length === 0 ? [] : [`This is a draft; open are ${file.open.join(", ")}.`];
    return Promise.resolve({
      data: { service: file.service, start, end, deal, tables, dates, leaving, powers, warnings, open: file.open },
      text: [renderExplanation(explanation).trimEnd(), ...missing],
    });
  },
});
