import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Hook } from "../../src/watch/config.ts";
import { post, type HookOptions } from "../../src/watch/hooks.ts";
import type { Letter } from "../../src/watch/letter.ts";
import { readSecret } from "../../src/watch/secret.ts";
import { problemOf } from "../chain/rejection.ts";
import { problemOf as problemIn } from "../support/problem.ts";
import { item, letter, MADE, said } from "./letters.ts";
import { stalling } from "./receivers.ts";
import { ADDRESS } from "./told.ts";

interface Taken {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Lets `work` post to a server that answers with `status`; what it took. */
async function receiving(status: number, work: (url: string) => Promise<unknown>): Promise<Taken[]> {
  const taken: Taken[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method, url, headers } = request;
      taken.push({ method, url, headers, body: JSON.parse(Buffer.concat(parts).toString()) as unknown });
      response.writeHead(status, { location: "http://127.0.0.1:9/elsewhere" }).end("ok");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return taken;
}

const postTo = (url: string, kind: Hook = "webhook", of: Letter = letter(), more: Partial<HookOptions> = {}) =>
  post(kind, of, { environment: "HOOK" }, { environment: { HOOK: url }, network: "local", ...more });

const bodyOf = async (kind: Hook, of: Letter = letter()): Promise<Record<string, unknown>> => {
  const [taken] = await receiving(200, (url) => postTo(url, kind, of));
  return taken?.body as Record<string, unknown>;
};

describe("what is posted to a webhook", function () {
  this.timeout(60_000);
  it("is the letter as JSON, under a key that is the same when it goes once more", async () => {
    const [taken] = await receiving(200, (url) => postTo(`${url}/very/secret`));
    expect(taken).to.deep.include({ method: "POST", url: "/very/secret" });
    expect(taken?.headers).to.include({ "content-type": "application/json", "idempotency-key": "id-1" });
    expect(taken?.body).to.deep.equal({
      ...{ id: "id-1", corrects: null, made: MADE, subject: "Harbor: it is <so> & *so*" },
      notices: [
        {
          ...{ notice: "report/0/0", agreement: ADDRESS, network: "local", service: "Harbor" },
          ...{ at: "2030-02-02T00:00:00.000Z", title: "it is <so> & *so*", tone: "bad" },
          lines: ["one_line", "upheld status <x>"],
        },
      ],
    });
    expect(await bodyOf("webhook", letter({ corrects: "id-0" }))).to.include({ corrects: "id-0" });
  });

  it("is blocks for Slack, in which nothing of an agreement is mark-up", async () => {
    expect(await bodyOf("slack")).to.deep.equal({
      text: "Harbor: it is &lt;so&gt; &amp; *so*",
      blocks: [
        {
          type: "section",
          text: {
            type: "mrkdwn",
            text: "*Harbor: it is &lt;so&gt; &amp; *so**\none_line\n`upheld status &lt;x&gt;`",
          },
        },
        { type: "context", elements: [{ type: "mrkdwn", text: `${ADDRESS} on local, notice report/0/0` }] },
      ],
    });
  });

  it("is one block for each of several, as long and as many as Slack takes", async () => {
    const items = [item({ said: said("x".repeat(3_000)) }), ...Array.from({ length: 50 }, () => item())];
    const { blocks } = (await bodyOf("slack", letter({ items }))) as {
      blocks: { type: string; text: { text: string } }[];
    };
    expect(blocks).to.have.length(45);
    expect(new Set(blocks.map(({ type }) => type))).to.deep.equal(new Set(["section"]));
    expect(blocks[0]?.text.text).to.have.length(2_900);
  });

  it("is a card for Teams, coloured by what it means", async () => {
    const card = async (...tones: ("bad" | "act" | "plain")[]) => {
      const items = tones.map((tone) => item({ said: said("t_[x]`\\*", tone, ["l_1"]) }));
      const { attachments, ...rest } = await bodyOf("teams", letter({ items }));
      expect(rest).to.deep.equal({ type: "message" });
      const [{ content, ...about }] = attachments as [{ content: { body: unknown[] } }];
      return { ...about, content };
    };
    expect(await card("bad")).to.deep.equal({
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        ...{ $schema: "http://adaptivecards.io/schemas/adaptive-card.json", type: "AdaptiveCard", version: "1.4" },
        body: [
          {
            ...{ type: "TextBlock", weight: "Bolder", wrap: true, color: "Attention" },
            text: "Harbor: t\\_\\[x\\]\\`\\\\\\*",
          },
          { type: "TextBlock", wrap: true, spacing: "None", text: "l\\_1" },
          {
            ...{ type: "TextBlock", isSubtle: true, size: "Small", wrap: true },
            text: `${ADDRESS} on local, notice report/0/0`,
          },
        ],
      },
    });
    const colours = (await card("bad", "act", "plain")).content.body.flatMap(
      (block) => (block as { color?: string }).color ?? [],
    );
    expect(colours).to.deep.equal(["Attention", "Warning", "Default"]);
    expect((await card(...Array<"act">(45).fill("act"))).content.body, "as many as Teams takes").to.have.length(120);
  });
});

describe("a webhook that does not take it", function () {
  this.timeout(60_000);
  const refusedWith = async (status: number) => {
    let problem: unknown;
    await receiving(status, async (url) => (problem = await problemOf(postTo(`${url}/secret`))));
    return problem as Awaited<ReturnType<typeof problemOf>>;
  };

  it("is told by its host and status alone, and what to do of it", async () => {
    const { code, message, hint, retry } = await refusedWith(404);
    expect({ code, hint, retry }).to.deep.equal({
      ...{ code: "hook.refused", retry: true },
      hint: "Its address may have been withdrawn: make a new one where it came from.",
    });
    expect(message).to.match(/^The webhook at 127\.0\.0\.1:\d+ answers with status 404\.$/);
    expect((await refusedWith(302)).code, "nowhere else is it posted").to.equal("hook.refused");
    expect((await refusedWith(499)).code).to.equal("hook.refused");
  });

  it("may be busy: then the others wait too", async () => {
    for (const status of [429, 500, 503]) {
      const { code, hint } = await refusedWith(status);
      expect([code, hint], String(status)).to.deep.equal(["hook.unreachable", "It is tried again."]);
    }
  });

  it("may be out of reach, or say nothing", async () => {
    const gone = await problemOf(postTo("http://127.0.0.1:9/secret"));
    expect(gone).to.deep.equal({
      ...{ code: "hook.unreachable", hint: "It is tried again.", retry: true },
      message: "The webhook at 127.0.0.1:9 cannot be reached.",
    });
    const silent = await stalling();
    try {
      const late = await problemOf(postTo(`http://127.0.0.1:${silent.port}/`, "webhook", letter(), { timeoutMs: 100 }));
      expect(late.message).to.equal(`The webhook at 127.0.0.1:${silent.port} does not answer in time.`);
      const stop = AbortSignal.timeout(100);
      const stopped = await postTo(`http://127.0.0.1:${silent.port}/`, "webhook", letter(), { signal: stop }).catch(
        (error: unknown) => error,
      );
      expect(stopped, "stopped, it is nobody's fault").to.have.property("name", "TimeoutError");
    } finally {
      silent.close();
    }
  });

  it("has an address that nobody on the way can read", async () => {
    const problem = {
      ...{ code: "watch.secret", message: "The webhook's address is not an https address." },
      hint: "Put the whole address there, alone on one line.",
    };
    for (const address of [
      "nothing",
      "http://x.example/a",
      "ftp://127.0.0.1/",
      "http://127.0.0.1.x.example/",
      "http://x127.0.0.1/",
    ])
      expect(await problemOf(postTo(address)), address).to.deep.equal(problem);
    for (const address of ["http://localhost:9/", "http://[::1]:9/", "http://127.1.2.3:9/", "https://127.0.0.1:9/"])
      expect((await problemOf(postTo(address))).code, address).to.equal("hook.unreachable");
  });
});

describe("a secret", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "upheld-secret-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const fileOf = (text: string, mode = 0o600) => {
    const file = join(folder, "secret");
    writeFileSync(file, text, { mode });
    return { file };
  };

  it("is one line of a file or of the environment", () => {
    expect(readSecret(fileOf(" s3cret \n"), {})).to.equal("s3cret");
    expect(readSecret({ environment: "A" }, { A: "s3cret\n" })).to.equal("s3cret");
  });

  it("is refused when it is none, or more than one line", () => {
    const hint = "Put the password or the address there, alone on one line; a .env file serves too.";
    const code = "watch.secret";
    const { file } = fileOf("a\nb\n");
    expect(problemIn(() => readSecret({ file }, {}))).to.deep.equal({
      ...{ code, hint, message: `The file ${file} holds more than one line.` },
    });
    expect(problemIn(() => readSecret({ environment: "A" }, { A: "a\rb" }))).to.deep.equal({
      ...{ code, hint, message: "The environment variable A holds more than one line." },
    });
    for (const environment of [{}, { A: "" }, { A: " \n" }])
      expect(problemIn(() => readSecret({ environment: "A" }, environment)).message).to.equal(
        "The environment variable A holds no secret.",
      );
  });

  it("is refused in a file that others may read", function () {
    if (process.platform === "win32") this.skip();
    expect(problemIn(() => readSecret(fileOf("a\n", 0o644), {})).code).to.match(/^password\./);
  });
});
