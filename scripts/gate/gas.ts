import { readFileSync } from "node:fs";
import { run } from "./run.ts";
import { failed, passed, type Outcome } from "./stage.ts";

/** Every figure of the bench is what its snapshot says. A shrink has to be recorded too, or it could be lost unseen. */
export async function gasSnapshot(): Promise<Outcome> {
  const { code, output, stdout } = await run({}, "tsx", "bench/main.ts", "--json");
  if (code !== 0) return failed("the bench does not run", output);
  const actual = JSON.parse(stdout) as Figures;
  const expected = JSON.parse(readFileSync("bench/gas-snapshot.json", "utf8")) as Figures;
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const differences = names.filter((name) => actual[name] !== expected[name]);
  if (differences.length === 0) return passed(`${names.length} figures as recorded`);
  const table = differences.map((name) => `${name}: ${expected[name] ?? "not recorded"} → ${actual[name] ?? "gone"}`);
  const hint =
    "`npm run bench:update` records what shrank; with `-- --allow-growth`, and a reason in the commit, also what grew.";
  return failed("figures differ from bench/gas-snapshot.json", [...table, hint].join("\n"));
}

type Figures = Readonly<Record<string, number>>;
