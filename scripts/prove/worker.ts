/** One run of the checker, in a process of its own so that it can be ended from outside: question in, verdicts out. */
import { text } from "node:stream/consumers";
import { compile, type Sources } from "./solc.ts";

export interface Question {
  readonly file: string;
  readonly contract: string;
  readonly engine: Engine;
  readonly sources: Sources;
}

/**
 * `bmc` copes with more products and quotients, but it knows no loops, and it goes on after a `return` in the middle:
 * it was seen to call safe what has a counter-example. So it is asked about straight code only.
 */
export type Engine = "chc" | "bmc";

export type Verdict = "proved" | "unknown" | "violated";

/** Where the assertion begins, and what the checker says of it. */
export type Answer = readonly (readonly [start: number, verdict: Verdict])[];

const SAFE = { chc: "9576", bmc: "2961" };
const VIOLATED = { chc: "6328", bmc: "4661" };
/** Something was left out of what the checker reasons about. */
const UNSUPPORTED = "5724";

const { file, contract, engine, sources } = JSON.parse(await text(process.stdin)) as Question;
process.stdout.write(JSON.stringify(check()));

function check(): Answer {
  const { errors = [] } = compile(sources, {
    outputSelection: { "*": { "": [] } },
    // No timeout: with one, the same proof would come out differently on another machine.
    modelChecker: {
      engine,
      solvers: ["z3"],
      targets: ["assert"],
      contracts: { [file]: [contract] },
      showProvedSafe: true,
      showUnproved: true,
    },
  });
  const unsupported = errors.find(({ errorCode }) => errorCode === UNSUPPORTED);
  if (unsupported !== undefined) throw new Error(unsupported.message);
  return errors.flatMap(({ errorCode, message, sourceLocation }): Answer => {
    if (sourceLocation?.file !== file) return [];
    if (errorCode === SAFE[engine]) return [[sourceLocation.start, "proved"]];
    if (errorCode !== VIOLATED[engine]) return [];
    // The same code says "might happen" when the checker gave up.
    return [[sourceLocation.start, message.includes("happens here") ? "violated" : "unknown"]];
  });
}
