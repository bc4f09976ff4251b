import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../committee/files.ts";
import { UpheldError } from "../errors.ts";
import { WATCH_ROLES, TOPICS } from "./config.ts";

const saidSchema = z.strictObject({
  title: z.string(),
  lines: z.array(z.string()),
  tone: z.enum(["bad", "act", "plain"]),
});

const deliverySchema = z.strictObject({
  tries: z.int(),
  /** Not tried again before this moment, ms. */
  nextAt: z.number(),
  sentAt: z.string().optional(),
  /** Why it has not got there yet. */
  problem: z.string().optional(),
});

const roles = <T extends z.ZodType>(type: T) => z.partialRecord(z.enum(WATCH_ROLES), type);

const messageSchema = z.strictObject({
  id: z.string(),
  /** The notice it tells, or corrects. */
  notice: z.string(),
  topic: z.enum(TOPICS),
  /** When it came to be by the chain, UTC seconds, and when it was written down. */
  at: z.string(),
  made: z.string(),
  /** The message that this one corrects. */
  corrects: z.string().optional(),
  said: roles(saidSchema),
  /** By the channel's key: who is to get it, and who has. */
  deliveries: z.record(z.string(), deliverySchema),
});

const agreementSchema = z.strictObject({
  version: z.literal(1),
  agreement: z.string(),
  /** The last block whose logs are here. */
  through: z.int(),
  logs: z.array(
    z.strictObject({
      blockNumber: z.int(),
      transactionHash: z.string(),
      time: z.string(),
      topics: z.array(z.string()),
      data: z.string(),
    }),
  ),
  /** All that was ever found: `turn` counts how often it was corrected. */
  notices: z.record(
    z.string(),
    z.strictObject({ facts: z.array(z.string()), stands: z.boolean(), gone: z.boolean(), turn: z.int() }),
  ),
  messages: z.array(messageSchema),
  evidence: z.record(z.string(), z.strictObject({ kept: z.boolean(), problem: z.string().optional() })),
  calendar: z.record(
    z.string(),
    z.strictObject({
      time: z.string(),
      stamp: z.string(),
      sequence: z.int(),
      isTentative: z.boolean(),
      isCancelled: z.boolean(),
      said: roles(z.strictObject({ title: z.string(), lines: z.array(z.string()) })),
    }),
  ),
});

const bookSchema = z.strictObject({
  version: z.literal(1),
  chainId: z.string(),
  factory: z.string(),
  /** Blocks that were read up to, the newest last: where a reorganisation is noticed. */
  checkpoints: z.array(z.strictObject({ block: z.int(), hash: z.string() })),
  /** Agreements found for an account of the config, by `provider 0x…`. */
  found: z.record(z.string(), z.array(z.string())),
});

const envelopeSchema = z.strictObject({
  id: z.string(),
  channel: z.string(),
  made: z.string(),
  members: z.array(z.strictObject({ agreement: z.string(), message: z.string() })),
});

export type AgreementState = z.infer<typeof agreementSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type CalendarEntry = AgreementState["calendar"][string];
export type Book = z.infer<typeof bookSchema>;
/** Several messages to one reader in one piece, fixed before it is sent: a repeat is the same piece. */
export type Envelope = z.infer<typeof envelopeSchema>;

/**
 * What was seen and told, on disk: one file for each agreement, so that what was seen and what is to be told of it are
 * written as one, whole or not at all.
 */
export class Store {
  readonly #folder: string;
  readonly #written = new Map<string, string>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
    try {
      for (const name of ["agreements", "envelopes"]) mkdirSync(join(folder, name), { recursive: true });
    } catch (cause) {
      throw new UpheldError(
        {
          code: "watch.state",
          message: `The folder ${folder} cannot be made: ${(cause as Error).message}`,
          hint: "Name another one as state, or check its permissions.",
        },
        { cause },
      );
    }
  }

  /** What is known of an agreement; undefined: it is seen for the first time. */
  agreement(address: string): AgreementState | undefined {
    return this.#read(this.#agreementFile(address), agreementSchema);
  }

  async keep(state: AgreementState): Promise<void> {
    await this.#write(this.#agreementFile(state.agreement), state);
  }

  book(): Book | undefined {
    return this.#read(join(this.#folder, "watch.json"), bookSchema);
  }

  async keepBook(book: Book): Promise<void> {
    await this.#write(join(this.#folder, "watch.json"), book);
  }

  envelope(name: string): Envelope | undefined {
    return this.#read(this.#envelopeFile(name), envelopeSchema);
  }

  async keepEnvelope(name: string, envelope: Envelope): Promise<void> {
    await this.#write(this.#envelopeFile(name), envelope);
  }

  #agreementFile(address: string): string {
    return join(this.#folder, "agreements", `${address}.json`);
  }

  #envelopeFile(name: string): string {
    return join(this.#folder, "envelopes", `${name}.json`);
  }

  #read<T>(file: string, schema: z.ZodType<T>): T | undefined {
    if (!existsSync(file)) return undefined;
    try {
      const text = readFileSync(file, "utf8");
      this.#written.set(file, text);
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new UpheldError(
        {
          code: "watch.state-damaged",
          message: "What was told before cannot be read.",
          hint: "Take it from a copy. Moved away, watching begins anew with it: what is over is not told again.",
          file,
        },
        { cause },
      );
    }
  }

  /** One after the other: of two that were begun at once, the file would else keep whichever ended last. */
  async #write(file: string, value: unknown): Promise<void> {
    const before = this.#writing.get(file) ?? Promise.resolve();
    const own = before
      .catch(() => undefined)
      .then(async () => {
        const text = `${JSON.stringify(value, null, 1)}\n`;
        if (this.#written.get(file) === text) return;
        await replaceFile(file, text);
        this.#written.set(file, text);
      });
    this.#writing.set(file, own);
    try {
      await own;
    } finally {
      if (this.#writing.get(file) === own) this.#writing.delete(file);
    }
  }
}
