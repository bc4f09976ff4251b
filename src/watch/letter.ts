import { createHash } from "node:crypto";
import type { Message } from "./store.ts";
import type { WatchRole } from "./config.ts";
import type { Said } from "./notice.ts";

/** Something to be sent to one reader. The same letter always has the same id. */
export interface Letter {
  /** Stable, and without meaning: for names that others see. */
  readonly id: string;
  /** Of the letter that this one corrects. */
  readonly corrects: string | undefined;
  /** ISO time. */
  readonly made: string;
  readonly subject: string;
  readonly items: readonly LetterItem[];
}

export interface LetterItem {
  readonly agreement: string;
  readonly label: string;
  /** The notice's message: `report/3/0`. */
  readonly message: string;
  /** By the chain; UTC seconds. */
  readonly at: string;
  readonly said: Said;
}

/** A message as one role reads it, with its agreement. */
export interface Addressed {
  readonly agreement: string;
  readonly label: string;
  readonly message: Message;
}

const TONES = ["bad", "act", "plain"] as const;

/** Bad news first, then what has to be done; the older before the newer. */
export function byUrgency(role: WatchRole) {
  const rank = ({ message }: Addressed) => TONES.indexOf(message.said[role]?.tone ?? "plain");
  return (a: Addressed, b: Addressed): number =>
    rank(a) - rank(b) || Number(BigInt(a.message.at) - BigInt(b.message.at));
}

/** One message as a letter. `chain` tells chains apart. */
export function letterOf(one: Addressed, role: WatchRole, chain: string, channel: string): Letter {
  const { message, label } = one;
  const id = (of: string) => nameOf(chain, one.agreement, of, channel);
  return {
    id: id(message.id),
    corrects: message.corrects === undefined ? undefined : id(message.corrects),
    made: message.made,
    subject: `${label}: ${message.said[role]?.title ?? ""}`,
    items: [itemOf(one, role)],
  };
}

/** Several at once, in the order given. */
export function digestOf(all: readonly Addressed[], role: WatchRole, id: string, made: string): Letter {
  const bad = all.filter(({ message }) => message.said[role]?.tone === "bad").length;
  const act = all.filter(({ message }) => message.said[role]?.tone === "act").length;
  const parts = [
    ...(bad === 0 ? [] : [`${bad} bad news`]),
    ...(act === 0 ? [] : [`${act} to act on`]),
    `${all.length} in all`,
  ];
  const subject = `Upheld: ${parts.join(", ")}`;
  return { id, corrects: undefined, made, subject, items: all.map((one) => itemOf(one, role)) };
}

function itemOf({ agreement, label, message }: Addressed, role: WatchRole): LetterItem {
  const said = message.said[role] ?? { title: "", lines: [], tone: "plain" };
  return { agreement, label, message: message.id, at: message.at, said };
}

/** What a person reads, without any mark-up. */
export function letterText({ items }: Letter, network: string): string {
  const parts = items.map(({ agreement, label, message, said }) =>
    [
      `${label}: ${said.title}`,
      "",
      ...said.lines.map((line) => (line.startsWith("upheld ") ? `    ${line}` : line)),
      "",
      `Agreement ${agreement} on ${network}, notice ${message}`,
      "",
    ].join("\n"),
  );
  return parts.join(`${"-".repeat(60)}\n\n`);
}

/** Short, stable, and without meaning. */
export function nameOf(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}
