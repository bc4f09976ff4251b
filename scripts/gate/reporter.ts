import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/** What a run of mocha found, for the gate. */
export interface MochaReport {
  readonly passes: number;
  readonly failures: number;
  readonly skipped: readonly { readonly file: string; readonly title: string }[];
}

/** Prints what failed, and writes the counts to the file that `GATE_REPORT` names. */
export class GateReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: { file: string; title: string }[] = [];
    runner.on("pending", (test) => {
      skipped.push({ file: relative(".", test.file ?? ""), title: test.fullTitle() });
    });
    runner.once("end", () => {
      this.epilogue();
      const report: MochaReport = { passes: this.stats.passes, failures: this.stats.failures, skipped };
      const path = process.env["GATE_REPORT"];
      if (path !== undefined) writeFileSync(path, JSON.stringify(report));
    });
  }
}

// Mocha loads reporters with `require`.
export { GateReporter as "module.exports" };
