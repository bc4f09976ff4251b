/** Saying something in the record: which record it is, whose key, which words are kept, and what is said already. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { getAddress } from "ethers";
import { AddressBook, type ChainAddresses } from "../../src/chain/addresses.ts";
import { Context } from "../../src/cli/context.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import { gatherWithRecord, knownRecord, openRecord, recordAtHand, Speech } from "../../src/cli/recorded.ts";
import { entryNumber, entryOf, say, type Speaking } from "../../src/cli/saying.ts";
import { readTexts } from "../../src/record/files.ts";
import { IServiceRecord__factory, ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { answering, RpcError, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { agreedChain } from "../cli/agreed-chain.ts";
import { listening, problemIn } from "../cli/answer.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { advised, jan, journal } from "./journals.ts";
import { AGREEMENT, CLIENT, FACTORY, PROVIDER, RECORD, recordAnswers, type ToldEvent } from "./told.ts";

const TERMS = sampleTerms();
const OTHER = getAddress(`0x${"d2".repeat(20)}`);
const ESCROW = ISLAEscrow__factory.createInterface();
const CALLS = IServiceRecord__factory.createInterface();

/** A chain with an agreement and its record, whose node refuses what it is asked to try when `refuses`. */
function chain(events: readonly ToldEvent[] = [], refuses = false): Answers {
  const agreed = agreedChain(TERMS);
  const recorded = recordAnswers(events);
  const holders: Readonly<Record<string, string>> = { provider: PROVIDER, client: CLIENT };
  const state = (ESCROW.getFunction("state").outputs[0]?.components ?? []).map(({ name, type }) =>
    type === "address" ? (holders[name] ?? TERMS.oracle) : type === "bool" ? true : 0n,
  );
  return {
    ...agreed,
    eth_getLogs: recorded["eth_getLogs"] as Answers[string],
    eth_estimateGas: () => {
      if (refuses) throw new RpcError(3, "execution reverted", CALLS.encodeErrorResult("NothingCommitted", []));
      return "0x186a0";
    },
    eth_getTransactionCount: () => "0x0",
    eth_getBalance: () => "0xde0b6b3a7640000",
    eth_call: (...params: never[]) => {
      const [{ to, data }] = params as unknown as [{ to: string; data: string }];
      if ([RECORD, OTHER].includes(getAddress(to)))
        return CALLS.encodeFunctionResult("factory", [getAddress(to) === RECORD ? FACTORY : OTHER]);
      if (data === ESCROW.encodeFunctionData("state")) return ESCROW.encodeFunctionResult("state", [state]);
      return agreed["eth_call"]?.(...params);
    },
  };
}

describe("speaking in the record", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-speaking-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const evidence = () => join(folder, "evidence");
  const kept = () => {
    const texts = join(evidence(), "31337", AGREEMENT.toLowerCase(), "record");
    return existsSync(texts) ? readdirSync(texts) : [];
  };

  interface Around {
    readonly known?: Partial<ChainAddresses>;
    readonly env?: Record<string, string>;
    readonly options?: Partial<CommonOptions>;
    readonly answers?: Answers;
  }
  const withContext = <T>(work: (context: Context) => Promise<T>, { known, env, options, answers }: Around = {}) =>
    answering(answers ?? chain(), async (_, __, url) => {
      const entry = { factory: FACTORY, block: 0, record: RECORD, ...known };
      new AddressBook(join(folder, "addresses.local.json")).set(31_337n, entry);
      const { io } = listening({ env: { UPHELD_RPC: url, ...env } });
      const context = new Context((options ?? {}) as CommonOptions, new Output(io, false), { deployFolder: folder });
      try {
        return await work(context);
      } finally {
        (await context.chain()).provider.destroy();
      }
    });

  describe("needs to know which record it is", () => {
    const opened = (given?: string, around?: Around) =>
      withContext(async (context) => {
        const record = await knownRecord(context, await context.agreement(AGREEMENT), given);
        return record?.address;
      }, around);
    const none = { known: { record: undefined } } as unknown as Around;

    it("by flag, before the environment, before what is remembered of the same factory", async () => {
      expect(await opened()).to.equal(RECORD);
      expect(await opened(RECORD.toLowerCase(), { ...none, env: { UPHELD_RECORD: OTHER } })).to.equal(RECORD);
      expect(await opened(undefined, { ...none, env: { UPHELD_RECORD: RECORD } })).to.equal(RECORD);
      expect(await opened("", { env: { UPHELD_RECORD: "" } })).to.equal(RECORD);
      expect(await opened(undefined, none)).to.equal(undefined);
      expect((await problemOf(opened(undefined, { env: { UPHELD_RECORD: OTHER } }))).code).to.equal("record.not-one");
    });

    it("and knows none of another factory", async () => {
      const around = { known: { factory: OTHER }, options: { factory: FACTORY } };
      expect(await opened(undefined, around)).to.equal(undefined);
    });

    it("and says so where none is known", async () => {
      const work = withContext(async (context) => openRecord(context, await context.agreement(AGREEMENT)), none);
      expect(await problemOf(work)).to.deep.equal({
        code: "record.unknown",
        message: `No record of the factory ${FACTORY} is known on local.`,
        hint: "Name it by --record or UPHELD_RECORD; `upheld record new` makes it, once for all agreements.",
      });
      const record = await withContext(async (context) => openRecord(context, await context.agreement(AGREEMENT)));
      expect([record.address, record.agreement]).to.deep.equal([RECORD, AGREEMENT]);
    });
  });

  const speaking = (changes: Partial<Speaking> = {}): Speaking => ({
    ...{ ref: AGREEMENT, evidence: evidence(), record: undefined, said: { what: "advice", text: "Buy a line" } },
    ...{ by: "provider", isSame: () => true, call: (record, commitment) => record.advise(commitment) },
    ...changes,
  });
  const spoken = (changes: Partial<Speaking> = {}, around: Around = {}) =>
    withContext((context) => say(context, speaking(changes)), around);
  const commitmentIn = (data: unknown) =>
    (CALLS.parseTransaction({ data: String(data) })?.args.toArray() as string[]).at(-1);

  it("keeps the words before anything is sent, and says where they are", async () => {
    const { data, text } = await spoken({}, { options: { calldata: true } });
    const [name = ""] = kept();
    const path = join(evidence(), "31337", AGREEMENT.toLowerCase(), "record", name);
    expect(data["file"]).to.equal(path);
    expect(text.at(-1)).to.equal(`The words are in ${path}; give the file to the other party.`);
    expect(data).to.deep.include({ signer: [PROVIDER] });
    const [transaction] = data["transactions"] as [{ to: string; data: string; description: string }];
    expect([transaction.to, transaction.description]).to.deep.equal([RECORD, "give the client advice, to be answered"]);
    expect(`${commitmentIn(transaction.data)}.json`).to.equal(name);
    expect(JSON.parse(readFileSync(path, "utf8"))).to.deep.include({
      ...{ chainId: "31337", agreement: AGREEMENT.toLowerCase(), what: "advice", text: "Buy a line" },
    });
  });

  it("uses the words of a run that was killed again, while they are not on chain", async () => {
    await spoken({}, { options: { calldata: true } });
    const [name = ""] = kept();
    await spoken({}, { options: { calldata: true } });
    expect(kept()).to.deep.equal([name]);
    const said = [["AdviceGiven", [AGREEMENT, 1, name.replace(".json", ""), PROVIDER, 5]]] as const;
    const answers = chain(said);
    await spoken({ isSame: () => false }, { options: { calldata: true }, answers });
    expect(kept()).to.have.length(2);
    const result = await spoken({}, { options: { calldata: true }, answers });
    const path = join(evidence(), "31337", AGREEMENT.toLowerCase(), "record", name);
    expect(result).to.deep.equal({
      data: { done: true, transactions: [], entry: 1, file: path },
      text: [`The record says exactly this already, in entry 1. The words are in ${path}.`],
    });
  });

  it("tries without leaving words behind, and leaves none of what would be refused", async () => {
    const { data, text } = await spoken({}, { options: { dryRun: true } });
    expect(data).to.include({ dryRun: true, from: PROVIDER, file: undefined });
    expect(text.join("\n")).to.not.contain("The words are in");
    expect(kept()).to.deep.equal([]);
    const refused = await problemOf(spoken({}, { answers: { ...chain([], true), eth_accounts: () => [PROVIDER] } }));
    expect(refused.code).to.equal("contract.NothingCommitted");
    expect(kept()).to.deep.equal([]);
  });

  it("asks for the key of the seat that says it, or of either party", async () => {
    const signers = async (by: Speaking["by"], options: Partial<CommonOptions> = {}) =>
      (await spoken({ by }, { options: { calldata: true, ...options } })).data["signer"];
    expect(await signers("provider")).to.deep.equal([PROVIDER]);
    expect(await signers("client")).to.deep.equal([CLIENT]);
    expect(await signers({ seat: "client" })).to.deep.equal([CLIENT]);
    expect(await signers({ seat: undefined }, { from: CLIENT })).to.deep.equal([PROVIDER, CLIENT]);
  });

  it("finds its own words alone, by what they say", async () => {
    await spoken({}, { options: { calldata: true } });
    const [name = ""] = kept();
    const answers = chain([["AdviceGiven", [AGREEMENT, 1, name.replace(".json", ""), PROVIDER, 5]]]);
    const before = (text: string) =>
      withContext(
        async (context) => {
          const record = await openRecord(context, await context.agreement(AGREEMENT));
          return (await Speech.of(context, record, evidence(), { what: "advice", text })).before();
        },
        { answers },
      );
    expect(
      (await before("Buy a line")).map(({ entry, kept: { commitment } }) => [entry.number, `${commitment}.json`]),
    ).to.deep.equal([[1, name]]);
    expect(await before("Buy two")).to.deep.equal([]);
  });

  it("gives a statement the record with the words at hand, or without any", async () => {
    await spoken({}, { options: { calldata: true } });
    const commitment = kept()[0]?.replace(".json", "") ?? "";
    const answers = chain([["AdviceGiven", [AGREEMENT, 1, commitment, PROVIDER, 5]]]);
    const read = (from?: string, around: Around = {}) =>
      withContext(async (context) => recordAtHand(context, await context.agreement(AGREEMENT), undefined, from), {
        answers,
        ...around,
      });
    const withWords = await read(evidence());
    expect(withWords?.journal).to.deep.equal([
      { what: "advice", number: 1, at: 5n, account: PROVIDER, commitment, answers: [] },
    ]);
    expect([...(withWords?.texts ?? [])]).to.deep.equal([[commitment, "Buy a line"]]);
    expect((await read())?.texts.size).to.equal(0);
    expect(await read(evidence(), { known: { record: undefined } })).to.equal(undefined);
    expect((await readTexts(evidence(), 31_337n, AGREEMENT)).byCommitment.size).to.equal(1);
  });

  it("names an entry by its number from 1", () => {
    const entries = journal(advised(1, jan("02T00:00")), advised(2, jan("03T00:00")));
    expect(entryOf(entries, 2)).to.equal(entries[1]);
    for (const number of [0, 3]) {
      expect(problemIn(() => entryOf(entries, number))).to.include({
        ...{ code: "usage", message: `The record has no entry ${number}.`, hint: "It has 2." },
      });
    }
    const good = ["1", "999999999"].map((text) => entryNumber.safeParse(text).success);
    const bad = ["0", "1.5", "x", "1000000000"].map((text) => entryNumber.safeParse(text).success);
    expect([good, bad]).to.deep.equal([Array(2).fill(true), Array(4).fill(false)]);
  });

  describe("measuring with it", () => {
    const january = { number: 0n, start: TERMS.start, end: TERMS.start + 2_678_400n };
    const gathered = (measures: readonly object[], around: Around = {}) => {
      const file = join(folder, "out.csv");
      writeFileSync(file, "start,end\n2025-01-05T10:00:00Z,2025-01-05T10:10:00Z\n");
      return withContext(
        async (context) => {
          context.measures = () => measures as ReturnType<Context["measures"]>;
          const given = { outages: [file], exclusions: [], counts: [] };
          return gatherWithRecord(context, await context.agreement(AGREEMENT), AGREEMENT, january, given);
        },
        { answers: chain(), ...around },
      );
    };
    const POLICY = { record: { planned: 0 } };

    it("asks no record where the agreement's file needs none", async () => {
      const unknown = { known: { record: undefined } } as unknown as Around;
      const { source, indicators } = await gathered([], unknown);
      expect(source).to.contain("out.csv").and.not.contain("record");
      expect(indicators.map(({ grade, indicator }) => [grade, indicator.id])).to.deep.equal([["outages", 1]]);
      expect((await problemOf(gathered([{ name: "uptime", policy: POLICY }], unknown))).code).to.equal(
        "record.unknown",
      );
    });

    it("excludes what was announced, and says that the record had a part in it", async () => {
      const window = [TERMS.start + 381_600n, TERMS.start + 381_900n];
      const events = [
        ["MaintenanceAnnounced", [AGREEMENT, 1, 1, ...window, `0x${"ab".repeat(32)}`, PROVIDER, 5]],
      ] as const;
      const { source, indicators } = await gathered([{ name: "uptime", policy: POLICY }], { answers: chain(events) });
      expect(source).to.match(/out\.csv; the agreement's record$/);
      expect(indicators[0]).to.have.nested.property("remarks");
    });
  });
});
