import { useState } from "react";
import { moment, plainMoney } from "../../../src/format.ts";
import { claimPlan, bondPlan, withdrawPlan } from "../chain/actions.ts";
import type { View } from "../chain/view.ts";
import { money, periodName } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { AmountField, parseAmount } from "./fields.tsx";
import { Notice, Section } from "./parts.tsx";

/** Who holds the money now, and the buttons that move it. */
export function Money({ view }: { view: View }) {
  const { summary, terms, token } = view;
  const { state, provider, client } = summary;
  const propose = usePropose();
  const total = state.balance + state.unabsorbed;
  const covered =
    summary.fundedThrough === 0n
      ? "nothing is covered yet"
      : `covered through ${moment(summary.fundedThrough - 1n).replace(/ \d\d:\d\d(:\d\d)? UTC$/, "")}`;
  const missing = state.committed - total;
  const notThere = missing > 0n ? `; ${money(view, missing)} of it are not there yet` : "";
  const rows: [what: string, amount: bigint, note: string][] = [
    ["client's balance", total, covered],
    ["kept for periods that run", state.committed - state.held, noticeText(view) + notThere],
    ["held for the arbiter", state.held, "until a ruling, or until both agree"],
    ["free, the client's to take out", client.payout, "credits of earlier periods, and what was paid ahead"],
    ["earned, the provider's to claim", provider.payout, "at any time"],
    ["owed to the provider", state.owed, "paid from whatever comes in first"],
    ["bond", state.bond, summary.bondMissing > 0n ? `short of ${money(view, summary.bondMissing)}` : "whole"],
    ["stakes of open disputes", state.pledges, "back, or to the other side, when it is ruled"],
  ];
  return (
    <Section
      title="The money now"
      aside={<strong data-total>{money(view, total + state.earnings + state.bond + state.pledges)}</strong>}
    >
      <table className="money">
        <tbody>
          {rows
            .filter(([what, amount]) => amount > 0n || what === "client's balance")
            .map(([what, amount, note]) => (
              <tr key={what} data-row={what}>
                <th scope="row">{what}</th>
                <td className="number">{money(view, amount)}</td>
                <td className="hint">{note}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {state.owed > 0n && (
        <Notice tone="warn">
          <p>
            {money(view, state.owed)} are owed to the provider.{" "}
            {summary.provider.leaveAtOnceUntil > 0n ? "The provider may leave at once." : ""}
          </p>
        </Notice>
      )}
      <div className="buttons">
        {client.payout > 0n && <TakeOut view={view} />}
        {provider.payout > 0n && (
          <button
            type="button"
            onClick={() => {
              propose({
                title: `Claim ${money(view, provider.payout)}`,
                by: { who: "the provider", account: state.provider },
                plan: (account) => claimPlan(view, account),
              });
            }}
          >
            Claim {money(view, provider.payout)} …
          </button>
        )}
        {view.phase === "active" && summary.bondMissing > 0n && (
          <button
            type="button"
            onClick={() => {
              propose({ title: "Post the bond", by: undefined, plan: (account) => bondPlan(view, account) });
            }}
          >
            Post {money(view, summary.bondMissing)} of bond …
          </button>
        )}
      </div>
      <p className="hint">
        Credited so far: {money(view, state.creditsGiven)} of {money(view, terms.termCreditCap)} at most over the whole
        term. Only these rules and the {token.symbol} contract move the money: no third party holds it.
      </p>
    </Section>
  );
}

function noticeText({ terms, summary: { state } }: View): string {
  const first = Number(state.period);
  if (first >= Number(state.periods)) return "";
  const last = Math.min(Number(state.periods) - 1, first + terms.noticePeriods);
  return last === first ? periodName(terms, first) : `${periodName(terms, first)} and the notice after it`;
}

function TakeOut({ view }: { view: View }) {
  const { summary, token } = view;
  const free = summary.client.payout;
  const [text, setText] = useState(plainMoney(free, token.decimals));
  const propose = usePropose();
  const amount = parseAmount(text, token);
  const isTooMuch = typeof amount === "bigint" && amount > free;
  return (
    <details>
      <summary>Take out up to {money(view, free)}</summary>
      <AmountField
        label={`Amount in ${token.symbol}`}
        text={text}
        onText={setText}
        token={token}
        hint={isTooMuch ? `Only ${money(view, free)} are free.` : "It goes to the account that signs."}
      />
      <button
        type="button"
        className="main"
        disabled={typeof amount !== "bigint" || isTooMuch}
        onClick={() => {
          if (typeof amount !== "bigint") return;
          propose({
            title: `Take ${money(view, amount)} out`,
            by: { who: "the client", account: summary.state.client },
            plan: (account) => withdrawPlan(view, account, amount),
          });
        }}
      >
        Take out …
      </button>
    </details>
  );
}
