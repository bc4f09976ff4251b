import { z } from "zod";
import { countsText } from "../src/chain/calls.ts";
import type { Context } from "../src/cli/context.ts";
import { addressType, countType } from "../src/cli/fields.ts";
import { EXIT, type Result } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { memberKeys, openOracle } from "../src/cli/oracle.ts";
import { toJson } from "../src/cli/output.ts";
import { objectionText, reviewMany, reviewOne } from "../src/cli/reviewing.ts";
import { configuredEvidence, sourceFields, type GivenSources } from "../src/cli/sources.ts";
import { batchText, keyOf, readBatch, withSignature, type BatchFile } from "../src/committee/batch-file.ts";
import { Committee } from "../src/committee/committee.ts";
import { replaceFile } from "../src/committee/files.ts";
import { propose, requireSame } from "../src/committee/propose.ts";
import type { Objection } from "../src/committee/review.ts";
import { checkSignatures, requireSigned } from "../src/committee/signatures.ts";

export default job({
  name: "cosign",
  summary: "measure a proposed batch by your own monitor, and sign it or say why not (committee member)",
  example:
    "upheld cosign october.batch.json harbor.sla.yaml --outages mine.csv --tolerance 120 --keystore keys/member.json\n" +
    "upheld cosign october.batch.json harbor.sla.yaml --outages mine.csv --dry-run\n" +
    "upheld cosign october.batch.json --config oracle.yaml --keystore keys/member.json",
  args: {
    batch: ["<batch>", "the batch file", z.string()],
    agreement: ["[agreement]", "the agreement it reports, for its measures' names", z.string().optional()],
  },
  options: {
    ...sourceFields,
    config: ["<file>", "measure by this oracle's config, any number of agreements", z.string().optional()],
    split: [
      "<file>",
      "with --config: move what you refuse to this batch, unsigned, and sign the rest",
      z.string().optional(),
    ],
    ...configuredEvidence,
    tolerance: [
      "<units>",
      "how far each count may be from yours, as the members agreed (default: the config's for seconds, else 0)",
      countType.optional(),
    ],
    signer: ["<address>", "with --signature: the member it is of, a Safe for example", addressType.optional()],
    signature: ["<hex>", "one that was made elsewhere, of what --dry-run prints", z.string().toLowerCase().optional()],
  },
  async run(context, given) {
    const { batch: file, agreement: ref, config, split, evidence, tolerance, signer, signature, ...sources } = given;
    let batch = await readBatch(file);
    if (context.options.calldata) throw usage("nothing is sent here", "--dry-run prints what would be signed.");
    if ((signer === undefined) !== (signature === undefined)) throw usage("--signer and --signature go together");
    if (config !== undefined) refuseBesideConfig(ref, sources, signer);
    if (split !== undefined && config === undefined) throw usage("--split needs --config");
    // The config may name the chain, so it is opened before one is asked.
    const oracle = config === undefined ? undefined : await openOracle(context, config);
    const { provider, network } = await context.chain();
    const committee = await Committee.at(provider, network.chainId, batch.committee);
    requireSame(batch, committee, file);

    let refused: readonly Objection[] = [];
    if (signer === undefined || signature === undefined) {
      const options = { committee, evidence, tolerance };
      refused =
        oracle === undefined
          ? await reviewOne(context, batch, ref, sources, options)
          : await reviewMany(context, batch, oracle, options);
      const isAll = refused.length === batch.reports.length;
      if (refused.length > 0 && (split === undefined || isAll)) return notSigned(context, batch, refused);
      if (refused.length > 0 && split !== undefined) {
        const rest = without(batch, refused);
        if (context.options.dryRun) return typedData(rest, committee.batchToSign(rest.reports), refused);
        // What is refused is in its own file before it leaves this one: a kill between loses nothing.
        await propose(
          split,
          committee,
          refused.map(({ report }) => report),
        );
        await replaceFile(file, batchText(rest));
        batch = rest;
      }
    }
    const what = committee.batchToSign(batch.reports);
    if (context.options.dryRun) return typedData(batch, what, refused);

    const made =
      signer === undefined || signature === undefined
        ? await Promise.all((await memberKeys(context, oracle, committee)).map((key) => committee.sign(what, key)))
        : [{ signer, signature }];
    for (const one of made) await requireSigned(committee, what, one);
    const signed = made.reduce(withSignature, batch);
    await replaceFile(file, batchText(signed));
    const { good, missing } = await checkSignatures(committee, what, signed.signatures);
    const left = committee.seats.threshold - good.length;
    const { green } = context.output.color;
    return {
      data: {
        signed: true,
        signer: made[0]?.signer,
        signers: made.map((one) => one.signer),
        digest: what.digest,
        signatures: good.length,
        needed: Math.max(0, left),
        ...(split === undefined ? {} : { split: refused.length === 0 ? undefined : split, ...objectionsData(refused) }),
      },
      text: [
        ...(refused.length === 0 ? [] : [`Left out, into ${split ?? ""}:`, ...refusedText(context, refused)]),
        `${green("✓")} ${made.map((one) => one.signer).join(" and ")} signed ${batch.reports.length === 1 ? "the report" : `${batch.reports.length} reports`}.`,
        left > 0
          ? `${left} more must sign, of ${missing.join(", ")}: hand the file on.`
          : "That is enough: anyone may now run `upheld deliver` with this file.",
      ],
      // Somebody has to look at what was left out.
      exitCode: refused.length === 0 ? EXIT.ok : EXIT.failed,
    };
  },
});

function notSigned(context: Context, { reports }: BatchFile, refused: readonly Objection[]): Result {
  const of = reports.length > 1 ? `, ${refused.length} of ${reports.length} reports are refused` : "";
  return {
    data: { signed: false, ...objectionsData(refused) },
    text: [`Not signed${of}:`, ...refusedText(context, refused)],
    exitCode: refused.every(({ retry }) => retry === true) ? EXIT.retry : EXIT.failed,
  };
}

const objectionsData = (refused: readonly Objection[]) => ({
  objections: refused.map(({ report, reason }) => ({ report: keyOf(report), reason })),
});

const refusedText = ({ output }: Context, refused: readonly Objection[]): string[] =>
  refused.map((one) => `  ${output.color.red("✗")} ${objectionText(one)}`);

/** Another list than was signed before: the signatures go. */
function without(batch: BatchFile, refused: readonly Objection[]): BatchFile {
  const out = new Set(refused.map(({ report }) => report));
  return { ...batch, reports: batch.reports.filter((report) => !out.has(report)), signatures: [] };
}

function refuseBesideConfig(ref: string | undefined, given: GivenSources, signer: string | undefined): void {
  if (signer !== undefined)
    throw usage("--signature was made elsewhere: nothing is measured here", "Leave --config out.");
  const isGiven = [given.outages, given.exclusions, given.counts].some((list) => list.length > 0);
  if (ref !== undefined || isGiven) {
    throw usage("with --config agreements and sources are the config's", "Leave --config out, or all of them.");
  }
}

/** What a wallet, a hardware key or a Safe signs in this program's place. */
function typedData(
  batch: BatchFile,
  { domain, types, value, digest }: ReturnType<Committee["batchToSign"]>,
  refused: readonly Objection[],
) {
  const data = { domain, types, primaryType: "Batch", message: value, digest };
  return {
    data: { dryRun: true, ...data, ...(refused.length === 0 ? {} : objectionsData(refused)) },
    text: [
      ...(refused.length === 0 ? [] : ["I would leave out:", ...refused.map((one) => `  ${objectionText(one)}`)]),
      "Nothing was signed. I agree with:",
      ...batch.reports.map((report) => `  ${keyOf(report)}: ${countsText(report.measurements)}`),
      "What a member signs (EIP-712):",
      toJson(data),
    ],
  };
}
