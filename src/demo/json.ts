import { plainMoney } from "../format.ts";
import type { Outcome } from "./outcome.ts";
import { monthOf } from "./stage.ts";
import type { Ending, Story } from "./stories/story.ts";

/** The story for machines: the months, the sums, and what is special to the story. */
export function toData(
  story: Story,
  { periods, credited, earned, conserved }: Outcome,
  ending: Ending,
  decimals: number,
) {
  const plain = (amount: bigint) => plainMoney(amount, decimals);
  return {
    ...(story.name === "year" ? {} : { story: story.name }),
    months: periods.map(({ start, counts, credit, creditPpb, earned: part }) => ({
      month: monthOf(start),
      // a month that nobody reported has no counts
      total: counts === undefined ? null : Number(counts.total),
      bad: counts === undefined ? null : Number(counts.bad),
      creditPpb: Number(creditPpb),
      credited: plain(credit),
      earned: plain(part),
    })),
    credited: plain(credited),
    earned: plain(earned),
    conserved,
    ...(story.name === "year" ? {} : { ending: ending.data }),
  };
}
