import { lastOf } from "../../chain/history.ts";
import { plainMoney } from "../../format.ts";
import { formatIsoTime, formatMoney, formatSpan } from "../../terms/format.ts";
import { act, cashOut, report, signUp, type Stage } from "../stage.ts";
import type { Story } from "./story.ts";

const PAID_MONTHS = 3;

/** The client pays three months and no more; the provider leaves as soon as it may. */
export const clientStopsPaying: Story = {
  name: "client-stops-paying",
  plot: `The client pays ${PAID_MONTHS} months in and then nothing more.`,

  async play(stage) {
    await signUp(stage, BigInt(PAID_MONTHS));
    for (let k = 0; k < PAID_MONTHS; ++k) await report(stage, k);
    await leave(stage, PAID_MONTHS);
    await report(stage, PAID_MONTHS);
    await cashOut(stage);
  },

  ending({ agreement }, { periods, history, owed }) {
    const { token, terms } = agreement;
    const last = periods.at(-1);
    const left = lastOf(history, "Terminated");
    if (last === undefined || left === undefined) throw new Error("nobody left");
    const money = (amount: bigint) => formatMoney(amount, token);
    const earlier = periods.slice(0, -1).reduce((total, { credit }) => total + credit, 0n);
    return {
      periods: [last.k],
      text: [
        `Unpaid work is bounded: the provider left ${formatSpan(left.end - last.start)} into the first month that was not covered, the agreed grace of ${formatSpan(terms.fundingGrace)}.`,
        `Those days cost ${money(last.fee)}; the credit of ${money(earlier)} from before was the client's balance and went towards it. ${money(owed)} are owed.`,
        `Should the client ever pay in, arrears are paid first. Nobody had to be asked: the terms say so.`,
      ],
      data: {
        end: formatIsoTime(left.end),
        lastFee: plainMoney(last.fee, token.decimals),
        owed: plainMoney(owed, token.decimals),
      },
    };
  },
};

/** The provider may leave once the grace has passed in a month that is not covered: then, to the second. */
async function leave(stage: Stage, k: number): Promise<void> {
  const { agreement, clock, onProgress } = stage;
  onProgress("the provider leaves");
  const { start } = await agreement.period(BigInt(k));
  await clock.moveTo(start + agreement.terms.fundingGrace);
  await act(stage, "provider", "terminate", "nonpayment");
}
