import { agreementField, flagType, timeType } from "../../src/cli/fields.ts";
import { job } from "../../src/cli/job.ts";
import { textField } from "../../src/cli/recorded.ts";
import { recordFields, say } from "../../src/cli/saying.ts";
import { away } from "../../src/format.ts";

export default job({
  name: "record maintenance",
  summary: "announce maintenance to the client (provider)",
  example:
    'upheld record maintenance harbor.sla.yaml --from 2025-11-22T22:00Z --until 2025-11-22T23:00Z --text "Database upgrade"\nupheld record maintenance harbor.sla.yaml --emergency --from 2025-11-22T22:00Z --until 2025-11-22T23:00Z --text "A disk fails"',
  args: { agreement: agreementField },
  options: {
    from: ["<time>", "its start, UTC", timeType],
    until: ["<time>", "its end, UTC", timeType],
    emergency: ["", "it cannot wait: may be announced until it ends", flagType],
    text: textField,
    ...recordFields,
  },
  async run(context, { agreement: ref, from, until, emergency, text, evidence, record }) {
    const kind = emergency ? "emergency" : "planned";
    const now = await context.now();
    const said = await say(context, {
      ref,
      evidence,
      record,
      said: { what: "maintenance", text },
      by: "provider",
      isSame: (entry) =>
        entry.what === "maintenance" &&
        entry.kind === kind &&
        entry.start === from &&
        entry.end === until &&
        entry.retractedAt === undefined,
      call: (to, commitment) => to.announce(kind, { start: from, end: until }, commitment),
    });
    const when = `It ${from > now ? "begins" : "began"} ${away(from, now)}.`;
    return said.data["done"] === true ? said : { ...said, text: [...said.text, when] };
  },
});
