import { useCallback, useMemo, useState } from "react";
import type { Address } from "viem";
import { away, moment } from "../../../src/format.ts";
import { formatAmount, plural } from "../../../src/terms/format.ts";
import {
  byDue,
  claimAllPlan,
  portfolioCsv,
  readPortfolio,
  standingText,
  sumsText,
  type Item,
  type Portfolio as Read,
} from "../chain/portfolio.ts";
import { sourceOf } from "../chain/source.ts";
import type { Strip } from "../chain/strip.ts";
import type { Source } from "../chain/view.ts";
import { useLoaded } from "../loading.ts";
import { linkTo, type Route } from "../route.ts";
import { nameIn, useNames, type Names } from "../names.ts";
import { networkName, short } from "../words.ts";
import { Acting, usePropose, type Stage } from "./Act.tsx";
import { TextField } from "./fields.tsx";
import { Account, Failure, Notice, save, Section } from "./parts.tsx";
import { Home } from "./Home.tsx";
import { AddressBook } from "./Names.tsx";
import { StripOf, useStrips } from "./Strip.tsx";
import { GenuineText } from "./Terms.tsx";
import { VirtualList } from "./VirtualList.tsx";

const EVERY = 60_000;
/** More than that are in the list below, where they can be searched. */
const MOST_NEEDS = 50;
/** Claims that one window signs: more than that goes in another round. */
const MOST_CLAIMS = 100;

/** All agreements of a provider. It opens on what needs a person. */
export function Portfolio({
  route,
  provider,
  node,
  rpc,
}: {
  route: Route;
  provider: Address;
  node: Source["node"];
  rpc: string;
}) {
  const [progress, setProgress] = useState("Reading the portfolio from the chain …");
  const load = useCallback(async () => {
    const source = await sourceOf(route, node, rpc);
    return { source, ...(await readPortfolio(source, provider, setProgress)) };
  }, [route.factory, route.from, node, rpc, provider]);
  const { data, error, isLoading, reload } = useLoaded(load, EVERY);
  return (
    <>
      {error !== undefined && (
        <Failure error={error}>
          <button type="button" onClick={() => void reload()}>
            Try again
          </button>
        </Failure>
      )}
      {data === undefined && isLoading && (
        <p role="status" className="waiting">
          {progress}
        </p>
      )}
      {data === undefined && error !== undefined && <Home route={route} />}
      {data !== undefined &&
        (data.factory.checks.every(({ ok }) => ok) ? (
          <Opened data={data} source={data.source} provider={provider} route={route} reload={reload} />
        ) : (
          <Notice tone="bad" isUrgent>
            <p data-genuine="no">
              <strong>This factory is not genuine.</strong> Nothing it lists is shown.
            </p>
            <GenuineText checks={data.factory.checks} />
          </Notice>
        ))}
    </>
  );
}

function Opened({
  data,
  source,
  provider,
  route,
  reload,
}: {
  data: Read;
  source: Source;
  provider: Address;
  route: Route;
  reload: () => Promise<void>;
}) {
  const { network, items } = data;
  const token = items[0]?.token;
  const stage = useMemo<Stage>(
    () => ({
      node: source.node,
      rpc: source.rpc,
      network,
      contracts: [source.factory, ...(token === undefined ? [] : [token.address])],
      currency: token,
      onDone: reload,
    }),
    [source, network, token, reload],
  );
  return (
    <Acting stage={stage}>
      <article data-ready="portfolio">
        <Overview data={data} provider={provider} />
        <Needs data={data} route={route} />
        <All data={data} source={source} route={route} />
      </article>
    </Acting>
  );
}

function Overview({ data: { items, head, network }, provider }: { data: Read; provider: Address }) {
  const propose = usePropose();
  const names = useNames();
  const clients = new Set(items.map(({ summary }) => summary.state.client)).size;
  const claimable = items.filter(({ summary }) => summary.provider.payout > 0n);
  const round = claimable.slice(0, MOST_CLAIMS);
  const pending = items.filter(({ stage }) => stage === "reported");
  return (
    <header>
      <h1>
        {names[provider.toLowerCase()] ?? "Provider"} <Account address={provider} />
      </h1>
      <p>
        {plural(clients, "client")}, {plural(items.length, "agreement")} on {networkName(network)}; the chain says it is{" "}
        {moment(head.time)}.
      </p>
      <dl className="facts">
        <dt>to claim</dt>
        <dd data-claimable>{sumsText(claimable)}</dd>
        <dt>reported, settling soon</dt>
        <dd>
          {sumsText(pending, ({ summary }) => summary.periodFee - min(summary.state.credit, summary.periodFee))};
          credits in it {sumsText(pending, ({ summary }) => summary.state.credit)}
        </dd>
        <dt>covered</dt>
        <dd>
          {items.filter(({ phase, summary }) => phase === "active" && summary.state.owed === 0n).length} of{" "}
          {items.filter(({ phase }) => phase === "active").length} running agreements owe nothing
        </dd>
      </dl>
      <div className="buttons">
        {claimable.length > 0 && (
          <button
            type="button"
            className="main"
            onClick={() => {
              const plan = claimAllPlan(round, provider);
              propose({ title: plan.title, by: plan.by, plan: () => plan });
            }}
          >
            Claim from{" "}
            {round.length === claimable.length
              ? plural(round.length, "agreement")
              : `${round.length} of ${claimable.length}`}{" "}
            …
          </button>
        )}
        <button
          type="button"
          onClick={() => {
            save("agreements.csv", portfolioCsv(items, head.time, names), "text/csv");
          }}
        >
          Save as CSV
        </button>
      </div>
    </header>
  );
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function Needs({ data: { items, head }, route }: { data: Read; route: Route }) {
  const names = useNames();
  const due = items
    .flatMap((item) => item.needs.slice(0, 1).map((need) => ({ item, need })))
    .sort((a, b) => byDue(a.need.due, b.need.due));
  return (
    <Section title={`Needs you (${due.length})`}>
      {due.length === 0 ? (
        <Notice tone="good">
          <p>Nothing needs a person now.</p>
        </Notice>
      ) : (
        <ul className="needs">
          {due.slice(0, MOST_NEEDS).map(({ item, need }) => (
            <li key={item.address} data-need={item.address}>
              <a href={linkTo({ ...route, place: "agreement", address: item.address })}>
                {nameIn(names, item.summary.state.client)}
              </a>
              <span>{need.what}</span>
              <span className="hint">{need.due <= head.time ? "now" : away(need.due, head.time)}</span>
            </li>
          ))}
        </ul>
      )}
      {due.length > MOST_NEEDS && (
        <p className="hint">And {due.length - MOST_NEEDS} more: filter the list below by "needs".</p>
      )}
    </Section>
  );
}

/** A row of the list: a client with its agreements below, or one of them. */
type Row =
  | { readonly is: "client"; readonly client: string; readonly count: number }
  | { readonly is: "agreement"; readonly item: Item };

function All({ data: { items, head }, source, route }: { data: Read; source: Source; route: Route }) {
  const { strips, inSight } = useStrips(source, head);
  const onSight = useCallback(
    (rows: readonly Row[]) => {
      inSight(rows.flatMap((row) => (row.is === "agreement" ? [row.item] : [])));
    },
    [inSight],
  );
  const [filter, setFilter] = useState("");
  const names = useNames();
  const rows = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const found = items.filter((item) => wanted === "" || textOf(item, head.time, names).includes(wanted));
    const clients = Map.groupBy(found, ({ summary }) => summary.state.client);
    return [...clients].flatMap(([client, own]): Row[] => [
      { is: "client", client, count: own.length },
      ...own.map((item): Row => ({ is: "agreement", item })),
    ]);
  }, [items, filter, head, names]);
  return (
    <Section title={`All agreements (${items.length})`}>
      <TextField
        label="Filter"
        text={filter}
        onText={setFilter}
        hint="A name, an address, draft, reported, disputed, needs …"
      />
      <AddressBook />
      <VirtualList
        items={rows}
        height={44}
        rows={14}
        label="All agreements, by client"
        onSight={onSight}
        keyOf={(row) => (row.is === "client" ? row.client : row.item.address)}
      >
        {(row) =>
          row.is === "client" ? (
            <ClientRow client={row.client} count={row.count} />
          ) : (
            <ItemRow item={row.item} strip={strips.get(row.item.address)} now={head.time} route={route} />
          )
        }
      </VirtualList>
      <p className="legend">
        The last twelve periods, oldest first: <i className="swatch kept" /> good <i className="swatch back" /> credited{" "}
        <i className="swatch none" /> nobody reported <i className="swatch held" /> disputed
      </p>
    </Section>
  );
}

const textOf = (item: Item, now: bigint, names: Names): string =>
  [
    item.address,
    item.summary.state.client,
    names[item.address.toLowerCase()] ?? "",
    names[item.summary.state.client.toLowerCase()] ?? "",
    item.phase,
    standingText(item, now),
    ...(item.needs.length > 0 ? ["needs"] : []),
  ]
    .join(" ")
    .toLowerCase();

function ClientRow({ client, count }: { client: string; count: number }) {
  const name = useNames()[client.toLowerCase()];
  return (
    <div className="row client">
      <strong>{name === undefined ? `Client ${short(client)}` : `${name}, ${short(client)}`}</strong>
      <span className="hint">{plural(count, "agreement")}</span>
    </div>
  );
}

function ItemRow({ item, strip, now, route }: { item: Item; strip: Strip | undefined; now: bigint; route: Route }) {
  const { summary, token, address } = item;
  const names = useNames();
  return (
    <div className="row" data-agreement={address}>
      <a href={linkTo({ ...route, place: "agreement", address })}>{nameIn(names, address)}</a>
      <span>{standingText(item, now)}</span>
      <StripOf strip={strip} />
      <span className="hint">
        {summary.fundedThrough === 0n ? "not covered" : `covered to ${moment(summary.fundedThrough)}`}
      </span>
      <span className="number">{formatAmount(summary.fee, token.decimals)}</span>
      <span className="number hint">
        {summary.provider.payout > 0n ? `${formatAmount(summary.provider.payout, token.decimals)} to claim` : ""}
      </span>
    </div>
  );
}
