import { isAddress } from "ethers";
import { basename } from "node:path";
import { z } from "zod";
import { comparisonData, comparisonText, worthText } from "../src/cli/comparing.ts";
import type { Context } from "../src/cli/context.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import { job, usage } from "../src/cli/job.ts";
import { compareAccounts } from "../src/evidence/compare.ts";
import { readSecond, readSound } from "../src/evidence/second.ts";
import { UpheldError } from "../src/errors.ts";
import { periodOf } from "../src/terms/calendar.ts";
import { worthOf } from "../src/terms/worth.ts";

export default job({
  name: "compare",
  summary:
    "set a second monitor against the evidence: which minutes differ, and what that is worth by the agreed table",
  example:
    "upheld compare harbor.sla.yaml evidence/8453/0x…/2025-10.r0.json.gz my-probes.csv\nupheld compare 0x… oracle.json.gz mine.json.gz",
  args: {
    agreement: ["<agreement>", "its *.sla.yaml (then no chain is asked), or its address", z.string()],
    evidence: ["<evidence>", "the report's evidence file, *.json.gz", z.string()],
    second: ["<second>", "a CSV of outages, start,end in UTC, or a second evidence file", z.string()],
  },
  options: {
    measure: ["<name>", "the measure that the CSV is about (default: all counted in seconds)", z.string().optional()],
  },
  needs: "chain",
  async run(context, { agreement: ref, evidence: firstPath, second: secondPath, measure }) {
    const { terms, token, measures } = await termsOf(context, ref);
    const { evidence, input: first } = await readSound(firstPath);
    const period = periodOf(terms, evidence.period, first.period.end);
    const indicators = terms.indicators.map(({ id }) => id);
    const listed = first.indicators.map(({ indicator }) => indicator.id);
    if (
      period.start !== first.period.start ||
      period.end !== first.period.end ||
      String(indicators) !== String(listed)
    ) {
      throw new UpheldError({
        code: "compare.other-agreement",
        message: `the evidence is of period ${evidence.period} of another agreement: its dates or measures are not those of ${ref}`,
        hint: "name the agreement that the evidence is about",
        file: firstPath,
      });
    }
    const second = await readSecond(secondPath, first, indicatorNamed(measure, measures, indicators));
    const comparisons = compareAccounts(first, second, first.period);
    const countsOf = (which: "first" | "second") => comparisons.map((one) => one[which]);
    const worth = worthOf(terms, period, countsOf("first"), countsOf("second"));
    const named = { first: basename(firstPath), second: basename(secondPath), indicators: terms.indicators, measures };
    return {
      data: { period: evidence.period, ...comparisonData(comparisons, worth, token) },
      text: [
        ...comparisonText(comparisons, named),
        worthText(worth, comparisons, period.fee, named, token),
        ...(worth.claimant === undefined || worth.refused.length > 0
          ? []
          : [`Within the window: upheld dispute ${ref} --as ${worth.claimant} --from ${secondPath}`]),
        ...second.notes.map(({ message }) => `note: ${message}`),
      ],
    };
  },
});

/** An address is asked of its chain; a file says all that is needed. */
async function termsOf(context: Context, ref: string) {
  if (isAddress(ref)) {
    const { terms, token } = await context.agreement(ref);
    return { terms, token, measures: [] };
  }
  const { terms, token, measures } = readAgreementFile(ref);
  return { terms, token, measures: measures.map(({ name }) => name) };
}

function indicatorNamed(
  name: string | undefined,
  measures: readonly string[],
  ids: readonly number[],
): number | undefined {
  if (name === undefined) return undefined;
  const at = measures.includes(name) ? measures.indexOf(name) : ids.findIndex((id) => String(id) === name);
  if (at >= 0) return ids[at];
  throw usage(`there is no measure "${name}"`, `It has ${(measures.length > 0 ? measures : ids).join(", ")}.`);
}
