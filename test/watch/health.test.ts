import { expect } from "chai";
import { watchHealth } from "../../src/watch/health.ts";
import { newWatchStatus, type WatchStatus } from "../../src/watch/watch.ts";
import { plainly } from "./told.ts";

const NOW = 1_900_000_000_000;
const reasonsOf = (status: Partial<WatchStatus>) =>
  watchHealth({ ...newWatchStatus(), ...status }, () => NOW).reasons();

describe("a watcher's health", () => {
  it("is good before the first round, and after a good one", () => {
    expect(reasonsOf({})).to.deep.equal([]);
    expect(reasonsOf({ rounds: 1, lastRoundAt: NOW, lastGoodRoundAt: NOW })).to.deep.equal([]);
  });

  it("is bad while no round has succeeded, and while the last one failed", () => {
    expect(reasonsOf({ rounds: 1, lastRoundAt: NOW })).to.deep.equal(["no round has succeeded yet"]);
    expect(reasonsOf({ rounds: 2, lastRoundAt: NOW, lastGoodRoundAt: NOW - 1 })).to.deep.equal([
      "the last round failed",
    ]);
  });

  it("is bad once the next round is a quarter of an hour late", () => {
    expect(reasonsOf({ nextRoundAt: NOW - 900_000 })).to.deep.equal([]);
    expect(reasonsOf({ nextRoundAt: NOW - 900_001 })).to.deep.equal(["the next round is late"]);
  });

  it("is bad while letters were refused, not while they wait", () => {
    expect(reasonsOf({ waiting: 2 })).to.deep.equal([]);
    expect(reasonsOf({ waiting: 2, refused: 1 })).to.deep.equal(["1 letters could not be delivered yet"]);
  });

  it("tells the last problem", () => {
    const lastProblem = { code: "chain.moved", message: "so" };
    expect(watchHealth({ ...newWatchStatus(), lastProblem }, () => NOW).lastProblem()).to.equal(lastProblem);
  });

  it("is numbers as Prometheus reads them", () => {
    const status: WatchStatus = {
      ...{ rounds: 9, failedRounds: 2, lastRoundAt: NOW, lastGoodRoundAt: NOW + 999, nextRoundAt: 0 },
      ...{ lastProblem: undefined, agreements: 3, found: 4, waiting: 5, refused: 6, missing: 7 },
    };
    expect(
      watchHealth(status, () => NOW)
        .metrics()
        .trimEnd(),
    ).to.equal(
      plainly(`
      # HELP upheld_watch_agreements Agreements that are watched.
      # TYPE upheld_watch_agreements gauge
      upheld_watch_agreements 3
      # HELP upheld_watch_notices_total Notices that this process found.
      # TYPE upheld_watch_notices_total counter
      upheld_watch_notices_total 4
      # HELP upheld_watch_waiting_letters Letters that are not delivered yet.
      # TYPE upheld_watch_waiting_letters gauge
      upheld_watch_waiting_letters 5
      # HELP upheld_watch_refused_letters Of these, tried in vain before.
      # TYPE upheld_watch_refused_letters gauge
      upheld_watch_refused_letters 6
      # HELP upheld_watch_missing_evidence Evidence that is sworn and not kept.
      # TYPE upheld_watch_missing_evidence gauge
      upheld_watch_missing_evidence 7
      # HELP upheld_watch_rounds_total Rounds.
      # TYPE upheld_watch_rounds_total counter
      upheld_watch_rounds_total 9
      # HELP upheld_watch_rounds_failed_total Rounds that could not be done.
      # TYPE upheld_watch_rounds_failed_total counter
      upheld_watch_rounds_failed_total 2
      # HELP upheld_watch_last_good_round_timestamp_seconds When a round last succeeded; 0: never.
      # TYPE upheld_watch_last_good_round_timestamp_seconds gauge
      upheld_watch_last_good_round_timestamp_seconds 1900000000
    `),
    );
  });
});
