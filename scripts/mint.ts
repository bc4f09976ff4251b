import { z } from "zod";
import { TestUSD__factory } from "../typechain-types/index.ts";
import { Token } from "../src/chain/token.ts";
import { needs } from "../src/cli/context.ts";
import { addressType, parseAmount } from "../src/cli/fields.ts";
import { job, usage } from "../src/cli/job.ts";
import { formatMoney } from "../src/terms/format.ts";

export default job({
  name: "mint",
  summary: "make play money with the chain's test dollar, to try things out",
  example: "upheld deploy --test-token --network base-sepolia\nupheld mint 0x… 12,000 --network base-sepolia",
  args: {
    to: ["<to>", "who gets it", addressType],
    amount: ["<amount>", "in whole test dollars", z.string()],
  },
  async run(context, { to, amount: given }) {
    const { provider, network } = await context.chain();
    // Only what `deploy --test-token` remembered: no other token is asked to make money.
    const known = (await context.addressBook()).get(network.chainId)?.testToken;
    if (known === undefined) {
      throw usage(`no test dollar is known on ${network.name}`, "Deploy one: `upheld deploy --test-token`.");
    }
    const token = await Token.at(provider, known);
    const amount = parseAmount(given, token.decimals);
    return context.submit({
      need: needs.anyone,
      wording: { currency: token },
      transactions: () => [
        {
          to: token.address,
          data: TestUSD__factory.createInterface().encodeFunctionData("mint", [to, amount]),
          value: 0n,
          description: `make ${formatMoney(amount, token)} of play money for ${to}`,
        },
      ],
    });
  },
});
