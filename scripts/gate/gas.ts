import { changes, type Own, recorded, told } from "../../bench/snapshot.ts";
import { run } from "./run.ts";
import { failed, passed, type Outcome } from "./stage.ts";

/** What the bench measures of ours is what its snapshot says. A shrink has to be recorded too, or it could be lost unseen. */
export async function gasSnapshot(): Promise<Outcome> {
  const { code, output, stdout } = await run({}, "tsx", "bench/main.ts", "--quick", "--json");
  if (code !== 0) return failed("the bench does not run", output);
  const differences = changes(recorded() ?? {}, JSON.parse(stdout) as Own);
  if (differences.length === 0) return passed("all figures as recorded");
  const hint =
    "`npm run bench:update` records what shrank; with `-- --allow-growth`, and a reason in the commit, also what grew.";
  return failed("figures differ from bench/gas-snapshot.json", [...differences.map(told), hint].join("\n"));
}
