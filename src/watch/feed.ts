import XMLBuilder from "fast-xml-builder";
import type { WatchRole } from "./config.ts";
import { nameOf, type Addressed } from "./letter.ts";

export interface FeedOptions {
  readonly role: WatchRole;
  readonly chainId: bigint;
  readonly network: string;
}

const MOST_ENTRIES = 200;

/**
 * An Atom feed of what one role was told, the newest first. A notice is one entry under one id for ever: what was
 * corrected or taken back is the same entry with another text.
 */
export function atomFeed(all: readonly Addressed[], { role, chainId, network }: FeedOptions): string {
  const latest = new Map<string, Addressed>();
  const first = new Map<string, string>();
  for (const one of all) {
    const key = `${one.agreement}/${one.message.notice}`;
    if (one.message.said[role] === undefined) continue;
    if (!first.has(key)) first.set(key, one.message.at);
    latest.set(key, one);
  }
  const entries = [...latest]
    .toSorted(([, a], [, b]) => Number(BigInt(b.message.at) - BigInt(a.message.at)))
    .slice(0, MOST_ENTRIES)
    .map(([key, { agreement, label, message }]) => {
      const said = message.said[role];
      const lines = [...(said?.lines ?? []), `Agreement ${agreement} on ${network}, notice ${message.id}`];
      return {
        id: urn(String(chainId), key),
        title: text(`${label}: ${said?.title ?? ""}`),
        published: iso(first.get(key) ?? message.at),
        updated: iso(message.at),
        category: [{ "@_term": message.topic }, { "@_term": said?.tone ?? "plain" }],
        content: text(lines.join("\n")),
      };
    });
  const updated =
    entries
      .map((entry) => entry.updated)
      .toSorted()
      .at(-1) ?? iso("0");
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  return builder.build({
    "?xml": { "@_version": "1.0", "@_encoding": "utf-8" },
    feed: {
      "@_xmlns": "http://www.w3.org/2005/Atom",
      id: urn(String(chainId), "feed", role),
      title: text(`Upheld, for the ${role}`),
      updated,
      author: { name: "upheld watch" },
      generator: "upheld",
      entry: entries,
    },
  });
}

const text = (value: string) => ({ "@_type": "text", "#text": printable(value) });

/** XML 1.0 has no way to write control characters. */
const printable = (value: string): string =>
  value.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, " ");

const iso = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");

/** A UUID of the name's hash: the same on every machine. */
function urn(...parts: readonly string[]): string {
  const hex = nameOf("atom", ...parts);
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-")}`;
}
