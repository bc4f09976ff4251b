/** The record on a chain: a node that answers as told, and what is prepared for it. */
import { expect } from "chai";
import { getAddress, id, Interface, zeroPadValue } from "ethers";
import { IServiceRecord__factory, ServiceRecord__factory } from "../../typechain-types/index.ts";
import { AgreementRecord, createRecord } from "../../src/record/chain.ts";
import { NOTHING_SAID } from "../../src/record/events.ts";
import { answering, HangUp, RpcError, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { jan } from "./journals.ts";
import { AGREEMENT, CLIENT, FACTORY, PROVIDER, RECORD, recordAnswers } from "./told.ts";

const CALLS = IServiceRecord__factory.createInterface();
const SAID = id("said");

const opened = <T>(work: (record: AgreementRecord) => T | Promise<T>, answers: Answers = recordAnswers()) =>
  answering(answers, async (provider, asked) => {
    const factory = { provider, address: FACTORY, block: 3 };
    const record = await AgreementRecord.at(factory, RECORD.toLowerCase(), AGREEMENT.toLowerCase());
    return { made: await work(record), asked };
  });

describe("the record on a chain", () => {
  it("is opened by its address, for one agreement", async () => {
    const { made } = await opened(({ address, agreement }) => ({ address, agreement }));
    expect(made).to.deep.equal({ address: RECORD, agreement: AGREEMENT });
  });

  it("is refused when it is that of another factory, or when nothing there answers like one", async () => {
    const hint = "Check --record and --network; `upheld record new` makes the factory's record when it has none.";
    const other = getAddress(`0x${"ee".repeat(20)}`);
    expect(await problemOf(opened(() => 0, recordAnswers([], other)))).to.deep.equal({
      code: "record.not-one",
      message: `The record at ${RECORD.toLowerCase()} is that of the factory ${other}, not of ${FACTORY}.`,
      hint,
    });
    const reverts = () => {
      throw new RpcError(3, "execution reverted", "0x");
    };
    for (const eth_call of [reverts, () => "0x"]) {
      expect(await problemOf(opened(() => 0, { ...recordAnswers(), eth_call }))).to.deep.equal({
        code: "record.not-one",
        message: `There is no record at ${RECORD.toLowerCase()} on this chain.`,
        hint,
      });
    }
  });

  it("is not said to be missing while the node fails", async () => {
    const eth_call = () => {
      throw new HangUp();
    };
    const { code } = await problemOf(opened(() => 0, { ...recordAnswers(), eth_call }));
    expect(code).to.match(/^chain\./);
  });

  it("is read from the factory's first block on: every event of this agreement, in its order", async () => {
    const events = [
      ["MaintenanceAnnounced", [AGREEMENT, 1, 2, jan("10T00:00"), jan("10T01:00"), SAID, PROVIDER, 11]],
      ["IncidentDisclosed", [AGREEMENT, 2, jan("02T00:00"), SAID, PROVIDER, 12]],
      ["IncidentUpdated", [AGREEMENT, 2, id("more"), PROVIDER, 13]],
      ["IncidentResolved", [AGREEMENT, 2, jan("03T00:00"), id("over"), PROVIDER, 14]],
      ["AdviceGiven", [AGREEMENT, 3, SAID, PROVIDER, 15]],
      ["AdviceAnswered", [AGREEMENT, 3, 2, NOTHING_SAID, CLIENT, 16]],
      ["EntryRetracted", [AGREEMENT, 1, PROVIDER, 17]],
      ["DocumentFiled", [AGREEMENT, 4, 3, 2, SAID, CLIENT, 18]],
    ] as const;
    const { made, asked } = await opened((record) => record.read(), recordAnswers(events));
    const said = { account: PROVIDER, commitment: SAID };
    expect(made).to.deep.equal([
      {
        ...{ what: "maintenance", number: 1, at: 11n, ...said, kind: "emergency", retractedAt: 17n },
        ...{ start: jan("10T00:00"), end: jan("10T01:00") },
      },
      {
        ...{ what: "incident", number: 2, at: 12n, ...said, began: jan("02T00:00") },
        updates: [{ at: 13n, account: PROVIDER, commitment: id("more") }],
        resolved: { at: 14n, account: PROVIDER, commitment: id("over"), ended: jan("03T00:00") },
      },
      {
        ...{ what: "advice", number: 3, at: 15n, ...said },
        answers: [{ at: 16n, account: CLIENT, commitment: NOTHING_SAID, answer: "declined" }],
      },
      { what: "document", number: 4, at: 18n, account: CLIENT, commitment: SAID, kind: "minutes", seat: "client" },
    ]);
    const [filter] = asked.find(({ method }) => method === "eth_getLogs")?.params as unknown as [object];
    expect(filter).to.deep.equal({
      ...{ address: RECORD.toLowerCase(), topics: [null, zeroPadValue(AGREEMENT.toLowerCase(), 32)] },
      ...{ fromBlock: "0x3", toBlock: "0x7" },
    });
  });

  it("passes over what it does not know", async () => {
    const strange = new Interface(["event Strange(address indexed agreement)"]);
    const { topics, data } = strange.encodeEventLog("Strange", [AGREEMENT]);
    const { made } = await opened((record) => record.read(), recordAnswers([], FACTORY, [{ topics, data }]));
    expect(made).to.deep.equal([]);
  });

  const period = { start: jan("10T00:00"), end: jan("10T01:30") };
  const prepared: [name: string, (record: AgreementRecord) => object, args: unknown[], description: string][] = [
    [
      "announce",
      (record) => record.announce("emergency", period, SAID),
      [2n, period.start, period.end, SAID],
      "announce emergency maintenance from 10 Jan 2030 until 10 Jan 2030 01:30 UTC",
    ],
    [
      "disclose",
      (record) => record.disclose(period.end, SAID),
      [period.end, SAID],
      "tell the client of an incident that began 10 Jan 2030 01:30 UTC",
    ],
    ["update", (record) => record.update(5, SAID), [5n, SAID], "tell more about incident 5"],
    [
      "resolve",
      (record) => record.resolve(5, period.end, SAID),
      [5n, period.end, SAID],
      "tell that incident 5 ended 10 Jan 2030 01:30 UTC",
    ],
    ["advise", (record) => record.advise(SAID), [SAID], "give the client advice, to be answered"],
    ["answer", (record) => record.answer(6, "accepted", SAID), [6n, 3n, SAID], "answer advice 6: accepted"],
    ["retract", (record) => record.retract(7), [7n], "take entry 7 of the record back"],
    ["file", (record) => record.file("certificate", SAID), [4n, SAID], "file a document: certificate"],
  ];
  for (const [name, make, args, description] of prepared) {
    it(`is told to ${name}, in a transaction that says what it does`, async () => {
      const { made } = (await opened((record) => make(record))) as { made: { data: string } };
      const { data, ...rest } = made;
      expect(rest).to.deep.equal({ to: RECORD, value: 0n, description });
      const call = CALLS.parseTransaction({ data });
      expect([call?.name, call?.args.toArray()]).to.deep.equal([name, [AGREEMENT, ...args]]);
    });
  }

  it("is put on the chain once for a factory", async () => {
    const { data, ...rest } = await createRecord(FACTORY);
    expect(rest).to.deep.equal({ to: null, value: 0n, description: `create the record of the factory ${FACTORY}` });
    expect(data).to.equal(ServiceRecord__factory.bytecode + zeroPadValue(FACTORY, 32).slice(2));
  });
});
