import { expect } from "chai";
import { AbiCoder, getAddress, hexlify, id, toUtf8Bytes, zeroPadValue } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import type { Agreement } from "../../src/chain/agreement.ts";
import { readExposure, type Exposure } from "../../src/chain/exposed.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { exposureData, exposureText, GUESSED, HIDDEN } from "../../src/cli/exposing.ts";
import { flat, sampleTerms } from "../terms/sample-terms.ts";
import { Test, Unit } from "../../src/terms/types.ts";
import { answering, blockOf } from "./answering.ts";

const at = (byte: string) => getAddress(`0x${byte.repeat(20)}`);
const [FACTORY, OWN, STRANGER, LATER, ORACLE] = [at("f1"), at("a1"), at("c1"), at("d1"), at("e1")];
const terms = sampleTerms();
const TOKEN = getAddress(terms.token);
const ESCROW = ISLAEscrow__factory.createInterface();
const CREATED = ISLAFactory__factory.createInterface().getEvent("AgreementCreated").topicHash;
const TRANSFER = id("Transfer(address,address,uint256)");
const word = (amount: bigint) => AbiCoder.defaultAbiCoder().encode(["uint256"], [amount]);

const logOf = (block: number, address: string, topics: readonly string[], data: string) => ({
  ...{ address, data, topics, blockNumber: `0x${block.toString(16)}`, logIndex: "0x0", removed: false },
  ...{ transactionHash: id(`transaction ${block}`), blockHash: id(`block ${block}`), transactionIndex: "0x0" },
});
const said = (block: number, name: string, values: unknown[]) => {
  const { data, topics } = ESCROW.encodeEventLog(name, values);
  return logOf(block, OWN, topics, data);
};
const counts = (bad: bigint) => [{ total: 100n, bad, excluded: 1n }];

interface Filter {
  readonly address: string;
  readonly topics?: (string | null)[];
  readonly fromBlock: string;
}

describe("what strangers see", () => {
  /** Of an agreement with these events, code and arrivals. */
  async function read(events: object[], words: string[] = [], code = "0x60") {
    const made = (agreement: string) => logOf(3, FACTORY, [CREATED, zeroPadValue(agreement, 32)], "0x");
    const filters: Filter[] = [];
    const node = {
      eth_blockNumber: () => "0x63",
      eth_getBlockByNumber: (number: string) => blockOf(Number(number), 1_000 * Number(number)),
      eth_getCode: () => code,
      eth_getLogs: (filter: Filter) => {
        filters.push(filter);
        if (filter.address === OWN.toLowerCase()) return events;
        if (filter.address === FACTORY.toLowerCase()) {
          return filter.topics?.length === 3 ? [made(OWN), made(LATER)] : [made(LATER), made(ORACLE), made(OWN)];
        }
        return [STRANGER, getAddress(terms.client)].map((from, i) =>
          logOf(4, TOKEN, [TRANSFER, zeroPadValue(from, 32), zeroPadValue(OWN, 32)], word(BigInt(i + 1) * 500n)),
        );
      },
    };
    const exposure = await answering(node, (provider) => {
      const factory = { provider, address: FACTORY, block: 2 };
      const token = { address: TOKEN, symbol: "USDC", decimals: 6 };
      return readExposure({ provider, factory, address: OWN, terms, token } as unknown as Agreement, words);
    });
    return { exposure, filters };
  }

  it("are addresses with all that they are, sums, times and counts", async () => {
    const { exposure, filters } = await read([
      said(5, "Funded", [7n]),
      said(6, "Reported", [1n, 50n, id("r"), counts(3n)]),
      said(7, "Disputed", [0n, 2n, 60n, 5n, id("c"), counts(9n)]),
      said(8, "SeatTaken", [2n, LATER]),
      said(8, "OracleChanged", [ORACLE]),
      said(9, "Claimed", [STRANGER, 40n]),
      said(9, "Withdrawn", [LATER, 2n]),
    ]);
    expect(exposure).to.deep.equal({
      addresses: [
        { address: terms.provider, as: ["provider"] },
        { address: terms.client, as: ["client", "paid in"] },
        { address: terms.oracle, as: ["oracle"] },
        { address: terms.arbiter, as: ["arbiter"] },
        { address: terms.token, as: ["token"] },
        { address: LATER, as: ["client later", "was paid"] },
        { address: ORACLE, as: ["oracle later"] },
        { address: STRANGER, as: ["paid in", "was paid"] },
      ],
      ...{ events: 7, first: 5_000n, last: 9_000n },
      ...{ fees: 0n, credits: 0n, paidIn: 1_500n, paidOut: 42n },
      counts: [
        { period: 0, by: "client", measurements: counts(9n) },
        { period: 1, by: "oracle", measurements: counts(3n) },
      ],
      others: { provider: 1, client: 2 },
      leaked: [],
    });
    expect(filters.map(({ topics }) => topics)).to.deep.include.members([
      [TRANSFER, null, zeroPadValue(OWN, 32)],
      [CREATED, null, zeroPadValue(terms.provider, 32)],
      [CREATED, null, null, zeroPadValue(terms.client, 32)],
    ]);
    expect(filters.every(({ fromBlock }) => fromBlock === "0x2")).to.equal(true);
  });

  it("are fees as they were: what was earned and credited, less what the bond gave", async () => {
    const { inputs } = ESCROW.getEvent("PeriodFinal");
    const final = (block: number, earned: bigint, credit: bigint) =>
      said(
        block,
        "PeriodFinal",
        inputs.map(({ name, type }) =>
          name === "earned" ? earned : name === "credit" ? credit : type === "bool" ? false : 0n,
        ),
      );
    const drawn = ESCROW.getEvent("BondDrawn").inputs.map(({ name }) => (name === "amount" ? 30n : 0n));
    const { exposure } = await read([final(5, 90n, 10n), said(6, "BondDrawn", drawn), final(6, 0n, 130n)]);
    expect([exposure.fees, exposure.credits]).to.deep.equal([200n, 140n]);
  });

  it("are nothing of one without an event", async () => {
    const { exposure } = await read([]);
    expect([exposure.first, exposure.last, exposure.events]).to.deep.equal([undefined, undefined, 0]);
  });

  it("are words that lie readable in its code or its events, whatever the case of the bytes", async () => {
    const hex = (text: string) => hexlify(toUtf8Bytes(text)).slice(2);
    const event = logOf(5, OWN, [id("x")], `0x${hex("Harbor")}`);
    const { exposure } = await read([event], ["Harbor", "Jolly", "Dental"], `0x60${hex("Jolly").toUpperCase()}`);
    expect(exposure.leaked).to.deep.equal(["Harbor", "Jolly"]);
  });
});

describe("what strangers see, in words", () => {
  const exposure: Exposure = {
    addresses: [
      { address: "0x11", as: ["provider", "was paid"] },
      { address: "0x22", as: ["client"] },
    ],
    ...{ events: 5, first: 1_735_689_600n, last: 1_735_693_200n },
    ...{ fees: 2_000_000_000n, credits: 100_000_000n, paidIn: 3_000_000_000n, paidOut: 900_000_000n },
    counts: [
      {
        period: 0,
        by: "oracle",
        measurements: [
          { total: 9n, bad: 2n, excluded: 1n },
          { total: 8n, bad: 0n, excluded: 0n },
        ],
      },
    ],
    ...{ others: { provider: 1, client: 3 }, leaked: [] },
  };
  const agreement = (changes: object = {}) =>
    ({
      ...{ address: "0xa1", token: { address: "0x55", symbol: "USDC", decimals: 6 } },
      terms: sampleTerms({
        bond: 500_000_000n,
        objectives: [
          { indicator: 0, tiers: [flat(Test.Below, 999_000_000n, 100_000_000n)] },
          { indicator: 1, tiers: [flat(Test.AtLeast, 3n, 50_000_000n)] },
        ],
        indicators: [sampleTerms().indicators[0]!, { ...sampleTerms().indicators[0]!, id: 7, unit: Unit.Tickets }],
        ...changes,
      }),
    }) as unknown as Agreement;
  const text = (changes: Partial<Exposure> = {}, looked = 0) =>
    exposureText(agreement(), { ...exposure, ...changes }, networkNamed("base"), looked);

  it("are all that there is, what is hidden, and what may be guessed", () => {
    expect(text()).to.deep.equal([
      "EVERYBODY SEES of 0xa1 on base",
      "  addresses",
      "    0x11  provider, was paid",
      "    0x22  client",
      "    the provider's has a seat in 1 other agreement of this factory, the client's in 3",
      "  fees and credits",
      "    1,000.00 USDC a period, 12 periods; bond 500.00 USDC; pledge 50.00 USDC or 10 %",
      "    credits: at most 50 %; in silence 50 %",
      "    measure 1 (seconds) below 99.9%: 10%",
      "    measure 7 (tickets) at least 3 tickets: 5%",
      "    so far: fees 2,000.00 USDC, credits 100.00 USDC, paid in 3,000.00 USDC, paid out 900.00 USDC",
      "  dates",
      "    1 Jan 2025 to 1 Jan 2026, all windows and deadlines, and the second of each of 5 events",
      "    the first 1 Jan 2025, the last 1 Jan 2025 01:00 UTC",
      "  counts",
      "    period 0, by the oracle: 2 bad of 9, 1 left out; 0 bad of 8, 0 left out",
      "",
      "NOBODY SEES",
      "  names of the parties, of the service and of systems: they are only in the agreement's file",
      "  the text of the agreement: the chain has its salted hash, which says nothing to whoever lacks the file",
      "  what is measured, where and how: the chain has numbers and units",
      "  when something was down: the chain has sums of a period; the times are in the evidence files, whose hash is salted",
      "  tax, invoices, and everything billed outside of the agreement",
      "",
      "ANYBODY MAY GUESS",
      "  who an address belongs to, from whatever else it ever did on any chain: use fresh addresses for each client",
      "  that a period was bad, and how bad: the credit says so",
      "  how large your business with others is, when the same address has a seat in several agreements",
      "  the text behind the hash, by somebody who gets the salt and guesses well: keep the file as private as the text",
    ]);
  });

  it("are few of a new one", () => {
    const lines = text({ first: undefined, last: undefined, counts: [], events: 0 });
    expect(lines.slice(12, 16)).to.deep.equal([
      "    1 Jan 2025 to 1 Jan 2026, all windows and deadlines, and the second of each of 0 events",
      "  counts",
      "    none yet",
      "",
    ]);
  });

  it("say whether words of the file were found", () => {
    expect(text({}, 4)[23]).to.equal("  looked for 4 words of your file in its code and events: none is there");
    expect(text({ leaked: ["Harbor", "Jolly"] }, 4)[23]).to.equal(
      "  ! BUT THESE WORDS OF YOUR FILE ARE READABLE ON CHAIN: Harbor, Jolly",
    );
  });

  it("are the same for machines, money in whole tokens", () => {
    const data = exposureData(agreement(), exposure);
    const { addresses, events, first, last, counts: stated, others, leaked } = exposure;
    expect(data).to.deep.equal({
      agreement: "0xa1",
      seen: {
        ...{ addresses, events, first, last, counts: stated, others, leaked },
        terms: agreement().terms,
        ...{ fees: "2000.00", credits: "100.00", paidIn: "3000.00", paidOut: "900.00" },
      },
      hidden: HIDDEN,
      guessed: GUESSED,
    });
  });
});
