import { useSyncExternalStore } from "react";
import { UpheldError } from "../../src/errors.ts";
import { parseRoute, type Route } from "./route.ts";

/** What the link in the browser's bar says, or what is wrong with it. */
export function useRoute(): Route | UpheldError {
  const hash = useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => {
        window.removeEventListener("hashchange", listener);
      };
    },
    () => window.location.hash,
  );
  try {
    return parseRoute(hash);
  } catch (error) {
    if (error instanceof UpheldError) return error;
    throw error;
  }
}
