import { useState } from "react";
import { CONSENTS, nameOf, SEATS, type Seat } from "../../../src/chain/enums.ts";
import { moment, plainMoney } from "../../../src/format.ts";
import { creditPlan } from "../chain/actions.ts";
import type { View } from "../chain/view.ts";
import { useWallets } from "../chain/wallet.ts";
import type { PeriodView } from "../periods.ts";
import { money, periodName } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { AmountField, parseAmount } from "./fields.tsx";
import { Notice } from "./parts.tsx";

/** Both sides together may end it at once, by naming the same credit. */
export function AgreeCredit({ view, one, revision }: { view: View; one: PeriodView; revision: bigint }) {
  const { token, summary } = view;
  const propose = usePropose();
  const { connected } = useWallets();
  const [text, setText] = useState(plainMoney(one.credit, token.decimals));
  const [seat, setSeat] = useState<Seat>();
  const own = seat ?? (connected?.account === summary.state.provider ? "provider" : "client");
  const amount = parseAmount(text, token);
  const credit = /^0+(\.0*)?$/.test(text.trim()) ? 0n : amount;
  const offers = openOffers(view, one.k);
  const offer = (by: Seat, units: bigint) => {
    const plan = creditPlan(view, by, one.k, revision, units);
    propose({ title: plan.title, by: plan.by, plan: () => plan });
  };
  return (
    <>
      {offers.map(({ from, credit: named, expiry }) => (
        <Notice key={from} tone="info">
          <p data-offer={from}>
            The {from} would end it with a credit of {money(view, named)} for {periodName(view.terms, one.k)}, until{" "}
            {moment(expiry)}.
          </p>
          <button
            type="button"
            onClick={() => {
              offer(from === "client" ? "provider" : "client", named);
            }}
          >
            Agree to {money(view, named)} …
          </button>
        </Notice>
      ))}
      <details>
        <summary>Agree on a credit with the other side</summary>
        <p>When both name the same credit, it is final at once and every stake comes back. Alone it moves nothing.</p>
        <AmountField
          label={`Credit in ${token.symbol}`}
          text={text}
          onText={setText}
          token={token}
          hint={`The report gives ${money(view, one.credit)}.`}
        />
        <fieldset className="inline">
          <legend>You are</legend>
          {(["client", "provider"] as const).map((which) => (
            <label key={which} className="choice">
              <input
                type="radio"
                name={`seat-${one.k}`}
                checked={own === which}
                onChange={() => {
                  setSeat(which);
                }}
              />
              <span>the {which}</span>
            </label>
          ))}
        </fieldset>
        <button
          type="button"
          disabled={typeof credit !== "bigint"}
          onClick={() => {
            if (typeof credit === "bigint") offer(own, credit);
          }}
        >
          Offer this credit …
        </button>
      </details>
    </>
  );
}

interface OpenOffer {
  readonly from: Seat;
  readonly credit: bigint;
  readonly expiry: bigint;
}

/** What one side said and the other has not yet: the last word of each, while it is good and not taken back. */
function openOffers({ history, head }: View, k: number): OpenOffer[] {
  // the library's events do not name what was taken back; the page reads it too
  const words = (history as readonly { readonly name: string; readonly values: unknown }[]).flatMap(
    ({ name, values }) =>
      name === "ConsentGiven" || name === "ConsentRevoked"
        ? [{ isGiven: name === "ConsentGiven", ...(values as Word) }]
        : [],
  );
  return (["provider", "client"] as const).flatMap((from) => {
    const last = words.findLast(
      ({ seat, consent }) =>
        nameOf(SEATS, seat) === from && nameOf(CONSENTS, consent.kind) === "credit" && consent.period === BigInt(k),
    );
    const isOpen = last?.isGiven === true && last.expiry > head.time;
    return isOpen ? [{ from, credit: last.consent.credit, expiry: last.expiry }] : [];
  });
}

interface Word {
  readonly seat: bigint;
  readonly consent: { readonly kind: bigint; readonly period: bigint; readonly credit: bigint };
  readonly expiry: bigint;
}
