import { useCallback, useMemo } from "react";
import type { Address } from "viem";
import { UpheldError } from "../../src/errors.ts";
import { nodeAt } from "./chain/rpc.ts";
import { sourceOf } from "./chain/source.ts";
import { isView, readView, type Refused, type Source } from "./chain/view.ts";
import { useWallets } from "./chain/wallet.ts";
import { useLoaded } from "./loading.ts";
import type { Route } from "./route.ts";
import { useRoute } from "./useRoute.ts";
import { Agreement } from "./views/Agreement.tsx";
import { Home } from "./views/Home.tsx";
import { Failure, Notice } from "./views/parts.tsx";
import { Portfolio } from "./views/Portfolio.tsx";
import { GenuineText } from "./views/Terms.tsx";
import { networkName } from "./words.ts";
import { WalletBar } from "./views/Wallet.tsx";

/** How often the chain is read again, in ms. */
const EVERY = 15_000;

export function App() {
  const route = useRoute();
  return (
    <>
      <a className="skip" href="#content" onClick={skip}>
        To the content
      </a>
      <header className="bar">
        <a className="brand" href="#/">
          Upheld
        </a>
        <WalletBar />
      </header>
      <main id="content" tabIndex={-1}>
        {route instanceof UpheldError ? (
          <>
            <Failure error={route} />
            <Home route={{}} />
          </>
        ) : (
          <Place route={route} />
        )}
      </main>
    </>
  );
}

/** The link's own way would replace the route. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#content")?.focus();
}

function Place({ route }: { route: Route }) {
  const { connected } = useWallets();
  const { rpc, place, address } = route;
  // a wallet that is opened later must not make the page read everything anew
  const named = useMemo(() => (rpc === undefined ? undefined : nodeAt(rpc)), [rpc]);
  const node = named ?? connected?.node;
  if (place === "home" || address === undefined) return <Home route={route} />;
  if (node === undefined) {
    return (
      <Home key={address} route={route} needs="Name a node to read from, or open a wallet: then its node is read." />
    );
  }
  const sourced = { node, rpc: rpc ?? "" };
  return place === "agreement" ? (
    <AgreementPlace key={address} route={route} address={address} {...sourced} />
  ) : (
    <Portfolio key={address} route={route} provider={address} {...sourced} />
  );
}

function AgreementPlace({
  route,
  address,
  node,
  rpc,
}: {
  route: Route;
  address: Address;
  node: Source["node"];
  rpc: string;
}) {
  const load = useCallback(
    async () => readView(await sourceOf(route, node, rpc), address),
    [route.factory, route.from, route.record, node, rpc, address],
  );
  const { data, error, isLoading, reload } = useLoaded(load, EVERY);
  return (
    <>
      {error !== undefined && (
        <Failure error={error}>
          <button type="button" onClick={() => void reload()}>
            Try again
          </button>
          {data !== undefined && <p>What is shown below was read before.</p>}
        </Failure>
      )}
      {data === undefined && isLoading && (
        <p role="status" className="waiting">
          Reading the agreement from the chain …
        </p>
      )}
      {data === undefined && error !== undefined && <Home route={route} />}
      {data !== undefined &&
        (isView(data) ? (
          <Agreement view={data} evidence={route.evidence} reload={reload} />
        ) : (
          <NotGenuine refused={data} />
        ))}
    </>
  );
}

function NotGenuine({ refused }: { refused: Refused }) {
  return (
    <section aria-labelledby="false" data-ready="false">
      <h1 id="false">This is not a genuine agreement</h1>
      <Notice tone="bad" isUrgent>
        <p data-genuine="no">
          <strong>Send it no money.</strong> {refused.address} on {networkName(refused.network)} fails a check:
        </p>
        <GenuineText checks={refused.found.checks} />
      </Notice>
      <p>Ask whoever gave you the address. Nothing that it says about itself is shown here.</p>
    </section>
  );
}
