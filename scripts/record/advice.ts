import { z } from "zod";
import { ANSWERS, type Answer } from "../../src/chain/enums.ts";
import { agreementField } from "../../src/cli/fields.ts";
import { job, usage } from "../../src/cli/job.ts";
import { openRecord, textField } from "../../src/cli/recorded.ts";
import { entryNumber, entryOf, recordFields, say } from "../../src/cli/saying.ts";
import { alreadyDone, keyOf } from "../../src/cli/seats.ts";
import { NOTHING_SAID } from "../../src/record/events.ts";
import { standingAnswer, type Journal } from "../../src/record/journal.ts";

const advice = job({
  name: "record advice",
  summary: "give the client advice, which waits for an answer (provider)",
  example: 'upheld record advice harbor.sla.yaml --text "Switch multi-factor sign-in on"',
  args: { agreement: agreementField },
  options: { text: textField, ...recordFields },
  async run(context, { agreement: ref, text, evidence, record }) {
    return say(context, {
      ref,
      evidence,
      record,
      said: { what: "advice", text },
      by: "provider",
      isSame: (entry) => entry.what === "advice" && entry.retractedAt === undefined,
      call: (to, commitment) => to.advise(commitment),
    });
  },
});

const answer = job({
  name: "record answer",
  summary: "answer advice: later, declined or accepted; a decline may still become an acceptance (client)",
  example:
    'upheld record answer harbor.sla.yaml 3 accepted\nupheld record answer harbor.sla.yaml 3 declined --text "Not before the audit"',
  args: {
    agreement: agreementField,
    entry: ["<entry>", "the advice, by its number", entryNumber],
    answer: [
      "<answer>",
      "later, declined or accepted",
      z.enum(ANSWERS.filter((each): each is Answer => each !== "none")),
    ],
  },
  options: { text: [textField[0], textField[1], textField[2].optional()], ...recordFields },
  async run(context, { agreement: ref, entry: number, answer: given, text, evidence, record: named }) {
    const agreement = await context.agreement(ref);
    const record = await openRecord(context, agreement, named);
    const journal = await record.read();
    const standing = adviceOf(journal, number);
    if (standing === given) return alreadyDone(`Advice ${number} is ${given} already.`);
    if (text !== undefined) {
      return say(context, {
        ref,
        evidence,
        record: named,
        said: { what: "advice", text },
        by: "client",
        isSame: () => false,
        call: (to, commitment) => to.answer(number, given, commitment),
      });
    }
    return context.submit({
      need: keyOf("client", await agreement.state()),
      wording: agreement.wording,
      transactions: () => [record.answer(number, given, NOTHING_SAID)],
    });
  },
});

function adviceOf(journal: Journal, number: number): Answer | undefined {
  const entry = entryOf(journal, number);
  if (entry.what !== "advice") throw usage(`entry ${number} is no advice`, "`upheld record list` shows the entries.");
  return standingAnswer(entry);
}

export default [advice, answer];
