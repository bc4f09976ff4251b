import { plainMoney } from "../../format.ts";
import { formatIsoTime, formatMoney } from "../../terms/format.ts";
import { act, cashOut, periodIn, report, signUp, type Stage } from "../stage.ts";
import { dayOf } from "../words.ts";
import type { Story } from "./story.ts";

const MONTH = "2025-07";
const DAY = 86_400n;

/** The oracle's key is lost in July; the agreed silence credit applies, and two keys appoint another oracle. */
export const silentOracle: Story = {
  name: "silent-oracle",
  plot: "After June the oracle's key is lost. Nobody reports July.",

  async play(stage) {
    const { periods } = stage.agreement.terms;
    const silent = await periodIn(stage, MONTH);
    await signUp(stage, BigInt(periods));
    for (let k = 0; k < periods; ++k) {
      if (k === silent) await replaceOracle(stage, k);
      else await report(stage, k, { by: k < silent ? "oracle" : "newOracle" });
    }
    await cashOut(stage);
  },

  async ending({ agreement, addresses }, { periods }) {
    const { token, terms } = agreement;
    const state = await agreement.state();
    const silent = periods.find(({ isReported }) => !isReported);
    if (silent === undefined) throw new Error("no month was silent");
    const silentAt = silent.finalAt - terms.disputeWindow;
    return {
      periods: [silent.k],
      text: [
        `No report by ${dayOf(silentAt)}: silence counts as a report of ${formatMoney(silent.credit, token)}, as both had agreed, and was final on ${dayOf(silent.finalAt)}.`,
        `Either party could have stated counts until then, or both agreed on the true credit. It is no bad month towards the right to leave.`,
        `No key of the old oracle was needed: client and provider appointed another one, and August came in time.`,
      ],
      data: {
        month: MONTH,
        silenceCredit: plainMoney(silent.credit, token.decimals),
        finalAt: formatIsoTime(silent.finalAt),
        oracleReplaced: state.oracle === addresses.newOracle,
      },
    };
  },
};

async function replaceOracle(stage: Stage, k: number): Promise<void> {
  const { agreement, addresses, clock, onProgress } = stage;
  const { base } = await agreement.period(BigInt(k));
  onProgress("nobody reports");
  await clock.moveTo(base + agreement.terms.reportWindow + agreement.terms.disputeWindow + DAY);
  await act(stage, "client", "agree", "oracle", addresses.newOracle, "--as", "client");
  await clock.moveTo((await clock.now()) + DAY);
  await act(stage, "provider", "agree", "oracle", addresses.newOracle, "--as", "provider");
}
