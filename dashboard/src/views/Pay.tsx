import { useMemo, useState } from "react";
import { encode } from "uqr";
import type { Seat } from "../../../src/chain/enums.ts";
import { plainMoney } from "../../../src/format.ts";
import { missingMoney, paymentUri } from "../../../src/model/missing.ts";
import { acceptPlan, fundPlan, safeBatch, type Way } from "../chain/actions.ts";
import type { View } from "../chain/view.ts";
import { useWallets } from "../chain/wallet.ts";
import { money, networkName } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { AmountField, parseAmount } from "./fields.tsx";
import { Account, Notice, save, Section } from "./parts.tsx";

interface Choice {
  readonly way: Way;
  readonly title: string;
  readonly signatures: string;
}

/** Ways to pay by the wallet in the browser, fewest signatures first. */
function choicesOf(view: View, isAtomic: boolean, isAccepting: boolean): Choice[] {
  const more = isAccepting ? 1 : 0;
  const count = (n: number) => (n === 1 ? "1 signature" : `${n} signatures`);
  return [
    ...(isAtomic ? [{ way: "together" as const, title: "All in one", signatures: count(1) }] : []),
    { way: "transfer", title: isAccepting ? "Send, then accept" : "Send", signatures: count(1 + more) },
    ...(view.token.takesPermit
      ? [
          {
            way: "permit" as const,
            title: "Signed approval: the agreement pulls exactly the amount",
            signatures: `${count(2 + more)}, one of them free`,
          },
        ]
      : []),
    { way: "approve", title: "Approval and payment as two transactions", signatures: count(2 + more) },
  ];
}

/** Paying in, by whatever a person has; before the start the client accepts with it. */
export function PayIn({ view, accepts }: { view: View; accepts?: Seat }) {
  const { token, terms, phase, summary } = view;
  const missing = missingMoney(terms, phase, summary.state);
  const [text, setText] = useState(missing === 0n ? "" : plainMoney(missing, token.decimals));
  const [way, setWay] = useState<Way>();
  const { connected } = useWallets();
  const propose = usePropose();
  const isAccepting = accepts === "client";
  // what was sent before by plain transfer is enough to accept
  const amount = isAccepting && missing === 0n && text.trim() === "" ? 0n : parseAmount(text, token);
  const choices = choicesOf(view, connected?.isAtomic === true, isAccepting);
  const chosen = choices.find((choice) => choice.way === way) ?? choices[0];
  const isFalse = token.standing === "false";

  const pay = () => {
    if (typeof amount !== "bigint" || chosen === undefined) return;
    propose({
      title: isAccepting ? "Accept, and pay in" : `Pay ${money(view, amount)} in`,
      by: isAccepting ? { who: "the client", account: summary.state.client } : undefined,
      plan: (account) =>
        isAccepting
          ? acceptPlan(view, "client", account, amount, chosen.way)
          : fundPlan(view, account, amount, chosen.way),
    });
  };
  return (
    <Section title={isAccepting ? "Accept, and pay in" : "Pay in"}>
      {isFalse && (
        <Notice tone="bad" isUrgent>
          <p>
            <strong>Do not pay.</strong> The token {token.about}.
          </p>
        </Notice>
      )}
      <AmountField
        label={`Amount in ${token.symbol}`}
        text={text}
        onText={setText}
        token={token}
        hint={hintOf(view, missing)}
      />
      <fieldset>
        <legend>With the wallet in this browser</legend>
        {choices.map((choice) => (
          <label key={choice.way} className="choice">
            <input
              type="radio"
              name="way"
              value={choice.way}
              checked={choice.way === chosen?.way}
              onChange={() => {
                setWay(choice.way);
              }}
            />
            <span>
              {choice.title} <span className="hint">{choice.signatures}</span>
            </span>
          </label>
        ))}
        <button type="button" className="main" disabled={typeof amount !== "bigint" || isFalse} onClick={pay}>
          {isAccepting ? "Accept and pay …" : "Pay …"}
        </button>
      </fieldset>
      {typeof amount === "bigint" && !isFalse && <Elsewhere view={view} amount={amount} isAccepting={isAccepting} />}
    </Section>
  );
}

function hintOf(view: View, missing: bigint): string {
  if (missing === 0n) return "All that is committed is covered; pay ahead if you like.";
  return `${money(view, missing)} are missing now. Paying ahead is possible, and can be taken out again.`;
}

/** Without a wallet in the browser: an exchange, any other wallet, or a Safe. */
function Elsewhere({ view, amount, isAccepting }: { view: View; amount: bigint; isAccepting: boolean }) {
  const { token, network, address } = view;
  const uri = paymentUri(token.address, network.chainId, address, amount);
  const safe = () => {
    save(`safe-${address.slice(0, 8)}.json`, safeBatch(view, amount, isAccepting), "application/json");
  };
  return (
    <>
      <details>
        <summary>From an exchange or another wallet: plain transfer</summary>
        <div className="transfer">
          <QrCode text={uri} />
          <dl className="facts">
            <dt>send</dt>
            <dd>{money(view, amount)}, no other token</dd>
            <dt>on the network</dt>
            <dd>
              <strong>{networkName(network)}</strong> (chain id {String(network.chainId)}); on any other network the
              money is lost
            </dd>
            <dt>to the address</dt>
            <dd>
              <Account address={address} isWhole />
            </dd>
            <dt>token's contract</dt>
            <dd>
              <Account address={token.address} isWhole />
            </dd>
          </dl>
        </div>
        <p>
          <strong>First send a small amount</strong>, {money(view, 10n ** BigInt(token.decimals))} or so, and look here:
          it shows as the client's balance as soon as it has arrived. Then send the rest. Exchanges take their fee from
          what arrives.
          {isAccepting &&
            " To accept you then need a wallet in the browser that holds the client's key, or the client's Safe."}
        </p>
      </details>
      <details>
        <summary>From a Safe: one batch to load into its Transaction Builder</summary>
        <p>
          The file holds the approval and the payment
          {isAccepting ? ", and accepts the terms: the Safe must be the client" : ""}. In the Safe: Apps, Transaction
          Builder, drop the file, look at each call, sign.
        </p>
        <button type="button" onClick={safe}>
          Save the Safe's batch (JSON)
        </button>
      </details>
    </>
  );
}

/** A code that wallets read: one path, crisp at any size, dark on light in both themes. */
function QrCode({ text }: { text: string }) {
  const { path, size } = useMemo(() => {
    const { data, size } = encode(text, { ecc: "M", border: 4 });
    const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
    return { path: squares.join(""), size };
  }, [text]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR code of the payment: ${text}`}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
