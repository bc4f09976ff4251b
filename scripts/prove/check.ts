import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Proof } from "./proofs.ts";
import type { Answer, Question, Verdict } from "./worker.ts";

/** How many checkers run at a time. */
const CORES = 2;
const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

export interface Result {
  readonly proof: Proof;
  /** One per assertion, in their order. */
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
}

/** Check all `proofs`, telling of each as soon as it is done. One that takes more than `limit` seconds of a processor is unknown. */
export async function checkAll(
  proofs: readonly Proof[],
  limit: number,
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = [...proofs];
  const lane = async () => {
    for (let proof = waiting.shift(); proof !== undefined; proof = waiting.shift()) {
      const result = await check(proof, limit);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: CORES }, lane));
  return results;
}

async function check(proof: Proof, limit: number): Promise<Result> {
  const began = performance.now();
  const { file, contract, engine, sources, assertions } = proof;
  const answer = await ask({ file, contract, engine, sources }, limit);
  const verdicts = assertions.map(({ start }) => worst(answer.filter(([at]) => at === start).map(([, said]) => said)));
  return { proof, verdicts, seconds: (performance.now() - began) / 1000 };
}

/** Nothing said is nothing known. */
function worst(said: readonly Verdict[]): Verdict {
  if (said.includes("violated")) return "violated";
  return said.length === 0 || said.includes("unknown") ? "unknown" : "proved";
}

function ask(question: Question, limit: number): Promise<Answer> {
  // Time of the processor, not of the clock: a busy machine must not change a verdict.
  const command = `ulimit -t ${Math.ceil(limit)} && exec "$0" --import tsx "$1"`;
  const child = spawn("sh", ["-c", command, process.execPath, WORKER], { stdio: ["pipe", "pipe", "pipe"] });
  let [output, trouble] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text));
  child.stdin.end(JSON.stringify(question));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL" || signal === "SIGXCPU") done([]);
      else if (code === 0) done(JSON.parse(output) as Answer);
      else fail(new Error(`${question.file}: ${question.contract}: ${trouble}`));
    });
  });
}
