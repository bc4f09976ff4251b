import { readFileSync } from "node:fs";
import { run } from "./run.ts";
import { failed, passed, type Outcome } from "./stage.ts";

const SNAPSHOT = "bench/surface-snapshot.json";

/** Sizes, mutators and storage are what the snapshot says: whoever changes one has seen it and says so. */
export async function surfaceSnapshot(): Promise<Outcome> {
  const { code, output, stdout } = await run({}, "tsx", "bench/surface.ts", "--json");
  if (code !== 0) return failed("the surface cannot be read", output);
  const actual = entries(JSON.parse(stdout));
  const expected = entries(JSON.parse(readFileSync(SNAPSHOT, "utf8")));
  const names = [...new Set([...expected.keys(), ...actual.keys()])];
  const differences = names.filter((name) => expected.get(name) !== actual.get(name));
  if (differences.length === 0) return passed(`${names.length} entries as recorded`);
  const lines = differences.map(
    (name) => `${name}\n  recorded ${expected.get(name) ?? "nothing"}\n  now      ${actual.get(name) ?? "nothing"}`,
  );
  const hint = "Meant so? `npm run surface:update` records it; say why in the commit.";
  return failed(`differs from ${SNAPSHOT}`, [...lines, hint].join("\n"));
}

/** Each leaf of a snapshot by its path; a list's entries by themselves, so that one more moves no other. */
function entries(value: unknown, path = ""): Map<string, string> {
  if (Array.isArray(value)) return new Map(value.map((item) => [`${path} > ${String(item)}`, "listed"]));
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  return new Map(Object.entries(value).flatMap(([key, item]) => [...entries(item, path ? `${path} > ${key}` : key)]));
}
