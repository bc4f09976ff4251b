import { z } from "zod";
import { nameOf, PHASES } from "../src/chain/enums.ts";
import { claimAll } from "../src/cli/claiming.ts";
import { addressType, flagType } from "../src/cli/fields.ts";
import { job, usage } from "../src/cli/job.ts";
import { alreadyDone, keyOf } from "../src/cli/seats.ts";

export default job({
  name: "claim",
  summary: "pay the provider's earnings out; in a draft, the bond too; --all: of all its agreements",
  example: "upheld claim harbor.sla.yaml --to 0x…\nupheld claim --all --network base --keystore keys/provider.json",
  args: { agreement: ["[agreement]", "the agreement's address, or its *.sla.yaml", z.string().optional()] },
  options: {
    all: ["", "every agreement of the provider that has something to claim; drafts are left alone", flagType],
    provider: ["<address>", "with --all: whose agreements (default: the key's)", addressType.optional()],
    least: ["<amount>", "with --all: leave out what is less than this, in whole tokens", z.string().optional()],
    to: ["<address>", "who is paid (default: the provider)", addressType.optional()],
  },
  async run(context, { agreement: ref, all, provider: whose, least, to }) {
    if (all === (ref !== undefined)) throw usage("name one agreement, or --all");
    if (ref === undefined) return claimAll(context, { provider: whose, to, least });
    if (whose !== undefined || least !== undefined) throw usage("--provider and --least are for --all");
    const agreement = await context.agreement(ref);
    const { provider, state } = await agreement.summary();
    // In a draft without a bond, claiming nothing still takes the acceptance back.
    const unaccepts = state.providerAccepted && nameOf(PHASES, state.phase) === "draft";
    if (provider.payout === 0n && !unaccepts) return alreadyDone("There is nothing to claim now.");
    return context.submit({
      need: keyOf("provider", state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.claim(to ?? state.provider, provider.payout)],
    });
  },
});
