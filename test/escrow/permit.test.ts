import { expect } from "chai";
import { eventsOf, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  active,
  type Agreement,
  approve,
  createAgreement,
  ethers,
  FEE,
  loadFixture,
  now,
  type Signer,
  world,
} from "../support/fixture.ts";

const FOREVER = 2n ** 40n;

/** `owner`'s permit for the agreement to take `value`. */
async function signPermit(a: Agreement, owner: Signer, value: bigint, deadline = FOREVER) {
  const domain = {
    name: "Test US Dollar",
    version: "1",
    chainId: 31337n,
    verifyingContract: a.token.target as string,
  };
  const fields = ["owner", "spender"].map((name) => ({ name, type: "address" }));
  const numbers = ["value", "nonce", "deadline"].map((name) => ({ name, type: "uint256" }));
  const nonce = await a.token.nonces(owner);
  const signature = await owner.signTypedData(
    domain,
    { Permit: [...fields, ...numbers] },
    { owner: owner.address, spender: a.address, value, nonce, deadline },
  );
  return ethers.Signature.from(signature);
}

describe("SLAEscrow: fundWithPermit", () => {
  it("needs no approval when the permit is good", async () => {
    const a = await loadFixture(active);
    await a.token.mint(a.stranger, 10n);
    const { v, r, s } = await signPermit(a, a.stranger, 10n);
    await expectMoves(a, () => a.escrow.connect(a.stranger).fundWithPermit(10n, FOREVER, v, r, s), {
      stranger: -10n,
      escrow: 10n,
    });
    await expectState(a, { balance: 12n * FEE + 10n });
    expect(await a.token.allowance(a.stranger, a.escrow)).to.equal(0n);
  });

  it("funds all the same when somebody used the permit first", async () => {
    const a = await loadFixture(active);
    await a.token.mint(a.client, 10n);
    const { v, r, s } = await signPermit(a, a.client, 10n);
    await a.token.connect(a.stranger).permit(a.client, a.escrow, 10n, FOREVER, v, r, s);
    const sent = a.escrow.connect(a.client).fundWithPermit(10n, FOREVER, v, r, s);
    expect(await eventsOf(a, sent)).to.deep.equal([["Funded", 10n]]);
  });

  it("lets the allowance decide when the permit is bad", async () => {
    const a = await loadFixture(active);
    await approve(a, a.client, 10n);
    const sent = a.escrow.connect(a.client).fundWithPermit(10n, FOREVER, 27, ethers.ZeroHash, ethers.ZeroHash);
    expect(await eventsOf(a, sent)).to.deep.equal([["Funded", 10n]]);
  });

  it("refuses a bad, an expired or another's permit without allowance", async () => {
    const a = await loadFixture(active);
    await a.token.mint(a.client, 10n);
    const short = ["ERC20InsufficientAllowance", [a.address, 0n, 10n]] as const;
    const past = (await now()) - 1n;
    for (const [who, deadline] of [
      [a.client, past],
      [a.stranger, FOREVER],
    ] as const) {
      const { v, r, s } = await signPermit(a, who, 10n, deadline);
      await expectRefusal(a.escrow.connect(a.client).fundWithPermit(10n, deadline, v, r, s), a.token, ...short);
    }
    const { v, r, s } = await signPermit(a, a.client, 9n);
    await expectRefusal(a.escrow.connect(a.client).fundWithPermit(10n, FOREVER, v, r, s), a.token, ...short);
  });

  it("works with an allowance on a token that knows no permit", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("MintableToken", [18]);
    const a = await createAgreement(w, { token: token.target as string });
    await approve(a, a.client, 10n);
    await a.escrow.connect(a.client).fundWithPermit(10n, 0n, 0, ethers.ZeroHash, ethers.ZeroHash);
    await expectState(a, { balance: 10n });
  });
});
