import { z } from "zod";
import { job } from "../src/cli/job.ts";
import { recordFields } from "../src/cli/saying.ts";
import {
  bytesOf,
  FORMATS,
  readClientStatement,
  sortNamed,
  statementText,
  writeWhole,
  type Written,
} from "../src/cli/stating.ts";
import { dataOf } from "../src/statement/data.ts";

export default job({
  name: "statement",
  summary: "a month for the books, bad news first: opening, in, fee, credit, paid out, closing, summed to the unit",
  example:
    "upheld statement harbor.sla.yaml 2025-10\nupheld statement ci.sla.yaml mail.sla.yaml 2025-10 --out books --format pdf,csv",
  args: {
    named: [
      "<agreement...>",
      "one or more of a client's agreements, by address or file, and the month: 2025-10",
      z.array(z.string()),
    ],
  },
  options: {
    ...recordFields,
    out: ["<folder>", "where the files are written (default: statements)", z.string().default("statements")],
    format: [
      "<formats>",
      "which of html,pdf,csv,json are written, or none (default: all)",
      z
        .string()
        .default(FORMATS.join(","))
        .transform((text) => (text === "none" ? [] : text.split(",")))
        .pipe(z.array(z.enum(FORMATS, `not one of ${FORMATS.join(", ")}, none`))),
    ],
  },
  needs: "chain",
  async run(context, { named, evidence, record, out, format }) {
    const { agreements, month } = sortNamed(named);
    const work = readClientStatement(context, agreements, month, evidence, record);
    const client = await context.output.during("Reading the chain", work);
    const written: Written[] = [];
    for (const each of format)
      written.push(await writeWhole(out, `${client.fileName}.${each}`, await bytesOf(client, each)));
    const words = {
      new: "written",
      replaced: "written anew: its content changed",
      same: "there already, the same to the byte",
    };
    return {
      data: { ...dataOf(client), files: written },
      text: [...statementText(client), "", ...written.map(({ path, outcome }) => `${path}: ${words[outcome]}`)],
    };
  },
});
