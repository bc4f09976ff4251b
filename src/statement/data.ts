import { plainMoney } from "../format.ts";
import { formatUtc } from "../measure/time.ts";
import type { TaxSplit } from "../terms/tax.ts";
import { UNIT_WORDS } from "../terms/tiers.ts";
import type { ClientStatement, Total } from "./client.ts";
import { KINDS, over, type Account, type Amounts } from "./entries.ts";
import { allTodos, NO_INVOICE } from "./paper.ts";
import type { OutageFact, ExclusionReason } from "../record/facts.ts";
import { standingAnswer, type AdviceEntry } from "../record/journal.ts";
import { textOf, type RecordAtHand } from "../record/words.ts";
import type { RecordOfMonth, RecordOfPeriod } from "./recorded.ts";
import { remarksOf, todosOf } from "./remarks.ts";
import type { Measured, Service } from "./service.ts";
import type { Statement } from "./statement.ts";

/** The statement for machines: amounts in whole tokens as decimal strings, times in UTC. docs/statement.md has the shape. */
export function dataOf(client: ClientStatement) {
  const { month, network, statements, totals, isFinal } = client;
  return {
    schema: "upheld.statement/1",
    month: month.name,
    status: isFinal ? "final" : "provisional",
    notice: NO_INVOICE,
    network: network.name,
    chainId: network.chainId,
    client: statements[0]?.seats.client,
    totals: totals.map((total) => ({ token: tokenOf(total), ...accountsOf(total) })),
    todo: allTodos(statements),
    statements: statements.map(statementData),
  };
}

const tokenOf = ({ token: { address, symbol, decimals } }: Pick<Total, "token">) => ({ address, symbol, decimals });

/** For each account: opening, what moved by kind, closing. */
function accountsOf({ opening, moved, closing, token }: Total) {
  const write = (amount: bigint) => plainMoney(amount, token.decimals);
  const account = (name: Account) => ({
    opening: write(opening[name]),
    ...Object.fromEntries(KINDS.map((kind) => [kind, write(moved[kind][name])])),
    closing: write(closing[name]),
  });
  return { client: account("client"), provider: account("provider"), bond: account("bond"), stakes: account("stakes") };
}

function statementData(statement: Statement) {
  const { token, taxed, tax, held, entries, services, rulings, open } = statement;
  const write = (amount: bigint) => plainMoney(amount, token.decimals);
  const amounts = (all: Amounts) => {
    const written = Object.entries(over((account) => all[account])).filter(([, amount]) => amount !== 0n);
    return Object.fromEntries(written.map(([account, amount]) => [account, write(amount)]));
  };
  const split = ({ net, tax: part, gross }: TaxSplit) => ({ net: write(net), tax: write(part), gross: write(gross) });
  return {
    number: statement.number,
    agreement: statement.agreement,
    service: statement.service,
    provider: { name: statement.names.provider, address: statement.seats.provider },
    client: { name: statement.names.client, address: statement.seats.client },
    token: tokenOf(statement),
    status: open.length === 0 ? "final" : "provisional",
    open,
    accounts: accountsOf(statement),
    /** The three figures that people ask for. */
    fee: write(statement.moved.fee.provider),
    credit: write(statement.moved.credit.client),
    earned: write(statement.moved.fee.provider + statement.moved.credit.provider),
    held: write(held),
    tax:
      tax === undefined || taxed === undefined
        ? undefined
        : {
            kind: tax.kind,
            ...(tax.kind === "none" ? { reason: tax.reason } : { name: tax.name, ratePpb: tax.rate }),
            fee: split(taxed.fee),
            credit: split(taxed.credit),
          },
    entries: entries.map(({ at, kind, period, amounts: all, transaction }) => ({
      at: formatUtc(at),
      kind,
      period,
      amounts: amounts(all),
      transaction,
    })),
    periods: services.map((service) => serviceData(service, write)),
    rulings: rulings.map(({ period, at, ruling, toProvider, toClient }) => ({
      period: period.index,
      at: formatUtc(at),
      ruling,
      toProvider: write(toProvider),
      toClient: write(toClient),
    })),
    advice: statement.record && adviceData(statement.record),
    remarks: remarksOf(statement),
    todo: todosOf(statement),
  };
}

function serviceData(service: Service, write: (amount: bigint) => string) {
  const { period, stage, until, report, claims, evidence, finalAt, leaveUntil } = service;
  return {
    period: period.index,
    start: formatUtc(period.start),
    end: formatUtc(period.end),
    fee: write(period.fee),
    stage,
    until: timeData(until),
    report: report && { revision: report.revision, at: formatUtc(report.at), credit: write(report.credit) },
    isSilent: service.isSilent,
    claims: claims.map(({ seat, at, credit }) => ({ seat, at: formatUtc(at), credit: write(credit) })),
    decidedBy: service.decidedBy,
    credit: write(service.credit),
    fromBond: write(service.fromBond),
    held: write(service.held),
    finalAt: timeData(finalAt),
    leaveUntil: timeData(leaveUntil),
    evidence: service.root === undefined ? undefined : { root: service.root, file: evidence?.kind },
    measures: service.measures.map(measureData),
    record: service.record && recordData(service.record),
  };
}

/** Lengths in whole seconds, caps in the measure's unit. */
function recordData(record: RecordOfPeriod) {
  const { facts, otherIncidents } = record;
  return {
    outages: facts?.outages.map(({ indicator, start, end, incident, toldAt, toldAfter }: OutageFact) => ({
      ...{ measure: indicator, start: formatUtc(start), end: formatUtc(end), incident },
      toldAt: timeData(toldAt),
      toldAfterSeconds: toldAfter,
      text: textOf(record, incident),
    })),
    exclusions: facts?.exclusions.map(({ indicator, instance, start, end, seconds, reason }) => ({
      ...{ measure: indicator, instance, start: formatUtc(start), end: formatUtc(end), seconds },
      reason: reasonData(reason, record),
    })),
    caps: facts?.caps.map(({ indicator, cap, used, left }) => ({ measure: indicator, cap, used, left })),
    otherIncidents: otherIncidents.map(({ number, at, began, resolved }) => ({
      ...{ incident: number, began: formatUtc(began), toldAt: formatUtc(at), toldAfterSeconds: at - began },
      ended: timeData(resolved?.ended),
      text: textOf(record, number),
    })),
  };
}

const timeData = (at: bigint | undefined): string | undefined => (at === undefined ? undefined : formatUtc(at));

function reasonData(reason: ExclusionReason, record: RecordAtHand) {
  switch (reason.what) {
    case "maintenance": {
      const { what, entry, kind, announcedAt, ahead } = reason;
      const text = textOf(record, entry);
      return { what, entry, kind, announcedAt: formatUtc(announcedAt), secondsAhead: ahead, text };
    }
    case "advice": {
      const { what, entry, declinedAt } = reason;
      return { what, entry, declinedAt: timeData(declinedAt), text: textOf(record, entry) };
    }
    default:
      return { what: reason.what };
  }
}

function adviceData(record: RecordOfMonth) {
  const each = (advice: AdviceEntry) => {
    const last = advice.answers.at(-1);
    return {
      ...{ entry: advice.number, at: formatUtc(advice.at), text: textOf(record, advice.number) },
      answer: standingAnswer(advice),
      answeredAt: timeData(last?.at),
      answerText: record.texts.get(last?.commitment ?? ""),
    };
  };
  return { open: record.adviceOpen.map(each), declined: record.adviceDeclined.map(each) };
}

function measureData({ indicator, name, counts, excludedCap, incidents, exclusions }: Measured) {
  const spans = (list: Measured["incidents"]) =>
    list?.map(({ start, end, instance }) => ({ start: formatUtc(start), end: formatUtc(end), instance }));
  return {
    id: indicator.id,
    name,
    unit: UNIT_WORDS[indicator.unit],
    ...counts,
    excludedCap,
    incidents: spans(incidents),
    exclusions: spans(exclusions),
  };
}
