import { Agreement } from "../src/chain/agreement.ts";
import type { BatchedReport } from "../src/chain/batch.ts";
import type { SentTransaction } from "../src/chain/transaction.ts";
import { needs } from "../src/cli/context.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";
import { keyOf, readBatch } from "../src/committee/batch-file.ts";
import { Committee } from "../src/committee/committee.ts";
import { standingOf } from "../src/committee/deliver.ts";
import { entriesForDelivery, gasForDelivery } from "../src/committee/gas.ts";
import { requireSame } from "../src/committee/propose.ts";
import { checkSignatures, requireQuorum } from "../src/committee/signatures.ts";
import { chunks } from "../src/oracle/portfolio.ts";
import { together } from "../src/oracle/together.ts";
import { z } from "zod";

const LOOKS_AT_ONCE = 16;

export default job({
  name: "deliver",
  summary: "deliver a batch that enough members signed; safe to run again, anyone may",
  example: "upheld deliver october.batch.json --keystore keys/anyone.json",
  args: { batch: ["<batch>", "the batch file", z.string()] },
  async run(context, { batch: file }) {
    const batch = await readBatch(file);
    const { provider, network } = await context.chain();
    const committee = await Committee.at(provider, network.chainId, batch.committee);
    requireSame(batch, committee, file);
    const what = committee.batchToSign(batch.reports);
    const checked = await checkSignatures(committee, what, batch.signatures);
    requireQuorum(committee, checked);
    for (const { signer, reason } of checked.bad) context.output.note(`left out: ${signer} ${reason}`);

    const factory = await context.factory();
    const look = async (report: BatchedReport) => {
      const agreement = await Agreement.at(factory, report.agreement);
      return { report, standing: await standingOf(agreement, committee.address, report) };
    };
    const lookAtAll = () =>
      context.output.during("Looking at the agreements", together(batch.reports, LOOKS_AT_ONCE, look));

    const floor = await committee.gasFloor();
    const signed = batch.reports.length;
    const blockGas = (await provider.getBlock("latest"))?.gasLimit ?? 0n;
    const size = entriesForDelivery(floor, blockGas, signed);
    const delivery = (part: readonly BatchedReport[]) => ({
      ...committee.deliver(batch.reports, part, checked.good),
      leastGas: gasForDelivery(floor, part.length, signed),
    });

    const sent: SentTransaction[] = [];
    const text: string[] = [];
    // What failed in the first round is tried once more, if the chain would take it now.
    for (let round = 0; round < 2; ++round) {
      const open = (await lookAtAll()).filter(({ standing }) => standing.kind === "open").map(({ report }) => report);
      if (open.length === 0) break;
      for (const part of chunks(open, size)) {
        const submitted = await context.submit({
          need: needs.anyone,
          transactions: () => [delivery(part)],
        });
        text.push(...submitted.text);
        sent.push(...submitted.sent);
        if (context.options.dryRun || context.options.calldata) return submitted;
      }
    }
    const after = await lookAtAll();
    const left = after.filter(({ standing }) => standing.kind !== "there");
    const reasonOf = ({ standing }: (typeof after)[0]) =>
      standing.kind === "refused" ? standing.reason : "Its agreement did not take it, and would now.";
    const { green, red } = context.output.color;
    return {
      data: {
        digest: what.digest,
        transactions: sent,
        reports: after.map((one) => ({
          ...one.report,
          taken: one.standing.kind === "there",
          ...(one.standing.kind === "there" ? {} : { reason: reasonOf(one) }),
        })),
      },
      text: [
        ...text,
        `${after.length - left.length} of ${after.length} reports are in the chain.`,
        ...after.map((one) =>
          one.standing.kind === "there"
            ? `  ${green("✓")} ${keyOf(one.report)}`
            : `  ${red("✗")} ${keyOf(one.report)}: ${reasonOf(one)}`,
        ),
      ],
      exitCode: left.length === 0 ? EXIT.ok : EXIT.failed,
    };
  },
});
