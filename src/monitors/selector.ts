import { UpheldError } from "../errors.ts";
import { PRESETS, type PresetName } from "./presets.ts";

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const TEXT = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|` + "`[^`]*`";
const SELECTOR = new RegExp(`^(${NAME})?\\s*(?:\\{(?:[^"'\`{}]|${TEXT})*\\})?$`);

/**
 * A query that picks series and computes nothing: a name, labels in braces, or both. Whatever computes has no raw
 * samples; some servers would invent them. Throws `monitor.query`.
 */
export function parseSelector(query: string, preset?: PresetName): string {
  const text = query.trim();
  const match = text === "" ? null : SELECTOR.exec(text);
  if (match === null) {
    throw wrong(`"${query}" is not a plain selector`, `write a metric with labels, like probe_success{job="blackbox"}`);
  }
  const wanted = preset === undefined ? undefined : PRESETS[preset].metric;
  if (wanted !== undefined && match[1] !== wanted) {
    throw wrong(`"${query}" is not about ${wanted}, which the preset ${preset ?? ""} reads`, `start it with ${wanted}`);
  }
  return text;
}

const wrong = (message: string, hint: string) => new UpheldError({ code: "monitor.query", message, hint });

/** One word for a vantage point, from a label that may be an address. */
export function vantageOf(label: string): string {
  const word = label.replace(/^https?:\/\//, "").replaceAll(/[^A-Za-z0-9._:-]+/g, "-");
  return word.replaceAll(/^-+|-+$/g, "").slice(0, 60);
}
