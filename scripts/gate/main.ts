/**
 * The gate: every check a change has to pass, with what each took. `--quick` runs a subset, `--only NAME` one stage on
 * what was built before.
 */
import { build, buildAfresh, generatedAreCommitted } from "./build.ts";
import { coverage } from "./coverage.ts";
import { gasSnapshot } from "./gas.ts";
import { sizes } from "./sizes.ts";
import { failed, program, type Outcome, type Stage } from "./stage.ts";
import { surfaceSnapshot } from "./surface.ts";
import { mochaTests, solidityTests } from "./tests.ts";

/** Compiles and runs everything a second time, so it is asked for by name: `npm run coverage`. */
const COVERAGE: Stage = { name: "coverage", isQuick: false, check: coverage };

/** Stages of one step run beside one another: most of them keep one core busy, and there are two. */
type Step = readonly Stage[];

const STEPS: readonly Step[] = [
  [
    { name: "build", isQuick: false, isRequired: true, check: buildAfresh },
    program("prettier", false, "prettier", "--check", "--log-level", "warn", "."),
    program("solhint", false, "solhint", "--max-warnings", "0", "contracts/**/*.sol", "test/solidity/**/*.sol"),
  ],
  [{ name: "generated types", isQuick: false, check: generatedAreCommitted }],
  [{ name: "contract sizes", isQuick: false, check: sizes }],
  [
    { name: "surface", isQuick: false, check: surfaceSnapshot },
    program("tsc", true, "tsc"),
    program("tsc, page", true, "tsc", "-p", "dashboard"),
    program("planted bugs", true, "tsx", "scripts/invariants/planted.ts", "--check"),
    program("eslint", false, "eslint", "--max-warnings", "0", "."),
  ],
  [{ name: "mocha", isQuick: true, check: mochaTests }],
  [{ name: "solidity fuzz", isQuick: false, check: solidityTests }],
  [{ name: "gas", isQuick: false, check: gasSnapshot }],
];

const ALL = STEPS.flat();

const QUICK: readonly Step[] = [
  [{ name: "build", isQuick: true, isRequired: true, check: build }],
  ...STEPS.map((step) => step.filter(({ isQuick }) => isQuick)),
];

process.exitCode = await gate(chosen(process.argv.slice(2)));

function chosen(args: readonly string[]): readonly Step[] {
  const [option, name] = args;
  if (option === undefined) return STEPS;
  if (option === "--quick") return QUICK;
  const only = [...ALL, COVERAGE].filter((stage) => option === "--only" && stage.name === name);
  if (only.length > 0) return [only];
  throw new Error(`unknown: ${args.join(" ")}; stages are ${ALL.map((stage) => stage.name).join(", ")}`);
}

async function gate(steps: readonly Step[]): Promise<number> {
  let [passes, failures] = [0, 0];
  for (const step of steps) {
    const outcomes = await Promise.all(step.map(settled));
    for (const [i, { outcome, milliseconds }] of outcomes.entries()) {
      passes += outcome.passed;
      failures += outcome.failed;
      print(step[i] as Stage, outcome, milliseconds);
    }
    if (outcomes.some(({ outcome }, i) => outcome.failed > 0 && step[i]?.isRequired === true)) {
      write("The rest was not run.\n");
      break;
    }
  }
  write(`\n${passes} passed, ${failures} failed\n`);
  return failures === 0 ? 0 : 1;
}

/** What a stage found, and what it took. A check that throws has failed; the others still run. */
async function settled(stage: Stage): Promise<{ outcome: Outcome; milliseconds: number }> {
  const began = performance.now();
  let outcome: Outcome;
  try {
    outcome = await stage.check();
  } catch (error) {
    outcome = failed("could not be checked", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { outcome, milliseconds: performance.now() - began };
}

function print(stage: Stage, { failed: failures, summary, details }: Outcome, milliseconds: number): void {
  const seconds = `${Math.round(milliseconds / 1000)} s`.padStart(6);
  write(`${failures === 0 ? "ok    " : "FAILED"} ${stage.name.padEnd(16)} ${seconds}  ${summary}\n`);
  if (failures > 0 && details !== undefined) write(`\n${details.trim()}\n\n`);
}

function write(text: string): void {
  process.stdout.write(text);
}
