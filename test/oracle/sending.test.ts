import { expect } from "chai";
import { id, type JsonRpcProvider } from "ethers";
import { IOracleCommittee__factory, ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { allErrors } from "../../src/chain/abi.ts";
import { leafOf, packReports } from "../../src/chain/batch.ts";
import {
  batched,
  deliverReports,
  sendReports,
  type Dispatched,
  type DispatchOptions,
} from "../../src/oracle/dispatch.ts";
import type { Ready } from "../../src/oracle/prepare.ts";
import { Quorum } from "../../src/oracle/quorum.ts";
import { RpcError } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { COMMITTEE, FEBRUARY } from "../support/told-chain.ts";
import { Desk, key, ORACLE, type Signed } from "./desk.ts";

const MEMBERS = ["21", "22", "23"].map(key);
const COMMITTEE_ABI = IOracleCommittee__factory.createInterface();
const ESCROW_ABI = ISLAEscrow__factory.createInterface();
const refusal = () => allErrors().encodeErrorResult("NotTheOracle", [ORACLE.address, COMMITTEE]);
const ENTRY_FAILED = {
  code: "committee.entry-failed",
  message: "The agreement did not take the report from the committee.",
  hint: "Run it again: what is still open is delivered anew.",
  retry: true,
};

describe("reports on their way", function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
    desk.chain.committee.members = MEMBERS.map(({ address }) => address);
  });
  afterEach(() => {
    desk.end();
  });

  /** Measured: what `signed` is to report, each with counts and a root of its own. */
  const readyOf = async (provider: JsonRpcProvider, signed: readonly Signed[]): Promise<Ready[]> => {
    const { agreements } = await desk.open(provider, signed);
    return agreements.map((agreement, i) => ({
      due: {
        ...{ agreement, number: 0n, start: 0n, end: FEBRUARY, reportUntil: FEBRUARY },
        oracle: agreement.terms.oracle,
      },
      measurements: [{ total: 2_678_400n, bad: BigInt(i), excluded: 0n }],
      root: id(`root ${i}`),
      file: undefined,
    }));
  };
  const kinds = (dispatched: readonly Dispatched[]) => dispatched.map(({ kind }) => kind);
  const problems = (dispatched: readonly Dispatched[]) =>
    dispatched.map((one) => ("problem" in one ? one.problem.code : undefined));

  describe("one transaction for each", () => {
    const sent = (signed: readonly Signed[], more: Partial<DispatchOptions> = {}) =>
      desk.chain.during(async (provider) =>
        sendReports(await readyOf(provider, signed), desk.dispatch(provider, more)),
      );

    it("says exactly what was measured, with a fifth more gas than estimated", async () => {
      const signed = desk.signMany(2);
      const dispatched = await sent(signed);
      expect(dispatched).to.deep.equal(desk.chain.taken.map(({ hash }) => ({ kind: "reported", hash })));
      expect(desk.chain.taken.map(({ to, data, gas, from }) => ({ to, data, gas, from }))).to.deep.equal(
        signed.map(({ address }, i) => ({
          ...{ to: address, gas: 120_000n, from: ORACLE.address },
          data: ESCROW_ABI.encodeFunctionData("report", [
            0n,
            0n,
            [{ total: 2_678_400n, bad: BigInt(i), excluded: 0n }],
            id(`root ${i}`),
          ]),
        })),
      );
    });

    it("leaves out what the contract refuses, and answers in the order that it was given", async () => {
      const signed = desk.signMany(3);
      signed[1]!.told.refusal = refusal();
      const dispatched = await sent(signed);
      expect(kinds(dispatched)).to.deep.equal(["reported", "failed", "reported"]);
      expect(problems(dispatched)[1]).to.equal("contract.NotTheOracle");
      const [first, third] = desk.chain.taken;
      expect([first?.to, third?.to]).to.deep.equal([signed[0]?.address, signed[2]?.address]);
      expect(dispatched[2]).to.include({ hash: third?.hash });
    });

    it("does not know what became of it when the node refuses", async () => {
      const [one] = desk.signMany(1);
      const dispatched = await desk.chain.during(async (provider) => {
        const ready = await readyOf(provider, [one!]);
        desk.chain.answers.eth_getBlockByNumber = busy;
        return sendReports(ready, desk.dispatch(provider));
      });
      expect([...kinds(dispatched), ...problems(dispatched)]).to.deep.equal(["unclear", "chain.node-error"]);
      expect(desk.chain.taken).to.deep.equal([]);
    });

    it("does not know what became of it when it is in the chain in vain", async () => {
      const [one] = desk.signMany(1);
      one!.told.deaf = 1;
      expect(await sent([one!])).to.deep.equal([
        {
          kind: "unclear",
          problem: {
            code: "transaction.reverted",
            message: `Transaction ${desk.chain.taken[0]?.hash} was included but reverted; only its gas is spent.`,
            hint: "The chain moved while it was on its way. Look at `upheld status`, then run it again.",
            retry: true,
          },
        },
      ]);
    });

    it("fails when gas is too dear", async () => {
      const dispatched = await sent(desk.signMany(1), { highestGasPrice: 1n });
      expect([...kinds(dispatched), ...problems(dispatched)]).to.deep.equal(["failed", "gas.too-dear"]);
    });
  });

  describe("batches that a committee signs", () => {
    const [payer] = MEMBERS;
    const delivered = (signed: readonly Signed[], begun: (provider: JsonRpcProvider) => void = () => undefined) =>
      desk.chain.during(async (provider) => {
        const quorum = await Quorum.at(provider, 31_337n, COMMITTEE, MEMBERS);
        const ready = await readyOf(provider, signed);
        const sending = { signer: payer!.connect(provider), from: payer!.address };
        begun(provider);
        const dispatched = await deliverReports(ready, quorum, desk.dispatch(provider, sending));
        return { dispatched, ready, quorum };
      });
    /** What each delivery said: reports, leaves and who signed. */
    const deliveries = () =>
      desk.chain.taken.map(({ data }) => {
        const [reports, leaves, signatures] = COMMITTEE_ABI.decodeFunctionData("deliver", data).toArray() as [
          string,
          string[],
          { signer: string }[],
        ];
        return { reports, leaves: [...leaves], signers: [...signatures].map(({ signer }) => signer) };
      });

    it("are one transaction, with as many signatures as it needs and gas for all", async () => {
      const signed = Array.from({ length: 3 }, () => desk.sign(COMMITTEE));
      const { dispatched, ready, quorum } = await delivered(signed);
      const [{ hash, gas, to, from } = { hash: "", gas: 0n, to: "", from: "" }, ...others] = desk.chain.taken;
      expect(others).to.deep.equal([]);
      expect(dispatched).to.deep.equal(signed.map(() => ({ kind: "reported", hash })));
      expect([to, from]).to.deep.equal([COMMITTEE, payer?.address]);
      expect(gas)
        .to.equal(desk.chain.committee.gasFloor + 100_000n + 3n * 150_000n)
        .and.equal(quorum.gasFor(3));
      const [delivery] = deliveries();
      expect(delivery?.reports).to.equal(packReports(ready.map(batched)));
      expect(delivery?.leaves).to.deep.equal([]);
      const two = MEMBERS.slice(0, 2).map(({ address }) => address);
      expect(delivery?.signers).to.have.members(two).and.have.length(2);
    });

    it("take the estimate where that is more", async () => {
      desk.chain.answers.eth_estimateGas = () => "0x989680";
      await delivered([desk.sign(COMMITTEE)]);
      expect(desk.chain.taken[0]?.gas).to.equal(12_000_000n);
    });

    it("say why an agreement refuses, and are not delivered again for it", async () => {
      const signed = [desk.sign(COMMITTEE), desk.sign(COMMITTEE)];
      signed[0]!.told.refusal = refusal();
      const { dispatched } = await delivered(signed);
      expect(kinds(dispatched)).to.deep.equal(["failed", "reported"]);
      expect(problems(dispatched)[0]).to.equal("contract.NotTheOracle");
      expect(desk.chain.taken).to.have.length(1);
    });

    it("are delivered once more in part, with the list that was signed, to whoever would take it now", async () => {
      const signed = Array.from({ length: 3 }, () => desk.sign(COMMITTEE));
      signed[1]!.told.deaf = 1;
      const { dispatched, ready, quorum } = await delivered(signed);
      const [first, second] = desk.chain.taken;
      expect(dispatched).to.deep.equal(
        [first, second, first].map((taken) => ({ kind: "reported", hash: taken?.hash })),
      );
      const reports = ready.map(batched);
      expect(deliveries()[1]).to.deep.include({ reports: packReports([reports[1]!]), leaves: reports.map(leafOf) });
      expect(second?.gas)
        .to.equal(quorum.gasFor(1, 3))
        .and.equal(5_081_365n + 100_000n + 150_000n + 3n * 1_500n);
      expect(desk.chain.taken).to.have.length(2);
    });

    it("are not delivered a third time", async () => {
      const one = desk.sign(COMMITTEE);
      one.told.deaf = 2;
      expect((await delivered([one])).dispatched).to.deep.equal([{ kind: "failed", problem: ENTRY_FAILED }]);
      expect(desk.chain.taken).to.have.length(2);
    });

    it("are as many as the block's gas needs, each entry with the fate of its own", async () => {
      desk.chain.blockGas = 7_400_000n; // room for two
      const signed = Array.from({ length: 5 }, () => desk.sign(COMMITTEE));
      signed[3]!.told.refusal = refusal();
      const { dispatched, quorum } = await delivered(signed);
      expect(quorum.entriesFor(desk.chain.blockGas)).to.equal(2);
      const hashes = desk.chain.taken.map(({ hash }) => hash);
      expect(hashes).to.have.length(3);
      expect(
        dispatched.map((one) => (one.kind === "reported" ? hashes.indexOf(one.hash) : one.problem.code)),
      ).to.deep.equal([0, 0, 1, "contract.NotTheOracle", 2]);
    });

    it("fail whole when the committee refuses them, each agreement with what it says itself", async () => {
      const [taking, refusing] = [desk.sign(COMMITTEE), desk.sign(COMMITTEE)];
      refusing.told.refusal = refusal();
      const call = desk.chain.call.bind(desk.chain);
      desk.chain.answers.eth_estimateGas = (request) => {
        if (request.to === COMMITTEE.toLowerCase()) throw new RpcError(3, "execution reverted", "0x12345678");
        call(request);
        return "0x186a0";
      };
      const { dispatched } = await delivered([taking, refusing]);
      expect(kinds(dispatched)).to.deep.equal(["failed", "failed"]);
      expect(problems(dispatched)).to.deep.equal(["contract.unknown", "contract.NotTheOracle"]);
      expect(desk.chain.taken).to.deep.equal([]);
    });

    it("are unclear while the node refuses", async () => {
      let blocks = 0;
      const { eth_getBlockByNumber: block } = desk.chain.answers;
      const { dispatched } = await delivered([desk.sign(COMMITTEE)], () => {
        desk.chain.answers.eth_getBlockByNumber = () => (blocks++ === 0 ? block() : busy());
      });
      expect([...kinds(dispatched), ...problems(dispatched)]).to.deep.equal(["unclear", "chain.node-error"]);
    });
  });

  describe("a quorum", () => {
    const opened = (keys: Parameters<typeof Quorum.at>[3]) =>
      desk.chain.during((provider) => Quorum.at(provider, 31_337n, COMMITTEE.toLowerCase(), keys));

    it("is made by members' keys alone, no more than are needed", async () => {
      const quorum = await opened([ORACLE, ...MEMBERS]);
      expect([quorum.address, quorum.gasFloor]).to.deep.equal([COMMITTEE, 5_081_365n]);
      const { reports, signatures } = await quorum.sign([]);
      expect(reports).to.deep.equal([]);
      expect(signatures.map(({ signer }) => signer)).to.deep.equal(MEMBERS.slice(0, 2).map(({ address }) => address));
    });

    it("needs enough of them", async () => {
      const hint =
        "Name the keystore of a member, several when more than one must sign; signatures from other machines are collected with `upheld report --propose` and `upheld cosign`.";
      expect(await problemOf(opened([ORACLE, MEMBERS[2]!]))).to.deep.equal({
        ...{ code: "committee.too-few-keys", hint },
        message: `The committee ${COMMITTEE.toLowerCase()} needs 2 of its 3 members; 1 of the keys at hand are members.`,
      });
    });

    it("reads which entries failed from its own events alone", async () => {
      const quorum = await opened(MEMBERS);
      const agreement = desk.sign(COMMITTEE).address;
      const log = (address: string, name: "ReportFailed" | "BatchDelivered", values: unknown[]) =>
        ({ address, ...COMMITTEE_ABI.encodeEventLog(name, values) }) as never;
      const failed = [agreement, 0n, 0n];
      expect(quorum.failedIn([log(COMMITTEE.toLowerCase(), "ReportFailed", failed)])).to.deep.equal(
        new Set([agreement]),
      );
      expect(quorum.failedIn([log(ORACLE.address, "ReportFailed", failed)])).to.deep.equal(new Set());
      expect(quorum.failedIn([log(COMMITTEE, "BatchDelivered", [id("digest"), 1n, 1n])])).to.deep.equal(new Set());
      const strange = { address: COMMITTEE, topics: [id("Strange()")], data: "0x" } as never;
      expect(quorum.failedIn([strange])).to.deep.equal(new Set());
    });
  });
});

function busy(): never {
  throw new RpcError(-32_005, "too many requests");
}
