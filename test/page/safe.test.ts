import { readFileSync } from "node:fs";
import { expect } from "chai";
import { checksumOf, type BatchFile } from "../../dashboard/src/chain/safe-checksum.ts";
import { SLAEscrow__factory } from "../../typechain-types/index.ts";
import { agreementText } from "../cli/agreement.ts";
import { RealSafe, type Call } from "../support/safe.ts";
import { requireBrowser } from "./browser.ts";
import { Scene } from "./scene.ts";

/** A file that the Transaction Builder 1.18.2 saved itself. */
const SAVED_BY_THE_BUILDER = {
  version: "1.0",
  chainId: "1",
  createdAt: 1761326849944,
  meta: {
    name: "Transactions Batch",
    description: "",
    txBuilderVersion: "1.18.2",
    createdFromSafeAddress: "0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6",
    createdFromOwnerAddress: "",
    checksum: "0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989",
  },
  transactions: [
    {
      to: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
      value: "0",
      data: null,
      contractMethod: {
        inputs: [
          { internalType: "address", name: "spender", type: "address" },
          { internalType: "uint256", name: "value", type: "uint256" },
        ],
        name: "approve",
        payable: false,
      },
      contractInputsValues: { spender: "0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8", value: "100000000000" },
    },
  ],
};

interface Batch extends BatchFile {
  readonly chainId: string;
  readonly transactions: readonly (Call & { readonly contractInputsValues: object | null })[];
}

describe("the checksum of a Safe's batch", () => {
  const { meta } = SAVED_BY_THE_BUILDER;

  it("is the Transaction Builder's own", () => {
    expect(checksumOf(SAVED_BY_THE_BUILDER)).to.equal(meta.checksum);
  });

  it("is of what the batch does: not of its name, nor of the order of its keys", () => {
    const renamed = { ...SAVED_BY_THE_BUILDER, meta: { ...meta, name: "Another" } };
    const turned = Object.fromEntries(Object.entries(renamed).toReversed()) as typeof renamed;
    expect(checksumOf(turned)).to.equal(meta.checksum);
    expect(checksumOf({ ...renamed, chainId: "10" })).not.to.equal(meta.checksum);
  });
});

describe("a Safe, two of whose three owners must sign", function () {
  this.timeout(400_000);
  const PAID = 1_000_000_000n;
  const HELD = 5_000_000_000n;
  let scene: Scene;
  let safe: RealSafe;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    safe = await RealSafe.make(scene.world.provider, [6, 7, 8], 2);
    await scene.remember();
  });
  afterEach(async () => {
    await scene.browser.closePages();
    await scene.again();
  });
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  describe("as the client", () => {
    /** An agreement whose client is the Safe, which holds `held`, and the batch that the page saves for it. */
    async function begin(held = HELD): Promise<{ agreement: string; batch: Batch }> {
      const { world, browser } = scene;
      const people = { ...world.people, client: safe.address };
      const file = world.write("safe.sla.yaml", agreementText(people, await world.token.getAddress()));
      const agreement = String((await world.ok("deploy", file)).json["agreement"]);
      await (await world.token.connect(await world.provider.getSigner(0)).mint(safe.address, held)).wait();

      const page = await browser.show(scene.hash(`agreement/${agreement}`));
      await page.getByText("From a Safe").click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the Safe's batch (JSON)" }).click(),
      ]);
      return { agreement, batch: JSON.parse(readFileSync(await download.path(), "utf8")) as Batch };
    }

    const state = async (agreement: string) => {
      const { token, provider } = scene.world;
      const { accepted, balance } = (await scene.world.ok("status", agreement)).json;
      return {
        accepted,
        balance,
        held: await token.balanceOf(safe.address),
        inside: await token.balanceOf(agreement),
        approved: await token.allowance(safe.address, agreement),
        termsHash: await SLAEscrow__factory.connect(agreement, provider).termsHash(),
      };
    };

    it("loads the page's batch without a warning: whole numbers as text, and the right checksum", async () => {
      const { batch } = await begin();
      expect(batch.chainId).to.equal("31337");
      for (const { value, contractInputsValues } of batch.transactions) {
        expect(value).to.be.a("string");
        expect(contractInputsValues).to.equal(null);
      }
      expect(batch.meta["checksum"]).to.equal(checksumOf(batch));
    });

    it("accepts and funds by that batch, once two have signed, and nothing is left over", async () => {
      const { agreement, batch } = await begin();
      const before = await state(agreement);
      expect(before).to.deep.include({ accepted: { provider: false, client: false }, balance: "0.00" });

      const { owners } = safe;
      expect(await safe.send(batch.transactions, [owners[2]!, owners[0]!])).to.deep.equal({
        refusal: undefined,
        isDone: true,
      });
      expect(await state(agreement)).to.deep.equal({
        ...before,
        accepted: { provider: false, client: true },
        balance: "1000.00",
        held: HELD - PAID,
        inside: PAID,
        approved: 0n,
      });
      expect(await safe.nonce()).to.equal(1n);
    });

    it("does nothing when one has signed", async () => {
      const { agreement, batch } = await begin();
      const before = await state(agreement);
      expect(await safe.send(batch.transactions, [safe.owners[1]!])).to.deep.equal({
        refusal: "GS020",
        isDone: false,
      });
      expect(await state(agreement)).to.deep.equal(before);
      expect(await safe.nonce()).to.equal(0n);
    });

    it("does none of it when it holds too little: it has not accepted either", async () => {
      const { agreement, batch } = await begin(PAID - 1n);
      const before = await state(agreement);
      const { isDone } = await safe.send(batch.transactions, safe.owners.slice(0, 2));
      expect(isDone).to.equal(false);
      expect(await state(agreement)).to.deep.equal(before);
      expect(await safe.nonce()).to.equal(0n);
    });
  });
});
