import { isAddress } from "ethers";
import { z } from "zod";
import { checkAgreement } from "../src/cli/checking.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { encodeTerms } from "../src/terms/codec.ts";

export default job({
  name: "check",
  summary: "is this really what we agreed? Genuine, terms, token and network as the file says; exit code 1 if not",
  example: "upheld check 0x… harbor.sla.yaml\nupheld check harbor.sla.yaml",
  args: {
    agreement: ["<agreement>", "its address, or its file", z.string()],
    file: ["[file]", "the file you agreed on, when the address was given", z.string().optional()],
  },
  needs: "chain",
  async run(context, { agreement: ref, file: second }) {
    const path = isAddress(ref) ? second : ref;
    if (!isAddress(ref) && second !== undefined) throw usage("name an address and a file, or a file alone");
    const file = path === undefined ? undefined : readAgreementFile(path);
    const chain = await context.chain(file?.network?.name);
    const factory = await context.factory();
    const valid: boolean = isAddress(ref);
    const address = valid || file === undefined ? ref : await factory.addressOf(encodeTerms(file.terms));
    const points = await checkAgreement(chain, factory, address, file);
    const isGood = points.every(({ ok }) => ok);
    const { green, red } = context.output.color;
    return {
      data: { agreement: address, factory: factory.address, network: chain.network.name, points },
      text: [
        ...points.map(({ ok, what, detail }) => `${ok ? green("✓") : red("✗")} ${what}: ${detail}`),
        isGood ? "All as it should be." : "Not what was agreed: send it no money.",
      ],
      exitCode: isGood ? EXIT.ok : EXIT.failed,
    };
  },
});
