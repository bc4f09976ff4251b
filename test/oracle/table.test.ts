import { expect } from "chai";
import { logTo } from "../../src/oracle/log.ts";
import type { Watched } from "../../src/oracle/portfolio.ts";
import type { Outcome } from "../../src/oracle/round.ts";
import { countKinds, outcomeData, outcomeTable, sumsOf } from "../../src/oracle/table.ts";
import { together } from "../../src/oracle/together.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const watched = (label: string) => ({ label, address: ADDRESS, terms: sampleTerms() }) as Watched;
const outcome = (kind: Outcome["kind"], more: Partial<Outcome> = {}): Outcome => ({
  ...{ agreement: watched("Harbor"), period: 9n, kind },
  ...more,
});
const COUNTS = [{ total: 2_678_400n, bad: 4_740n, excluded: 0n }];

describe("what a round came to", () => {
  /** The columns of one outcome's line, and the hint under it. */
  const lines = (...outcomes: Outcome[]) => outcomeTable(outcomes).slice(0, -1);

  it("is a line for each agreement, in columns as wide as need be, then the sums", () => {
    const table = outcomeTable([
      outcome("reported", { measurements: COUNTS, file: "/e/2025-10.json.gz" }),
      outcome("over", { agreement: watched("CI"), period: undefined }),
      outcome("early", { period: 10n, opens: 1_764_547_200n }),
      outcome("early", { agreement: watched(ADDRESS) }),
    ]);
    expect(table).to.deep.equal([
      `Harbor (0x5FbD…0aa3)                        2025-10  reported     4740 bad of 2678400  /e/2025-10.json.gz`,
      `CI (0x5FbD…0aa3)                            –        nothing due`,
      `Harbor (0x5FbD…0aa3)                        2025-11  too early    opens 1 Dec 2025`,
      `${ADDRESS}  2025-10  too early`,
      "1 reported, 1 nothing due, 2 too early.",
    ]);
  });

  const LINE = /^Harbor \(0x5FbD…0aa3\) {2}2025-10 {2}/;
  const ABOUT: readonly [what: string, one: Outcome, about: string][] = [
    [
      "counts without a file in a dry run",
      outcome("due", { measurements: COUNTS }),
      "would report  4740 bad of 2678400",
    ],
    ["a proposal", outcome("proposed", { measurements: COUNTS, file: "f" }), "proposed  4740 bad of 2678400  f"],
    ["a first report", outcome("there", { revision: 0n }), "already there"],
    ["a corrected one", outcome("there", { revision: 2n }), "already there  revision 2"],
    ["one that it does not know", outcome("there"), "already there"],
    [
      "why there is nothing",
      outcome("over", { problem: { code: "period.none", message: "No period starts in it." } }),
      "nothing due  No period starts in it.",
    ],
    ["nothing more", outcome("failed"), "failed"],
    [
      "what failed",
      outcome("failed", { problem: { code: "a.code", message: "It failed." } }),
      "failed  It failed. [a.code]",
    ],
    [
      "what failed, though it was measured",
      outcome("failed", { measurements: COUNTS, problem: { code: "a.code", message: "It failed." } }),
      "failed  It failed. [a.code]",
    ],
    [
      "in which file",
      outcome("failed", { problem: { code: "a.code", message: "No.", file: "x.csv" } }),
      "failed  x.csv: No. [a.code]",
    ],
    [
      "and on which line",
      outcome("failed", { problem: { code: "a.code", message: "No.", file: "x.csv", line: 7 } }),
      "failed  x.csv:7: No. [a.code]",
    ],
    [
      "what is too late",
      outcome("late", {
        measurements: COUNTS,
        problem: { code: "report.too-late", message: "Too late.", hint: "Hm." },
      }),
      "too late  Too late. [report.too-late]",
    ],
  ];
  for (const [what, one, about] of ABOUT) {
    it(`says ${what}`, () => {
      const [line, ...more] = lines(one);
      expect(line).to.match(LINE);
      expect([line?.replace(LINE, ""), ...more]).to.deep.equal([about]);
    });
  }

  it("says once under the lines what can be done about failures", () => {
    const failed = (hint?: string) =>
      outcome("failed", { problem: { code: "a", message: "m", ...(hint === undefined ? {} : { hint }) } });
    expect(lines(failed("Wait."), failed("Look."), failed("Wait."), failed()).slice(4)).to.deep.equal([
      "  Wait.",
      "  Look.",
    ]);
  });

  it("is nothing without agreements", () => {
    expect(outcomeTable([])).to.deep.equal(["No agreements."]);
  });

  it("is counted by kind", () => {
    const some = [outcome("failed"), outcome("there"), outcome("failed")];
    expect(countKinds(some)).to.deep.equal({ failed: 2, there: 1 });
    expect(sumsOf(some)).to.equal("2 failed, 1 already there.");
    const all = ["proposed", "due", "late"] as const;
    expect(sumsOf(all.map((kind) => outcome(kind)))).to.equal("1 proposed, 1 would report, 1 too late.");
  });

  it("has an object for each, for machines", () => {
    const problem = { code: "a.code", message: "It failed." };
    const facts = { revision: 1n, measurements: COUNTS, file: "f", root: "0x12", hash: "0x34", opens: 5n, closes: 6n };
    const { file, root, hash, ...same } = facts;
    expect(outcomeData(outcome("failed", { ...facts, problem }))).to.deep.equal({
      ...{ agreement: ADDRESS, service: "Harbor", period: 9n, outcome: "failed", problem, ...same },
      ...{ evidence: root, file, transaction: hash },
    });
  });
});

describe("a log", () => {
  const logged = (event: string, values?: Readonly<Record<string, unknown>>) => {
    let text = "";
    logTo(
      (line) => (text += line),
      () => new Date(1_896_134_400_000),
    )(event, values);
    return text;
  };

  it("is one JSON object a line, with large numbers as texts", () => {
    expect(logged("measured", { agreement: "CI", period: 2n ** 60n, list: [1n], seconds: 5 })).to.equal(
      '{"time":"2030-02-01T00:00:00.000Z","level":"info","event":"measured","agreement":"CI","period":"1152921504606846976","list":["1"],"seconds":5}\n',
    );
    expect(logged("stopped")).to.equal('{"time":"2030-02-01T00:00:00.000Z","level":"info","event":"stopped"}\n');
  });

  const LEVELS = {
    warn: [
      ...["deadline near", "node takes over", "not measured", "not collected", "failed", "not delivered"],
      "reorganised",
    ],
    error: ["node outvoted", "round failed", "late"],
    info: ["reported", "round", "looked"],
  };
  for (const [level, events] of Object.entries(LEVELS)) {
    it(`says ${level} of ${events.join(", ")}`, () => {
      const found = events.map((event) => (JSON.parse(logged(event)) as { level: string }).level);
      expect(found).to.deep.equal(events.map(() => level));
    });
  }
});

describe("work done together", () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it("is answered in order, at most so much at once", async () => {
    let [now, most] = [0, 0];
    const work = async (ms: number) => {
      most = Math.max(most, ++now);
      await pause(ms);
      now -= 1;
      return ms * 2;
    };
    expect(await together([9, 1, 5, 1, 1], 2, work)).to.deep.equal([18, 2, 10, 2, 2]);
    expect(most).to.equal(2);
    expect(await together([1], 5, work)).to.deep.equal([2]);
    expect(await together([], 5, work)).to.deep.equal([]);
  });

  it("ends with the first failure", async () => {
    const work = (n: number) => (n === 1 ? Promise.reject(new Error("one")) : Promise.resolve(n));
    const error = await together([0, 1, 2], 1, work).catch((cause: unknown) => cause);
    expect(error).to.have.property("message", "one");
  });
});
