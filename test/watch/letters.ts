/** Letters and what they are made of, as told. */
import type { Letter, LetterItem, Addressed } from "../../src/watch/letter.ts";
import type { Said } from "../../src/watch/notice.ts";
import type { Message } from "../../src/watch/store.ts";
import { ADDRESS } from "./told.ts";

export const MADE = "2030-02-01T00:00:00.000Z";

export const said = (title: string, tone: Said["tone"] = "plain", lines: readonly string[] = ["one"]) => ({
  ...{ title, lines: [...lines], tone },
});

export const message = (id: string, changes: Partial<Message> = {}): Message => ({
  ...{ id, notice: id, topic: "reports", at: "1896220800", made: MADE, deliveries: {} },
  said: { client: said(`title of ${id}`) },
  ...changes,
});

export const addressed = (of: Message, changes: Partial<Addressed> = {}): Addressed => ({
  ...{ agreement: ADDRESS, label: "Harbor", message: of },
  ...changes,
});

export const item = (changes: Partial<LetterItem> = {}): LetterItem => ({
  ...{ agreement: ADDRESS, label: "Harbor", message: "report/0/0", at: "1896220800" },
  said: said("it is <so> & *so*", "bad", ["one_line", "upheld status <x>"]),
  ...changes,
});

export const letter = (changes: Partial<Letter> = {}): Letter => ({
  ...{ id: "id-1", corrects: undefined, made: MADE, subject: "Harbor: it is <so> & *so*", items: [item()] },
  ...changes,
});
