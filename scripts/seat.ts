import { ZeroAddress } from "ethers";
import { z } from "zod";
import { addressType, agreementField, flagType, parseAmount, timeType } from "../src/cli/fields.ts";
import { job, usage } from "../src/cli/job.ts";
import { asField, partyKey } from "../src/cli/seats.ts";

const offer = job({
  name: "seat offer",
  summary: "offer your seat, with all that belongs to it",
  example:
    "upheld seat offer harbor.sla.yaml 0x… --as provider\nupheld seat offer harbor.sla.yaml --withdraw --as provider",
  args: { agreement: agreementField, to: ["[to]", "who may take it", addressType.optional()] },
  options: { as: asField, withdraw: ["", "take the offer back", flagType] },
  async run(context, { agreement: ref, to, as, withdraw }) {
    if (withdraw === (to !== undefined)) throw usage("name who may take the seat, or --withdraw the offer");
    const agreement = await context.agreement(ref);
    return context.submit({
      need: partyKey(await agreement.state(), as),
      wording: agreement.wording,
      transactions: () => [agreement.calls.offerSeat(to ?? ZeroAddress)],
    });
  },
});

const take = job({
  name: "seat take",
  summary: "take a seat that is offered to you; states the least you accept",
  example: "upheld seat take harbor.sla.yaml provider --balance 1000 --end 2025-12-31",
  args: {
    agreement: agreementField,
    seat: ["<seat>", "provider or client", z.enum(["provider", "client"])],
  },
  options: {
    balance: ["<amount>", "least client's balance you accept (default: what it is now)", z.string().optional()],
    end: ["<date>", "latest end you accept (default: what it is now)", timeType.optional()],
  },
  async run(context, { agreement: ref, seat, balance, end }) {
    const agreement = await context.agreement(ref);
    const [state, offeredTo] = await Promise.all([agreement.state(), agreement.seatOffer(seat)]);
    if (offeredTo === ZeroAddress)
      throw usage(`the ${seat}'s seat is offered to nobody`, "Its holder offers it first.");
    const least = balance === undefined ? state.balance : parseAmount(balance, agreement.token.decimals);
    return context.submit({
      need: { who: "whom the seat is offered to", accounts: [offeredTo] },
      wording: agreement.wording,
      transactions: () => [agreement.calls.takeSeat(seat, least, end ?? state.end)],
    });
  },
});

export default [offer, take];
