import { checkLeafProof, readShownDay, type LeafProof, type ShownDay } from "../evidence/proof.ts";
import type { Agreement } from "./agreement.ts";
import { nameOf, SEATS } from "./enums.ts";
import { eventsOf, readHistory, type AgreementEvent } from "./history.ts";
import type { Disagreement } from "./replay.ts";

export interface ShownAndChecked {
  readonly day: ShownDay;
  /** Whether a later revision replaced the report it belongs to. */
  readonly isReplaced: boolean;
  readonly difference: Disagreement | undefined;
}

/** Checks one day against the root that the agreement's chain has; no other day and no file is needed. */
export async function verifyShownDay(
  agreement: Agreement,
  chainId: bigint,
  proof: LeafProof,
  file?: string,
): Promise<ShownAndChecked> {
  const day = readShownDay(proof, file);
  const about: readonly [what: string, said: string, actual: string][] = [
    ["chain", String(day.chainId), String(chainId)],
    ["agreement", day.agreement, agreement.address.toLowerCase()],
    ["leaf", String(proof.leaf), String(day.leaf)],
  ];
  const differing = about.find(([, said, actual]) => said !== actual);
  if (differing !== undefined) {
    const [place, said, actual] = differing;
    return { day, isReplaced: false, difference: { place, message: `the proof says ${said}, it is ${actual}` } };
  }
  const history = await readHistory(agreement, BigInt(day.period));
  const root = rootOf(history, day);
  return { day, isReplaced: isReplaced(history, day), difference: rootDifference(proof, root, day) };
}

function rootOf(history: readonly AgreementEvent[], { author, revision }: ShownDay): string | undefined {
  if (author === "oracle") {
    return eventsOf(history, "Reported").find((report) => Number(report.revision) === revision)?.evidence;
  }
  return eventsOf(history, "Disputed").find(({ seat }) => nameOf(SEATS, seat) === author)?.evidence;
}

const isReplaced = (history: readonly AgreementEvent[], { author, revision }: ShownDay): boolean =>
  author === "oracle" && eventsOf(history, "Reported").some((report) => Number(report.revision) > revision);

function rootDifference(proof: LeafProof, root: string | undefined, day: ShownDay): Disagreement | undefined {
  const { period, revision, author } = day;
  const whose = author === "oracle" ? `report, revision ${revision}` : `claim of the ${author}`;
  if (root === undefined) return { place: `period ${period}`, message: `the chain has no ${whose}` };
  if (checkLeafProof(proof, root)) return undefined;
  const place = `day ${day.date}, leaf ${day.leaf}`;
  return { place, message: `the text does not lead to the root ${root} of the ${whose}` };
}
