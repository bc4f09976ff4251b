import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PRESETS = new URL("../examples/presets/", import.meta.url);
const ENDING = ".sla.yaml";

/** The published tables that come with this project. */
export function presetNames(): string[] {
  const files = readdirSync(PRESETS).filter((name) => name.endsWith(ENDING));
  return files.map((name) => name.slice(0, -ENDING.length)).sort();
}

/** The file of a preset. */
export const presetFile = (name: string): string => fileURLToPath(new URL(name + ENDING, PRESETS));

/** What is meant when nobody names one. */
export const DEFAULT_PRESET = "azure-vm";
