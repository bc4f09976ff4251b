import { useCallback, useEffect, useState } from "react";

export interface Loading<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => Promise<void>;
}

/**
 * What `load` answers, now, every `every` milliseconds while the page is looked at, and when the connection is back. What was there stays while it is read
 * anew, and when that fails.
 */
export function useLoaded<T>(load: () => Promise<T>, every: number): Loading<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown; isLoading: boolean; of: unknown }>({
    isLoading: true,
    of: load,
  });
  const reload = useCallback(async () => {
    try {
      const data = await load();
      setState({ data, isLoading: false, of: load });
    } catch (error) {
      setState((before) => ({ ...(before.of === load ? before : {}), error, isLoading: false, of: load }));
    }
  }, [load]);
  useEffect(() => {
    void reload();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, every);
    const again = () => void reload();
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [reload, every]);
  const isCurrent = state.of === load;
  return {
    data: isCurrent ? state.data : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: !isCurrent || state.isLoading,
    reload,
  };
}
