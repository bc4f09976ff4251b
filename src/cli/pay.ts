import qrcode from "qrcode";
import { periodOf } from "../terms/calendar.ts";
import type { Agreement } from "../chain/agreement.ts";
import { PHASES, nameOf } from "../chain/enums.ts";
import type { Chain } from "../chain/connect.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { plainMoney } from "../format.ts";
import { formatMoney } from "../terms/format.ts";
import type { Result } from "./io.ts";

/** What must come in so that nothing is owed and all that is committed is there. */
export function missingMoney(agreement: Agreement, { phase, state }: SummaryStructOutput): bigint {
  const name = nameOf(PHASES, phase);
  const needed = name === "draft" ? firstFee(agreement) : name === "active" ? state.owed + state.committed : 0n;
  const there = state.balance + state.unabsorbed;
  return needed > there ? needed - there : 0n;
}

function firstFee({ terms }: Agreement): bigint {
  return periodOf(terms, 0).fee;
}

/** How to pay `amount` from any wallet: what to send, of which token, on which network, and to whom. */
export async function payInstructions(chain: Chain, agreement: Agreement, amount: bigint): Promise<Result> {
  const { token, address } = agreement;
  const { name, chainId } = chain.network;
  const uri = `ethereum:${token.address}@${chainId}/transfer?address=${address}&uint256=${amount}`;
  const code = await qrcode.toString(uri, { type: "utf8", errorCorrectionLevel: "M" });
  return {
    data: {
      instructions: {
        network: name,
        chainId,
        token: token.address,
        to: address,
        units: amount,
        amount: plainMoney(amount, token.decimals),
        uri,
      },
      transactions: [],
    },
    text: [
      `Send exactly ${formatMoney(amount, token)}`,
      `  network         ${name} (chain ${chainId}); on any other network the money is lost`,
      `  token contract  ${token.address}`,
      `  to              ${address}`,
      "",
      code.trimEnd(),
      uri,
      "",
      "It counts as soon as it has arrived. A bond is never sent this way: it is pulled by `accept` or `bond`.",
    ],
  };
}
