import { moment } from "../format.ts";
import type { Channel, Recipient, WatchRole } from "./config.ts";
import type { Deadline, Notice, Said } from "./notice.ts";
import type { AgreementState, Message } from "./store.ts";

const MOST_MESSAGES = 500;
const CALENDAR_KEEPS = 60n * 86_400n;

/** An agreement of which nothing is known yet. */
export function newState(agreement: string): AgreementState {
  return {
    version: 1,
    agreement,
    through: -1,
    logs: [],
    notices: {},
    messages: [],
    evidence: {},
    calendar: {},
  };
}

export interface JournalOptions {
  readonly label: string;
  readonly recipients: readonly Recipient[];
  /** UTC seconds, by the chain. */
  readonly now: bigint;
  /** ISO, by this computer: what messages are dated with. */
  readonly made: string;
  /** Nothing was known of the agreement before: what is over is not told. */
  readonly isFirst: boolean;
}

/**
 * Writes into `state` what is to be told: what is found for the first time, what is gone, and what says something else
 * than was told. Answers the messages that are new.
 */
export function takeNotices(state: AgreementState, notices: readonly Notice[], options: JournalOptions): Message[] {
  const { now, isFirst } = options;
  const fresh: Message[] = [];
  const found = new Map(notices.map((notice) => [notice.id, notice]));
  for (const notice of notices) {
    const known = state.notices[notice.id];
    if (known === undefined) {
      state.notices[notice.id] = { facts: [...notice.facts], stands: notice.stands, gone: false, turn: 0 };
      if (!isFirst || notice.until > now) fresh.push(messageOf(notice, 0, options));
      continue;
    }
    const isSame = known.facts.join("\n") === notice.facts.join("\n");
    if (!known.stands || (isSame && !known.gone)) continue;
    const before = lastMessage(state, notice.id);
    const wasGone = known.gone;
    Object.assign(known, { facts: [...notice.facts], gone: false, turn: known.turn + 1 });
    if (before === undefined) continue;
    const word = wasGone ? "Again" : "Corrected";
    const at = now > notice.at ? now : notice.at;
    fresh.push({ ...messageOf({ ...corrected(notice, before, word), at }, known.turn, options), corrects: before.id });
  }
  for (const [id, known] of Object.entries(state.notices)) {
    if (!known.stands || known.gone || found.has(id)) continue;
    const before = lastMessage(state, id);
    Object.assign(known, { gone: true, turn: known.turn + 1 });
    if (before === undefined || isUntold(before)) {
      // Nobody was told yet: there is nothing to correct.
      if (before !== undefined) state.messages = state.messages.filter((one) => one !== before);
      continue;
    }
    fresh.push(takenBack(before, known.turn, options));
  }
  state.messages = pruned([...state.messages, ...fresh]);
  return fresh;
}

const lastMessage = (state: AgreementState, notice: string): Message | undefined =>
  state.messages.findLast((message) => message.notice === notice);

const isUntold = ({ deliveries, corrects }: Message): boolean => {
  const all = Object.values(deliveries);
  return (
    corrects === undefined && all.length > 0 && all.every(({ tries, sentAt }) => tries === 0 && sentAt === undefined)
  );
};

function messageOf(notice: Notice, turn: number, { label, recipients, made }: JournalOptions): Message {
  const { id, topic, at, said } = notice;
  return {
    id: turn === 0 ? id : `${id}~${turn}`,
    notice: id,
    topic,
    at: String(at),
    made,
    said: Object.fromEntries(
      Object.entries(said).map(([role, { title, lines, tone }]) => [role, { title, lines: [...lines], tone }]),
    ),
    deliveries: deliveriesFor(notice, label, recipients),
  };
}

/** Who wants it: by role, agreement and topic. One that is named twice gets it once. */
function deliveriesFor(
  { topic, said }: Pick<Notice, "topic" | "said">,
  label: string,
  recipients: readonly Recipient[],
): Message["deliveries"] {
  const channels = recipients
    .filter((one) => wants(one, label, topic) && said[one.role] !== undefined)
    .flatMap((one) => one.channels);
  return Object.fromEntries(channels.map(({ key }) => [key, { tries: 0, nextAt: 0 }]));
}

/** Whether a recipient is told of an agreement's topic. */
export function wants({ only, about }: Recipient, label: string, topic: Message["topic"]): boolean {
  return (only === undefined || only.includes(label)) && about.includes(topic);
}

function corrected(notice: Notice, before: Message, word: string): Notice {
  const said = Object.entries(notice.said).map(([role, one]): [string, Said] => {
    const told = before.said[role as WatchRole]?.title;
    const lines = told === undefined ? one.lines : [`Told before: ${told}.`, ...one.lines];
    return [role, { ...one, title: `${word}: ${one.title}`, lines }];
  });
  return { ...notice, said: Object.fromEntries(said) };
}

/** To everybody who was told, and to nobody else. */
function takenBack(before: Message, turn: number, { now, made }: JournalOptions): Message {
  const said = Object.entries(before.said).map(([role, { title }]) => [
    role,
    {
      title: `Taken back: ${title}`,
      lines: [
        `The chain was reorganised: what was told of ${moment(BigInt(before.at))} is not in it any more.`,
        "Should it come again, you are told again.",
      ],
      tone: "bad",
    } satisfies Said,
  ]);
  return {
    id: `${before.notice}~${turn}`,
    notice: before.notice,
    topic: before.topic,
    at: String(now),
    made,
    corrects: before.id,
    said: Object.fromEntries(said) as Message["said"],
    deliveries: Object.fromEntries(Object.keys(before.deliveries).map((key) => [key, { tries: 0, nextAt: 0 }])),
  };
}

/** Old ones that everybody has may go: that they were told stays in `notices`. */
function pruned(messages: Message[]): Message[] {
  const over = messages.length - MOST_MESSAGES;
  return messages.filter((message, i) => i >= over || !isDelivered(message));
}

/** Whether everybody who was to get it has it. */
export function isDelivered({ deliveries }: Message): boolean {
  return Object.values(deliveries).every(({ sentAt }) => sentAt !== undefined);
}

/** Channels that are not in the config any more are waited for no longer. */
export function forgetChannels(state: AgreementState, channels: ReadonlyMap<string, Channel>): void {
  for (const message of state.messages) {
    for (const [key, { sentAt }] of Object.entries(message.deliveries)) {
      if (sentAt === undefined && !channels.has(key)) Reflect.deleteProperty(message.deliveries, key);
    }
  }
}

/** Takes deadlines into the calendar. One that moves keeps its name; one that is off is cancelled, not forgotten. */
export function takeDeadlines(state: AgreementState, deadlines: readonly Deadline[], now: bigint): void {
  const seen = new Set<string>();
  for (const { id, time, isTentative, said } of deadlines) {
    // What a calendar had already may be exact now: the first of a name is the nearer one.
    if (seen.has(id)) continue;
    seen.add(id);
    const plain = Object.fromEntries(
      Object.entries(said).map(([role, { title, lines }]) => [role, { title, lines: [...lines] }]),
    );
    const known = state.calendar[id];
    const next = { time: String(time), isTentative, isCancelled: false, said: plain };
    if (known !== undefined && JSON.stringify(contentOf(known)) === JSON.stringify(next)) continue;
    state.calendar[id] = { ...next, stamp: String(now), sequence: known === undefined ? 0 : known.sequence + 1 };
  }
  for (const [id, entry] of Object.entries(state.calendar)) {
    const time = BigInt(entry.time);
    if (time + CALENDAR_KEEPS < now) Reflect.deleteProperty(state.calendar, id);
    else if (!seen.has(id) && time > now && !entry.isCancelled) {
      state.calendar[id] = { ...entry, isCancelled: true, stamp: String(now), sequence: entry.sequence + 1 };
    }
  }
}

const contentOf = ({ time, isTentative, isCancelled, said }: AgreementState["calendar"][string]) => ({
  time,
  isTentative,
  isCancelled,
  said,
});
