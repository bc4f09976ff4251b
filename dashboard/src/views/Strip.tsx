import { useCallback, useEffect, useRef, useState } from "react";
import type { Address } from "viem";
import type { Item } from "../chain/portfolio.ts";
import type { Head } from "../chain/rpc.ts";
import { readStrips, stateOf, type Mark, type Strip } from "../chain/strip.ts";
import type { Source } from "../chain/view.ts";

/** Ms of rest before what is in sight is read: nobody looks at what flies past. */
const REST = 150;

/** The strips of the agreements that were in sight, and what tells of those that are now. */
export function useStrips(source: Source, head: Head) {
  const [strips, setStrips] = useState<ReadonlyMap<Address, Strip>>(new Map());
  const known = useRef(strips);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const inSight = useCallback(
    (items: readonly Item[]) => {
      clearTimeout(timer.current);
      const missing = items.filter((item) => known.current.get(item.address)?.of !== stateOf(item));
      if (missing.length === 0) return;
      timer.current = setTimeout(() => {
        readStrips(source, head, missing).then(
          (found) => {
            known.current = new Map([...known.current, ...found]);
            setStrips(known.current);
          },
          // the list says all that matters without it; what comes into sight next asks again
          () => undefined,
        );
      }, REST);
    },
    [source, head],
  );
  return { strips, inSight };
}

const WORDS: Readonly<Record<Mark, string>> = {
  good: "good",
  credited: "credited",
  silent: "without a report",
  disputed: "disputed",
};

/** Each a height of its own too: colours are not for everyone. */
const HEIGHTS: Readonly<Record<Mark, number>> = { good: 16, credited: 9, silent: 3, disputed: 16 };
const CLASSES: Readonly<Record<Mark, string>> = { good: "kept", credited: "back", silent: "none", disputed: "held" };

/** The last periods at a glance, oldest first. */
export function StripOf({ strip }: { strip: Strip | undefined }) {
  if (strip === undefined) return <span />;
  const { marks } = strip;
  const counts = Map.groupBy(marks, (mark) => mark);
  const words = (Object.keys(WORDS) as Mark[])
    .filter((mark) => counts.has(mark))
    .map((mark) => `${counts.get(mark)?.length ?? 0} ${WORDS[mark]}`);
  if (words.length === 0) return <span className="hint">none yet</span>;
  const label = `Last ${marks.length === 1 ? "period" : `${marks.length} periods`}: ${words.join(", ")}`;
  return (
    <svg className="strip" viewBox="0 0 96 16" role="img" aria-label={label} data-strip={marks.join(" ")}>
      <title>{label}</title>
      {marks.map((mark, i) => (
        <rect
          key={i}
          className={CLASSES[mark]}
          x={8 * (i + 12 - marks.length)}
          y={16 - HEIGHTS[mark]}
          width={6}
          height={HEIGHTS[mark]}
        />
      ))}
    </svg>
  );
}
