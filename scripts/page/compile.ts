import { UpheldError } from "../../src/errors.ts";
import { run } from "../gate/run.ts";

/**
 * The page tells genuine code by the hashes of what the contracts compile to, so they are compiled first: at once when
 * nothing changed, a minute or two in a new checkout. Throws `build.contracts`.
 */
export async function compileContracts(): Promise<void> {
  const { code, output } = await run({}, "hardhat", "build", "--quiet");
  if (code === 0) return;
  throw new UpheldError({
    code: "build.contracts",
    message: `The contracts could not be compiled: ${output.trim()}`,
    hint: "Run `npm ci`, then `npm run build` to see it alone.",
  });
}
