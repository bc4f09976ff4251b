import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { DOCUMENTS, type DocumentKind } from "../../src/chain/enums.ts";
import { agreementField } from "../../src/cli/fields.ts";
import { job, usage } from "../../src/cli/job.ts";
import { textField } from "../../src/cli/recorded.ts";
import { recordFields, say } from "../../src/cli/saying.ts";
import { asField } from "../../src/cli/seats.ts";
import { fingerprint } from "../../src/record/texts.ts";

export default job({
  name: "record document",
  summary: "file a document: a commitment to its bytes and its name (provider, client)",
  example: "upheld record document harbor.sla.yaml review.pdf --kind report --as provider",
  args: { agreement: agreementField, file: ["<file>", "the document", z.string()] },
  options: {
    kind: [
      "<kind>",
      "notice, report, minutes, certificate or other",
      z.enum(DOCUMENTS.filter((each): each is DocumentKind => each !== "none")),
    ],
    text: [textField[0], "what it is", textField[2].default("")],
    as: asField,
    ...recordFields,
  },
  async run(context, { agreement: ref, file, kind, text, as, evidence, record }) {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch {
      throw usage(`the file "${file}" cannot be read`);
    }
    return say(context, {
      ref,
      evidence,
      record,
      said: { what: "document", text, document: { name: basename(file), sha256: fingerprint(bytes) } },
      by: { seat: as },
      isSame: (entry) => entry.what === "document" && entry.kind === kind && (as === undefined || entry.seat === as),
      call: (to, commitment) => to.file(kind, commitment),
    });
  },
});
