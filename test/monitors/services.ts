import type { Services } from "../../src/monitors/types.ts";

/** A world in which waiting takes no time; `waited` lists for how long it would have been. */
export function quickServices(environment: Services["environment"] = {}): Services & { readonly waited: number[] } {
  const waited: number[] = [];
  const wait = (milliseconds: number) => {
    waited.push(milliseconds);
    return Promise.resolve();
  };
  return { environment, now: () => Date.now() / 1000, wait, waited };
}
