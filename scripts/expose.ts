import { isAddress } from "ethers";
import { readExposure } from "../src/chain/exposed.ts";
import { exposureData, exposureText } from "../src/cli/exposing.ts";
import { agreementField } from "../src/cli/fields.ts";
import { readAgreementFile } from "../src/cli/file.ts";
import { EXIT } from "../src/cli/io.ts";
import { job } from "../src/cli/job.ts";

/** Shorter words are found in any code by chance. */
const LEAST_LENGTH = 5;

export default job({
  name: "expose",
  summary: "what strangers see of an agreement: fees, credits, dates, addresses, counts; and what they do not",
  example: "upheld expose 0x…\nupheld expose harbor.sla.yaml",
  args: { agreement: agreementField },
  needs: "chain",
  async run(context, { agreement: ref }) {
    const agreement = await context.agreement(ref);
    const { network } = await context.chain();
    const file = isAddress(ref) ? undefined : readAgreementFile(ref);
    const private_ =
      file === undefined ? [] : [file.service, ...Object.values(file.names), ...file.measures.map(({ name }) => name)];
    const words = [...new Set(private_)].filter((word) => word.length >= LEAST_LENGTH);
    const work = readExposure(agreement, words);
    const exposure = await context.output.during("Reading the chain", work);
    return {
      data: exposureData(agreement, exposure),
      text: exposureText(agreement, exposure, network, words.length),
      exitCode: exposure.leaked.length === 0 ? EXIT.ok : EXIT.failed,
    };
  },
});
