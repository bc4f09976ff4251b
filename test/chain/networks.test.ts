import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { isLocal, networkNamed, networkOf, NETWORKS } from "../../src/chain/networks.ts";

describe("networks", () => {
  it("are these, with the ids their chains have and the blocks to wait for", () => {
    expect(NETWORKS.map(({ name, chainId, confirmations }) => `${name} ${chainId} ${confirmations}`)).to.deep.equal([
      "local 31337 1",
      "ethereum 1 3",
      "optimism 10 5",
      "polygon 137 16",
      "base 8453 5",
      "arbitrum 42161 5",
      "gnosis 100 5",
      "sepolia 11155111 2",
      "base-sepolia 84532 2",
    ]);
    for (const { name, explorer } of NETWORKS.slice(1)) expect(explorer, name).to.match(/^https:\/\/[\w.-]+$/);
  });

  it("are found by name in any case, or by chain id", () => {
    for (const network of NETWORKS) {
      expect(networkNamed(network.name.toUpperCase())).to.equal(network);
      expect(networkNamed(network.chainId.toString())).to.equal(network);
    }
  });

  it("may be unknown: then their number names them", () => {
    const unknown = { name: "chain-42", chainId: 42n, confirmations: 5 };
    expect(networkNamed("42")).to.deep.equal(unknown);
    expect(networkOf(42n)).to.deep.equal(unknown);
  });

  for (const name of ["basse", "0", "01", "-1", "1e3", "12x", "x12", "9".repeat(20)]) {
    it(`"${name}" is none`, () => {
      expect(problemOf(name)).to.deep.equal({
        code: "usage.network",
        message: `There is no network "${name}".`,
        hint: "Use a chain id or one of: local, ethereum, optimism, polygon, base, arbitrum, gnosis, sepolia, base-sepolia.",
      });
    });
  }

  const places: [chainId: bigint, rpc: string, local: boolean][] = [
    [31337n, "http://127.0.0.1:8545", true],
    [1337n, "http://localhost:8545", true],
    [31337n, "http://127.10.20.255", true],
    [31337n, "http://[::1]:8545", true],
    [31337n, "https://node.example", false],
    [31337n, "http://localhost.example", false],
    [31337n, "http://my.localhost", false],
    [31337n, "http://128.0.0.1", false],
    [1n, "http://127.0.0.1:8545", false],
    [84532n, "http://localhost:8545", false],
  ];
  for (const [chainId, rpc, local] of places) {
    it(`chain ${chainId} at ${rpc} is ${local ? "" : "not "}play money`, () => {
      expect(isLocal(chainId, rpc)).to.equal(local);
    });
  }
});

function problemOf(name: string) {
  try {
    networkNamed(name);
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  return undefined;
}
