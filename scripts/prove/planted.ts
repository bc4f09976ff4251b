import { checkAll, type Result } from "./check.ts";
import { BUGS, type Bug } from "./bugs.ts";
import { standIn } from "./documented.ts";
import { nameOf, proofsIn, type Proof } from "./proofs.ts";
import { readSource } from "./solc.ts";

/**
 * Whether the proofs can fail. Each must be lost when a bug is planted in the library that it calls, and must not hold
 * when `false` takes the place of its claim: what it requires could be met by nothing at all.
 */
export async function checkPlanted(only: string, limit: number, write: (text: string) => void): Promise<boolean> {
  // Of what is unknown anyway nothing can be lost.
  const known = (name: string) => standIn(name) === undefined && !name.startsWith("Lemmas.");
  const proofs = proofsIn().filter((proof) => nameOf(proof).includes(only) && known(nameOf(proof)));
  const unbroken = proofs.filter((proof) => !BUGS.some(({ breaks }) => breaks.includes(nameOf(proof))));
  for (const proof of unbroken) write(`${nameOf(proof)}: no bug is planted for it\n`);

  const tried = [...proofs.map(falsified), ...BUGS.flatMap((bug) => planted(bug, only))];
  const results = await checkAll(tried, limit, (result) => {
    const said = isLost(result) ? (result.verdicts.includes("violated") ? "violated" : "lost") : "HOLDS";
    write(`${said.padEnd(8)}  ${nameOf(result.proof)}: ${result.proof.claim}\n`);
  });
  const holding = results.filter((result) => !isLost(result)).length;
  const violated = results.filter(({ verdicts }) => verdicts.includes("violated")).length;
  write(
    `${violated} violated, ${results.length - holding - violated} lost, ${holding} still hold, ${unbroken.length} without a bug\n`,
  );
  return holding === 0 && unbroken.length === 0 && results.length > 0;
}

/** Not proved any more; best with a counter-example, but in hard sums the checker may not find one. */
function isLost({ verdicts }: Result): boolean {
  return verdicts.some((verdict) => verdict !== "proved");
}

/** The same proof, its last assertion made false. */
function falsified(proof: Proof): Proof {
  const last = proof.assertions.at(-1);
  if (last === undefined) throw new Error(`${nameOf(proof)} asserts nothing`);
  const bytes = Buffer.from(proof.sources[proof.file] ?? "");
  const [before, after] = [bytes.subarray(0, last.start).toString(), bytes.subarray(last.end).toString()];
  const sources = { ...proof.sources, [proof.file]: `${before}assert(false)${after}` };
  return { ...proof, claim: "false follows", assertions: [last], sources };
}

/** The proofs that a bug must break, on the code with the bug in it. */
function planted({ file, code, bug, breaks }: Bug, only: string): readonly Proof[] {
  const names = breaks.filter((name) => name.includes(only));
  if (names.length === 0) return [];
  if (readSource(file).split(code).length !== 2) throw new Error(`${file} does not have once: ${code}`);
  const all = proofsIn((path) => (path === file ? readSource(path).replace(code, bug) : readSource(path)));
  return names.map((name) => {
    const proof = all.find((candidate) => nameOf(candidate) === name);
    if (proof === undefined) throw new Error(`there is no proof ${name}`);
    return { ...proof, claim: `${code.trim()} → ${bug.trim()}` };
  });
}
