import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { MailServer } from "../../src/watch/config.ts";
import { Mailer, type MailOptions } from "../../src/watch/mail.ts";
import { problemOf } from "../chain/rejection.ts";
import { OPENSSL, programAt, runProgram } from "../support/programs.ts";
import { item, letter } from "./letters.ts";
import { mailSink, stalling, type MailSink } from "./receivers.ts";

describe("mail", function () {
  this.timeout(60_000);
  let sink: MailSink;
  const open: Mailer[] = [];
  beforeEach(async () => {
    sink = await mailSink();
  });
  afterEach(async () => {
    for (const mailer of open.splice(0)) mailer.close();
    await sink.close();
  });

  const mailerTo = (port: number, server: Partial<MailServer> = {}, options: Partial<MailOptions> = {}): Mailer => {
    const mailer = new Mailer(
      { from: "Upheld <w@northwind.example>", host: "127.0.0.1", port, security: "none", login: undefined, ...server },
      { environment: {}, network: "local", ...options },
    );
    open.push(mailer);
    return mailer;
  };

  it("says who, to whom, when and what, and asks for no holiday reply", async () => {
    const items = Array.from({ length: 21 }, (_, i) => item({ message: `n/${i}` }));
    await mailerTo(sink.port).send(letter({ subject: "Harbor:\n it is\tso", items }), "a@x.example");
    const [mail] = sink.mails;
    expect(mail?.to).to.equal("a@x.example");
    expect(Object.fromEntries(mail?.headers ?? [])).to.include({
      ...{ from: "Upheld <w@northwind.example>", to: "a@x.example", subject: "Harbor: it is so" },
      ...{ "message-id": "<id-1@northwind.example>", date: "Fri, 01 Feb 2030 00:00:00 +0000" },
      "auto-submitted": "auto-generated",
      "x-upheld-notice": Array.from({ length: 20 }, (_, i) => `n/${i}`).join(" "),
    });
    expect([...(mail?.headers.keys() ?? [])]).not.to.include.members(["in-reply-to", "references"]);
    expect(mail?.text).to.contain("on local, notice n/20");
  });

  it("answers the letter that it corrects", async () => {
    await mailerTo(sink.port, { from: "w@northwind.example" }).send(letter({ corrects: "id-0" }), "a@x.example");
    expect(Object.fromEntries(sink.mails[0]?.headers ?? [])).to.include({
      ...{ "message-id": "<id-1@northwind.example>", "in-reply-to": "<id-0@northwind.example>" },
      references: "<id-0@northwind.example>",
    });
  });

  it("is refused by its address, without holding back others", async () => {
    sink.refuse = (to) => (to === "a@x.example" ? 550 : undefined);
    const mailer = mailerTo(sink.port);
    expect(await problemOf(mailer.send(letter(), "a@x.example"))).to.deep.equal({
      ...{ code: "mail.refused", retry: true, hint: "It is tried again; check the address if it stays." },
      message: `The mail server 127.0.0.1:${sink.port} refuses it: 550 not here`,
    });
    await mailer.send(letter(), "b@x.example");
    expect(sink.mails.map(({ to }) => to)).to.deep.equal(["b@x.example"]);
  });

  it("does not get there when nobody listens, or nobody answers", async () => {
    const gone = await problemOf(mailerTo(9).send(letter(), "a@x.example"));
    expect(gone).to.include({ code: "mail.unreachable", retry: true, hint: "It is tried again." });
    expect(gone.message).to.match(/^The mail server 127\.0\.0\.1:9 cannot be reached: \S/);
    const silent = await stalling();
    try {
      const late = await problemOf(mailerTo(silent.port, {}, { timeoutMs: 100 }).send(letter(), "a@x.example"));
      expect(late.code).to.equal("mail.unreachable");
    } finally {
      silent.close();
    }
  });

  it("does not go over an open line unless the config says so", async () => {
    for (const security of ["starttls", "tls"] as const) {
      const refused = await problemOf(
        mailerTo(sink.port, { security }, { timeoutMs: 500 }).send(letter(), "a@x.example"),
      );
      expect(refused.code, security).to.match(/^mail\.(unreachable|refused)$/);
    }
    expect(sink.mails).to.deep.equal([]);
  });

  it("logs in, and with a new password after one was refused", async () => {
    await sink.close();
    sink = await mailSink({ login: { user: "upheld", password: "s3cret" } });
    const environment: Record<string, string> = { SMTP: "wrong" };
    const login = { user: "upheld", password: { environment: "SMTP" } };
    const mailer = mailerTo(sink.port, { login }, { environment });
    const refused = await problemOf(mailer.send(letter(), "a@x.example"));
    expect(refused).to.include({ code: "mail.login", retry: true, hint: "Check user and password." });
    expect(refused.message)
      .to.match(new RegExp(`^The mail server 127\\.0\\.0\\.1:${sink.port} refuses the login: `))
      .and.not.contain("wrong");
    environment["SMTP"] = "s3cret";
    await mailer.send(letter(), "a@x.example");
    expect(sink.mails).to.have.length(1);
  });

  it("goes over TLS, from the first byte or once asked, to whom the certificate is of", async function () {
    if (programAt(OPENSSL) === undefined) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "upheld-mail-"));
    const [ca, keyFile] = [join(folder, "ca.pem"), join(folder, "key.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
    try {
      runProgram(OPENSSL, "req", "-x509", ...key, "-out", ca, "-days", "2", ...subject);
      const tls = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(ca, "utf8") };
      for (const security of ["starttls", "tls"] as const) {
        for (const mailer of open.splice(0)) mailer.close();
        await sink.close();
        sink = await mailSink({ tls: { ...tls, secure: security === "tls" } });
        const at = (server: Partial<MailServer>) => mailerTo(sink.port, { security, host: "localhost", ...server });
        await at({ ca }).send(letter(), "a@x.example");
        expect(sink.mails, security).to.have.length(1);
        for (const server of [{}, { ca, host: "127.0.0.1" }]) {
          const { code, message } = await problemOf(at(server).send(letter(), "a@x.example"));
          expect(code, `${security}: ${message}`).to.equal("mail.certificate");
        }
        expect(sink.mails, security).to.have.length(1);
      }
      const missing = mailerTo(sink.port, { security: "tls", ca: join(folder, "none.pem") });
      const { code, message } = await problemOf(missing.send(letter(), "a@x.example"));
      expect(code).to.equal("mail.certificate");
      expect(message).to.contain("none.pem cannot be read");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is not tried without its password", async () => {
    const login = { user: "upheld", password: { environment: "SMTP" } };
    const refused = await problemOf(mailerTo(sink.port, { login }).send(letter(), "a@x.example"));
    expect(refused.code).to.equal("watch.secret");
  });
});
