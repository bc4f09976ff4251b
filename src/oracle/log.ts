import type { Tell } from "./round.ts";

/** What a log line of these events is worth being woken for. */
const LEVELS: Readonly<Record<string, string>> = {
  "deadline near": "warn",
  "node takes over": "warn",
  "node outvoted": "error",
  "not measured": "warn",
  "not collected": "warn",
  failed: "warn",
  "not delivered": "warn",
  reorganised: "warn",
  undone: "warn",
  unconfirmed: "warn",
  "round failed": "error",
  late: "error",
};

/** One JSON object a line: `time`, `level`, `event`, then its values; whole numbers as texts where they may be large. */
export function logTo(write: (line: string) => void, clock: () => Date): Tell {
  return (event, values = {}) => {
    const line = { time: clock().toISOString(), level: LEVELS[event] ?? "info", event, ...values };
    write(`${JSON.stringify(line, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}\n`);
  };
}
