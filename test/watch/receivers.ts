/** A real mail server and a real webhook receiver, on this machine. */
import { once } from "node:events";
import { createServer as createHttp, type IncomingHttpHeaders } from "node:http";
import { createServer as createTcp, type AddressInfo, type Socket } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Mail {
  readonly to: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface MailSink {
  readonly port: number;
  readonly mails: Mail[];
  /** What a recipient is answered with instead of being taken: an SMTP status. */
  refuse: (to: string) => number | undefined;
  /** Called once a mail is taken, before its sender is told. */
  onTaken: () => Promise<void> | void;
  close(): Promise<void>;
}

interface MailSinkOptions {
  /** Only whoever logs in so is let in. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Speaks TLS from the first byte (`secure`), or once it is asked to. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly secure: boolean };
}

/** Takes mail. */
export async function mailSink({ login, tls }: MailSinkOptions = {}): Promise<MailSink> {
  const mails: Mail[] = [];
  const sink: Pick<MailSink, "refuse" | "onTaken"> = { refuse: () => undefined, onTaken: () => undefined };
  const server = new SMTPServer({
    authOptional: login === undefined,
    allowInsecureAuth: true,
    ...(tls ?? { disabledCommands: ["STARTTLS"] }),
    onAuth: (auth, _session, done) => {
      if (auth.username === login?.user && auth.password === login?.password) done(null, { user: auth.username });
      else done(new Error("Invalid username or password"));
    },
    onRcptTo: ({ address }, _session, done) => {
      const status = sink.refuse(address);
      if (status === undefined) done();
      else done(Object.assign(new Error("not here"), { responseCode: status }));
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        for (const { address } of session.envelope.rcptTo)
          mails.push(readMail(Buffer.concat(parts).toString(), address));
        void Promise.resolve(sink.onTaken()).then(() => {
          done();
        });
      });
    },
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return Object.assign(sink, {
    port: (listening.address() as AddressInfo).port,
    mails,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  });
}

function readMail(raw: string, to: string): Mail {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const headers = new Map(
    head
      .replaceAll(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)] as const),
  );
  const body = rest.join("\r\n\r\n");
  const isQuoted = headers.get("content-transfer-encoding") === "quoted-printable";
  return { to, headers, text: (isQuoted ? unquoted(body) : body).replaceAll("\r\n", "\n") };
}

function unquoted(text: string): string {
  const joined = text.replaceAll(/=\r?\n/g, "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A port that takes connections and never says a word. */
export async function stalling(): Promise<{ port: number; close(): void }> {
  const sockets: Socket[] = [];
  const server = createTcp((socket) => {
    socket.on("error", () => undefined);
    sockets.push(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** Takes what is posted, or answers with `status`. */
export async function hookSink() {
  const posts: Posted[] = [];
  const sink = { status: 200, posts, url: "", close: (): void => undefined };
  const server = createHttp((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
      if (sink.status === 200) posts.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(sink.status).end("ok");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sink.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return sink;
}
