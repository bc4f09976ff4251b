import { id, zeroPadValue } from "ethers";
import type { Agreement } from "../chain/agreement.ts";
import { decodeFailure } from "../chain/failure.ts";
import { UpheldError } from "../errors.ts";
import { moment } from "../format.ts";
import { formatMoney } from "../terms/format.ts";

const BLOCKS = 300;
const RECENT_SECONDS = 3_600n;
const TRANSFER = id("Transfer(address,address,uint256)");

/**
 * Refuses to move the same amount the same way twice within an hour. Most jobs can see from the agreement that their
 * work is done; an amount of money somebody named cannot be told from a second one, unless a first was killed between
 * sending and its receipt and is now run again.
 */
export async function refuseRepeat(
  agreement: Agreement,
  { from, to, amount }: { from: string; to: string; amount: bigint },
): Promise<void> {
  const { provider, token } = agreement;
  try {
    const latest = await provider.getBlockNumber();
    const logs = await provider.getLogs({
      address: token.address,
      topics: [TRANSFER, zeroPadValue(from, 32), zeroPadValue(to, 32)],
      fromBlock: Math.max(0, latest - BLOCKS),
      toBlock: latest,
    });
    const last = logs.filter((log) => BigInt(log.data) === amount).at(-1);
    if (last === undefined) return;
    const [then, now] = await Promise.all([provider.getBlock(last.blockNumber), provider.getBlock(latest)]);
    const at = BigInt(then?.timestamp ?? 0);
    if (BigInt(now?.timestamp ?? 0) - at > RECENT_SECONDS) return;
    throw new UpheldError({
      code: "repeat.same-amount",
      message: `${formatMoney(amount, token)} moved from ${from} to ${to} just now, ${moment(at)}: ${last.transactionHash}.`,
      hint: "If that was this job's first run, all is done. To move it once more, add --again.",
    });
  } catch (error) {
    throw decodeFailure(error);
  }
}
