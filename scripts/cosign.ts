import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Agreement } from "../src/chain/agreement.ts";
import { countsText } from "../src/chain/calls.ts";
import { addressType, countType } from "../src/cli/fields.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { toJson } from "../src/cli/output.ts";
import { gatherWithRecord } from "../src/cli/recorded.ts";
import { evidenceField, sourceFields } from "../src/cli/sources.ts";
import { evidenceInput } from "../src/cli/swear.ts";
import { batchText, keyOf, readBatch, withSignature, type BatchFile } from "../src/committee/batch-file.ts";
import { Committee } from "../src/committee/committee.ts";
import { replaceFile } from "../src/committee/files.ts";
import { reasonAgainst } from "../src/committee/own-review.ts";
import { requireSame } from "../src/committee/propose.ts";
import { checkSignatures, requireSigned } from "../src/committee/signatures.ts";

export default job({
  name: "cosign",
  summary: "measure a proposed batch by your own monitor, and sign it or say why not (committee member)",
  example:
    "upheld cosign october.batch.json harbor.sla.yaml --outages mine.csv --tolerance 120 --keystore keys/member.json\n" +
    "upheld cosign october.batch.json harbor.sla.yaml --outages mine.csv --dry-run",
  args: {
    batch: ["<batch>", "the batch file", z.string()],
    agreement: ["[agreement]", "the agreement it reports, for its measures' names", z.string().optional()],
  },
  options: {
    ...sourceFields,
    ...evidenceField,
    tolerance: [
      "<units>",
      "how far each count may be from yours, as the members agreed (default: 0)",
      countType.default(0n),
    ],
    signer: ["<address>", "with --signature: the member it is of, a Safe for example", addressType.optional()],
    signature: ["<hex>", "one that was made elsewhere, of what --dry-run prints", z.string().toLowerCase().optional()],
  },
  async run(context, { batch: file, agreement: ref, evidence: folder, tolerance, signer, signature, ...given }) {
    const batch = await readBatch(file);
    if (context.options.calldata) throw usage("nothing is sent here", "--dry-run prints what would be signed.");
    if ((signer === undefined) !== (signature === undefined)) throw usage("--signer and --signature go together");
    const { provider, network } = await context.chain();
    const committee = await Committee.at(provider, network.chainId, batch.committee);
    requireSame(batch, committee, file);
    const what = committee.batchToSign(batch.reports);

    if (signer === undefined || signature === undefined) {
      const factory = await context.factory();
      const only = onlyAgreement(batch);
      const agreement = await Agreement.at(factory, only);
      if (ref !== undefined && (await context.agreement(ref)).address !== agreement.address) {
        throw usage(`the batch reports ${agreement.address}, not the agreement that you named`);
      }
      const reviewer = {
        chainId: network.chainId,
        committee: committee.address,
        folder,
        tolerance,
        random: randomBytes,
        measure: async (one: Agreement, number: bigint) => {
          const period = { number, ...(await one.period(number)) };
          const gathered = await gatherWithRecord(context, one, ref ?? one.address, period, given);
          return evidenceInput(context, one, period, 0n, "oracle", gathered);
        },
      };
      const objections: { report: string; reason: string }[] = [];
      for (const report of batch.reports) {
        const reason = await context.output.during("Measuring", reasonAgainst(reviewer, agreement, report));
        if (reason !== undefined) objections.push({ report: keyOf(report), reason });
      }
      if (objections.length > 0) {
        const { red } = context.output.color;
        return {
          data: { signed: false, objections },
          text: ["Not signed:", ...objections.map(({ report, reason }) => `  ${red("✗")} ${report}: ${reason}`)],
          exitCode: EXIT.failed,
        };
      }
    }
    if (context.options.dryRun) return typedData(batch, what);

    const made =
      signer === undefined || signature === undefined
        ? await committee.sign(what, await context.signer({ who: "a member", accounts: committee.seats.members }))
        : { signer, signature };
    await requireSigned(committee, what, made);
    const signed = withSignature(batch, made);
    await replaceFile(file, batchText(signed));
    const { good, missing } = await checkSignatures(committee, what, signed.signatures);
    const left = committee.seats.threshold - good.length;
    const { green } = context.output.color;
    return {
      data: {
        signed: true,
        signer: made.signer,
        digest: what.digest,
        signatures: good.length,
        needed: Math.max(0, left),
      },
      text: [
        `${green("✓")} ${made.signer} signed ${batch.reports.length === 1 ? "the report" : `${batch.reports.length} reports`}.`,
        left > 0
          ? `${left} more must sign, of ${missing.join(", ")}: hand the file on.`
          : "That is enough: anyone may now run `upheld deliver` with this file.",
      ],
    };
  },
});

/** Several agreements need several sources, which a command line cannot sort out. */
function onlyAgreement({ reports }: BatchFile): string {
  const [first, ...others] = new Set(reports.map(({ agreement }) => agreement));
  if (first !== undefined && others.length === 0) return first;
  throw usage(
    `the batch reports ${others.length + 1} agreements, and one command line measures one`,
    "Propose one batch for each agreement.",
  );
}

/** What a wallet, a hardware key or a Safe signs in this program's place. */
function typedData(batch: BatchFile, { domain, types, value, digest }: ReturnType<Committee["batchToSign"]>) {
  const data = { domain, types, primaryType: "Batch", message: value, digest };
  return {
    data: { dryRun: true, ...data },
    text: [
      "Nothing was signed. I agree with:",
      ...batch.reports.map((report) => `  ${keyOf(report)}: ${countsText(report.measurements)}`),
      "What a member signs (EIP-712):",
      toJson(data),
    ],
  };
}
