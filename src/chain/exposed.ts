import { getAddress, hexlify, Interface, toUtf8Bytes, zeroPadValue } from "ethers";
import { ISLAFactory__factory } from "../../typechain-types/index.ts";
import type { Measurement } from "../terms/types.ts";
import type { Agreement } from "./agreement.ts";
import { blockTimes } from "./block-times.ts";
import { nameOf, SEATS } from "./enums.ts";
import { eventsOf, readHistory, readLogs } from "./history.ts";
import { measured } from "./replay.ts";

/** An address that shows, and as what. */
export interface ExposedAddress {
  readonly address: string;
  readonly as: readonly string[];
}

/** What anybody can read of an agreement without anybody's leave. */
export interface Exposure {
  readonly addresses: readonly ExposedAddress[];
  readonly events: number;
  /** Times of the first and the last transaction, UTC seconds; undefined: none yet. */
  readonly first: bigint | undefined;
  readonly last: bigint | undefined;
  readonly fees: bigint;
  readonly credits: bigint;
  readonly paidIn: bigint;
  readonly paidOut: bigint;
  /** For each reported or disputed period the counts that were stated, and by whom. */
  readonly counts: readonly {
    readonly period: number;
    readonly by: string;
    readonly measurements: readonly Measurement[];
  }[];
  /** Agreements of the same factory that name the same address in the same seat, this one not counted. */
  readonly others: { readonly provider: number; readonly client: number };
  /** Of the words looked for, those that lie readable in the agreement's code or events: there should be none. */
  readonly leaked: readonly string[];
}

const ERC20 = new Interface(["event Transfer(address indexed from, address indexed to, uint256 amount)"]);
const FACTORY = ISLAFactory__factory.createInterface();

/** Reads what strangers see; `words` are the private ones that must not be found. */
export async function readExposure(agreement: Agreement, words: readonly string[]): Promise<Exposure> {
  const { provider, factory, address, terms, token } = agreement;
  const transfer = ERC20.getEvent("Transfer")?.topicHash ?? "";
  const own = zeroPadValue(address, 32);
  const [history, raw, code, into, sameProvider, sameClient] = await Promise.all([
    readHistory(agreement),
    readLogs(provider, { address }, factory.block),
    provider.getCode(address),
    readLogs(provider, { address: token.address, topics: [transfer, null, own] }, factory.block),
    agreementsOf(agreement, [null, zeroPadValue(terms.provider, 32)]),
    agreementsOf(agreement, [null, null, zeroPadValue(terms.client, 32)]),
  ]);
  const timeOf = blockTimes(provider);
  const [first, last] = [history[0], history.at(-1)];
  const sum = (amounts: readonly bigint[]) => amounts.reduce((all, amount) => all + amount, 0n);
  const finals = eventsOf(history, "PeriodFinal");
  const claims = eventsOf(history, "Disputed").map(({ period, seat, measurements }) => ({
    ...{ period: Number(period), by: nameOf(SEATS, seat), measurements: measured(measurements) },
  }));
  const reports = eventsOf(history, "Reported").map(({ period, measurements }) => ({
    ...{ period: Number(period), by: "oracle", measurements: measured(measurements) },
  }));
  const paidOut = [...eventsOf(history, "Claimed"), ...eventsOf(history, "Withdrawn")];
  const readable = [code, ...raw.map(({ data }) => data)].join("").toLowerCase();
  return {
    addresses: addressesOf([
      ...(["provider", "client", "oracle", "arbiter", "token"] as const).map((role) => [terms[role], role] as const),
      ...eventsOf(history, "SeatTaken").map(({ seat, account }) => [account, `${nameOf(SEATS, seat)} later`] as const),
      ...eventsOf(history, "OracleChanged").map(({ oracle }) => [oracle, "oracle later"] as const),
      ...into.map(({ topics }) => [getAddress(`0x${(topics[1] ?? "").slice(26)}`), "paid in"] as const),
      ...paidOut.map(({ to }) => [to, "was paid"] as const),
    ]),
    events: raw.length,
    first: first && (await timeOf(first.block)),
    last: last && (await timeOf(last.block)),
    fees: sum(finals.map(({ earned, credit, fromBond }) => earned + credit - fromBond)),
    credits: sum(finals.map(({ credit }) => credit)),
    paidIn: sum(into.map(({ data }) => BigInt(data))),
    paidOut: sum(paidOut.map(({ amount }) => amount)),
    counts: [...reports, ...claims].sort((a, b) => a.period - b.period),
    others: { provider: sameProvider, client: sameClient },
    leaked: words.filter((word) => readable.includes(hexlify(toUtf8Bytes(word)).slice(2))),
  };
}

async function agreementsOf({ provider, factory, address }: Agreement, about: (string | null)[]): Promise<number> {
  const topics = [FACTORY.getEvent("AgreementCreated").topicHash, ...about];
  const logs = await readLogs(provider, { address: factory.address, topics }, factory.block);
  return logs.filter((log) => log.topics[1] !== zeroPadValue(address, 32).toLowerCase()).length;
}

function addressesOf(pairs: readonly (readonly [address: string, as: string])[]): ExposedAddress[] {
  const grouped = Map.groupBy(pairs, ([address]) => address);
  return [...grouped].map(([address, all]) => ({ address, as: [...new Set(all.map(([, as]) => as))] }));
}
