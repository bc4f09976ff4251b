import { useState } from "react";
import { connect, disconnect, useWallets, type Announced } from "../chain/wallet.ts";
import { Account, Failure } from "./parts.tsx";

/** Which wallet is open, and a way to open one. */
export function WalletBar() {
  const { connected, announced } = useWallets();
  const [isOpen, setOpen] = useState(false);
  if (connected !== undefined) {
    return (
      <div className="wallet">
        <span>{connected.wallet.info.name}</span>
        {connected.account === undefined ? <span>shows no account</span> : <Account address={connected.account} />}
        <button type="button" className="quiet" onClick={disconnect}>
          close
        </button>
      </div>
    );
  }
  return (
    <div className="wallet">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        Open a wallet
      </button>
      {isOpen && <WalletList announced={announced} />}
    </div>
  );
}

/** The wallets of this browser. */
export function WalletList({ announced }: { announced: readonly Announced[] }) {
  const [error, setError] = useState<unknown>();
  if (announced.length === 0) {
    return (
      <p className="hint">
        No wallet announced itself in this browser. You can pay from any other wallet or an exchange by plain transfer,
        or through a Safe; to accept you need a wallet in the browser, or the Safe.
      </p>
    );
  }
  return (
    <div className="wallets">
      {announced.map((wallet) => (
        <button
          key={wallet.info.uuid}
          type="button"
          onClick={() => {
            setError(undefined);
            connect(wallet).catch(setError);
          }}
        >
          {wallet.info.name.slice(0, 40)}
        </button>
      ))}
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}
