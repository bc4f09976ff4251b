import { expect } from "chai";
import { id, ZeroAddress } from "ethers";
import { AgreementCalls, type Consent, consentStruct, countsText } from "../../src/chain/calls.ts";
import type { PreparedTransaction } from "../../src/chain/transaction.ts";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";

const AGREEMENT = "0x00000000000000000000000000000000000000Aa";
const ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const FEB = 1_738_368_000n;
const HASH = id("the terms");
const counted = { total: 100n, bad: 3n, excluded: 0n };
const excluded = { total: 10n, bad: 1n, excluded: 2n };

const calls = () => new AgreementCalls(AGREEMENT, { symbol: "USDC", decimals: 6 });
const usd = (dollars: number) => BigInt(dollars) * 1_000_000n;

const credit: Consent = { kind: "credit", period: 3n, revision: 1n, credit: usd(25) };
const CREDIT = [1n, 3n, 1n, usd(25), ZeroAddress, 0n];
const permit = { deadline: FEB, v: 27, r: id("r"), s: id("s") };

/** Each call: what is sent, and what a person reads before signing. */
const SENT: [make: (c: AgreementCalls) => PreparedTransaction, name: string, args: unknown[], description: string][] = [
  [(c) => c.accept(HASH), "accept", [HASH], `accept the terms ${HASH.slice(0, 6)}…${HASH.slice(-4)}`],
  [(c) => c.fund(usd(1)), "fund", [usd(1)], "fund the agreement with 1.00 USDC"],
  [
    (c) => c.fundWithPermit(usd(1), permit),
    "fundWithPermit",
    [usd(1), FEB, 27n, id("r"), id("s")],
    "fund the agreement with 1.00 USDC by a signed approval",
  ],
  [(c) => c.sync(), "sync", [], "count what arrived by plain transfer"],
  [
    (c) => c.report(2n, 0n, [counted, excluded], HASH),
    "report",
    [
      2n,
      0n,
      [
        [100n, 3n, 0n],
        [10n, 1n, 2n],
      ],
      HASH,
    ],
    "report period 2: 3 bad of 100; 1 bad of 10 (2 excluded)",
  ],
  [
    (c) => c.report(2n, 1n, [counted], HASH),
    "report",
    [2n, 1n, [[100n, 3n, 0n]], HASH],
    "report period 2, revision 1: 3 bad of 100",
  ],
  [
    (c) => c.dispute(2n, 1n, [counted], HASH),
    "dispute",
    [2n, 1n, [[100n, 3n, 0n]], HASH],
    "dispute period 2: 3 bad of 100",
  ],
  [(c) => c.rule(2n, "report"), "rule", [2n, 1n], "rule on period 2: the report is right"],
  [(c) => c.rule(2n, "provider"), "rule", [2n, 2n], "rule on period 2: the provider's counts are right"],
  [(c) => c.rule(2n, "client"), "rule", [2n, 3n], "rule on period 2: the client's counts are right"],
  [(c) => c.rule(2n, "declined"), "rule", [2n, 4n], "rule on period 2: no ruling, the report stands"],
  [(c) => c.settle(), "settle", [], "settle all that is due"],
  [
    (c) => c.agree(credit, FEB),
    "agree",
    [CREDIT, FEB],
    "agree to a credit of 25.00 USDC for period 3, valid until 1 Feb 2025",
  ],
  [
    (c) => c.agree({ kind: "oracle", account: ACCOUNT }, FEB),
    "agree",
    [[2n, 0n, 0n, 0n, ACCOUNT, 0n], FEB],
    `agree to the new oracle ${ACCOUNT}, valid until 1 Feb 2025`,
  ],
  [
    (c) => c.agree({ kind: "arbiter", account: ACCOUNT }, FEB),
    "agree",
    [[3n, 0n, 0n, 0n, ACCOUNT, 0n], FEB],
    `agree to the new arbiter ${ACCOUNT}, valid until 1 Feb 2025`,
  ],
  [
    (c) => c.agree({ kind: "end", end: FEB }, FEB),
    "agree",
    [[4n, 0n, 0n, 0n, ZeroAddress, FEB], FEB],
    "agree to the end 1 Feb 2025, valid until 1 Feb 2025",
  ],
  [(c) => c.revoke(credit), "revoke", [CREDIT], "take back the consent to a credit of 25.00 USDC for period 3"],
  [(c) => c.postBond(usd(5)), "postBond", [], "post 5.00 USDC of bond"],
  [(c) => c.claim(ACCOUNT), "claim", [ACCOUNT], `pay what is the provider's to ${ACCOUNT}`],
  [(c) => c.claim(ACCOUNT, usd(7)), "claim", [ACCOUNT], `pay the provider's 7.00 USDC to ${ACCOUNT}`],
  [
    (c) => c.withdraw(ACCOUNT, usd(9)),
    "withdraw",
    [ACCOUNT, usd(9)],
    `take 9.00 USDC of the client's balance out to ${ACCOUNT}`,
  ],
  [(c) => c.terminate("notice"), "terminate", [1n], "leave: notice"],
  [(c) => c.terminate("chronic"), "terminate", [2n], "leave: chronic"],
  [(c) => c.terminate("bond"), "terminate", [3n], "leave: bond"],
  [(c) => c.terminate("nonpayment"), "terminate", [4n], "leave: nonpayment"],
  [(c) => c.offerSeat(ACCOUNT), "offerSeat", [ACCOUNT], `offer the seat, and all that belongs to it, to ${ACCOUNT}`],
  [(c) => c.offerSeat(ZeroAddress), "offerSeat", [ZeroAddress], "take the offer of the seat back"],
  [
    (c) => c.takeSeat("client", usd(3), FEB),
    "takeSeat",
    [2n, usd(3), FEB],
    "take the client's seat with a balance of at least 3.00 USDC, ending 1 Feb 2025 at the latest",
  ],
  [(c) => c.sweep(ACCOUNT), "sweep", [ACCOUNT], `send the foreign token ${ACCOUNT} on to the client's seat`],
];

describe("an agreement's transactions", () => {
  for (const [make, name, args, description] of SENT) {
    it(description, () => {
      const { to, data, value, description: said } = make(calls());
      const parsed = ISLAEscrow__factory.createInterface().parseTransaction({ data });
      expect(parsed?.name).to.equal(name);
      expect(parsed?.args.toArray(true)).to.deep.equal(args);
      expect([to, value, said]).to.deep.equal([AGREEMENT, 0n, description]);
    });
  }

  it("leave what a consent does not use at zero", () => {
    expect(consentStruct({ kind: "end", end: FEB })).to.deep.equal({
      kind: 4,
      period: 0n,
      revision: 0n,
      credit: 0n,
      account: ZeroAddress,
      end: FEB,
    });
  });

  it("say no counts in no words", () => {
    expect(countsText([])).to.equal("");
  });
});
