import { expect } from "chai";
import { SILENCE, STAGES } from "../../src/chain/enums.ts";
import { nextStep, nextStepUnmeasured, sameCounts, type Situation } from "../../src/chain/reporting.ts";
import { UpheldError, type Problem } from "../../src/errors.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { problemOf } from "./rejection.ts";

const FROM = 1_896_134_400n; // 1 Feb 2030
const DAY = 86_400n;
const COUNTS = [{ total: 2_678_400n, bad: 4_740n, excluded: 60n }];
const STANDING = { revision: 1n, evidence: "0x12", measurements: [{ total: 2_678_400n, bad: 0n, excluded: 0n }] };

/** Period 1 of an active agreement: reportable from 1 Feb for five days, disputable for seven more. */
const summary = ({ phase = 2n, state = {}, ...rest }: Record<string, unknown> = {}) =>
  ({
    ...{ phase, reportFrom: FROM, reportUntil: FROM + 5n * DAY, resolvesAt: FROM + 12n * DAY, ...rest },
    state: { period: 1n, stage: 2n, revision: 0n, credit: 500_000_000n, ...(state as object) },
  }) as unknown as SummaryStructOutput;

const situation = (changes: Partial<Situation> = {}): Situation => ({
  ...{ period: 1n, now: FROM, summary: summary(), standing: undefined, measured: COUNTS, revise: false },
  currency: { symbol: "USDC", decimals: 6 },
  ...changes,
});

function refusedIn(changes: Partial<Situation>): Problem {
  try {
    nextStep(situation(changes));
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("counts", () => {
  const counts = { total: 10n, bad: 2n, excluded: 1n };

  it("are the same when every number of every measure is", () => {
    expect(sameCounts([], [])).to.equal(true);
    expect(sameCounts([counts, counts], [{ ...counts }, { ...counts }])).to.equal(true);
    for (const field of ["total", "bad", "excluded"] as const) {
      expect(sameCounts([counts, counts], [counts, { ...counts, [field]: 3n }]), field).to.equal(false);
      expect(sameCounts([counts, counts], [{ ...counts, [field]: 3n }, counts]), field).to.equal(false);
    }
  });

  it("differ when there are more or fewer of them", () => {
    expect(sameCounts([counts], [counts, counts])).to.equal(false);
    expect(sameCounts([counts, counts], [counts])).to.equal(false);
    expect(sameCounts([], [counts])).to.equal(false);
  });
});

describe("what is left to do for a report", () => {
  it("is nothing when exactly these counts stand, whatever the time", () => {
    const standing = { ...STANDING, measurements: COUNTS };
    for (const now of [0n, FROM, FROM + 400n * DAY]) {
      expect(nextStep(situation({ standing, now, period: 0n }))).to.deep.equal({ kind: "done", revision: 1n });
    }
  });

  it("is to post revision 0 from the first second of the window to the last", () => {
    for (const now of [FROM, FROM + 5n * DAY - 1n]) {
      expect(nextStep(situation({ now }))).to.deep.equal({ kind: "post", revision: 0n });
    }
  });

  it("is to post the next revision of other counts, when that is meant", () => {
    expect(nextStep(situation({ standing: STANDING, revise: true }))).to.deep.equal({ kind: "post", revision: 2n });
    expect(refusedIn({ standing: STANDING })).to.deep.equal({
      code: "report.differs",
      message: "Period 1 was reported with other counts (revision 1).",
      hint: "If these are right, add --revise: until 6 Feb 2030, and until somebody disputes, they replace the report.",
    });
  });

  it("waits for the window to open", () => {
    expect(refusedIn({ now: FROM - 1n })).to.deep.equal({
      code: "report.too-early",
      message: "Period 1 cannot be reported yet: its window opens 1 Feb 2030.",
      hint: "Run it again then; `upheld preview` shows what it would pay.",
      retry: true,
    });
  });

  it("waits for the period before", () => {
    const { code, message } = refusedIn({ period: 2n });
    expect(code).to.equal("report.too-early");
    expect(message).to.equal(
      "Period 2 cannot be reported yet: its window opens once period 1 is resolved and it is over.",
    );
  });

  for (const [phase, name] of [
    [1n, "draft"],
    [4n, "lapsed"],
    [3n, "closed"],
  ] as const) {
    it(`is nothing in an agreement that is ${name}`, () => {
      expect(refusedIn({ summary: summary({ phase }) })).to.deep.equal({
        code: "report.not-active",
        message: `The agreement is ${name}: it takes no reports.`,
        hint: "See `upheld status`.",
      });
    });
  }

  it("is nothing for a period that is resolved", () => {
    const hint =
      "Nothing can be reported for it any more; both parties can still agree on anything outside of the escrow.";
    const code = "report.resolved";
    expect(refusedIn({ period: 0n })).to.deep.equal({
      ...{ code, hint },
      message: "Period 0 is resolved without a report.",
    });
    expect(refusedIn({ period: 0n, standing: STANDING, revise: true })).to.deep.equal({
      ...{ code, hint },
      message: "Period 0 is resolved with other counts.",
    });
  });

  it("is nothing for a period that is disputed", () => {
    const disputed = summary({ state: { stage: 4n } });
    expect(refusedIn({ summary: disputed, standing: STANDING, revise: true })).to.deep.equal({
      code: "report.frozen",
      message: "Period 1 is disputed: its report cannot change any more.",
      hint: "The arbiter decides whose counts are right, or both parties agree on a credit with `upheld agree`.",
    });
  });

  const HINT =
    "Until 13 Feb 2030 either party may state its own counts with `upheld dispute`, or both agree on a credit with `upheld agree`; then it is final.";

  it("is too late once the window has closed, and says what silence counts as", () => {
    expect(refusedIn({ now: FROM + 5n * DAY })).to.deep.equal({
      code: "report.too-late",
      message: "Too late: the window for period 1 closed 6 Feb 2030. Silence counts as a report of 500.00 USDC credit.",
      hint: HINT,
    });
    const silent = summary({ state: { revision: 255n } });
    expect(refusedIn({ summary: silent }).code, "silence stands").to.equal("report.too-late");
  });

  it("is too late to correct, and says what stands", () => {
    expect(refusedIn({ now: FROM + 5n * DAY, standing: STANDING, revise: true })).to.deep.equal({
      code: "report.too-late",
      message: "Too late to correct period 1: the window closed 6 Feb 2030. The report stands at 500.00 USDC credit.",
      hint: HINT,
    });
  });
});

describe("what is left to do before anything is measured", () => {
  const stageOf = (name: (typeof STAGES)[number]) => BigInt(STAGES.indexOf(name));
  const unmeasured = (state: Record<string, unknown>, changes: Partial<Situation> = {}) => {
    const { period, now, currency } = situation(changes);
    return nextStepUnmeasured({ period, now, currency, summary: summary({ state }) });
  };
  const refused = (work: () => unknown) => problemOf(Promise.resolve().then(work));

  it("is nothing while a report of the period stands, disputed or not, whatever the time", () => {
    for (const name of ["reported", "disputed"] as const) {
      for (const now of [0n, FROM, FROM + 400n * DAY]) {
        const step = unmeasured({ stage: stageOf(name), revision: 2n }, { now });
        expect(step, name).to.deep.equal({ kind: "done", revision: 2n });
      }
    }
  });

  it("is to post revision 0 where no report stands, while the window is open", async () => {
    for (const name of ["running", "awaiting"] as const) {
      const step = unmeasured({ stage: stageOf(name), revision: 2n });
      expect(step, name).to.deep.equal({ kind: "post", revision: 0n });
    }
    const late = await refused(() => unmeasured({ stage: stageOf("awaiting") }, { now: FROM + 5n * DAY }));
    expect(late.code).to.equal("report.too-late");
  });

  it("does not take silence, or another period's report, for one", async () => {
    const silent = await refused(() => unmeasured({ stage: stageOf("reported"), revision: SILENCE }));
    expect(silent.code).to.equal("report.too-late");
    const next = await refused(() => unmeasured({ stage: stageOf("reported"), revision: 0n }, { period: 2n }));
    expect(next.code).to.equal("report.too-early");
  });
});
