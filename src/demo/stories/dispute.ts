import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventsOf, lastOf } from "../../chain/history.ts";
import { plainMoney } from "../../format.ts";
import { formatMoney } from "../../terms/format.ts";
import { act, cashOut, periodIn, report, signUp, type Stage } from "../stage.ts";
import { dayOf } from "../words.ts";
import type { Story } from "./story.ts";

const MONTH = "2025-10";
/** The incident that the oracle does not see. */
const MISSED = "2025-10-29";
const DAY = 86_400n;

/** The oracle misses an incident; the client states its own counts; the arbiter picks them. */
export const dispute: Story = {
  name: "dispute",
  plot: `In October the oracle misses the incident of ${MISSED}. The client has its own records and says so.`,

  async play(stage) {
    const { periods } = stage.agreement.terms;
    const disputed = await periodIn(stage, MONTH);
    await signUp(stage, BigInt(periods));
    for (let k = 0; k < periods; ++k) {
      if (k !== disputed) await report(stage, k);
      else await argue(stage, k);
    }
    await cashOut(stage);
  },

  ending({ agreement }, { history }) {
    const { token, terms } = agreement;
    const claim = lastOf(history, "Disputed");
    const split = lastOf(history, "Split");
    const about = ({ period }: { readonly period: bigint }) => period === claim?.period;
    const final = eventsOf(history, "PeriodFinal").find(about);
    const report = eventsOf(history, "Reported").findLast(about);
    if (claim === undefined || split === undefined || final === undefined || report === undefined) {
      throw new Error("nothing was disputed");
    }
    const money = (amount: bigint) => formatMoney(amount, token);
    const plain = (amount: bigint) => plainMoney(amount, token.decimals);
    const standsAt = split.dueAt + terms.rulingWindow;
    return Promise.resolve({
      periods: [Number(claim.period)],
      text: [
        `Only the difference waited: ${money(split.earned)} and ${money(split.credit)} moved on ${dayOf(split.dueAt)}, ${money(split.held)} were held.`,
        `November was reported and paid as if nothing were disputed. The arbiter named no amount: it picked counts.`,
        `Had the arbiter stayed silent, the report would have stood on ${dayOf(standsAt)}: ${money(report.credit)} back, the stake returned.`,
      ],
      data: {
        month: MONTH,
        reported: plain(report.credit),
        claimed: plain(claim.credit),
        stake: plain(claim.pledge),
        held: plain(split.held),
        final: plain(final.credit),
      },
    });
  },
};

async function argue(stage: Stage, k: number): Promise<void> {
  const { clock, files } = stage;
  const seen = join(files.folder, "seen-by-the-oracle.csv");
  const all = readFileSync(files.outages, "utf8").split("\n");
  writeFileSync(seen, all.filter((line) => !line.startsWith(MISSED)).join("\n"));
  await report(stage, k, { outages: seen });
  await clock.moveTo((await clock.now()) + 4n * DAY);
  await act(stage, "client", "dispute", "--as", "client", "--outages", files.outages, "--evidence", files.evidence);
  // The provider may answer with counts of its own; it does not. Then the arbiter looks at both.
  const { resolvesAt } = await stage.agreement.summary();
  await clock.moveTo(resolvesAt + 5n * DAY);
  await act(stage, "arbiter", "rule", String(k), "client");
}
