import { UpheldError } from "../errors.ts";
import type { Secret } from "../monitors/secret.ts";
import type { Hook } from "./config.ts";
import type { Letter, LetterItem } from "./letter.ts";
import { readSecret } from "./secret.ts";

export interface HookOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly network: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Slack shows no longer text in one block, and no more blocks in one message. */
const SLACK_TEXT = 2_900;
const SLACK_BLOCKS = 45;
/** Teams takes 28 kB in all. */
const TEAMS_ITEMS = 40;

/**
 * Posts a letter to a webhook. Its address is never named: whoever has it may write there. Throws `hook.unreachable`,
 * which concerns every letter, `hook.refused`, and `watch.secret`.
 */
export async function post(kind: Hook, letter: Letter, address: Secret, options: HookOptions): Promise<void> {
  const url = addressOf(readSecret(address, options.environment));
  const late = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal,
      headers: { "content-type": "application/json", "idempotency-key": letter.id },
      body: JSON.stringify(BODIES[kind](letter, options.network)),
    });
    await response.body?.cancel();
  } catch {
    options.signal?.throwIfAborted();
    const why = late.aborted ? "does not answer in time" : "cannot be reached";
    throw failed("unreachable", `The webhook at ${url.host} ${why}.`, "It is tried again.");
  }
  if (response.ok) return;
  const isPassing = response.status === 429 || response.status >= 500;
  throw failed(
    isPassing ? "unreachable" : "refused",
    `The webhook at ${url.host} answers with status ${response.status}.`,
    isPassing ? "It is tried again." : "Its address may have been withdrawn: make a new one where it came from.",
  );
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (url !== undefined && isSafe) return url;
  throw new UpheldError({
    code: "watch.secret",
    message: "The webhook's address is not an https address.",
    hint: "Put the whole address there, alone on one line.",
  });
}

const BODIES: Readonly<Record<Hook, (letter: Letter, network: string) => unknown>> = {
  webhook: (letter, network) => ({
    id: letter.id,
    corrects: letter.corrects ?? null,
    made: letter.made,
    subject: letter.subject,
    notices: letter.items.map(({ agreement, label, message, at, said }) => ({
      notice: message,
      agreement,
      network,
      service: label,
      at: new Date(Number(at) * 1000).toISOString(),
      ...said,
    })),
  }),

  slack: (letter, network) => ({
    text: escaped(letter.subject),
    blocks: letter.items
      .slice(0, SLACK_BLOCKS)
      .flatMap((item) => [
        { type: "section", text: { type: "mrkdwn", text: slackText(item).slice(0, SLACK_TEXT) } },
        ...(letter.items.length > 1
          ? []
          : [{ type: "context", elements: [{ type: "mrkdwn", text: escaped(footer(item, network)) }] }]),
      ]),
  }),

  teams: (letter, network) => ({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: letter.items.slice(0, TEAMS_ITEMS).flatMap((item) => [
            {
              type: "TextBlock",
              weight: "Bolder",
              wrap: true,
              color: COLORS[item.said.tone],
              text: plain(`${item.label}: ${item.said.title}`),
            },
            ...item.said.lines.map((line) => ({ type: "TextBlock", wrap: true, spacing: "None", text: plain(line) })),
            { type: "TextBlock", isSubtle: true, size: "Small", wrap: true, text: footer(item, network) },
          ]),
        },
      },
    ],
  }),
};

const COLORS = { bad: "Attention", act: "Warning", plain: "Default" } as const;

const slackText = ({ label, said }: LetterItem): string =>
  [
    `*${escaped(`${label}: ${said.title}`)}*`,
    ...said.lines.map((line) => (line.startsWith("upheld ") ? `\`${escaped(line)}\`` : escaped(line))),
  ].join("\n");

const footer = ({ agreement, message }: LetterItem, network: string): string =>
  `${agreement} on ${network}, notice ${message}`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Cards read some Markdown: what an agreement's file says is no mark-up. */
const plain = (text: string): string => text.replaceAll(/([\\*_[\]`])/g, "\\$1");

const failed = (code: string, message: string, hint: string): UpheldError =>
  new UpheldError({ code: `hook.${code}`, message, hint, retry: true });
