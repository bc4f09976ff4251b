import { readFileSync } from "node:fs";
import { createTransport, type Transporter } from "nodemailer";
import { UpheldError } from "../errors.ts";
import type { MailServer } from "./config.ts";
import { letterText, type Letter } from "./letter.ts";
import { readSecret } from "./secret.ts";

export interface MailOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly network: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** Hands letters to a mail server. A letter that is sent twice has the same Message-ID both times. */
export class Mailer {
  readonly #server: MailServer;
  readonly #options: MailOptions;
  #transport: Transporter | undefined;

  constructor(server: MailServer, options: MailOptions) {
    this.#server = server;
    this.#options = options;
  }

  /**
   * Returns once the server took it. Throws `mail.unreachable`, `mail.certificate` and `mail.login`, which concern every
   * letter, and `mail.refused`, which concerns this one.
   */
  async send(letter: Letter, to: string): Promise<void> {
    const { from } = this.#server;
    const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? "localhost";
    const messageId = (id: string) => `<${id}@${domain}>`;
    const before = letter.corrects === undefined ? undefined : messageId(letter.corrects);
    this.#transport ??= this.#open();
    try {
      await this.#transport.sendMail({
        from,
        to,
        subject: letter.subject.replaceAll(/\s+/g, " "),
        text: letterText(letter, this.#options.network),
        date: new Date(letter.made),
        messageId: messageId(letter.id),
        ...(before === undefined ? {} : { inReplyTo: before, references: before }),
        // So that no holiday reply comes back to it.
        headers: {
          "Auto-Submitted": "auto-generated",
          "X-Upheld-Notice": letter.items
            .map(({ message }) => message)
            .slice(0, 20)
            .join(" "),
        },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (cause) {
      throw this.#explained(cause);
    }
  }

  close(): void {
    this.#transport?.close();
  }

  #open(): Transporter {
    const { host, port, security, ca, login } = this.#server;
    const { environment, timeoutMs = TIMEOUT_MS } = this.#options;
    const auth =
      login === undefined ? {} : { auth: { user: login.user, pass: readSecret(login.password, environment) } };
    const tls = ca === undefined ? {} : { tls: { ca: readAuthority(ca) } };
    return createTransport({
      host,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      ...tls,
      pool: true,
      maxConnections: 1,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...auth,
    });
  }

  #explained(cause: unknown): UpheldError {
    if (cause instanceof UpheldError) return cause;
    const {
      code = "",
      responseCode,
      response,
      message,
    } = cause as {
      code?: string;
      responseCode?: number;
      response?: string;
      message: string;
    };
    const place = `${this.#server.host}:${this.#server.port}`;
    const said = (response ?? message).replaceAll(/\s+/g, " ").slice(0, 200);
    if (code === "EAUTH") {
      this.close();
      this.#transport = undefined;
      return failed("login", `The mail server ${place} refuses the login: ${said}`, "Check user and password.");
    }
    if (/certificate|altnames/i.test(said) && responseCode === undefined) {
      return failed(
        "certificate",
        `The certificate of the mail server ${place} is not trusted: ${said}`,
        "Name the file of its certificate authority, and the server by the name in the certificate.",
      );
    }
    if (code === "EENVELOPE" || code === "EMESSAGE" || (responseCode ?? 0) >= 400) {
      return failed(
        "refused",
        `The mail server ${place} refuses it: ${said}`,
        "It is tried again; check the address if it stays.",
      );
    }
    return failed("unreachable", `The mail server ${place} cannot be reached: ${said}`, "It is tried again.");
  }
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = (error as Error).message;
    throw failed("certificate", `The certificate authority ${file} cannot be read: ${why}`, "Name a PEM file.");
  }
}

const failed = (code: string, message: string, hint: string): UpheldError =>
  new UpheldError({ code: `mail.${code}`, message, hint, retry: true });
