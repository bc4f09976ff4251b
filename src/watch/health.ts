import { metric, type Health } from "../oracle/health.ts";
import type { WatchStatus } from "./watch.ts";

/** A round that is so late means that the watcher hangs. */
const GRACE_MS = 900_000;

/** What `/healthz` and `/metrics` say of a watcher. `now` in milliseconds. */
export function watchHealth(status: WatchStatus, now: () => number): Health {
  return {
    reasons: () => unwell(status, now()),
    lastProblem: () => status.lastProblem,
    metrics: () => metricsOf(status),
  };
}

function unwell(status: WatchStatus, now: number): string[] {
  const reasons: string[] = [];
  if (status.rounds > 0 && status.lastGoodRoundAt === 0) reasons.push("no round has succeeded yet");
  if (status.lastGoodRoundAt > 0 && status.lastRoundAt > status.lastGoodRoundAt) reasons.push("the last round failed");
  if (status.nextRoundAt > 0 && now > status.nextRoundAt + GRACE_MS) reasons.push("the next round is late");
  if (status.refused > 0) reasons.push(`${status.refused} letters could not be delivered yet`);
  return reasons;
}

function metricsOf(status: WatchStatus): string {
  const one = (name: string, type: string, help: string, value: number) => metric(name, type, help, [["", value]]);
  return [
    one("upheld_watch_agreements", "gauge", "Agreements that are watched.", status.agreements),
    one("upheld_watch_notices_total", "counter", "Notices that this process found.", status.found),
    one("upheld_watch_waiting_letters", "gauge", "Letters that are not delivered yet.", status.waiting),
    one("upheld_watch_refused_letters", "gauge", "Of these, tried in vain before.", status.refused),
    one("upheld_watch_missing_evidence", "gauge", "Evidence that is sworn and not kept.", status.missing),
    one("upheld_watch_rounds_total", "counter", "Rounds.", status.rounds),
    one("upheld_watch_rounds_failed_total", "counter", "Rounds that could not be done.", status.failedRounds),
    one(
      "upheld_watch_last_good_round_timestamp_seconds",
      "gauge",
      "When a round last succeeded; 0: never.",
      Math.floor(status.lastGoodRoundAt / 1000),
    ),
  ].join("");
}
