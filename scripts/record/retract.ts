import { agreementField } from "../../src/cli/fields.ts";
import { job } from "../../src/cli/job.ts";
import { openRecord, recordField } from "../../src/cli/recorded.ts";
import { entryNumber, entryOf } from "../../src/cli/saying.ts";
import { alreadyDone, keyOf } from "../../src/cli/seats.ts";

export default job({
  name: "record retract",
  summary: "take maintenance back before it begins, or advice before it is declined or accepted (provider)",
  example: "upheld record retract harbor.sla.yaml 1",
  args: { agreement: agreementField, entry: ["<entry>", "its number", entryNumber] },
  options: { record: recordField },
  async run(context, { agreement: ref, entry: number, record: named }) {
    const agreement = await context.agreement(ref);
    const record = await openRecord(context, agreement, named);
    const entry = entryOf(await record.read(), number);
    if ("retractedAt" in entry) return alreadyDone(`Entry ${number} is taken back already.`);
    return context.submit({
      need: keyOf("provider", await agreement.state()),
      wording: agreement.wording,
      transactions: () => [record.retract(number)],
    });
  },
});
