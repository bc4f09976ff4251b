import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  acceptAsProvider,
  activate,
  active,
  type Agreement,
  BAD,
  BONDED,
  boundaryOf,
  createAgreement,
  disputePeriod,
  ethers,
  FEE,
  loadFixture,
  reportPeriod,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const LIMIT = 2n ** 95n;

/** An active agreement in a token of which anyone can have 2^256 - 1 units. */
async function huge(): Promise<Agreement> {
  const w = await world();
  const token = await ethers.deployContract("HugeSupplyToken");
  const a = await createAgreement(w, { token: token.target as string });
  await activate(a, FEE);
  return a;
}

/** Tokens appear in the agreement, as if by plain transfer. */
const pour = (a: Agreement, amount: bigint) => a.token.mint(a.address, amount);

describe("SLAEscrow: absorb", () => {
  for (const [name, past] of [
    ["all below", -1n],
    ["all up to", 0n],
    ["all but the unit above", 1n],
  ] as const) {
    it(`takes ${name} 2^95 units`, async () => {
      const a = await loadFixture(huge);
      await pour(a, LIMIT - FEE + past);
      await a.escrow.sync();
      const rest = past > 0n ? past : 0n;
      await expectState(a, { balance: LIMIT + past - rest, unabsorbed: rest });
    });
  }

  it("knows a bond of a single unit for what it is", async () => {
    const bonded = async () => {
      const a = await createAgreement(await world(), { bond: 1n });
      await activate(a, FEE);
      return a;
    };
    const a = await loadFixture(bonded);
    await expectState(a, { bond: 1n, balance: FEE, unabsorbed: 0n });
    await a.escrow.sync();
    await expectState(a, { bond: 1n, balance: FEE });
  });

  it("lets the rest wait, and takes it as the balance falls", async () => {
    const a = await loadFixture(huge);
    await pour(a, LIMIT + 3n * FEE);
    await a.escrow.sync();
    await expectState(a, { balance: LIMIT, unabsorbed: 4n * FEE, withdrawable: LIMIT - 2n * FEE });
    await a.escrow.connect(a.client).withdraw(a.client, 3n * FEE);
    await expectState(a, { balance: LIMIT - 3n * FEE, unabsorbed: 4n * FEE, withdrawable: LIMIT - 2n * FEE });
    await a.escrow.sync();
    await expectState(a, { balance: LIMIT, unabsorbed: FEE });
  });

  it("survives 2^256 - 1 units: reports, credits, disputes, payouts and the close go on", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("HugeSupplyToken");
    const a = await createAgreement(w, { ...BONDED, token: token.target as string, periods: 2, chronic: [] });
    await pour(a, 2n ** 256n - 1n - usd(3000));
    await acceptAsClient(a);
    await acceptAsProvider(a);
    await expectState(a, { balance: LIMIT, bond: usd(500) });
    await reportPeriod(a, 0, { bad: 1_500_000n });
    await disputePeriod(a, a.provider, 0);
    await reportPeriod(a, 1, { bad: 1_500_000n });
    await timeTravelTo(boundaryOf(a, 2) + 50n * DAY);
    await a.escrow.sync();
    // From inside M may rise a little further: here by what the bond gave. The provider has its pledge back.
    const balance = LIMIT + usd(500);
    await expectState(a, { earnings: usd(150), bond: 0n, creditsGiven: usd(2500), balance, owed: 0n });
    const { withdrawable } = await a.escrow.state();
    await a.escrow.connect(a.client).withdraw(a.client, withdrawable);
    expect(await a.token.balanceOf(a.client)).to.equal(withdrawable);
  });

  it("takes no pledge and no bond for funding", async () => {
    const w = await loadFixture(world);
    const a = await createAgreement(w, BONDED);
    await activate(a);
    await reportPeriod(a, 0);
    await disputePeriod(a, a.client, 0, { bad: BAD[10] });
    await expectConserved(a);
    await expectState(a, { balance: 12n * FEE, bond: usd(500), pledges: usd(50), unabsorbed: 0n });
  });

  it("absorbs nothing when the token took something away, and refuses only what is not there", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("DeflatingToken");
    const a = await createAgreement(w, { token: token.target as string });
    await activate(a, 12n * FEE);
    await token.shrink(a.address, 11n * FEE);
    await a.escrow.sync();
    await expectState(a, { balance: 12n * FEE, unabsorbed: 0n });
    await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 2n * FEE), a.token, "ERC20InsufficientBalance", [
      a.address,
      FEE,
      2n * FEE,
    ]);
    await reportPeriod(a, 0);
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await a.escrow.connect(a.provider).claim(a.provider);
    expect(await a.token.balanceOf(a.provider)).to.equal(FEE);
    await a.token.mint(a.address, usd(5));
    await a.escrow.sync();
    await expectState(a, { balance: 11n * FEE, unabsorbed: 0n });
  });

  it("counts the same when nobody syncs in between", async () => {
    const a = await loadFixture(active);
    await a.token.mint(a.address, 5n);
    await reportPeriod(a, 0);
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await expectState(a, { balance: 11n * FEE, unabsorbed: 5n });
    await a.escrow.connect(a.provider).claim(a.provider);
    await expectState(a, { balance: 11n * FEE, unabsorbed: 5n });
    await expectConserved(a);
  });
});
