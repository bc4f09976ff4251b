/** The same stories as in `found.test.ts`, told to the model alone. */
import { expect } from "chai";
import { apply } from "../../src/model/apply.ts";
import type { Call } from "../../src/model/calls.ts";
import type { Refused } from "../../src/model/refusal.ts";
import { address } from "../terms/sample-terms.ts";
import { ACTORS, draftIn, type Setting } from "./cast.ts";
import { beginning, EDGES, named, termsIn } from "./edges.ts";

const PLACES = {
  addresses: Object.fromEntries(ACTORS.map((name, i) => [name, address(`0${i + 1}`)])) as Setting["addresses"],
  ...{ token: address("aa"), foreign: address("bb") },
};
const said = (refused: Refused | undefined) =>
  refused === undefined ? "done" : `${refused.name}(${refused.args.join(", ")})`;

describe("the model at the edge", () => {
  for (const edge of EDGES) {
    it(edge.what, () => {
      const terms = termsIn(PLACES, edge);
      let a = draftIn(PLACES, terms, address("cc"));
      const tell = (by: string, now: bigint, call: Call | undefined): string => {
        if (call === undefined) return "looked";
        const { agreement, refused } = apply(a, call, { by, now });
        a = agreement;
        return named(said(refused), PLACES);
      };
      for (const { by, now, call } of beginning(a, terms.start - 10n)) expect(tell(by, now, call)).to.equal("done");
      const lines = edge.lines(terms, PLACES.addresses);
      expect(lines.map(([by, now, call]) => tell(PLACES.addresses[by], now, call))).to.deep.equal(
        lines.map(([, , , outcome]) => outcome),
      );
    });
  }
});
