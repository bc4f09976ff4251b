import { useSyncExternalStore } from "react";

/** A value that any part of the page may read and change. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** The value, in a view that is drawn anew when it changes. */
  use(): T;
}

export function storeOf<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const listen = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = () => value;
  return {
    get,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(listen, get),
  };
}
