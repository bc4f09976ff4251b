import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Factory } from "../chain/factory.ts";
import type { Network } from "../chain/networks.ts";
import { pause } from "../chain/outbox.ts";
import { replaceFile } from "../committee/files.ts";
import { UpheldError, type Problem } from "../errors.ts";
import { problemOf } from "../oracle/prepare.ts";
import type { Tell } from "../oracle/round.ts";
import { together } from "../oracle/together.ts";
import { calendarFile } from "./calendar.ts";
import type { Channel, WatchConfig, WatchRole } from "./config.ts";
import { coursesOf } from "./course.ts";
import { deadlinesOf } from "./deadlines.ts";
import { deliver, waitingIn, type Kept } from "./deliver.ts";
import { evidenceNotices, keepCopies, type EvidenceOptions } from "./evidence.ts";
import { atomFeed } from "./feed.ts";
import {
  commonBlock,
  discover,
  followLogs,
  headOf,
  requireSame,
  summariesAt,
  timedEvents,
  withCheckpoint,
  type Head,
} from "./follow.ts";
import { forgetChannels, newState, takeDeadlines, takeNotices } from "./journal.ts";
import { takeState } from "./lock.ts";
import { Mailer } from "./mail.ts";
import { noticesOf } from "./notices.ts";
import { Opener } from "./open.ts";
import { Store, type AgreementState, type Book } from "./store.ts";
import type { View, WatchedAgreement } from "./view.ts";

export interface WatchOptions {
  readonly config: WatchConfig;
  readonly factory: Factory;
  readonly network: Network;
  readonly confirmations: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Longest wait for a mail server, a webhook or evidence. */
  readonly timeoutMs?: number;
}

/** What a watcher's own monitoring wants to know. */
export interface WatchStatus {
  rounds: number;
  failedRounds: number;
  /** Milliseconds; 0: never. */
  lastRoundAt: number;
  lastGoodRoundAt: number;
  nextRoundAt: number;
  lastProblem: Problem | undefined;
  agreements: number;
  /** Notices found by this process. */
  found: number;
  /** Letters that wait, and those of them that were refused before. */
  waiting: number;
  refused: number;
  /** Evidence that is sworn and not kept. */
  missing: number;
}

export function newWatchStatus(): WatchStatus {
  return {
    rounds: 0,
    failedRounds: 0,
    lastRoundAt: 0,
    lastGoodRoundAt: 0,
    nextRoundAt: 0,
    lastProblem: undefined,
    agreements: 0,
    found: 0,
    waiting: 0,
    refused: 0,
    missing: 0,
  };
}

const SHORTEST_MS = 15_000;
const EVIDENCE_AT_ONCE = 4;

/** Watches agreements: reads the chain, writes down what is to be told, and tells it. */
export class Watch {
  readonly status = newWatchStatus();
  readonly #options: WatchOptions;
  readonly #giveBack: () => void;
  readonly #store: Store;
  readonly #opener: Opener;
  readonly #mailer: Mailer | undefined;
  readonly #channels: ReadonlyMap<string, { readonly channel: Channel; readonly role: WatchRole }>;
  readonly #agreements = new Map<string, WatchedAgreement>();
  readonly #states = new Map<string, AgreementState>();
  /** Of which nothing was known when this process began to watch them. */
  readonly #new = new Set<string>();
  #book: Book;

  private constructor(options: WatchOptions, giveBack: () => void) {
    const { config, factory, network, environment, timeoutMs } = options;
    this.#options = options;
    this.#giveBack = giveBack;
    this.#store = new Store(config.state);
    this.#opener = new Opener(factory);
    const { recipients, mail } = config;
    const own = timeoutMs === undefined ? {} : { timeoutMs };
    this.#mailer = mail === undefined ? undefined : new Mailer(mail, { environment, network: network.name, ...own });
    this.#channels = new Map(
      recipients.flatMap(({ role, channels }) => channels.map((channel) => [channel.key, { channel, role }] as const)),
    );
    this.#book = this.#openBook();
  }

  /** Opens what the config names, and takes its state until it is closed. Throws when it cannot be as it says. */
  static async open(options: WatchOptions): Promise<Watch> {
    const giveBack = takeState(options.config.state);
    try {
      const watch = new Watch(options, giveBack);
      await watch.#openNamed();
      return watch;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** Rounds until it is stopped. It is to be closed then. */
  async run(): Promise<void> {
    const { config, signal, tell } = this.#options;
    const longest = Number(config.every) * 1000;
    let wait = Math.min(SHORTEST_MS, longest);
    while (!signal.aborted) {
      const isGood = await this.round(false);
      wait = isGood ? longest : Math.min(Math.max(wait, 1000) * 2, longest);
      this.status.nextRoundAt = this.#options.now() + wait;
      // Stopped meanwhile, it ends at once.
      await pause(wait, signal).catch(() => undefined);
    }
    tell("stopped");
  }

  /** One round. False when the chain could not be read; `isEager` tries at once what waits after a failure. */
  async round(isEager: boolean): Promise<boolean> {
    const { status } = this;
    const { tell, now, signal } = this.#options;
    let isGood = true;
    try {
      await this.#look();
    } catch (error) {
      if (signal.aborted) return false;
      isGood = false;
      status.failedRounds += 1;
      status.lastProblem = problemOf(error);
      tell("round failed", { ...status.lastProblem });
    }
    try {
      // What was found before is told even while the chain cannot be read.
      await this.#deliver(isEager);
    } catch (error) {
      if (signal.aborted) return false;
      isGood = false;
      status.lastProblem = problemOf(error);
      tell("round failed", { ...status.lastProblem });
    }
    status.rounds += 1;
    status.lastRoundAt = now();
    if (isGood) {
      status.lastGoodRoundAt = status.lastRoundAt;
      status.lastProblem = undefined;
    }
    const { agreements, waiting, missing } = status;
    tell("round", { agreements, waiting, evidenceMissing: missing });
    return isGood;
  }

  /** Lets go of the mail server and of the state. */
  close(): void {
    this.#mailer?.close();
    this.#giveBack();
  }

  // ----------------------------------------------------------------------------------------------------- opening

  #openBook(): Book {
    const { factory, network, config } = this.#options;
    const book = this.#store.book();
    const { chainId } = network;
    if (book === undefined) {
      return { version: 1, chainId: String(chainId), factory: factory.address, checkpoints: [], found: {} };
    }
    if (book.chainId === String(chainId) && book.factory === factory.address) return book;
    throw new UpheldError({
      code: "watch.other-chain",
      message: `${config.state} tells of chain ${book.chainId} and the factory ${book.factory}; now it is chain ${chainId} and ${factory.address}.`,
      hint: "Name another folder as state.",
    });
  }

  async #openNamed(): Promise<void> {
    const { config } = this.#options;
    for (const item of config.agreements) {
      if ("account" in item) continue;
      const opened = await this.#opener.named(item, config.file);
      const before = this.#agreements.get(opened.address);
      if (before !== undefined) {
        throw new UpheldError({
          code: "watch.twice",
          message: `${item.ref} and ${before.ref} are the same agreement, ${opened.address}.`,
          hint: "Keep one of them.",
          file: config.file,
          ...(item.line === undefined ? {} : { line: item.line }),
        });
      }
      this.#add(opened);
    }
    for (const addresses of Object.values(this.#book.found)) await this.#addFound(addresses);
    this.#requireKnownNames();
  }

  /** A name with a typing mistake would silence a recipient for ever. */
  #requireKnownNames(): void {
    const { recipients, file } = this.#options.config;
    const labels = new Set([...this.#agreements.values()].map(({ label }) => label));
    for (const { only, line } of recipients) {
      const odd = only?.find((name) => !labels.has(name));
      if (odd === undefined) continue;
      throw new UpheldError({
        code: "watch.no-such-agreement",
        message: `No agreement is called "${odd}".`,
        hint: `There are ${[...labels].slice(0, 20).join(", ")}.`,
        file,
        ...(line === undefined ? {} : { line }),
      });
    }
  }

  async #addFound(addresses: readonly string[]): Promise<void> {
    const { config, tell } = this.#options;
    await together(addresses, EVIDENCE_AT_ONCE, async (address) => {
      if (this.#agreements.has(address)) return;
      try {
        this.#add(await this.#opener.found(address, config.file));
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code !== "agreement.not-genuine") throw error;
        // Any contract may say that a seat of it was taken.
        tell("not genuine", { agreement: address });
      }
    });
  }

  #add(agreement: WatchedAgreement): void {
    const { address } = agreement;
    const known = this.#store.agreement(address);
    if (known === undefined) this.#new.add(address);
    this.#agreements.set(address, agreement);
    this.status.agreements = this.#agreements.size;
    this.#states.set(address, known ?? newState(address));
  }

  // ----------------------------------------------------------------------------------------------------- looking

  async #look(): Promise<void> {
    const { factory, confirmations, tell, config } = this.#options;
    const head = await headOf(factory, confirmations);
    const common = await commonBlock(factory, this.#book, head);
    const last = this.#book.checkpoints.at(-1);
    if (last !== undefined && common < last.block) {
      tell("reorganised", { from: common + 1, to: last.block });
    }
    await this.#discover(common, head);
    const addresses = [...this.#agreements.keys()];
    const states = addresses.map((address) => this.#stateOf(address));
    // Read into copies: a failure in the middle leaves what was known as it was.
    const copies = states.map((state) => ({ ...state }));
    await followLogs(factory, copies, common, head);
    const summaries = await summariesAt(factory, addresses, head);
    await requireSame(factory, head);

    const channels = new Map([...this.#channels].map(([key, { channel }]) => [key, channel]));
    let missing = 0;
    await together(addresses, config.evidence === undefined ? 1 : EVIDENCE_AT_ONCE, async (address) => {
      const i = addresses.indexOf(address);
      const agreement = this.#agreements.get(address) as WatchedAgreement;
      const summary = summaries[i];
      const state = states[i] as AgreementState;
      Object.assign(state, { logs: copies[i]?.logs, through: copies[i]?.through });
      // A draft that nobody created yet.
      if (summary === undefined && state.logs.length === 0) return;
      forgetChannels(state, channels);
      if (summary !== undefined) missing += await this.#take({ agreement, summary, state, head });
      await this.#store.keep(state);
    });
    this.status.missing = missing;
    this.#book.checkpoints = withCheckpoint(this.#book.checkpoints, head);
    await this.#store.keepBook(this.#book);
    await this.#writeFiles();
  }

  /** Writes down what is to be told of one agreement; answers how much evidence is missing. */
  async #take({
    agreement,
    summary,
    state,
    head,
  }: Pick<View, "agreement" | "summary"> & { state: AgreementState; head: Head }): Promise<number> {
    const { config, now, tell } = this.#options;
    const events = timedEvents(state);
    const courses = coursesOf(agreement.terms, summary.state.end, events, head.time);
    const view: View = { agreement, events, summary, now: head.time, courses };
    const evidence = this.#evidenceOptions;
    if (evidence !== undefined) await keepCopies(view, state, evidence);
    const notices = [
      ...noticesOf(view, config),
      ...(evidence === undefined ? [] : evidenceNotices(view, state, evidence)),
    ];
    const fresh = takeNotices(state, notices, {
      label: agreement.label,
      recipients: config.recipients,
      now: head.time,
      made: new Date(now()).toISOString(),
      isFirst: this.#new.delete(agreement.address),
    });
    takeDeadlines(state, deadlinesOf(view), head.time);
    for (const { id, said } of fresh) {
      this.status.found += 1;
      const title = (said.client ?? said.provider ?? said.arbiter)?.title;
      tell("notice", { agreement: agreement.address, service: agreement.label, notice: id, title });
    }
    return Object.values(state.evidence).filter(({ kept }) => !kept).length;
  }

  get #evidenceOptions(): EvidenceOptions | undefined {
    const { config, network, signal, timeoutMs } = this.#options;
    if (config.evidence === undefined) return undefined;
    const own = timeoutMs === undefined ? {} : { timeoutMs };
    return { ...config.evidence, chainId: network.chainId, signal, ...own };
  }

  async #discover(common: number, head: Head): Promise<void> {
    const { factory, config } = this.#options;
    for (const item of config.agreements) {
      if (!("account" in item)) continue;
      const key = `${item.kind} ${item.account}`;
      const known = this.#book.found[key];
      const made = await discover(factory, item, known === undefined ? 0 : common + 1, head);
      const all = [...new Set([...(known ?? []), ...made])];
      await this.#addFound(all);
      this.#book.found[key] = all;
    }
  }

  #stateOf(address: string): AgreementState {
    const state = this.#states.get(address);
    if (state === undefined) throw new Error(`${address} is not watched`);
    return state;
  }

  // ----------------------------------------------------------------------------------------------------- telling

  get #kept(): Kept[] {
    return [...this.#agreements].map(([address, { label }]) => ({ label, state: this.#stateOf(address) }));
  }

  async #deliver(isEager: boolean): Promise<void> {
    const { network, environment, now, signal, tell, timeoutMs } = this.#options;
    const kept = this.#kept;
    const own = timeoutMs === undefined ? {} : { timeoutMs };
    try {
      await deliver(kept, {
        store: this.#store,
        chainId: network.chainId,
        network: network.name,
        channels: this.#channels,
        mailer: this.#mailer,
        environment,
        now,
        isEager,
        signal,
        tell,
        ...own,
      });
    } finally {
      const { count, tried } = waitingIn(kept);
      this.status.waiting = count;
      this.status.refused = tried;
    }
  }

  /** Feeds and calendars are written anew each round, from what is known: they need no memory of their own. */
  async #writeFiles(): Promise<void> {
    const { config, network } = this.#options;
    const { chainId } = network;
    for (const { role, only, about, feed, calendar } of config.recipients) {
      const own = this.#kept.filter(({ label }) => only === undefined || only.includes(label));
      if (feed !== undefined) {
        const all = own.flatMap(({ label, state }) =>
          state.messages
            .filter(({ topic }) => about.includes(topic))
            .map((message) => ({ agreement: state.agreement, label, message })),
        );
        await write(feed, atomFeed(all, { role, chainId, network: network.name }));
      }
      if (calendar !== undefined) {
        const all = own.flatMap(({ label, state }) =>
          Object.entries(state.calendar).map(([id, entry]) => ({ agreement: state.agreement, label, id, entry })),
        );
        await write(calendar, calendarFile(all, role, chainId));
      }
    }
  }
}

async function write(path: string, text: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await replaceFile(path, text);
}
