import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { publishSource } from "../../src/chain/sourcify.ts";
import { problemOf } from "./rejection.ts";

const SOURCE = { address: "0x1", name: "a.sol:A", compiler: "0.8.37+commit.1", input: { language: "Solidity" } };
type Answer = readonly [status: number, body: unknown];
const STARTED: Answer = [202, { verificationId: "v1" }];
const BUSY: Answer = [200, { isJobCompleted: false }];

/** Publishes at a stand-in for a Sourcify server, which answers each request by the next of `answers`. */
async function published(answers: readonly Answer[], tries = 3) {
  const asked: { url: string | undefined; type: string | undefined; method: string | undefined }[] = [];
  let next = 0;
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      asked.push({ url: request.url, type: request.headers["content-type"], method: request.method });
      const [status, answer] = answers[next++] ?? [500, {}];
      response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return { outcome: await publishSource(url, 1n, SOURCE, { pollMs: 1, tries }), asked };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const refusal = (...answers: Answer[]) => problemOf(published(answers));
const HINT = "The sources must be exactly those that were deployed: check out that version, then run it again.";
const refused = (why: string) => ({
  code: "publish.refused",
  message: `a.sol:A at 0x1 was not published: ${why}.`,
  hint: HINT,
});

describe("publishing a source", () => {
  it("posts JSON, then asks how it goes", async () => {
    const { outcome, asked } = await published([
      STARTED,
      BUSY,
      [200, { isJobCompleted: true, contract: { match: "match" } }],
    ]);
    expect(outcome).to.equal("published");
    expect(asked).to.deep.equal([
      { url: "/v2/verify/1/0x1", type: "application/json", method: "POST" },
      { url: "/v2/verify/v1", type: undefined, method: "GET" },
      { url: "/v2/verify/v1", type: undefined, method: "GET" },
    ]);
  });

  it("is done when it was there, whatever the server says beside", async () => {
    expect((await published([[409, "already verified"]])).outcome).to.equal("was there");
  });

  it("says why the server did not begin, and that it may try again when that is the server's fault", async () => {
    expect(await refusal([400, { message: "unknown chain" }])).to.deep.equal(refused("unknown chain"));
    expect(await refusal([499, "no JSON"])).to.deep.equal(refused("the server answered 499"));
    expect(await refusal([500, {}])).to.deep.equal({ ...refused("the server answered 500"), retry: true });
    expect(await refusal([503, { message: "too busy" }])).to.deep.equal({ ...refused("too busy"), retry: true });
  });

  it("says why it does not match", async () => {
    const differs = { isJobCompleted: true, contract: { match: null }, error: { message: "another compiler" } };
    expect(await refusal(STARTED, [200, differs])).to.deep.equal(refused("another compiler"));
    expect(await refusal(STARTED, [200, { isJobCompleted: true }])).to.deep.equal(
      refused("the bytecode does not match"),
    );
  });

  it("gives up after as many tries as it was told, not one more", async () => {
    const late: Answer = [200, { isJobCompleted: true, contract: { match: "match" } }];
    expect((await published([STARTED, BUSY, late], 2)).outcome).to.equal("published");
    expect(await problemOf(published([STARTED, BUSY, BUSY, late], 2))).to.deep.equal({
      ...refused("the server has not finished yet"),
      retry: true,
    });
  });

  it("says who did not answer", async () => {
    expect(await problemOf(publishSource("http://127.0.0.1:1", 1n, SOURCE))).to.deep.equal({
      code: "publish.unreachable",
      message: "No answer from 127.0.0.1:1.",
      retry: true,
    });
  });
});
