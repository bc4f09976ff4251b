import { isAddress } from "ethers";
import { z } from "zod";
import { Agreement } from "../src/chain/agreement.ts";
import { checkAgreement, documentPoint } from "../src/cli/checking.ts";
import { domainClient, domainPoint, parseDomain } from "../src/cli/domain.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { encodeTerms } from "../src/terms/codec.ts";

export default job({
  name: "check",
  summary: "is this really what we agreed? Genuine, terms, token and network as the file says; exit code 1 if not",
  example:
    "upheld check 0x… harbor.sla.yaml\nupheld check harbor.sla.yaml\n" +
    "upheld check 0x… --document harbor.sla.yaml --domain northwind.example",
  args: {
    agreement: ["<agreement>", "its address, or its file", z.string()],
    file: ["[file]", "the file you agreed on, when the address was given", z.string().optional()],
  },
  options: {
    document: ["<file>", "also: is the hash on chain that of this text?", z.string().optional()],
    domain: [
      "<name>",
      "also: does this domain publish the agreement, or a seat's address? Asks https://<name>/.well-known/upheld.json",
      z.string().optional(),
    ],
  },
  needs: "chain",
  async run(context, { agreement: ref, file: second, document, domain: named }) {
    const domain = named === undefined ? undefined : parseDomain(named);
    const path = isAddress(ref) ? second : ref;
    if (!isAddress(ref) && second !== undefined) throw usage("name an address and a file, or a file alone");
    const file = path === undefined ? undefined : readAgreementFile(path);
    const chain = await context.chain(file?.network?.name);
    const factory = await context.factory();
    const valid: boolean = isAddress(ref);
    const address = valid || file === undefined ? ref : await factory.addressOf(encodeTerms(file.terms));
    const points = await checkAgreement(chain, factory, address, file);
    const isGenuine = points.some(({ what, ok }) => what === "genuine" && ok);
    if (isGenuine && (document !== undefined || domain !== undefined)) {
      const agreement = await Agreement.at(factory, address);
      if (document !== undefined) points.push(documentPoint(agreement.terms, document, file));
      if (domain !== undefined) {
        const asked = domainPoint(domainClient(domain), domain, agreement, chain.network.chainId);
        points.push(await context.output.during(`Asking ${domain}`, asked));
      }
    }
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
