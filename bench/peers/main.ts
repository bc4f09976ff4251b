import type { Figures } from "../gas.ts";
import { flowFigures } from "./flow.ts";
import { requestFigures } from "./request.ts";

/** Their figures by the name of the call; `year` is twelve payments, with all that they need. */
export interface Peers {
  readonly sablierFlow: Figures;
  readonly requestEscrow: Figures;
}

export async function peers(say: (line: string) => void): Promise<Peers> {
  say("Sablier Flow");
  const flow = await flowFigures();
  say("Request's escrow");
  return { sablierFlow: flow, requestEscrow: await requestFigures() };
}
