import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { batchText, parseBatch, withReport, withSignature, type BatchFile } from "../../src/committee/batch-file.ts";
import { compareCounts } from "../../src/committee/review.ts";

const AGREEMENT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const OTHER = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";
const [LOW, HIGH] = ["0x00000000000000000000000000000000000000A1", "0x00000000000000000000000000000000000000b2"];

const report = (agreement = AGREEMENT, period = 3n) => ({
  agreement,
  period,
  revision: 0n,
  measurements: [{ total: 2n ** 64n - 1n, bad: 4740n, excluded: 0n }],
  evidence: `0x${"ab".repeat(32)}`,
});

const batch: BatchFile = { chainId: 31337n, committee: OTHER, reports: [report()], signatures: [] };

function refusal(value: unknown): string {
  try {
    parseBatch(value, "october.batch.json");
  } catch (error) {
    expect(error).to.be.instanceOf(UpheldError);
    const { code, message, file } = (error as UpheldError).problem;
    expect([code, file]).to.deep.equal(["batch.malformed", "october.batch.json"]);
    return message.replace("not a batch of schema upheld.batch/1: ", "");
  }
  throw new Error("nothing was refused");
}

const change = (what: object) => ({ ...(JSON.parse(batchText(batch)) as object), ...what });

describe("the batch file", () => {
  it("comes back as it was, the largest count included", () => {
    expect(parseBatch(JSON.parse(batchText(batch)))).to.deep.equal(batch);
  });

  it("lists signatures by signer, one for each", () => {
    const once = withSignature(withSignature(batch, { signer: HIGH, signature: "0x01" }), {
      signer: LOW,
      signature: "0x02",
    });
    expect(once.signatures.map(({ signer }) => signer)).to.deep.equal([LOW, HIGH]);
    const again = withSignature(once, { signer: HIGH.toLowerCase(), signature: "0x03" });
    expect(again.signatures).to.deep.equal([
      { signer: LOW, signature: "0x02" },
      { signer: HIGH, signature: "0x03" },
    ]);
  });

  it("drops all signatures with a new report, and replaces one of the same period and revision", () => {
    const signed = withSignature(batch, { signer: LOW, signature: "0x02" });
    const two = withReport(signed, report(OTHER));
    expect([two.reports.length, two.signatures.length]).to.deep.equal([2, 0]);
    const changed = { ...report(), evidence: `0x${"cd".repeat(32)}` };
    expect(withReport(two, changed).reports).to.deep.equal([report(OTHER), changed]);
  });

  it("refuses what is not one, with the place", () => {
    expect(refusal({})).to.match(/^schema: /);
    expect(refusal(change({ chainId: 1 }))).to.match(/^chainId: /);
    expect(refusal(change({ reports: [] }))).to.match(/^reports: /);
    expect(refusal(change({ extra: 1 }))).to.contain("extra");
    const twice = JSON.parse(batchText({ ...batch, reports: [report(), report()] })) as unknown;
    expect(refusal(twice)).to.equal(`period 3, revision 0 of ${AGREEMENT} is in it twice`);
    const large = batchText(batch).replace(String(2n ** 64n - 1n), String(2n ** 64n));
    expect(refusal(JSON.parse(large))).to.equal("reports.0.measurements.0.total: must be below 2^64");
  });
});

describe("a member's comparison", () => {
  const counts = (bad: bigint, excluded = 0n) => [{ total: 100n, bad, excluded }];

  it("takes a difference up to the tolerance, either way, and not one unit more", () => {
    for (const own of [90n, 110n]) {
      expect(compareCounts(counts(100n), counts(own), [10n])).to.equal(undefined);
      expect(compareCounts(counts(100n), counts(own), [9n])).to.equal(
        `bad: it says 100, I measured ${own}; the difference is 10, 9 are allowed`,
      );
    }
    expect(compareCounts(counts(1n), counts(2n), [0n])).to.contain("no difference is allowed");
  });

  it("looks at every count of every measure", () => {
    expect(compareCounts(counts(1n, 5n), counts(1n), [1n])).to.match(/^excluded: it says 5, I measured 0/);
    const two = [...counts(1n), ...counts(7n)];
    expect(compareCounts(two, [...counts(1n), ...counts(1n)], [1n, 1n])).to.match(/^measure 2, bad: it says 7/);
    expect(compareCounts(two, [...counts(1n), ...counts(1n)], [1n, 6n])).to.equal(undefined);
    expect(compareCounts(counts(1n), two, [100n])).to.equal("it has 1 measurements, mine 2");
  });
});
