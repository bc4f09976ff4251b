import { agreementField, timeType } from "../../src/cli/fields.ts";
import { job, usage } from "../../src/cli/job.ts";
import { textField } from "../../src/cli/recorded.ts";
import { entryNumber, recordFields, say } from "../../src/cli/saying.ts";
import type { RecordEntry } from "../../src/record/journal.ts";

export default job({
  name: "record incident",
  summary: "tell the client of an incident, tell more about it, or that it is over (provider)",
  example:
    'upheld record incident harbor.sla.yaml --began 2025-10-09T14:45Z --text "Mail is down; we are on it"\nupheld record incident harbor.sla.yaml --update 2 --text "A disk is full"\nupheld record incident harbor.sla.yaml --resolve 2 --ended 2025-10-09T15:30Z --text "There is room again"',
  args: { agreement: agreementField },
  options: {
    began: ["<time>", "a new one: when it began, UTC", timeType.optional()],
    update: ["<entry>", "tell more about the incident of this number", entryNumber.optional()],
    resolve: ["<entry>", "the incident of this number is over", entryNumber.optional()],
    ended: ["<time>", "with --resolve: when it ended, UTC", timeType.optional()],
    text: textField,
    ...recordFields,
  },
  async run(context, { agreement: ref, began, update, resolve, ended, text, evidence, record }) {
    const said = { what: "incident", text } as const;
    const ways = [began, update, resolve].filter((way) => way !== undefined).length;
    if (ways !== 1) throw usage("say --began for a new incident, or --update or --resolve with its number");
    if ((resolve === undefined) !== (ended === undefined)) throw usage("--resolve and --ended go together");
    const spoken = { ref, evidence, record, said, by: "provider" } as const;
    if (began !== undefined) {
      return say(context, {
        ...spoken,
        isSame: (entry) => entry.what === "incident" && entry.began === began,
        call: (to, commitment) => to.disclose(began, commitment),
      });
    }
    const number = update ?? resolve ?? 0;
    return say(context, {
      ...spoken,
      isSame: (entry) => entry.number === number && (ended === undefined || isOver(entry)),
      call: (to, commitment) =>
        ended === undefined ? to.update(number, commitment) : to.resolve(number, ended, commitment),
    });
  },
});

const isOver = (entry: RecordEntry): boolean => entry.what === "incident" && entry.resolved !== undefined;
