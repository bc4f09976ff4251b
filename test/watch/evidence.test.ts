import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildEvidence } from "../../src/evidence/build.ts";
import { evidencePath, writeEvidence } from "../../src/evidence/files.ts";
import type { Author, Evidence } from "../../src/evidence/schema.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import { evidenceNotices, keepCopies, type EvidenceOptions } from "../../src/watch/evidence.ts";
import { newState } from "../../src/watch/journal.ts";
import type { AgreementState } from "../../src/watch/store.ts";
import { SALT } from "../evidence/fixtures.ts";
import { stalling } from "./receivers.ts";
import {
  ACTIVE,
  ADDRESS,
  DAY,
  disputed,
  event,
  NO_ROOT,
  on,
  plainly,
  reported,
  seat,
  shown,
  usdc,
  viewAt,
  watched,
} from "./told.ts";

const FEB_2 = on("2030-02-02");
const JANUARY = { index: 0, start: on("2030-01-01"), end: on("2030-02-01") };
const AGREEMENT = watched();

/** What somebody swore of January: `bad` seconds. */
function sworn(bad: bigint, author: Author = "oracle", revision = 0): Evidence {
  const indicator = AGREEMENT.terms.indicators[0]!;
  const measurement = { total: 2_678_400n, bad, excluded: 0n };
  return buildEvidence(
    {
      ...{ chainId: 31_337n, agreement: ADDRESS, period: JANUARY, revision, author, tool: "test", source: "told" },
      indicators: [{ grade: "totals", indicator, measurement }],
    },
    SALT,
  ).evidence;
}

const FILE = `31337/${ADDRESS}/2030-01.r0.json.gz`;

describe("evidence", function () {
  this.timeout(60_000);
  let folder: string;
  let keep: string;
  let published: string;
  let state: AgreementState;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-evidence-"));
    [keep, published] = [join(folder, "keep"), join(folder, "published")];
    state = newState(ADDRESS);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const optionsOf = (options: Partial<EvidenceOptions> = {}): EvidenceOptions => ({
    ...{ chainId: 31_337n, from: published, keep, within: 6n * 3_600n },
    ...options,
  });
  const reportOf = (evidence: Evidence, bad = 60) => reported(FEB_2, 0, { bad, evidence: evidence.root });
  const viewOf = (events: readonly TimedEvent[], now = FEB_2 + DAY, agreement = AGREEMENT) =>
    viewAt(now, [...ACTIVE, ...events], { agreement });

  /** What is known of it after one look. */
  async function looked(events: readonly TimedEvent[], options: Partial<EvidenceOptions> = {}, agreement = AGREEMENT) {
    await keepCopies(viewOf(events, FEB_2 + DAY, agreement), state, optionsOf(options));
    return state.evidence;
  }

  it("is fetched from a folder, and kept as it is", async () => {
    const evidence = sworn(60n);
    await writeEvidence(published, evidence);
    expect(await looked([reportOf(evidence)])).to.deep.equal({ "0.r0.oracle": { kept: true } });
    expect(readFileSync(join(keep, FILE))).to.deep.equal(readFileSync(join(published, FILE)));
  });

  it("is not fetched again once it is kept, nor when a copy is there already", async () => {
    const evidence = sworn(60n);
    await writeEvidence(keep, evidence);
    expect(await looked([reportOf(evidence)], { from: "nowhere" })).to.deep.equal({ "0.r0.oracle": { kept: true } });
    rmSync(keep, { recursive: true });
    expect(await looked([reportOf(evidence)], { from: "nowhere" })).to.deep.equal({ "0.r0.oracle": { kept: true } });
  });

  it("is tried again each time until it is there", async () => {
    const evidence = sworn(60n);
    const problem = `${FILE} is not in ${published}`;
    expect(await looked([reportOf(evidence)])).to.deep.equal({ "0.r0.oracle": { kept: false, problem } });
    await writeEvidence(published, evidence);
    expect(await looked([reportOf(evidence)])).to.deep.equal({ "0.r0.oracle": { kept: true } });
  });

  it("is not kept when it is not what was sworn", async () => {
    const evidence = sworn(60n);
    await writeEvidence(published, evidence);
    const { "0.r0.oracle": known } = await looked([reportOf(evidence, 61)]);
    expect(known?.kept).to.equal(false);
    expect(known?.problem).to.match(/^It is not what was sworn: indicator .+: .+61/);
    expect(existsSync(join(keep, FILE))).to.equal(false);
    await writeEvidence(keep, evidence);
    expect((await looked([reportOf(evidence, 61)]))["0.r0.oracle"]?.problem, "our own copy").to.equal(known?.problem);
  });

  it("is not kept when it is no evidence at all", async () => {
    const evidence = sworn(60n);
    await writeEvidence(published, evidence);
    writeFileSync(join(published, FILE), "nothing");
    const { "0.r0.oracle": known } = await looked([reportOf(evidence)]);
    expect(known?.kept).to.equal(false);
    expect(known?.problem).to.be.a("string").and.not.equal("");
  });

  it("is published nowhere when no place is named, and at the agreement's own when that is", async () => {
    const evidence = sworn(60n);
    const problem = "Nobody publishes it where this watcher looks";
    expect(await looked([reportOf(evidence)], { from: undefined })).to.deep.equal({
      "0.r0.oracle": { kept: false, problem },
    });
    const own = join(folder, "own");
    await writeEvidence(own, evidence);
    expect(await looked([reportOf(evidence)], {}, { ...AGREEMENT, evidence: own })).to.deep.equal({
      "0.r0.oracle": { kept: true },
    });
  });

  it("is each report's and each claim's, under the revision that was disputed", async () => {
    const events = [
      ...[reported(FEB_2, 0), reported(FEB_2 + 60n, 100, { revision: 1 })],
      ...[disputed(FEB_2 + 120n, "client", 250), disputed(FEB_2 + 180n, "provider", 0)],
    ];
    expect(Object.keys(await looked(events))).to.deep.equal([
      ...["0.r0.oracle", "0.r1.oracle", "0.r1.client", "0.r1.provider"],
    ]);
    state = newState(ADDRESS);
    const over = viewOf([disputed(on("2030-02-07"), "client", 250)], on("2030-02-08"));
    await keepCopies(over, state, optionsOf());
    expect(Object.keys(state.evidence), "over silence").to.deep.equal(["0.r255.client"]);
  });

  it("of a claim is kept beside the report's", async () => {
    const claims = sworn(60n, "client");
    await writeEvidence(published, claims);
    const claim = event("Disputed", FEB_2 + 60n, {
      ...{ period: 0n, seat: seat("client"), credit: usdc(100), pledge: 0n, evidence: claims.root },
      measurements: [{ total: 2_678_400n, bad: 60n, excluded: 0n }],
    });
    expect(await looked([reported(FEB_2, 0, { evidence: NO_ROOT }), claim])).to.deep.equal({
      "0.r0.client": { kept: true },
    });
    const parts = { chainId: 31_337n, agreement: ADDRESS, revision: 0, author: "client", period: JANUARY } as const;
    expect(existsSync(evidencePath(keep, parts))).to.equal(true);
  });

  it("is none where a report names none", async () => {
    for (const evidence of [NO_ROOT, "0x"]) expect(await looked([reported(FEB_2, 0, { evidence })])).to.deep.equal({});
  });

  it("stops when it is stopped", async () => {
    const stopped = await looked([reported(FEB_2, 0)], { signal: AbortSignal.abort() }).catch(
      (error: unknown) => error,
    );
    expect(stopped).to.have.property("name", "AbortError");
    expect(state.evidence).to.deep.equal({});
  });

  describe("over HTTP", () => {
    /** Lets `work` fetch from a server that answers everything so; the paths that were asked. */
    async function serving(answer: (response: ServerResponse) => void, work: (url: string) => Promise<void>) {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? "");
        response.on("error", () => undefined);
        answer(response);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      try {
        await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      } finally {
        server.closeAllConnections();
        server.close();
      }
      return asked;
    }

    const problemFrom = async (from: string, options: Partial<EvidenceOptions> = {}): Promise<string | undefined> => {
      const known = (await looked([reported(FEB_2, 0)], { from, ...options }))["0.r0.oracle"];
      expect(known?.kept).to.equal(false);
      return known?.problem;
    };

    it("lies under the same names", async () => {
      const evidence = sworn(60n);
      const { path } = await writeEvidence(published, evidence);
      for (const place of ["/ev", "/ev/"]) {
        const asked = await serving(
          (response) => response.end(readFileSync(path)),
          async (url) => {
            state = newState(ADDRESS);
            rmSync(keep, { recursive: true, force: true });
            expect(await looked([reportOf(evidence)], { from: url + place })).to.deep.equal({
              "0.r0.oracle": { kept: true },
            });
          },
        );
        expect(asked).to.deep.equal([`/ev/${FILE}`]);
      }
    });

    it("is not there when the server says so, wherever else it points", async () => {
      await serving(
        (response) => response.writeHead(404).end("not here"),
        async (url) => {
          expect(await problemFrom(url)).to.equal(`${url}/${FILE} answers with status 404`);
        },
      );
      const asked = await serving(
        (response) => response.writeHead(302, { location: "/elsewhere" }).end(),
        async (url) => {
          expect(await problemFrom(url)).to.equal(`${url}/${FILE} cannot be reached`);
        },
      );
      expect(asked).to.deep.equal([`/${FILE}`]);
    });

    it("is not there when nobody listens or answers", async () => {
      expect(await problemFrom("http://127.0.0.1:9")).to.equal(`http://127.0.0.1:9/${FILE} cannot be reached`);
      const silent = await stalling();
      const url = `http://127.0.0.1:${silent.port}`;
      try {
        expect(await problemFrom(url, { timeoutMs: 100 })).to.equal(`${url}/${FILE} does not answer in time`);
        const stop = await looked([reported(FEB_2, 0)], { from: url, signal: AbortSignal.timeout(50) }).catch(
          (error: unknown) => error,
        );
        expect(stop).to.have.property("name", "TimeoutError");
      } finally {
        silent.close();
      }
    });
  });

  describe("told", () => {
    const WITHIN = 6n * 3_600n;
    const missing = { kept: false, problem: "x is not in y" };
    const told = (
      now: bigint,
      evidence: AgreementState["evidence"],
      notices: readonly string[] = [],
      events: readonly TimedEvent[] = [reported(FEB_2, 0)],
    ) => {
      const known = { facts: [], stands: false, gone: false, turn: 0 };
      const from = { ...newState(ADDRESS), evidence, notices: Object.fromEntries(notices.map((id) => [id, known])) };
      return evidenceNotices(viewOf(events, now), from, optionsOf({ within: WITHIN }));
    };
    const KEY = "0.r0.oracle";

    it("is that it cannot be had, once it may be expected, and why", () => {
      expect(told(FEB_2 + WITHIN - 1n, { [KEY]: missing })).to.deep.equal([]);
      expect(shown(told(FEB_2 + WITHIN, { [KEY]: missing }))).to.equal(
        plainly(`
        evidence/0.r0.oracle/missing (evidence) 2 Feb 2030 06:00 UTC to 2 Feb 2030 06:00:01 UTC
          client, bad: January 2030: the evidence of the report cannot be had
            x is not in y.
            Sworn 2 Feb 2030, root 0xabababababababababababababababababababababababababababababababab. Ask for it: without it nobody can check the counts.
          provider, bad: January 2030: the evidence of the report cannot be had
            x is not in y.
            Sworn 2 Feb 2030, root 0xabababababababababababababababababababababababababababababababab. Ask for it: without it nobody can check the counts.
      `),
      );
      const lines = (problem?: string) =>
        told(FEB_2 + DAY, { [KEY]: { kept: false, ...(problem === undefined ? {} : { problem }) } })[0]?.said.client
          ?.lines[0];
      expect([lines(), lines("It ends so..")]).to.deep.equal(["It is not there.", "It ends so."]);
    });

    it("is that it is there after all, to whom it was told missing", () => {
      expect(told(FEB_2 + DAY, { [KEY]: { kept: true } })).to.deep.equal([]);
      expect(shown(told(FEB_2 + DAY, { [KEY]: { kept: true } }, [`evidence/${KEY}/missing`]))).to.equal(
        plainly(`
        evidence/0.r0.oracle/found (evidence) 2 Feb 2030 06:00 UTC to 3 Feb 2030 00:00:01 UTC
          client, plain: January 2030: the evidence of the report is there now
            It is as sworn, and kept.
          provider, plain: January 2030: the evidence of the report is there now
            It is as sworn, and kept.
      `),
      );
    });

    it("is whose it is", () => {
      const events = [reported(FEB_2, 0), disputed(FEB_2, "client", 250), disputed(FEB_2, "provider", 0)];
      const all = told(FEB_2 + DAY, { "0.r0.client": missing, "0.r0.provider": missing }, [], events);
      expect(all.map(({ id, said }) => [id, said.provider?.title])).to.deep.equal([
        ["evidence/0.r0.client/missing", "January 2030: the evidence of the client's claim cannot be had"],
        ["evidence/0.r0.provider/missing", "January 2030: the evidence of the provider's claim cannot be had"],
      ]);
    });

    it("is nothing of what was not looked for", () => {
      expect(told(FEB_2 + DAY, {})).to.deep.equal([]);
    });
  });
});
