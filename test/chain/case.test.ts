import { expect } from "chai";
import { consequencesOf } from "../../src/chain/case.ts";

const terms = { termCreditCap: 6_000n };
const purse = { fee: 1_000n, credited: 0n, bond: 0n };
const report = { by: "report", credit: 100n, pledge: 0n } as const;
const client = { by: "client", credit: 250n, pledge: 50n } as const;
const provider = { by: "provider", credit: 0n, pledge: 40n } as const;

const moved = (...given: Parameters<typeof consequencesOf>) =>
  consequencesOf(...given).map(({ ruling, toProvider, toClient, fromBond, pledges }) => [
    ruling,
    toProvider,
    toClient,
    fromBond,
    pledges.map(({ of, to, amount }) => `${of} ${amount} to ${to}`).join(", "),
  ]);

describe("consequencesOf a dispute", () => {
  it("moves what is held, and the stake, by whose counts are picked", () => {
    // the report's 100 moved at the split, 150 are held
    expect(moved(terms, { ...purse, credited: 100n }, [report, client], { agreed: 100n, held: 150n })).to.deep.equal([
      ["report", 150n, 0n, 0n, "client 50 to provider"],
      ["client", 0n, 150n, 0n, "client 50 to client"],
      ["declined", 150n, 0n, 0n, "client 50 to client"],
    ]);
  });

  it("is told the same before the split, as of now", () => {
    expect(moved(terms, purse, [report, client])).to.deep.equal(
      moved(terms, { ...purse, credited: 100n }, [report, client], { agreed: 100n, held: 150n }),
    );
  });

  it("with claims of both moves more, and each loser's stake", () => {
    expect(moved(terms, purse, [report, provider, client], { agreed: 0n, held: 250n })).to.deep.equal([
      ["report", 150n, 100n, 0n, "provider 40 to client, client 50 to provider"],
      ["provider", 250n, 0n, 0n, "provider 40 to provider, client 50 to provider"],
      ["client", 0n, 250n, 0n, "provider 40 to client, client 50 to client"],
      ["declined", 150n, 100n, 0n, "provider 40 to provider, client 50 to client"],
    ]);
  });

  it("takes what is above the fee from the bond, as far as it and the term's cap go", () => {
    const large = { ...client, credit: 1_500n };
    const of = (bond: bigint, termCreditCap: bigint) =>
      moved({ termCreditCap }, { ...purse, bond }, [report, large])[1];
    expect(of(600n, 6_000n)).to.deep.equal(["client", 0n, 900n, 500n, "client 50 to client"]);
    expect(of(300n, 6_000n)?.slice(0, 4)).to.deep.equal(["client", 0n, 900n, 300n]);
    expect(of(600n, 400n)?.slice(0, 4)).to.deep.equal(["client", 0n, 300n, 0n]);
  });
});
