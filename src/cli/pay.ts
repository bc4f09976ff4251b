import { renderUnicodeCompact } from "uqr";
import type { Agreement } from "../chain/agreement.ts";
import { PHASES, nameOf } from "../chain/enums.ts";
import type { Chain } from "../chain/connect.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { plainMoney } from "../format.ts";
import { missingMoney as missing, paymentUri } from "../model/missing.ts";
import { formatMoney } from "../terms/format.ts";
import type { Result } from "./io.ts";

/** What must come in so that nothing is owed and all that is committed is there. */
export function missingMoney({ terms }: Agreement, { phase, state }: SummaryStructOutput): bigint {
  return missing(terms, nameOf(PHASES, phase), state);
}

/** Of a QR code: so many light modules stand around it. */
const QUIET_ZONE = 4;

/** How to pay `amount` from any wallet: what to send, of which token, on which network, and to whom. */
export function payInstructions(chain: Chain, agreement: Agreement, amount: bigint): Result {
  const { token, address } = agreement;
  const { name, chainId } = chain.network;
  const uri = paymentUri(token.address, chainId, address, amount);
  // light modules are drawn, dark ones left out: right on a dark terminal, inverted, and read as well, on a light one
  const code = renderUnicodeCompact(uri, { ecc: "M", border: QUIET_ZONE });
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
      code,
      uri,
      "",
      "It counts as soon as it has arrived. A bond is never sent this way: it is pulled by `accept` or `bond`.",
    ],
  };
}
