import { mock } from "node:test";

/** Stops the clock at a full second for the test that runs; only `pass` moves it. Timers go on. */
export function stopClock(): { pass: (ms: number) => void; goOn: () => void } {
  mock.timers.enable({ apis: ["Date"], now: Math.floor(Date.now() / 1000) * 1000 });
  return {
    pass: (ms) => {
      mock.timers.tick(ms);
    },
    goOn: () => {
      mock.timers.reset();
    },
  };
}
