import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { formatAgreement } from "../../src/terms/fill.ts";
import { address } from "./sample-terms.ts";

const LONG = "very ".repeat(30);

describe("a preset that is filled in", () => {
  it("keeps its order and its comments, and takes what is new where it usually stands", () => {
    const preset = `# For everybody
service: ${LONG}long
provider: { name: Northwind IT }
fee: 1,000 USDC # a month
credit cap: 50%
measures: { uptime: { unit: seconds } }
`;
    const filled = formatAgreement(preset, {
      parties: {
        arbiter: { address: address("44") },
        provider: { address: address("11") },
        client: { name: "Harbor", address: address("22") },
      },
      token: { symbol: "USDC", decimals: 6, address: address("55") },
      words: { "no report": "50%", starts: "2025-01-01", network: "base" },
      salt: "ab".repeat(32),
    });
    expect(filled).to.equal(`# For everybody
service: ${LONG}long
provider:
  name: Northwind IT
  address: "${address("11")}"
client:
  name: Harbor
  address: "${address("22")}"
arbiter:
  address: "${address("44")}"
network: base
token:
  symbol: USDC
  address: "${address("55")}"
  decimals: 6
fee: 1,000 USDC # a month
starts: 2025-01-01
no report: 50%
credit cap: 50%
measures: { uptime: { unit: seconds } }
salt: "${"ab".repeat(32)}"
`);
  });

  it("begins with what usually comes first", () => {
    expect(formatAgreement("fee: 1,000 USDC\n", { words: { service: "hosting" } })).to.equal(
      "service: hosting\nfee: 1,000 USDC\n",
    );
  });

  it("with nothing stays as it is", () => {
    expect(formatAgreement("fee: 1,000 USDC\n", {})).to.equal("fee: 1,000 USDC\n");
  });

  for (const preset of ["- a list", "a text", "", "fee: [1"]) {
    it(`is not ${JSON.stringify(preset)}`, () => {
      expect(() => formatAgreement(preset, {}))
        .to.throw(UpheldError)
        .with.property("problem")
        .that.deep.equals({ code: "terms.not-yaml", message: "The preset is not a file of keys and values." });
    });
  }
});
