/** A member's review of a batch: what is measured anew, what is refused and why, without a chain of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { getAddress } from "ethers";
import { AddressBook } from "../../src/chain/addresses.ts";
import { Factory } from "../../src/chain/factory.ts";
import { Context } from "../../src/cli/context.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import type { OpenedOracle } from "../../src/cli/oracle.ts";
import { objectionText, reviewMany, reviewOne, type ReviewOptions } from "../../src/cli/reviewing.ts";
import type { BatchFile } from "../../src/committee/batch-file.ts";
import type { Committee } from "../../src/committee/committee.ts";
import { UpheldError } from "../../src/errors.ts";
import { countInput, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { keepEvidence } from "../../src/evidence/files.ts";
import { periodOf } from "../../src/terms/calendar.ts";
import { ISLAEscrow__factory, ISLALens__factory } from "../../typechain-types/index.ts";
import { answering, HangUp, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { AGREEMENT, agreedChain, FACTORY, FOREIGN, LENS } from "../cli/agreed-chain.ts";
import { listening } from "../cli/answer.ts";
import { tickets, uptime } from "../evidence/fixtures.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const COMMITTEE = getAddress(`0x${"cc".repeat(20)}`);
const TERMS = sampleTerms({ indicators: [uptime, tickets] });
const JANUARY = periodOf(TERMS, 0);
const ESCROW = ISLAEscrow__factory.createInterface();
const VIEWS = ISLALens__factory.createInterface();

/** A node on whose chain `oracle` reports for the agreement. */
function chain(oracle = COMMITTEE, more: Answers = {}): Answers {
  const agreed = agreedChain(TERMS);
  const state = (ESCROW.getFunction("state").outputs[0]?.components ?? []).map(({ name, type }) =>
    type === "address" ? (name === "oracle" ? oracle : TERMS.client) : type === "bool" ? true : 0n,
  );
  const { start, end, fee, base } = JANUARY;
  return {
    ...agreed,
    eth_call: (...params: never[]) => {
      const [{ to, data }] = params as unknown as [{ to: string; data: string }];
      if (data === ESCROW.encodeFunctionData("state")) return ESCROW.encodeFunctionResult("state", [state]);
      if (getAddress(to) === LENS && data.startsWith(VIEWS.getFunction("periodOf").selector))
        return VIEWS.encodeFunctionResult("periodOf", [start, end, fee, base]);
      return agreed["eth_call"]?.(...params);
    },
    ...more,
  };
}

/** January with so many seconds of downtime, and bad tickets. */
const inputs = (seconds: bigint, bad: bigint): IndicatorInput[] => [
  {
    ...{ grade: "outages", indicator: uptime, exclusions: [] },
    outages: seconds === 0n ? [] : [{ start: JANUARY.start + 3_600n, end: JANUARY.start + 3_600n + seconds }],
  },
  { grade: "totals", indicator: tickets, measurement: { total: 100n, bad, excluded: 0n } },
];
const january = (seconds: bigint, bad: bigint): EvidenceInput => ({
  ...{ chainId: 31_337n, agreement: AGREEMENT, revision: 0, author: "oracle", tool: "upheld", source: "a monitor" },
  ...{ period: { index: 0, start: JANUARY.start, end: JANUARY.end }, indicators: inputs(seconds, bad) },
});

const measuredAs = (seconds: bigint, bad: bigint) => Promise.resolve(january(seconds, bad));

describe("a member's review", function () {
  this.timeout(30_000);
  let folder: string;
  let batch: BatchFile;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "upheld-reviewing-"));
    batch = await batchOf(600n, 3n);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A batch of January, its evidence beside it. */
  async function batchOf(seconds: bigint, bad: bigint): Promise<BatchFile> {
    const { evidence } = await keepEvidence(folder, january(seconds, bad), (size) => new Uint8Array(size).fill(1));
    const measurements = inputs(seconds, bad).map((input) => countInput(input, JANUARY).measurement);
    const report = { agreement: AGREEMENT, period: 0n, revision: 0n, measurements, evidence: evidence.root };
    return { chainId: 31_337n, committee: COMMITTEE, reports: [report], signatures: [] };
  }

  const committee = { chainId: 31_337n, address: COMMITTEE } as unknown as Committee;
  const withContext = <T>(work: (context: Context, heard: { err: string }) => Promise<T>, answers: Answers = chain()) =>
    answering(answers, async (_, __, url) => {
      new AddressBook(join(folder, "addresses.local.json")).set(31_337n, { factory: FACTORY, block: 0 });
      const { io, heard } = listening({ env: { UPHELD_RPC: url }, isTerminal: true });
      const context = new Context({} as CommonOptions, new Output(io, false), { deployFolder: folder });
      try {
        return await work(context, heard);
      } finally {
        (await context.chain()).provider.destroy();
      }
    });

  describe("by the sources of a command line", () => {
    const reviewed = (
      seconds: bigint,
      tolerance?: bigint,
      { ref, given = batch, answers }: { ref?: string; given?: BatchFile; answers?: Answers } = {},
    ) => {
      const at = (time: bigint) => new Date(Number(time) * 1000).toISOString().replace(".000Z", "Z");
      const outages = join(folder, "mine.csv");
      const row = `${at(JANUARY.start + 3_600n)},${at(JANUARY.start + 3_600n + seconds)}`;
      writeFileSync(outages, `start,end\n${row}\n`);
      const options: ReviewOptions = { committee, evidence: folder, tolerance };
      return withContext(
        (context) =>
          reviewOne(context, given, ref, { outages: [outages], exclusions: [], counts: ["9=100,3,0"] }, options),
        answers,
      );
    };

    it("has nothing against what it measured itself, within what may differ", async () => {
      expect(await reviewed(600n)).to.deep.equal([]);
      expect(await reviewed(605n, 5n)).to.deep.equal([]);
    });

    it("objects to any other counts", async () => {
      const objections = await reviewed(601n);
      expect(objections.map(objectionText)).to.deep.equal([
        `period 0, revision 0 of ${AGREEMENT}: measure 1, bad: it says 600, I measured 601; the difference is 1, no difference is allowed`,
      ]);
      const [{ reason } = { reason: "" }] = await reviewed(606n, 5n);
      expect(reason).to.match(/the difference is 6, 5 are allowed$/);
    });

    it("objects when the committee does not report for it", async () => {
      const [{ reason, report } = {}] = await reviewed(600n, 0n, { answers: chain(FOREIGN) });
      expect(reason).to.equal(`its oracle is ${FOREIGN}, not this committee`);
      expect(report).to.equal(batch.reports[0]);
    });

    it("is of the agreement that was named, and of one alone", async () => {
      expect(await reviewed(600n, 0n, { ref: AGREEMENT })).to.deep.equal([]);
      const [report] = batch.reports as [BatchFile["reports"][number]];
      const two = { ...batch, reports: [report, { ...report, agreement: FOREIGN }, { ...report, period: 1n }] };
      expect(await problemOf(reviewed(600n, 0n, { given: two }))).to.include({
        ...{ code: "usage", message: "The batch reports 2 agreements, and one command line measures one." },
        hint: "Name your oracle's config with --config: it says where each is measured.",
      });
    });
  });

  describe("by its own config", () => {
    interface Around {
      readonly given?: BatchFile;
      readonly measured?: OpenedOracle["measure"];
      readonly served?: boolean;
      readonly tolerance?: bigint;
      readonly evidence?: string;
      readonly answers?: Answers;
    }
    const reviewed = ({ given = batch, measured, served = true, tolerance, evidence, answers }: Around = {}) =>
      withContext(async (context, heard) => {
        const { provider } = await context.chain();
        const oracle = {
          config: { evidence: folder, tolerance: 5n, atOnce: 1, file: "oracle.yaml" },
          ...{ factory: await Factory.at(provider, FACTORY), measure: measured ?? (() => measuredAs(605n, 3n)) },
          agreements: served
            ? [{ address: AGREEMENT, terms: TERMS, policies: [], served: { sources: new Map() } }]
            : [],
        } as unknown as OpenedOracle;
        const objections = await reviewMany(context, given, oracle, { committee, evidence, tolerance });
        return { objections, said: heard.err };
      }, answers);
    const reasons = async (around: Around) =>
      (await reviewed(around)).objections.map(({ reason, retry }) => (retry === undefined ? reason : [reason, retry]));

    it("lets seconds differ as the config says, and nothing else", async () => {
      expect(await reasons({})).to.deep.equal([]);
      expect(await reasons({ measured: () => measuredAs(606n, 3n) })).to.deep.equal([
        "measure 1, bad: it says 600, I measured 606; the difference is 6, 5 are allowed",
      ]);
      expect(await reasons({ measured: () => measuredAs(600n, 4n) })).to.deep.equal([
        "measure 2, bad: it says 3, I measured 4; the difference is 1, no difference is allowed",
      ]);
    });

    it("lets everything differ as the command line says", async () => {
      expect(await reasons({ measured: () => measuredAs(600n, 4n), tolerance: 1n })).to.deep.equal([]);
      expect(await reasons({ tolerance: 4n })).to.have.length(1);
    });

    it("measures the very period of the report", async () => {
      const asked: unknown[] = [];
      const measured: OpenedOracle["measure"] = (watched, period) => {
        asked.push([watched.address, period]);
        return measuredAs(600n, 3n);
      };
      await reviewed({ measured });
      expect(asked).to.deep.equal([[AGREEMENT, { number: 0n, start: JANUARY.start, end: JANUARY.end }]]);
    });

    it("looks for evidence where the config or the command line says", async () => {
      const [reason] = (await reasons({ evidence: join(folder, "elsewhere") })) as [string];
      expect(reason).to.match(/^its evidence is not at hand: there is no \S+elsewhere/);
    });

    it("is not held up by what it cannot measure: says why, and whether to look again", async () => {
      const failing = (problem: object) => async () =>
        Promise.reject(new UpheldError({ code: "x", message: "gone", ...problem }));
      expect(await reasons({ measured: failing({}) })).to.deep.equal([["I cannot measure it: gone", false]]);
      expect(await reasons({ measured: failing({ file: "a.csv" }) })).to.deep.equal([
        ["I cannot measure it: a.csv: gone", false],
      ]);
      expect(await reasons({ measured: failing({ file: "a.csv", line: 7, retry: true }) })).to.deep.equal([
        ["I cannot measure it: a.csv:7: gone", true],
      ]);
      expect(await reasons({ served: false })).to.deep.equal([
        ["I cannot measure it: it is not among the agreements of oracle.yaml", false],
      ]);
    });

    it("stops when the chain does not answer", async () => {
      const answers = chain(COMMITTEE, {
        eth_getLogs: () => "0x",
        eth_call: (...params: never[]) => {
          const [{ data }] = params as unknown as [{ data: string }];
          if (data === ESCROW.encodeFunctionData("state")) throw new HangUp();
          return chain()["eth_call"]?.(...params);
        },
      });
      expect((await problemOf(reviewed({ answers }))).code).to.match(/^chain\./);
    });

    it("says how far it has come, every 25 reports", async () => {
      const [report] = batch.reports as [BatchFile["reports"][number]];
      const many = { ...batch, reports: Array.from({ length: 26 }, () => report) };
      const { said, objections } = await reviewed({ given: many });
      expect(objections).to.deep.equal([]);
      expect(said.match(/\d+ of 26 reviewed/g)).to.deep.equal(["25 of 26 reviewed"]);
    });
  });
});
