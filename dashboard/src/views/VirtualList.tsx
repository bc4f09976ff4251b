import { useEffect, useRef, useState, type ReactNode } from "react";

/** Rows beyond the edges that are there already when they come into sight. */
const MARGIN = 8;

/** A list of any length of which only what can be seen is in the document. Rows are `height` pixels each. */
export function VirtualList<T>({
  items,
  height,
  rows,
  label,
  keyOf,
  onSight,
  children,
}: {
  items: readonly T[];
  height: number;
  /** How many can be seen at once. */
  rows: number;
  label: string;
  keyOf: (item: T) => string;
  /** Told of the items that are in the document now. */
  onSight?: (items: readonly T[]) => void;
  children: (item: T) => ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const from = Math.max(0, Math.min(first, items.length) - MARGIN);
  const to = Math.min(items.length, first + rows + MARGIN);
  useEffect(() => {
    onSight?.(items.slice(from, to));
  }, [items, from, to, onSight]);
  return (
    <div
      ref={box}
      className="virtual"
      role="region"
      aria-label={label}
      tabIndex={0}
      style={{ height: Math.min(rows, Math.max(items.length, 1)) * height }}
      onScroll={() => {
        setFirst(Math.floor((box.current?.scrollTop ?? 0) / height));
      }}
    >
      <ul style={{ height: items.length * height }}>
        {items.slice(from, to).map((item, i) => (
          <li
            key={keyOf(item)}
            style={{ top: (from + i) * height, height }}
            aria-setsize={items.length}
            aria-posinset={from + i + 1}
          >
            {children(item)}
          </li>
        ))}
      </ul>
    </div>
  );
}
