/** Child process: compile a build of mutants while the tests of another one run. Told over IPC. */
import { build } from "./builds.ts";
import { apply, type Mutant } from "./mutant.ts";
import { makeMutants } from "./solidity.ts";
import { errorsOf, parse, readSources } from "./source.ts";
import { addSwitches, mutantAt } from "./switches.ts";

export interface Order {
  readonly ids: readonly string[];
  /** The one mutant is not switched on: it is all there is. */
  readonly alone: boolean;
  readonly folder: string;
}

export interface Delivery {
  /** As Solidity they are no contract. */
  readonly notCompiled: readonly string[];
  /** They cannot be switched on after all. */
  readonly notSwitched: readonly string[];
}

process.once("message", (order: Order) => {
  const delivery = deliver(order);
  process.send?.(delivery, () => process.exit());
});

function deliver({ ids, alone, folder }: Order): Delivery {
  const sources = readSources();
  const trees = parse(sources).sources;
  const wanted = new Set(ids);
  let mutants = makeMutants(sources, trees).filter(({ id }) => wanted.has(id));
  const applied = (mutant: Mutant) => new Map(sources).set(mutant.file, apply(sources.get(mutant.file) ?? "", mutant));
  const compiles = (mutant: Mutant): boolean => errorsOf(parse(applied(mutant))).length === 0;
  if (alone) {
    const [mutant] = mutants;
    if (mutant === undefined || !compiles(mutant)) return { notCompiled: ids, notSwitched: [] };
    build(applied(mutant), new Set([mutant.file]), folder);
    return { notCompiled: [], notSwitched: [] };
  }
  // What a deleted assignment breaks shows only further down, where no mutant is: as a storage pointer that is not set.
  const isWrongAlone = (mutant: Mutant, errors: ReturnType<typeof errorsOf>): boolean =>
    errors.some(({ sourceLocation: at }) => at?.file === mutant.file) &&
    errorsOf(parse(addSwitches(sources, trees, [mutant]))).length > 0;
  const refused: Mutant[] = [];
  for (;;) {
    const rendered = addSwitches(sources, trees, mutants);
    const errors = errorsOf(parse(rendered));
    if (errors.length === 0) {
      build(rendered, new Set(mutants.flatMap(({ switches }) => switches.map(({ file }) => file))), folder);
      break;
    }
    const found = new Set(
      errors.map(({ sourceLocation: at }) => at && mutantAt(rendered.get(at.file) ?? "", at.start, at.end)),
    );
    const named = mutants.filter(({ id }) => found.has(id));
    const wrong = named.length > 0 ? named : mutants.filter((mutant) => isWrongAlone(mutant, errors));
    if (wrong.length === 0) throw new Error(errors[0]?.formattedMessage);
    refused.push(...wrong);
    mutants = mutants.filter((mutant) => !wrong.includes(mutant));
  }
  const [notSwitched, notCompiled] = [refused.filter(compiles), refused.filter((mutant) => !compiles(mutant))];
  return { notCompiled: notCompiled.map(({ id }) => id), notSwitched: notSwitched.map(({ id }) => id) };
}
