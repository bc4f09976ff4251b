import { expect } from "chai";
import { judgeStanding, type Opened } from "../../src/doctor/agreements.ts";
import { numberOf, PHASES, STAGES, type Phase, type Stage } from "../../src/chain/enums.ts";
import type { Standing } from "../../src/oracle/due.ts";
import { told } from "./told.ts";

const DAY = 86_400n;
const START = BigInt(Date.UTC(2026, 2, 1) / 1000);

describe("doctor on what the chain waits for", () => {
  /** Of an agreement in `phase`, as of a day before its start; warned of a day before a deadline. */
  const judge = (standing: object, phase: Phase | undefined, stage: Stage = "running", now = START - DAY) => {
    const summary =
      phase === undefined
        ? undefined
        : {
            phase: BigInt(numberOf(PHASES, phase)),
            start: START,
            state: { period: 3n, stage: BigInt(numberOf(STAGES, stage)) },
          };
    const opened = { agreement: { label: "harbor" }, summary, standing: standing as Standing } as Opened;
    return told([judgeStanding(opened, now, DAY)]);
  };
  const problem = { code: "x", message: "it is wrong", hint: "right it" };

  it("is nothing where the chain does not know it, and what went wrong where that is known", () => {
    expect(judge({ kind: "early" }, undefined)).to.deep.equal([
      "problem agreement harbor: the chain does not know it",
      "  See the message.",
    ]);
    expect(judge({ kind: "failed", problem }, "active")).to.deep.equal([
      "problem agreement harbor: it is wrong",
      "  right it",
    ]);
  });

  it("is both acceptances of a draft", () => {
    expect(judge({ kind: "early" }, "draft")).to.deep.equal([
      "warning agreement harbor: it is a draft: both must accept before 1 Mar 2026 (in 24 h), or it lapses",
      "  see upheld status; then upheld accept",
    ]);
  });

  it("is nothing any more of one that lapsed or is closed", () => {
    for (const phase of ["lapsed", "closed"] as const) {
      expect(judge({ kind: "over" }, phase)).to.deep.equal([
        `warning agreement harbor: it is ${phase}: nothing is reported for it any more`,
        "  take it out of the config",
      ]);
    }
  });

  it("is too late for a period that went unreported", () => {
    expect(judge({ kind: "late", problem }, "active")).to.deep.equal([
      "problem agreement harbor: it is wrong",
      "  right it",
    ]);
    expect(judge({ kind: "late" }, "active")).to.deep.equal([
      "problem agreement harbor: a period went unreported",
      "  see upheld status",
    ]);
  });

  it("is a report that is due: a warning, and a problem as near its deadline as is warned of, to the second", () => {
    const due = { kind: "due", number: 3n, reportUntil: START };
    const near = ["problem agreement harbor: period 3 is due now, until 1 Mar 2026 (in 24 h)", "  upheld report, now"];
    expect(judge(due, "active")).to.deep.equal(near);
    expect(judge(due, "active", "awaiting", START - DAY - 1n)).to.deep.equal([
      "warning agreement harbor: period 3 is due now, until 1 Mar 2026 (in 24 h)",
      "  upheld report --all, or let upheld keep run",
    ]);
  });

  it("is the next report, or what its stage says", () => {
    expect(judge({ kind: "early", number: 4n, opens: START }, "active")).to.deep.equal([
      "ok agreement harbor: genuine and active; period 4 is due from 1 Mar 2026 (in 24 h) on",
    ]);
    expect(judge({ kind: "early" }, "active", "reported")).to.deep.equal([
      "ok agreement harbor: genuine and active; period 3 is reported",
    ]);
    expect(judge({ kind: "there", opens: START }, "active", "disputed")).to.deep.equal([
      "ok agreement harbor: genuine and active; period 3 is disputed",
    ]);
  });
});
