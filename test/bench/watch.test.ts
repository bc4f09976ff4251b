import { spawnSync } from "node:child_process";
import { expect } from "chai";
import type { RoundResult } from "../../bench/watch/run.ts";
import { anvilPath } from "../chain/nodes.ts";

const bench = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", "bench/watch/main.ts", ...args], { encoding: "utf8" });

describe("bench:watch", function () {
  this.timeout(240_000);

  it("counts what rounds ask and tell, and prints one object with the figures", function () {
    if (anvilPath() === undefined) this.skip();
    const { status, stdout, stderr } = bench("--json", "--quick", "--agreements", "3");
    expect(status, stderr).to.equal(0);
    const told = JSON.parse(stdout) as Record<"first" | "quiet" | "monthOver", RoundResult> & { agreements: number };
    expect(told.agreements).to.equal(3);
    for (const round of [told.first, told.quiet, told.monthOver]) {
      const { questions, requests, questionsByMethod, rssMB, cpuSeconds } = round;
      expect(questions).to.equal(Object.values(questionsByMethod).reduce((sum, one) => sum + one));
      expect(requests).to.be.within(1, questions);
      expect(rssMB).to.be.within(50, 400);
      expect(cpuSeconds).to.be.greaterThan(0);
    }
    // the first round alone reads when each acceptance was
    expect(told.first.questions).to.be.greaterThan(told.quiet.questions);
    expect([told.quiet.notices, told.quiet.letters]).to.deep.equal([0, 0]);
    // of each that silence counts and that it is final; more than five are one letter
    expect([told.monthOver.notices, told.monthOver.letters]).to.deep.equal([6, 1]);
    expect(stderr).to.contain("3 agreements: a quiet round");
  });

  it("refuses sizes that make no sense, before anything starts", () => {
    for (const size of ["0", "1.5", "100000"]) {
      const { status, stdout, stderr } = bench("--agreements", size);
      expect([status, stdout]).to.deep.equal([2, ""]);
      expect(stderr.split("\n")[0]).to.equal(`--agreements ${size} is not a whole number from 1 to 99999`);
    }
  });
});
