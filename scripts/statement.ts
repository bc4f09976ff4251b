import { z } from "zod";
import { addressType } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { recordFields } from "../src/cli/saying.ts";
import { stateAll } from "../src/cli/stating-all.ts";
import { findClientStatement, leftOutText } from "../src/cli/stating-found.ts";
import { FORMATS, OUTCOMES, readClientStatement, sortNamed, statementText, writeFormats } from "../src/cli/stating.ts";
import { dataOf } from "../src/statement/data.ts";

export default job({
  name: "statement",
  summary: "a month for the books, bad news first: opening, in, fee, credit, paid out, closing, summed to the unit",
  example:
    "upheld statement harbor.sla.yaml 2025-10\nupheld statement ci.sla.yaml mail.sla.yaml 2025-10 --out books --format pdf,csv\nupheld statement 2025-10 --client 0x… --network base\nupheld statement clients/*.sla.yaml 2025-10 --provider 0x… --out books/2025-10",
  args: {
    named: [
      "<agreement...>",
      "the month, 2025-10, and a client's agreements, by address or file; with --client or --provider files only, or none",
      z.array(z.string()),
    ],
  },
  options: {
    client: ["<address>", "all agreements of this client that had the month, on one statement", addressType.optional()],
    provider: [
      "<address>",
      "a statement for each client of this provider; with --client: only agreements with this provider",
      addressType.optional(),
    ],
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
  async run(context, { named, client: whose, provider, evidence, record, out, format }) {
    const isFound = whose !== undefined || provider !== undefined;
    const { agreements, month } = sortNamed(named, isFound);
    const wanted = { month, evidence, record };
    if (whose === undefined && provider !== undefined) {
      return stateAll(context, provider, agreements, { ...wanted, out, format });
    }
    const { client, leftOut } = isFound
      ? await findClientStatement(context, { client: whose, provider }, agreements, wanted)
      : {
          client: await context.output.during("Reading the chain", readClientStatement(context, agreements, wanted)),
          leftOut: [],
        };
    const written = await writeFormats(client, out, format);
    return {
      data: { ...dataOf(client), files: written, ...(isFound ? { leftOut } : {}) },
      text: [
        ...statementText(client),
        "",
        ...leftOutText(leftOut),
        ...written.map(({ path, outcome }) => `${path}: ${OUTCOMES[outcome]}`),
      ],
    };
  },
});
