import { mock } from "node:test";

/** Stops the clock for the test that runs; only `pass` moves it. Timers go on. */
export function stopClock(): { pass: (ms: number) => void; goOn: () => void } {
  mock.timers.enable({ apis: ["Date"], now: Date.now() });
  return {
    pass: (ms) => {
      mock.timers.tick(ms);
    },
    goOn: () => {
      mock.timers.reset();
    },
  };
}
