import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { hexlify, type JsonRpcProvider, Wallet } from "ethers";
import { AgreementMock__factory, IOracleCommittee__factory } from "../../typechain-types/index.ts";
import { cloneAddress } from "../../src/chain/factory.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { deliverReports, type DispatchOptions } from "../../src/oracle/dispatch.ts";
import type { Ready } from "../../src/oracle/prepare.ts";
import { Quorum } from "../../src/oracle/quorum.ts";
import { anvilPath } from "../chain/nodes.ts";
import { problemOf } from "../chain/rejection.ts";
import { create } from "../cli/contracts.ts";
import { World } from "../cli/world.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { committeeOf } from "./many.ts";
import { Factory } from "../../src/chain/factory.ts";

const Manner = { Record: 0, Revert: 2, BurnGas: 3 } as const;

describe("delivering through a committee", function () {
  this.timeout(120_000);
  let world: World;
  let provider: JsonRpcProvider;
  let members: Wallet[];
  let address: string;

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    ({ provider } = world);
    members = Array.from({ length: 3 }, () => new Wallet(hexlify(randomBytes(32)), provider));
    for (const { address: each } of members) await provider.send("anvil_setBalance", [each, "0x8ac7230489e80000"]);
    address = await committeeOf(
      world,
      members.map((member) => member.address),
      2,
    );
  });
  after(() => world.end());

  const committee = (keys = members.slice(0, 2)) => Quorum.at(provider, 31_337n, address, keys);
  const options = (): DispatchOptions => ({
    provider,
    signer: members[0]!,
    from: members[0]!.address,
    confirmations: 1,
    chainId: 31_337n,
    pollMs: 20,
  });
  const mock = async (manner: number) => create(AgreementMock__factory, await provider.getSigner(0), manner as never);
  const ready = (agreement: string): Ready =>
    ({
      due: { agreement: { address: agreement }, number: 3n },
      measurements: [{ total: 100n, bad: 1n, excluded: 0n }],
      root: hexlify(randomBytes(32)),
      file: undefined,
    }) as unknown as Ready;
  const deliveries = async (from: number) => {
    const contract = IOracleCommittee__factory.connect(address, provider);
    const logs = await contract.queryFilter(contract.filters.BatchDelivered(), from);
    return logs.map(({ args }) => ({ reports: args.reports, failures: args.failures }));
  };

  it("needs as many keys as the committee's threshold", async () => {
    expect(await problemOf(committee(members.slice(0, 1)))).to.deep.equal({
      code: "committee.too-few-keys",
      message: `The committee ${address} needs 2 of its 3 members; 1 of the keys at hand are members.`,
      hint: "Name the keystore of a member, several when more than one must sign; signatures from other machines are collected with `upheld report --propose` and `upheld cosign`.",
    });
    const stranger = new Wallet(hexlify(randomBytes(32)));
    const { code } = await problemOf(committee([members[0]!, stranger]));
    expect(code).to.equal("committee.too-few-keys");
  });

  it("signs with k of n and delivers many in one transaction", async () => {
    // one after the other: the node gives two that come at once the same nonce
    const agreements: string[] = [];
    for (let i = 0; i < 4; ++i) agreements.push(await mock(Manner.Record));
    const from = (await provider.getBlockNumber()) + 1;
    const outcomes = await deliverReports(agreements.map(ready), await committee(), options());
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(Array<string>(4).fill("reported"));
    expect(new Set(outcomes.map((one) => one.kind === "reported" && one.hash)).size).to.equal(1);
    expect(await deliveries(from)).to.deep.equal([{ reports: 4n, failures: 0n }]);
  });

  it("says why an entry was refused, and delivers the others in the same transaction", async () => {
    const agreements = [await mock(Manner.Record), await mock(Manner.Revert), await mock(Manner.Record)];
    const from = (await provider.getBlockNumber()) + 1;
    const outcomes = await deliverReports(agreements.map(ready), await committee(), options());
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["reported", "failed", "reported"]);
    expect(outcomes[1]?.kind === "failed" && outcomes[1].problem.code).to.equal("contract.unknown");
    expect(await deliveries(from), "what would fail again is not sent again").to.deep.equal([
      { reports: 3n, failures: 1n },
    ]);
  });

  it("delivers an entry once more, with the signatures it has, if it would be taken now", async () => {
    const agreements = [await mock(Manner.Record), await mock(Manner.Revert)];
    const taking = await provider.getCode(await mock(Manner.Record));
    const from = (await provider.getBlockNumber()) + 1;
    const heals = options();
    // The agreement comes round between the first delivery and the second look.
    const onEvent = () => void provider.send("anvil_setCode", [agreements[1], taking]);
    await provider.send("evm_setAutomine", [false]);
    const delivering = deliverReports(agreements.map(ready), await committee(), { ...heals, pollMs: 200 });
    while (
      (await provider.getTransactionCount(heals.from, "pending")) === (await provider.getTransactionCount(heals.from))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await provider.send("anvil_mine", ["0x1"]);
    onEvent();
    await provider.send("evm_setAutomine", [true]);
    expect((await delivering).map(({ kind }) => kind)).to.deep.equal(["reported", "reported"]);
    expect(await deliveries(from)).to.deep.equal([
      { reports: 2n, failures: 1n },
      { reports: 1n, failures: 0n },
    ]);
  });

  it("gives every entry its share of gas, though the one before burns all it gets", async () => {
    const agreements = [await mock(Manner.BurnGas), await mock(Manner.Record)];
    const outcomes = await deliverReports(agreements.map(ready), await committee(), options());
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["failed", "reported"]);
  });

  it("sizes batches by the block's gas and by the most that one transaction may use", async () => {
    const opened = await committee();
    expect(opened.gasFloor).to.equal((5_000_000n * 64n) / 63n + 2_000n);
    expect(opened.entriesFor(30_000_000n)).to.equal(77);
    expect(opened.entriesFor(15_000_000n)).to.equal(40);
    expect(opened.entriesFor(1_000_000n)).to.equal(1);
    expect(opened.gasFor(77) <= 16_777_216n).to.equal(true);
  });
});

describe("the address of an agreement, worked out without asking", () => {
  it("is the one that the factory says", async function () {
    if (anvilPath() === undefined) this.skip();
    this.timeout(60_000);
    const world = await World.begin();
    const factory = await Factory.at(world.provider, world.factory);
    const packed = encodeTerms(sampleTerms());
    expect(cloneAddress(world.factory, await factory.implementation(), packed)).to.equal(
      await factory.addressOf(packed),
    );
    await world.end();
  });
});
