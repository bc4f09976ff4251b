/** One run of the checker, in a process of its own so that it can be ended from outside: question in, verdicts out. */
import { text } from "node:stream/consumers";
import { compile, type Sources } from "./solc.ts";

export interface Question {
  readonly file: string;
  readonly contract: string;
  readonly sources: Sources;
}

export type Verdict = "proved" | "unknown" | "violated";

/** Where the assertion begins, and what the checker says of it. */
export type Answer = readonly (readonly [start: number, verdict: Verdict])[];

const SAFE = "9576";
const UNSAFE = "6328";
/** Something was left out of what the checker reasons about. */
const UNSUPPORTED = "5724";

const { file, contract, sources } = JSON.parse(await text(process.stdin)) as Question;
process.stdout.write(JSON.stringify(check()));

function check(): Answer {
  const { errors = [] } = compile(sources, {
    outputSelection: { "*": { "": [] } },
    // No timeout: with one, the same proof would come out differently on another machine.
    modelChecker: {
      engine: "chc",
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
    if (errorCode === SAFE) return [[sourceLocation.start, "proved"]];
    if (errorCode !== UNSAFE) return [];
    return [[sourceLocation.start, message.includes("happens here") ? "violated" : "unknown"]];
  });
}
