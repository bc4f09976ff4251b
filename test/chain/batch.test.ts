import { expect } from "chai";
import { AbiCoder, id, keccak256 } from "ethers";
import { batchTypes, committeeDomain, inOrder, leafOf, packReports, replaceTypes } from "../../src/chain/batch.ts";

const AGREEMENT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const report = {
  agreement: AGREEMENT,
  period: 3n,
  revision: 1n,
  measurements: [
    { total: 100n, bad: 3n, excluded: 2n },
    { total: 7n, bad: 1n, excluded: 0n },
  ],
  evidence: id("evidence"),
};

describe("a batch of reports", () => {
  it("is packed without gaps, one after the other", () => {
    const word = (value: number, bytes: number) => value.toString(16).padStart(2 * bytes, "0");
    const one = [
      AGREEMENT.slice(2).toLowerCase(),
      word(3, 1),
      word(1, 1),
      word(2, 1),
      id("evidence").slice(2),
      ...[100, 3, 2, 7, 1, 0].map((count) => word(count, 8)),
    ].join("");
    expect(packReports([report])).to.equal(`0x${one}`);
    expect(packReports([report, report])).to.equal(`0x${one}${one}`);
    expect(packReports([])).to.equal("0x");
  });

  it("is signed as these structures", () => {
    const said = (types: typeof batchTypes) =>
      Object.entries(types).map(([name, fields]) => `${name}(${fields.map((f) => `${f.type} ${f.name}`).join(",")})`);
    expect(said(batchTypes)).to.deep.equal([
      "Batch(Report[] reports)",
      "Report(address agreement,uint8 period,uint8 revision,Measurement[] measurements,bytes32 evidence)",
      "Measurement(uint64 total,uint64 bad,uint64 excluded)",
    ]);
    expect(said(replaceTypes)).to.deep.equal(["Replace(address[] members,uint256 threshold,uint256 nonce)"]);
    expect(committeeDomain(10n, AGREEMENT)).to.deep.equal({
      name: "Upheld Oracle Committee",
      version: "1",
      chainId: 10n,
      verifyingContract: AGREEMENT,
    });
  });

  it("has leaves that EIP-712 gives, worked out by hand", () => {
    const coder = AbiCoder.defaultAbiCoder();
    const measurementType = id("Measurement(uint64 total,uint64 bad,uint64 excluded)");
    const reportType = id(
      "Report(address agreement,uint8 period,uint8 revision,Measurement[] measurements,bytes32 evidence)Measurement(uint64 total,uint64 bad,uint64 excluded)",
    );
    const counts = report.measurements.map(({ total, bad, excluded }) =>
      keccak256(coder.encode(["bytes32", "uint64", "uint64", "uint64"], [measurementType, total, bad, excluded])),
    );
    const all = keccak256(`0x${counts.map((hash) => hash.slice(2)).join("")}`);
    const fields = ["bytes32", "address", "uint8", "uint8", "bytes32", "bytes32"];
    expect(leafOf(report)).to.equal(
      keccak256(coder.encode(fields, [reportType, AGREEMENT, 3n, 1n, all, id("evidence")])),
    );
  });

  it("carries its signatures in the order of their signers, by number", () => {
    const signed = (byte: string) => ({ signer: `0x${byte.repeat(20)}`, signature: byte });
    const order = inOrder([signed("b0"), signed("0A"), signed("a1")]);
    expect(order.map(({ signature }) => signature)).to.deep.equal(["0A", "a1", "b0"]);
  });
});
