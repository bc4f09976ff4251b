import { z } from "zod";
import { agreementGas, factoryGas, priceOf } from "../src/chain/cost.ts";
import type { Context } from "../src/cli/context.ts";
import { needs } from "../src/cli/context.ts";
import { ensureFactory, ensureTestToken } from "../src/cli/deploying.ts";
import { flagType } from "../src/cli/fields.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import type { Result } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { moment } from "../src/format.ts";
import { encodeTerms } from "../src/terms/codec.ts";
import type { AgreementFile } from "../src/terms/file.ts";
import { deployer } from "./hardhat/deployer.ts";

export default job({
  name: "deploy",
  summary: "create the agreement; on a chain without a factory, that first; says what it costs",
  example: "upheld deploy harbor.sla.yaml --network base-sepolia --dry-run\nupheld deploy --test-token",
  args: { file: ["[file]", "the agreement's *.sla.yaml (default: only the factory)", z.string().optional()] },
  options: { testToken: ["", "a test dollar too, that anyone may mint; never on a main network", flagType] },
  async run(context, { file: path, testToken }) {
    const file = path === undefined ? undefined : readAgreementFile(path);
    const { network, provider } = await context.chain(file?.network?.name);
    if (testToken && !/local|sepolia|^chain-(31337|1337)$/.test(network.name)) {
      throw usage(`there is no play money on ${network.name}`);
    }
    const outcome = await ensureFactory(context, deployer);
    if (outcome === "would deploy") {
      const gas = factoryGas() + (file === undefined ? 0n : agreementGas(encodeTerms(file.terms)));
      const { wei, text } = await priceOf(provider, gas);
      const what = file === undefined ? "the factory" : "the factory and the agreement";
      return {
        data: { dryRun: true, network: network.name, gas, wei, transactions: [] },
        text: [`Nothing was sent. ${network.name} has no factory yet; ${what} would cost at most ${text}.`],
      };
    }
    const token = testToken ? await ensureTestToken(context, deployer) : undefined;
    const factory = await context.factory();
    const made = { factory: factory.address, ...(token === undefined ? {} : { testToken: token }) };
    const said = [`Factory  ${factory.address}${outcome === "deployed" ? "  (new, remembered)" : ""}`];
    if (token !== undefined) said.push(`Test USD ${token}`);
    if (file === undefined) return { data: made, text: said };
    const created = await create(context, file);
    return { ...created, data: { ...made, ...created.data }, text: [...said, ...created.text] };
  },
});

async function create(context: Context, file: AgreementFile): Promise<Result> {
  const factory = await context.factory();
  const packed = encodeTerms(file.terms);
  const address = await factory.addressOf(packed);
  if ((await factory.provider.getCode(address)) !== "0x") {
    return {
      data: { agreement: address, done: true, transactions: [] },
      text: [`Agreement ${address}  (exists already)`],
    };
  }
  // The limits are checked before anything is signed, with the words of the contract's error.
  const wording = { currency: file.token };
  await factory.validate(packed, await context.now(), wording);
  const submitted = await context.submit({
    need: { ...needs.anyone, preferred: file.terms.provider },
    wording,
    transactions: () => [factory.create(packed, address)],
  });
  const bond = file.terms.bond === 0n ? "" : ", the provider with its bond at hand";
  const next = [
    `Both must accept before ${moment(file.terms.start)}: the client with the first fee paid in${bond}.`,
    "Give the client the file and the address, or a link to the page, ending in",
    `  #/agreement/${address}?factory=${factory.address}`,
  ];
  return {
    data: { agreement: address, ...submitted.data },
    text: [...submitted.text, ...(submitted.sent.length === 0 ? [] : [`Agreement ${address}`, ...next])],
  };
}
