import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { Agreement } from "../../src/chain/agreement.ts";
import type { BatchedReport } from "../../src/chain/batch.ts";
import { Factory } from "../../src/chain/factory.ts";
import { standingOf } from "../../src/committee/deliver.ts";
import { reasonAgainst, type Reviewer } from "../../src/committee/own-review.ts";
import type { EvidenceInput } from "../../src/evidence/build.ts";
import { keepEvidence } from "../../src/evidence/files.ts";
import { policyWith } from "../measure/reference.ts";
import { HangUp } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { COUNTS, Desk, type Signed } from "../oracle/desk.ts";
import { COMMITTEE, FACTORY, FEBRUARY, DAY } from "../support/told-chain.ts";

describe("a member's own look at a report", function () {
  this.timeout(60_000);
  let desk: Desk;
  let signed: Signed;
  beforeEach(() => {
    desk = new Desk();
    signed = desk.sign(COMMITTEE);
  });
  afterEach(() => {
    desk.end();
  });

  const agreement = async <T>(work: (opened: Agreement) => Promise<T>): Promise<T> =>
    desk.chain.during(async (provider) =>
      work(await Agreement.at(await Factory.at(provider, FACTORY), signed.address)),
    );
  const counted = (bad: bigint): EvidenceInput => ({
    ...{ chainId: 31_337n, agreement: signed.address, revision: 0, author: "oracle", tool: "upheld", source: "counts" },
    period: { index: 0, start: FEBRUARY - 31n * DAY, end: FEBRUARY },
    indicators: [{ grade: "totals", indicator: signed.told.terms.indicators[0]!, measurement: { ...COUNTS, bad } }],
  });
  /** What was proposed, its evidence beside it. */
  const proposed = async (input = counted(COUNTS.bad)) => {
    const kept = await keepEvidence(desk.evidence, input, randomBytes);
    const { root } = kept.evidence;
    const report: BatchedReport = {
      ...{ agreement: signed.address, period: 0n, revision: 0n, measurements: kept.measurements, evidence: root },
    };
    return { report, path: kept.path };
  };
  const reviewer = (own: bigint, more: Partial<Reviewer> = {}): Reviewer => ({
    ...{ chainId: 31_337n, committee: COMMITTEE, folder: desk.evidence, random: randomBytes },
    tolerances: () => [60n],
    policies: () => [undefined],
    measure: () => Promise.resolve(counted(own)),
    ...more,
  });
  const reason = (report: BatchedReport, more?: Partial<Reviewer>, own = COUNTS.bad) =>
    agreement((opened) => reasonAgainst(reviewer(own, more), opened, report));

  it("finds nothing against what it measured itself, within the tolerance", async () => {
    const { report } = await proposed();
    expect(await reason(report)).to.equal(undefined);
    expect(await reason(report, {}, COUNTS.bad + 60n)).to.equal(undefined);
    expect(await reason(report, {}, COUNTS.bad + 61n)).to.equal(
      "bad: it says 4740, I measured 4801; the difference is 61, 60 are allowed",
    );
  });

  it("asks its monitor for the very period", async () => {
    const { report } = await proposed();
    const asked: unknown[] = [];
    await reason(report, {
      measure: (of, period) => {
        asked.push(of.address, period);
        return Promise.resolve(counted(COUNTS.bad));
      },
      tolerances: (of) => {
        asked.push(of.address);
        return [0n];
      },
    });
    expect(asked).to.deep.equal([signed.address, 0n, signed.address]);
  });

  it("refuses another committee's agreement before it measures anything", async () => {
    const { report } = await proposed();
    signed.told.state["oracle"] = FACTORY;
    const measure = () => Promise.reject(new Error("measured"));
    expect(await reason(report, { measure })).to.equal(`its oracle is ${FACTORY}, not this committee`);
  });

  it("refuses what has no evidence, other evidence, or evidence that cannot be read", async () => {
    const { report, path } = await proposed();
    const measure = () => Promise.reject(new Error("measured"));
    const changed = (more: Partial<BatchedReport>) => reason({ ...report, ...more }, { measure });
    expect(await changed({ measurements: [{ ...COUNTS, bad: 4_741n }] })).to.match(
      /^its evidence does not fit, [^:]+: .*4741/,
    );
    expect(await changed({ evidence: ZeroHash })).to.match(/^its evidence does not fit, root: /);
    expect(await changed({ revision: 1n })).to.match(/^its evidence is not at hand: there is no .*2030-01\.r1/);
    writeFileSync(path, "nothing");
    expect(await changed({})).to.match(/^its evidence cannot be read: /);
    rmSync(path);
    expect(await changed({})).to.equal(`its evidence is not at hand: there is no ${path}`);
  });

  it("refuses samples that were judged otherwise than the agreement's file says", async () => {
    const policy = policyWith({ slot: 3_600 });
    const times = Array.from({ length: 31 * 24 }, (_, i) => Number(FEBRUARY - 31n * DAY) + i * 3_600);
    const series = [{ vantage: "oslo", times, values: times.map(() => 1) }];
    const indicator = signed.told.terms.indicators[0]!;
    const sampled: EvidenceInput = {
      ...counted(0n),
      indicators: [{ grade: "samples", indicator, policy, series, maintenance: [] }],
    };
    const { report } = await proposed(sampled);
    const by = (told: typeof policy) => reason(report, { policies: () => [told] }, 0n);
    expect(await by(policy)).to.equal(undefined);
    expect(await by({ ...policy, unknown: "up" })).to.match(/^its evidence does not fit, /);
  });

  describe("before a delivery", () => {
    const report = (more: Partial<BatchedReport> = {}): BatchedReport => ({
      ...{ agreement: signed.address, period: 0n, revision: 0n, measurements: [COUNTS], evidence: id("root") },
      ...more,
    });
    const standing = (given = report()) => agreement((opened) => standingOf(opened, COMMITTEE, given));
    const emit = (period: bigint, revision: bigint, evidence: string) => {
      if (revision > 0n) desk.chain.emit(signed.address, "Revised", [period, revision]);
      desk.chain.emit(signed.address, "Reported", [period, 0n, evidence, [COUNTS]]);
    };

    it("is open when the agreement would take it from the committee", async () => {
      const asked: unknown[] = [];
      const { eth_call: call } = desk.chain.answers;
      desk.chain.answers.eth_call = (request) => {
        asked.push(request.from);
        return call(request);
      };
      expect(await standing()).to.deep.equal({ kind: "open" });
      expect(asked.at(-1)).to.equal(COMMITTEE.toLowerCase());
    });

    it("is there when the chain has exactly it as the last one of its period", async () => {
      emit(0n, 0n, id("root"));
      emit(1n, 0n, id("other"));
      expect(await standing()).to.deep.equal({ kind: "there" });
      expect(await standing(report({ evidence: id("new") }))).to.deep.equal({ kind: "open" });
      expect(await standing(report({ revision: 1n }))).to.deep.equal({ kind: "open" });
      emit(0n, 1n, id("corrected"));
      expect(await standing()).to.deep.equal({ kind: "open" });
    });

    it("is refused with the agreement's words, its money as the token writes it", async () => {
      signed.told.refusal = allErrors().encodeErrorResult("FeeTooSmall", [9_999n, 10_000n]);
      const refused = await standing();
      expect(refused.kind === "refused" && refused.reason).to.contain("0.01 USDC");
    });

    it("is not refused by a node that does not answer", async () => {
      const { eth_call: call } = desk.chain.answers;
      desk.chain.answers.eth_call = (request) => {
        if (request.from !== undefined) throw new HangUp();
        return call(request);
      };
      expect((await problemOf(standing())).code).to.equal("chain.unreachable");
    });
  });
});
