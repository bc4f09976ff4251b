import { useMemo } from "react";
import type { View } from "../chain/view.ts";
import { away, moment } from "../../../src/format.ts";
import { periodWord } from "../../../src/terms/explain.ts";
import { acceptPlan } from "../chain/actions.ts";
import { useWallets } from "../chain/wallet.ts";
import { nameIn, useMeasures, useNames } from "../names.ts";
import { dayText, isCut, money, networkName, periodName, short } from "../words.ts";
import { periodsOf } from "../periods.ts";
import { Acting, usePropose, type Stage } from "./Act.tsx";
import { DocumentCheck } from "./Document.tsx";
import { Money } from "./Money.tsx";
import { Month } from "./Month.tsx";
import { NameFields } from "./Names.tsx";
import { Account, Notice, Section, Sign } from "./parts.tsx";
import { PayIn } from "./Pay.tsx";
import { Record } from "./Record.tsx";
import { OpenPeriods } from "./Report.tsx";
import { Dates, Rights } from "./Rights.tsx";
import { GenuineText, TermsText } from "./Terms.tsx";
import { Year } from "./Year.tsx";

/** One agreement: what it is, where it stands, and what can be done. */
export function Agreement({
  view: read,
  evidence,
  reload,
}: {
  view: View;
  evidence: string | undefined;
  reload: () => Promise<void>;
}) {
  const measures = useMeasures(read.address);
  const view = useMemo(() => ({ ...read, measures }), [read, measures]);
  const { source, network, address, token, found, record } = view;
  const journal = record?.address;
  const stage = useMemo<Stage>(
    () => ({
      node: source.node,
      rpc: source.rpc,
      network,
      contracts: [address, found.factory, token.address, ...(journal === undefined ? [] : [journal])],
      currency: token,
      onDone: reload,
    }),
    [source, network, address, token, found, journal, reload],
  );
  return (
    <Acting stage={stage}>
      <article data-ready={view.phase}>
        <Head view={view} />
        {view.phase === "draft" ? <Draft view={view} /> : <Running view={view} evidence={evidence} />}
      </article>
    </Acting>
  );
}

function Head({ view }: { view: View }) {
  const { address, found, token, terms, network } = view;
  const { connected } = useWallets();
  const names = useNames();
  const { client, provider } = view.summary.state;
  const parties = [
    ["client", client],
    ["provider", provider],
  ] as const;
  const isNamed = [address, client, provider].some((one) => names[one.toLowerCase()] !== undefined);
  const named = isNamed ? parties : [];
  const seats = (["client", "provider", "oracle", "arbiter"] as const).filter(
    (role) => view.summary.state[role] === connected?.account,
  );
  return (
    <header>
      <h1>{names[address.toLowerCase()] ?? `Agreement ${short(address)}`}</h1>
      {named.length > 0 && (
        <p data-named>
          {named.map(([role, account]) => `${role} ${nameIn(names, account)}`).join(", ")}: as you call them, agreement{" "}
          {short(address)}.
        </p>
      )}
      <details className="genuine">
        <summary data-genuine="yes">
          <Sign tone="good" /> genuine: every check passed
        </summary>
        <GenuineText checks={found.checks} />
        <p>
          Address <Account address={address} isWhole />
        </p>
      </details>
      <p>
        {money(view, terms.fee)} a {periodWord(terms)} on {networkName(network)}, {dayText(terms.start)} to{" "}
        {dayText(view.summary.state.end)}
        {isCut(view) ? " (ended earlier than agreed)" : ""}.
        {seats.length > 0 ? ` You are the ${seats.join(" and the ")}.` : ""}
      </p>
      <p className="lead">{leadText(view)}</p>
      <NameFields
        of={[
          ["This agreement", address],
          ["The client", client],
          ["The provider", provider],
        ]}
      />
      {token.standing === "false" && (
        <Notice tone="bad" isUrgent>
          <p data-token="false">
            <strong>False money.</strong> The token {token.about}.
          </p>
        </Notice>
      )}
    </header>
  );
}

/** The one thing to know now. */
function leadText(view: View): string {
  const { phase, stage, summary, terms, head } = view;
  const { state, resolvesAt } = summary;
  if (phase === "draft") {
    const waits = [
      ...(state.clientAccepted ? [] : ["the client"]),
      ...(state.providerAccepted ? [] : ["the provider"]),
    ];
    return `Not signed yet: ${waits.join(" and ")} must accept before ${moment(terms.start)} (${away(terms.start, head.time)}).`;
  }
  if (phase === "lapsed") return "It lapsed: the start came before both had accepted. Each side takes its money back.";
  if (phase === "closed") return "It is over and settled. What is left is each side's to take.";
  const k = Number(state.period);
  const name = k < Number(state.periods) ? periodName(terms, k) : "";
  const one = periodsOf(view)[k];
  if (stage === "reported" && one !== undefined) {
    if (one.credit === 0n)
      return `${name} was good: ${money(view, one.earned)} go to the provider on ${moment(resolvesAt)}.`;
    return `${name} was bad: ${money(view, one.credit)} of the fee go back to the client on ${moment(resolvesAt)}.`;
  }
  if (stage === "disputed") return `${name} is disputed: the other side may answer until ${moment(resolvesAt)}.`;
  if (state.openDisputes !== 0n)
    return `A dispute waits for the arbiter: ${money(view, state.held)} are held. All else goes on.`;
  if (stage === "awaiting") return `${name} is over: the report is due ${moment(summary.reportUntil)}.`;
  if (head.time < terms.start)
    return `Signed by both. It starts ${moment(terms.start)}, ${away(terms.start, head.time)}.`;
  return `${name} is running; nothing is asked of anybody.`;
}

function Draft({ view }: { view: View }) {
  const { state } = view.summary;
  return (
    <>
      <nav aria-label="On this page" className="toc">
        <a href="#sign" onClick={toSign}>
          {state.clientAccepted ? "I have read it: accept" : "I have read it: accept and pay"}
        </a>
      </nav>
      <TermsText view={view} />
      <DocumentCheck view={view} />
      <div id="sign" tabIndex={-1}>
        {state.clientAccepted ? <Accepted who="client" /> : <PayIn view={view} accepts="client" />}
        {state.providerAccepted ? <Accepted who="provider" /> : <ProviderAccepts view={view} />}
      </div>
      <Money view={view} />
    </>
  );
}

/** The link's own way would replace the route. */
function toSign(event: { preventDefault(): void }): void {
  event.preventDefault();
  const place = document.querySelector<HTMLElement>("#sign");
  place?.scrollIntoView();
  place?.focus();
}

function Accepted({ who }: { who: string }) {
  return (
    <Notice tone="good">
      <p data-accepted={who}>The {who} has accepted.</p>
    </Notice>
  );
}

function ProviderAccepts({ view }: { view: View }) {
  const propose = usePropose();
  const { terms, summary } = view;
  return (
    <Section title="The provider accepts">
      <p>{terms.bond > 0n ? `It puts up a bond of ${money(view, terms.bond)} with it.` : "It puts up no bond."}</p>
      <button
        type="button"
        onClick={() => {
          propose({
            title: "Accept as the provider",
            by: { who: "the provider", account: summary.state.provider },
            plan: (account) => acceptPlan(view, "provider", account, 0n, "approve"),
          });
        }}
      >
        Accept as the provider …
      </button>
    </Section>
  );
}

function Running({ view, evidence }: { view: View; evidence: string | undefined }) {
  return (
    <>
      <Money view={view} />
      {view.phase !== "lapsed" && <Year view={view} evidence={evidence} />}
      {view.phase === "active" && <Month view={view} />}
      {view.phase === "active" && <OpenPeriods view={view} evidence={evidence} />}
      <Record view={view} />
      <Dates view={view} />
      <Rights view={view} />
      {view.phase === "active" && (
        <details className="fold">
          <summary>Pay in</summary>
          <PayIn view={view} />
        </details>
      )}
      <details className="fold">
        <summary>The terms, in plain English</summary>
        <TermsText view={view} />
        <DocumentCheck view={view} />
      </details>
    </>
  );
}
