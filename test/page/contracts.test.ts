import { readFileSync } from "node:fs";
import { expect } from "chai";
import { getAddress } from "ethers";
import { ESCROW, FACTORY, LENS, RECORD } from "../../dashboard/src/chain/abi.ts";
import { parseRoute, linkTo } from "../../dashboard/src/route.ts";
import { KNOWN_TOKENS, standingOf } from "../../dashboard/src/chain/tokens.ts";
import { parseOutages } from "../../dashboard/src/evidence/own.ts";
import { UpheldError } from "../../src/errors.ts";
import { contractsModule } from "../../scripts/page/contracts.ts";

interface Item {
  readonly type: string;
  readonly name?: string;
  readonly stateMutability?: string;
  readonly inputs?: readonly Field[];
  readonly outputs?: readonly Field[];
}

interface Field {
  readonly type: string;
  readonly name?: string;
  readonly indexed?: boolean;
  readonly components?: readonly Field[];
}

/** What decoding goes by, written in one way. */
function signature({ type, name, stateMutability, inputs, outputs }: Item): string {
  return JSON.stringify([type, name, stateMutability, fields(inputs, true), fields(outputs, false)]);
}

const fields = (all: readonly Field[] | undefined, isNamed: boolean): unknown =>
  all?.map(({ type, name, indexed, components }) => [
    type,
    // a single answer is not named in every language
    isNamed ? (name ?? "") : "",
    indexed === true,
    fields(components, true),
  ]);

function compiled(path: string): Set<string> {
  const { abi } = JSON.parse(readFileSync(`artifacts/contracts/${path}.json`, "utf8")) as { abi: Item[] };
  return new Set(abi.map(signature));
}

const refusalOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem.message;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("what the page takes from the contracts", () => {
  const pairs = [
    ["the escrow", ESCROW, "interfaces/ISLAEscrow.sol/ISLAEscrow"],
    ["the factory", FACTORY, "interfaces/ISLAFactory.sol/ISLAFactory"],
    ["the lens", LENS, "interfaces/ISLALens.sol/ISLALens"],
    ["the record", RECORD, "interfaces/IServiceRecord.sol/IServiceRecord"],
  ] as const;
  for (const [name, own, path] of pairs) {
    it(`is what is compiled: ${name}`, () => {
      const known = compiled(path);
      const wrong = (own as readonly Item[]).filter((item) => !known.has(signature(item)));
      expect(wrong.map(({ name: item }) => item)).to.deep.equal([]);
    });
  }

  it("knows the code of each contract that money rests on", () => {
    const module = contractsModule(".");
    for (const name of ["SLAFactory", "SLAEscrow", "SLABackOffice", "SLALens", "OracleCommittee", "ServiceRecord"]) {
      expect(module).to.contain(`"name":"${name}"`);
    }
  });

  it("writes the known tokens' addresses as their capitals prove them", () => {
    for (const { address } of KNOWN_TOKENS) expect(getAddress(address.toLowerCase())).to.equal(address);
  });

  it("takes a name for nothing: a token is known by its address", () => {
    const usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    const at = (chain: bigint, rpc: string, address: string, symbol: string) =>
      standingOf(chain, rpc, address, symbol).standing;
    expect(at(8453n, "https://node", usdc, "USDC")).to.equal("known");
    expect(at(8453n, "https://node", usdc.replace("0x8", "0x9"), "USDC")).to.equal("false");
    expect(at(8453n, "https://node", usdc.replace("0x8", "0x9"), "usdc")).to.equal("false");
    expect(at(8453n, "https://node", usdc.replace("0x8", "0x9"), "XYZ")).to.equal("unknown");
    expect(at(31337n, "http://127.0.0.1:8545", usdc, "USDC")).to.equal("play");
    expect(at(31337n, "https://node", usdc, "USDC")).to.equal("unknown");
  });
});

describe("a link of the page", () => {
  const address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48" as const;

  it("comes back as it was written", () => {
    const route = {
      place: "agreement",
      address,
      rpc: "https://node.example/key?a=b",
      factory: address,
      from: 12n,
      evidence: "https://files.example/e",
      record: address,
    } as const;
    expect(parseRoute(linkTo(route))).to.deep.equal(route);
    expect(parseRoute("").place).to.equal("home");
  });

  it("is refused with what is wrong with it", () => {
    expect(refusalOf(() => parseRoute("#/agreement/0x12"))).to.contain('"0x12" is no address');
    expect(refusalOf(() => parseRoute("#/agreement/"))).to.contain("it names no address");
    expect(refusalOf(() => parseRoute("#/elsewhere"))).to.contain('"elsewhere" is no page');
    expect(refusalOf(() => parseRoute(`#/agreement/${address}?rpc=http://node.example`))).to.contain("must be https");
    expect(refusalOf(() => parseRoute(`#/agreement/${address}?rpc=javascript:alert(1)`))).to.contain("is no node");
    expect(refusalOf(() => parseRoute(`#/agreement/${address}?from=-1`))).to.contain('"-1" is no block');
  });
});

describe("outages as a party writes them", () => {
  it("are read line by line, in UTC", () => {
    const [start, end] = [Date.parse("2030-01-29T16:17:00Z") / 1000, Date.parse("2030-01-29T23:15:30Z") / 1000];
    const written = { start: BigInt(start), end: BigInt(end) };
    expect(parseOutages("2030-01-29 16:17 to 2030-01-29 23:15:30\n\n")).to.deep.equal([written]);
    expect(parseOutages("2030-01-29T16:17:00Z, 2030-01-29T23:15:30 UTC")).to.deep.equal([written]);
  });

  it("are refused with their line", () => {
    const first = "2030-01-01 00:00 to 2030-01-01 01:00\n";
    expect(refusalOf(() => parseOutages(`${first}2030-01-02 00:00`))).to.match(/^Line 2: write when it began/);
    expect(refusalOf(() => parseOutages(`${first}2030-02-30 00:00 to 2030-03-01 00:00`))).to.match(
      /^Line 2: .*calendar/,
    );
    expect(refusalOf(() => parseOutages("2030-01-02 00:00 to 2030-01-01 00:00"))).to.equal(
      "Line 1: it ends before it begins.",
    );
  });
});
