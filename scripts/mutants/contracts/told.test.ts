/**
 * The hundred stories of test/model/campaign.test.ts, each as a test of its own: a mutant is killed by the first that
 * model and chain tell differently, and nobody shortens it.
 */
import { tellWhole } from "../../../test/model/campaign.ts";
import { Tally } from "../../../test/model/tally.ts";

describe("the model and the chain", () => {
  for (let seed = 1; seed <= 100; ++seed) {
    it(`alike in story ${seed}`, async () => {
      const { difference } = await tellWhole(seed, new Tally());
      if (difference !== undefined) throw difference;
    });
  }
});
