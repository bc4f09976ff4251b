import { UpheldError } from "../errors.ts";
import { chunks } from "../oracle/portfolio.ts";
import { problemOf } from "../oracle/prepare.ts";
import type { Tell } from "../oracle/round.ts";
import { together } from "../oracle/together.ts";
import type { Channel, WatchRole } from "./config.ts";
import { post } from "./hooks.ts";
import { byUrgency, digestOf, letterOf, nameOf, type Addressed, type Letter } from "./letter.ts";
import type { Mailer } from "./mail.ts";
import type { AgreementState, Delivery, Envelope, Store } from "./store.ts";

/** An agreement's state, and what it is called. */
export interface Kept {
  readonly label: string;
  readonly state: AgreementState;
}

export interface DeliverOptions {
  readonly store: Store;
  readonly chainId: bigint;
  readonly network: string;
  /** By key. */
  readonly channels: ReadonlyMap<string, { readonly channel: Channel; readonly role: WatchRole }>;
  readonly mailer: Mailer | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Try also what is to wait after a failure. */
  readonly isEager: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly tell: Tell;
}

/** More than these at once to one reader go as one letter. */
const DIGEST_ABOVE = 5;
const DIGEST_AT_MOST = 100;
const CHANNELS_AT_ONCE = 4;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 3_600_000;

/** Everything that concerns a channel and not one letter: the others need not be tried. */
const HOPELESS = /^(mail\.(unreachable|login)|hook\.unreachable|watch\.secret|password\.)/;

/**
 * Delivers what waits. A letter is written down before it is handed over and marked after: killed between, it goes once
 * more, under the same id. What a server does not take waits, ever longer up to an hour, and is never given up.
 */
export async function deliver(all: readonly Kept[], options: DeliverOptions): Promise<void> {
  await together([...options.channels.keys()], CHANNELS_AT_ONCE, async (key) => {
    await new Round(key, all, options).run();
  });
}

/** How many letters wait, and why. */
export function waitingIn(all: readonly Kept[]): {
  readonly count: number;
  readonly tried: number;
  readonly problem: string | undefined;
} {
  const waiting = all.flatMap(({ state }) =>
    state.messages.flatMap(({ deliveries }) => Object.values(deliveries).filter(({ sentAt }) => sentAt === undefined)),
  );
  const failed = waiting.filter(({ problem }) => problem !== undefined);
  return { count: waiting.length, tried: failed.length, problem: failed[0]?.problem };
}

class Round {
  readonly #key: string;
  readonly #all: readonly Kept[];
  readonly #options: DeliverOptions;
  readonly #role: WatchRole;
  readonly #channel: Channel;

  constructor(key: string, all: readonly Kept[], options: DeliverOptions) {
    const known = options.channels.get(key);
    if (known === undefined) throw new Error(`no channel ${key}`);
    this.#key = key;
    this.#all = all;
    this.#options = options;
    this.#role = known.role;
    this.#channel = known.channel;
  }

  async run(): Promise<void> {
    const left = this.#options.store.envelope(this.#envelopeName);
    // An earlier run fixed this piece, and may have been killed while it was on its way.
    if (left !== undefined && !(await this.#sendEnvelope(left))) return;
    const waiting = this.#waiting();
    // What may have got there already goes once more under its own id, never within another letter.
    const tried = waiting.filter(({ message }) => (message.deliveries[this.#key]?.tries ?? 0) > 0);
    const fresh = waiting.filter((one) => !tried.includes(one));
    const single = fresh.length > DIGEST_ABOVE ? tried : waiting;
    for (const one of single) {
      const letter = letterOf(one, this.#role, String(this.#options.chainId), this.#key);
      if ((await this.#hand(letter, [one])) === "hopeless") return;
    }
    if (single === waiting) return;
    for (const part of chunks(fresh, DIGEST_AT_MOST)) {
      if (!(await this.#sendEnvelope(await this.#newEnvelope(part)))) return;
    }
  }

  #waiting(): Addressed[] {
    const { isEager, now } = this.#options;
    return this.#all
      .flatMap(({ label, state }) =>
        state.messages.flatMap((message): Addressed[] => {
          const delivery = message.deliveries[this.#key];
          const isDue =
            delivery !== undefined && delivery.sentAt === undefined && (isEager || delivery.nextAt <= now());
          return isDue ? [{ agreement: state.agreement, label, message }] : [];
        }),
      )
      .toSorted(byUrgency(this.#role));
  }

  get #envelopeName(): string {
    return nameOf(String(this.#options.chainId), this.#key);
  }

  async #newEnvelope(waiting: readonly Addressed[]): Promise<Envelope> {
    const members = waiting.map(({ agreement, message }) => ({ agreement, message: message.id }));
    const ids = members.map(({ agreement, message }) => `${agreement}/${message}`);
    const id = nameOf(String(this.#options.chainId), this.#key, ...ids);
    const made = new Date(this.#options.now()).toISOString();
    const envelope: Envelope = { id, channel: this.#key, made, members };
    await this.#options.store.keepEnvelope(this.#envelopeName, envelope);
    return envelope;
  }

  /** Whether to go on: it is sent, or was before. */
  async #sendEnvelope({ id, made, members }: Envelope): Promise<boolean> {
    const found = members.flatMap(({ agreement, message: of }): Addressed[] => {
      const kept = this.#all.find(({ state }) => state.agreement === agreement);
      const message = kept?.state.messages.find((each) => each.id === of);
      return kept === undefined || message === undefined ? [] : [{ agreement, label: kept.label, message }];
    });
    const open = found.filter(({ message }) => message.deliveries[this.#key]?.sentAt === undefined);
    if (open.length === 0) return true;
    const { isEager, now } = this.#options;
    const isTooEarly = open.every(({ message }) => (message.deliveries[this.#key]?.nextAt ?? 0) > now());
    if (isTooEarly && !isEager) return false;
    return (await this.#hand(digestOf(found, this.#role, id, made), open)) === "sent";
  }

  async #hand(letter: Letter, members: readonly Addressed[]): Promise<"sent" | "failed" | "hopeless"> {
    const { tell, now, signal } = this.#options;
    signal?.throwIfAborted();
    const deliveries = members.flatMap(({ message }) => message.deliveries[this.#key] ?? []);
    // Tried, before it is: whether it got there nobody knows when this process ends in between.
    for (const delivery of deliveries) delivery.tries += 1;
    await this.#keep(members);
    const about = {
      to: this.#key,
      id: letter.id,
      notices: letter.items.map(({ agreement, message }) => `${agreement}/${message}`),
    };
    try {
      await this.#send(letter);
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message, hint } = problemOf(error);
      for (const delivery of deliveries) this.#postpone(delivery, message);
      await this.#keep(members);
      tell("not delivered", { ...about, code, message, hint });
      return HOPELESS.test(code) ? "hopeless" : "failed";
    }
    const sentAt = new Date(now()).toISOString();
    for (const delivery of deliveries) {
      delivery.sentAt = sentAt;
      delete delivery.problem;
    }
    await this.#keep(members);
    tell("delivered", about);
    return "sent";
  }

  #postpone(delivery: Delivery, problem: string): void {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(delivery.tries - 1, 20), LONGEST_WAIT_MS);
    delivery.nextAt = this.#options.now() + wait;
    delivery.problem = problem;
  }

  async #send(letter: Letter): Promise<void> {
    const { mailer, environment, network, timeoutMs, signal } = this.#options;
    const channel = this.#channel;
    if (channel.kind !== "email") {
      const more = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(signal === undefined ? {} : { signal }) };
      await post(channel.kind, letter, channel.address, { environment, network, ...more });
      return;
    }
    if (mailer === undefined) throw new UpheldError({ code: "mail.unreachable", message: "No mail server is named." });
    await mailer.send(letter, channel.to);
  }

  async #keep(members: readonly Addressed[]): Promise<void> {
    const agreements = new Set(members.map(({ agreement }) => agreement));
    for (const { state } of this.#all) if (agreements.has(state.agreement)) await this.#options.store.keep(state);
  }
}
