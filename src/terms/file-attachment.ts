import type { Fields } from "./fields.ts";
import { WordError } from "./words.ts";
import type { Section } from "./yaml.ts";

/** Another document the agreement file stands on, named by its own hash. */
export interface Attachment {
  readonly file: string;
  readonly sha256: string;
}

/** What `key` names. `field` is broken when a part of it is wrong. */
export function readAttachment(root: Section, key: string, fields: Fields, field: string): Attachment | undefined {
  const section = root.section(key);
  if (section === undefined) return undefined;
  const file = fields.required(section, "file", field, "", (text) => text);
  const hash = fields.required(section, "sha256", field, "", (text) => {
    if (/^[0-9a-f]{64}$/.test(text)) return text;
    throw new WordError(`"${text}" is not a SHA-256.`, `Write the 64 digits that "sha256sum" prints for the file.`);
  });
  section.finish(["file", "sha256"]);
  return { file, sha256: hash };
}
