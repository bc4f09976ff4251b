import { useEffect, useRef, useState } from "react";

export interface Failed {
  readonly error: unknown;
}

export interface Work<T> {
  /** What came of the last one; undefined: nothing was asked yet. */
  readonly state: T | Failed | "working" | undefined;
  readonly run: (work: (signal: AbortSignal) => Promise<T>) => Promise<void>;
  /** Puts something else in its place. */
  readonly set: (state: T | Failed | undefined) => void;
}

/** One piece of work at a time: the next one, or leaving, ends the one that runs. */
export function useWork<T>(): Work<T> {
  const [state, setState] = useState<Work<T>["state"]>();
  const running = useRef<AbortController>(undefined);
  const stop = () => {
    running.current?.abort();
  };
  useEffect(() => stop, []);
  return {
    state,
    async run(work) {
      stop();
      const { signal } = (running.current = new AbortController());
      setState("working");
      const done = await work(signal).catch((error: unknown) => ({ error }));
      if (!signal.aborted) setState(done);
    },
    set(next) {
      stop();
      setState(next);
    },
  };
}
