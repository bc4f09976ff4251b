import type { Agreement } from "../chain/agreement.ts";
import type { AgreementFile } from "../terms/file.ts";
import { formatAmount, formatDuration, formatShare } from "../terms/format.ts";
import { PPB, Test, type Terms } from "../terms/types.ts";
import { columns, type Colors } from "./words.ts";

/** A line of the credit table, priced by the chain for the first period. */
export interface DealRow {
  readonly threshold: bigint;
  /** The longest downtime that does not trigger it. */
  readonly downtime: bigint;
  readonly share: bigint;
  readonly credit: bigint;
}

/** Asks the chain what one second more than each threshold costs in a month of 31 days. */
export async function readDeal(agreement: Agreement): Promise<DealRow[]> {
  const { terms } = agreement;
  const { start, end, fee } = await agreement.period(0n);
  const total = end - start;
  const tiers = terms.objectives.flatMap((objective) => objective.tiers).filter(({ test }) => test === Test.Below);
  return Promise.all(
    tiers.map(async ({ threshold }) => {
      const downtime = (total * (PPB - threshold)) / PPB;
      const credit = await agreement.creditOf(0n, [{ total, bad: downtime + 1n, excluded: 0n }]);
      return { threshold, downtime, share: (credit * PPB) / fee, credit };
    }),
  );
}

type Deal = { readonly file: AgreementFile; readonly agreement: Agreement; readonly deal: readonly DealRow[] };

/** What was agreed, for the screen. */
export function theDeal({ file, agreement, deal }: Deal, { bold, dim }: Colors): string[] {
  const { terms, token } = agreement;
  const money = (amount: bigint) => formatAmount(amount, token.decimals);
  const names = `${file.names.client ?? "The client"} pays ${file.names.provider ?? "the provider"}`;
  const rows = deal.map(({ threshold, downtime, share, credit }) => [
    `below ${formatShare(threshold)}`,
    formatDuration(downtime),
    formatShare(share),
    money(credit),
  ]);
  const layout = [
    ["<", 23],
    ["<", 32],
    ["<", 5],
    [">", 9],
  ] as const;
  const heading = columns(
    [["uptime in the month", "down longer than (31 days)", "client gets back"]],
    [
      ["<", 23],
      ["<", 28],
      ["<", 0],
    ],
  );
  return [
    `${bold("THE DEAL")}   ${names} ${money(terms.fee).replace(/\.00$/, "")} ${token.symbol} a month for ${file.service}.`,
    ...heading.map((line) => `  ${dim(line)}`),
    ...columns(rows, layout).map((line) => `  ${line}`),
    `  ${rights(terms)}`,
    "",
  ];
}

function rights({ chronic, silenceCredit }: Terms): string {
  const leave = chronic.map(({ count, window }) => `${count} bad months of ${window}: the client may leave at once.`);
  return [...leave, `No report at all: ${formatShare(silenceCredit)} back.`].join("  ");
}
