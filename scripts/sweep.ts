import { Token } from "../src/chain/token.ts";
import { needs } from "../src/cli/context.ts";
import { addressType, agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone } from "../src/cli/seats.ts";

export default job({
  name: "sweep",
  summary: "send a foreign token that came by mistake on to the client's seat",
  example: "upheld sweep harbor.sla.yaml 0x…",
  args: { agreement: agreementField, token: ["<token>", "the foreign token's address", addressType] },
  async run(context, { agreement: ref, token }) {
    const agreement = await context.agreement(ref);
    // Its own money is refused by the agreement itself.
    if (
      token !== agreement.token.address &&
      (await Token.heldOf(agreement.provider, token, agreement.address)) === 0n
    ) {
      return alreadyDone("The agreement holds nothing of this token.");
    }
    return context.submit({
      need: needs.anyone,
      wording: agreement.wording,
      transactions: () => [agreement.calls.sweep(token)],
    });
  },
});
