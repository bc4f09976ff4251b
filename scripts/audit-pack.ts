import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isAddress } from "ethers";
import { z } from "zod";
import { agreementField } from "../src/cli/fields.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";
import { recordAtHand } from "../src/cli/recorded.ts";
import { evidenceField } from "../src/cli/sources.ts";
import { bytesOf, FORMATS, writeWhole } from "../src/cli/stating.ts";
import { auditPack } from "../src/cli/auditing.ts";
import { readBooks } from "../src/statement/books.ts";
import { together } from "../src/statement/client.ts";
import type { Statement } from "../src/statement/statement.ts";
import { plural } from "../src/terms/format.ts";

export default job({
  name: "audit-pack",
  summary: "a year as one ZIP for an auditor: terms, reports, evidence, statements, verdict, and the hash of each",
  example: "upheld audit-pack harbor.sla.yaml --year 2025\nupheld audit-pack 0x… --year 2025 --out books/2025.zip",
  args: { agreement: agreementField },
  options: {
    ...evidenceField,
    year: ["<year>", "the calendar year, UTC", z.coerce.number("not a year like 2025").int().min(2015).max(2200)],
    out: ["<file>", "the ZIP (default: audit-<year>-<agreement>.zip)", z.string().optional()],
  },
  needs: "chain",
  async run(context, { agreement: ref, evidence: folder, year, out }) {
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const isFile = !isAddress(ref);
    const file = isFile ? readAgreementFile(ref) : undefined;
    const write = async (statement: Statement) => {
      const client = together(network, [statement]);
      return Promise.all(
        FORMATS.map(async (each) => [`${client.fileName}.${each}`, await bytesOf(client, each)] as const),
      );
    };
    const books = await readBooks(agreement, () => context.now());
    const record = await recordAtHand(context, agreement, undefined);
    const options = { file, measures: file?.measures ?? [], chainId: network.chainId, folder, record };
    const agreementFile = isFile ? readFileSync(ref) : undefined;
    const work = auditPack({ year, network, books, options, agreementFile, write });
    const { zip, files, verification, missing, statements } = await context.output.during("Packing the year", work);
    const path = out ?? `audit-${year}-${agreement.address.slice(2, 10).toUpperCase()}.zip`;
    const written = await writeWhole(dirname(path), basename(path), zip);
    const { difference } = verification;
    const { green, red, yellow } = context.output.color;
    const open = statements.filter((statement) => statement.open.length > 0).map(({ month }) => month.name);
    return {
      data: { file: written, agrees: difference === undefined, difference, missing, provisional: open, files },
      text: [
        difference === undefined
          ? `${green("✓")} Recomputed from the chain and the evidence: all agrees.`
          : `${red("✗")} MISMATCH at ${difference.place}: ${difference.message}`,
        ...missing.map((name) => `${yellow("!")} not at hand: ${name}`),
        ...(open.length === 0 ? [] : [`${yellow("!")} still provisional: ${open.join(", ")}`]),
        `${written.path}: ${plural(files.length, "file")}, ${plural(statements.length, "month")}, ${written.outcome === "same" ? "there already, the same to the byte" : "written"}`,
        ...(isFile ? ["It holds the agreement's file, which is private: give it to nobody but your auditor."] : []),
      ],
      exitCode: difference === undefined ? EXIT.ok : EXIT.failed,
    };
  },
});
