import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/** What a run of mocha found, for the gate. */
export interface MochaReport {
  readonly passes: number;
  readonly failures: number;
  readonly skipped: readonly { readonly file: string; readonly title: string }[];
  /** Milliseconds that each file took, hooks included. */
  readonly files: Readonly<Record<string, number>>;
}

/** Prints what failed, and writes the counts to the file that `GATE_REPORT` names. */
export class GateReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: { file: string; title: string }[] = [];
    runner.on("pending", (test) => {
      skipped.push({ file: relative(".", test.file ?? ""), title: test.fullTitle() });
    });
    const files: Record<string, number> = {};
    let began = performance.now();
    runner.on("suite", (suite) => {
      if (suite.parent?.root === true) began = performance.now();
    });
    runner.on("suite end", (suite) => {
      if (suite.parent?.root !== true) return;
      const file = relative(".", suite.file ?? "");
      files[file] = (files[file] ?? 0) + performance.now() - began;
    });
    runner.once("end", () => {
      this.epilogue();
      const report: MochaReport = { passes: this.stats.passes, failures: this.stats.failures, skipped, files };
      const path = process.env["GATE_REPORT"];
      if (path !== undefined) writeFileSync(path, JSON.stringify(report));
    });
  }
}

// Mocha loads reporters with `require`.
export { GateReporter as "module.exports" };
