import type { Network } from "../chain/networks.ts";
import { UpheldError } from "../errors.ts";
import { KINDS, sumOf, type Amounts, type Kind } from "./entries.ts";
import type { CalendarMonth } from "./month.ts";
import type { Statement } from "./statement.ts";

/** The statements of one client for one month, as one paper. */
export interface ClientStatement {
  readonly month: CalendarMonth;
  readonly network: Network;
  readonly statements: readonly Statement[];
  /** For each token, all agreements together. */
  readonly totals: readonly Total[];
  /** Without an ending: names the files. */
  readonly fileName: string;
  readonly isFinal: boolean;
}

export interface Total {
  readonly token: Statement["token"];
  readonly opening: Amounts;
  readonly moved: Readonly<Record<Kind, Amounts>>;
  readonly closing: Amounts;
}

/** Puts statements of one month together; throws when they are not of one client, or one is named twice. */
export function together(network: Network, statements: readonly [Statement, ...Statement[]]): ClientStatement {
  const [first, ...others] = statements;
  const { month, number } = first;
  const { client } = first.seats;
  const other = others.find(({ seats }) => seats.client !== client);
  if (other !== undefined) {
    throw new UpheldError({
      code: "statement.several-clients",
      message: `Agreement ${first.agreement} has the client ${client}, agreement ${other.agreement} the client ${other.seats.client}.`,
      hint: "One statement is for one client: make one for each.",
    });
  }
  const isFinal = statements.every(({ open }) => open.length === 0);
  const name = others.length === 0 ? number : `client-${client.slice(2, 10).toUpperCase()}`;
  return {
    month,
    network,
    statements,
    totals: [...Map.groupBy(statements, ({ token }) => token.address).values()].map(totalOf),
    fileName: `${month.name}-${name}${isFinal ? "" : "-provisional"}`,
    isFinal,
  };
}

function totalOf(statements: readonly Statement[]): Total {
  const [{ token }] = statements as [Statement];
  return {
    token,
    opening: sumOf(statements.map(({ opening }) => opening)),
    moved: Object.fromEntries(KINDS.map((kind) => [kind, sumOf(statements.map(({ moved }) => moved[kind]))])) as Record<
      Kind,
      Amounts
    >,
    closing: sumOf(statements.map(({ closing }) => closing)),
  };
}
