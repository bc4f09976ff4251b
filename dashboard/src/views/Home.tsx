import { useState } from "react";
import { isAddress } from "viem";
import { linkTo, type Route } from "../route.ts";
import { TextField } from "./fields.tsx";

/** Nothing is opened yet, or it could not be: what to open, and from which node. */
export function Home({ route, needs }: { route: Partial<Route>; needs?: string }) {
  const [address, setAddress] = useState<string>(route.address ?? "");
  const [rpc, setRpc] = useState(route.rpc ?? "");
  const [factory, setFactory] = useState<string>(route.factory ?? "");
  const [problem, setProblem] = useState<string>();
  const open = (place: "agreement" | "provider") => {
    if (!isAddress(address.trim(), { strict: false })) {
      setProblem("Write an address: 0x and forty digits.");
      return;
    }
    setProblem(undefined);
    const more = { from: route.from, evidence: route.evidence, record: route.record };
    window.location.hash = linkTo({
      place,
      address: address.trim(),
      ...(rpc.trim() === "" ? {} : { rpc: rpc.trim() }),
      ...(factory.trim() === "" ? {} : { factory: factory.trim() }),
      ...more,
    } as Partial<Route>);
  };
  return (
    <section aria-labelledby="open">
      <h1 id="open">Open an agreement</h1>
      <p>
        Your client pays the month into an escrow; if the service was up you are paid on the 8th, if it was not, the
        agreed part stays with the client. This page shows such an agreement straight from the chain: no server, no
        login.
      </p>
      <p>
        Were you sent a link? Open that: it fills in all of this. The provider makes an agreement with{" "}
        <code>upheld deploy</code>; here it is read, accepted and paid.
      </p>
      {needs !== undefined && <p className="lead">{needs}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open("agreement");
        }}
      >
        <TextField
          label="Address of the agreement, or of a provider"
          text={address}
          onText={setAddress}
          problem={problem}
        />
        <TextField
          label="Node to read from"
          text={rpc}
          onText={setRpc}
          hint="https://…, a computer that answers for the chain; empty: the one that your wallet asks."
        />
        <TextField
          label="Factory"
          text={factory}
          onText={setFactory}
          hint="The contract that made the agreement; empty: the one this project lists for the chain."
        />
        <div className="buttons">
          <button type="submit" className="main">
            Open the agreement
          </button>
          <button
            type="button"
            onClick={() => {
              open("provider");
            }}
          >
            Open a provider's portfolio
          </button>
        </div>
      </form>
    </section>
  );
}
