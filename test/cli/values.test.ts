import { expect } from "chai";
import { getAddress } from "ethers";
import { networkNamed, NETWORKS } from "../../src/chain/networks.ts";
import type { Agreement } from "../../src/chain/agreement.ts";
import type { Token } from "../../src/chain/token.ts";
import { addressType, countType, flagType, parseAmount, timeType } from "../../src/cli/fields.ts";
import { readAgreementFile, readText } from "../../src/cli/file.ts";
import { periodField, readPeriod } from "../../src/cli/periods.ts";
import { alreadyDone, approvals, asField, keyOf, partyKey, seatOf } from "../../src/cli/seats.ts";
import { nonEmpty, rpcVariable, wantedChain } from "../../src/cli/settings.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { problemIn } from "./answer.ts";

interface Type {
  safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: { message: string }[] } };
}

/** What is read, or why not. */
const read = (type: Type, value: unknown) => {
  const { success, data, error } = type.safeParse(value);
  return success ? data : error?.issues.map(({ message }) => message).join("; ");
};

const SMALL = `0x${"ab".repeat(20)}`;

describe("a value on the command line", () => {
  it("is an address with a right checksum, or without one", () => {
    expect(read(addressType, SMALL)).to.equal(getAddress(SMALL));
    const wrong = "not an address (0x and 40 hex digits, with a right checksum)";
    for (const text of ["", "0x12", SMALL.replace("ab", "aB"), `${SMALL}0`])
      expect(read(addressType, text)).to.equal(wrong);
  });

  it("is a flag that is off unless given", () => {
    expect([read(flagType, undefined), read(flagType, true)]).to.deep.equal([false, true]);
  });

  const FORM = "not a date like 2025-03-01 or a time like 2025-03-01T12:00Z";
  for (const [text, seconds] of [
    ["2025-03-01", 1_740_787_200n],
    ["2025-03-01T12:00Z", 1_740_830_400n],
    ["2025-03-01T12:00:01Z", 1_740_830_401n],
    ["2024-02-29", 1_709_164_800n],
    ["2025-02-29", "no such day"],
    ["2025-13-01", "no such day"],
    ["2025-03-01T24:30Z", "no such day"],
    ["2025-03-01T12:00", FORM],
    ["x2025-03-01", FORM],
    ["2025-03-01x", FORM],
    ["25-03-01", FORM],
    ["2025-3-01", FORM],
    ["2025-03-1", FORM],
    ["2025-03-01T1:00Z", FORM],
    ["2025-03-01T12:0Z", FORM],
    ["2025-03-01T12:00:0Z", FORM],
  ] as const) {
    it(`is a time: ${text}`, () => {
      expect(read(timeType, text)).to.equal(seconds);
    });
  }

  it("is a whole number that is not negative", () => {
    expect([read(countType, "0"), read(countType, "9".repeat(18))]).to.deep.equal([0n, 10n ** 18n - 1n]);
    for (const text of ["", "-1", "1.5", "x1", "1x", "1".repeat(19)]) {
      expect(read(countType, text)).to.equal("not a whole number");
    }
  });

  for (const [text, decimals, amount] of [
    ["1000", 6, 1_000_000_000n],
    ["1,000.50", 6, 1_000_500_000n],
    ["1_000,000", 0, 1_000_000n],
    ["0.5", 6, 500_000n],
    ["0.1234560", 6, 123_456n],
    ["12.", 6, undefined],
    [".5", 6, undefined],
    ["-1", 6, undefined],
    ["1,00", 6, undefined],
    ["1,0000", 6, undefined],
    ["1x", 6, undefined],
    ["x1", 6, undefined],
    ["", 6, undefined],
  ] as const) {
    it(`is an amount: "${text}"`, () => {
      if (amount !== undefined) expect(parseAmount(text, decimals)).to.equal(amount);
      else {
        expect(problemIn(() => parseAmount(text, decimals))).to.deep.equal({
          code: "usage",
          message: `"${text}" is not an amount.`,
          hint: "Write it like 1000, 1,000.50 or 0.5.",
        });
      }
    });
  }

  it("is no amount that is finer than the token", () => {
    expect(parseAmount("1.0", 0)).to.equal(1n);
    expect(problemIn(() => parseAmount("1.0000001", 6))).to.deep.equal({
      code: "usage",
      message: '"1.0000001" is finer than the token.',
      hint: "It has 6 decimals.",
    });
  });

  it("is a file that can be read", () => {
    expect(readText(new URL("agreement.ts", import.meta.url).pathname)).to.contain("agreementText");
    for (const reading of [readText, readAgreementFile]) {
      expect(problemIn(() => reading("none.sla.yaml"))).to.deep.equal({
        code: "usage",
        message: 'The file "none.sla.yaml" cannot be read.',
        hint: "Name an agreement's address or its *.sla.yaml.",
      });
    }
  });
});

describe("a period on the command line", () => {
  const [, , type] = periodField;
  const agreement = { terms: sampleTerms() } as unknown as Agreement;
  const named = (text: string | undefined, fallback = 3n, periods = 12n) =>
    readPeriod(text, agreement, periods, fallback);

  it("is a number or a month", () => {
    for (const text of [undefined, "0", "239", "2025-01", "2025-09", "2025-10", "2025-12"])
      expect(read(type, text)).to.equal(text);
    for (const text of ["", "1000", "-1", "2025-00", "2025-13", "2025-1", "x1", "1x", "x2025-01", "2025-011"]) {
      expect(read(type, text)).to.equal("not a number or a month like 2025-03");
    }
  });

  it("is the one awaiting its end when none is named", () => {
    expect([named(undefined), named(undefined, 11n)]).to.deep.equal([3n, 11n]);
    expect(problemIn(() => named(undefined, 12n))).to.deep.equal({
      code: "period.none-left",
      message: "All 12 periods are resolved: none awaits its end.",
      hint: "Name one by --period to look at it again.",
    });
  });

  it("is known by its number", () => {
    expect([named("0"), named("11")]).to.deep.equal([0n, 11n]);
    expect(problemIn(() => named("12"))).to.deep.equal({
      code: "usage",
      message: "There is no period 12.",
      hint: "They are numbered 0 to 11.",
    });
  });

  it("is known by the month it starts in", () => {
    expect([named("2025-01"), named("2025-12")]).to.deep.equal([0n, 11n]);
    for (const text of ["2024-12", "2026-01"]) {
      expect(problemIn(() => named(text))).to.deep.equal({
        code: "usage",
        message: `No period starts in ${text}.`,
        hint: "The first one starts 1 Jan 2025.",
      });
    }
    expect(problemIn(() => named("2025-03", 0n, 2n)).message).to.equal("No period starts in 2025-03.");
  });
});

describe("which chain is meant", () => {
  const none = { network: undefined, rpc: undefined };
  const base = networkNamed("base-sepolia");

  it("is a node on this machine unless something else is said", () => {
    const local = { network: NETWORKS[0], rpc: "http://127.0.0.1:8545" };
    expect(wantedChain(none, {})).to.deep.equal(local);
    expect(wantedChain({ ...none, network: "local" }, { UPHELD_RPC: "" })).to.deep.equal(local);
  });

  it("is said by a flag before the environment, and by that before the file", () => {
    const env = { UPHELD_NETWORK: "optimism", UPHELD_RPC: "http://any" };
    expect(wantedChain({ network: "base", rpc: "http://flag" }, env, "sepolia")).to.deep.equal({
      ...{ network: networkNamed("base"), rpc: "http://flag" },
    });
    expect(wantedChain(none, env, "sepolia")).to.deep.equal({ network: networkNamed("optimism"), rpc: "http://any" });
    expect(wantedChain(none, { ...env, UPHELD_NETWORK: "" }, "sepolia").network).to.equal(networkNamed("sepolia"));
    expect(wantedChain({ ...none, rpc: "http://flag" }, {})).to.deep.equal({ network: undefined, rpc: "http://flag" });
  });

  it("has a node of its own in the environment, before the one of all", () => {
    const env = { UPHELD_RPC_BASE_SEPOLIA: "http://own", UPHELD_RPC: "http://any" };
    expect(wantedChain({ ...none, network: "base-sepolia" }, env).rpc).to.equal("http://own");
    expect(wantedChain({ ...none, network: "base" }, env).rpc).to.equal("http://any");
    expect(wantedChain(none, env).rpc).to.equal("http://any");
    expect(rpcVariable(base)).to.equal("UPHELD_RPC_BASE_SEPOLIA");
  });

  it("needs a node to be named when it is a live one", () => {
    expect(problemIn(() => wantedChain({ ...none, network: "base-sepolia" }, { UPHELD_RPC: "" }))).to.deep.equal({
      code: "usage.no-rpc",
      message: "No RPC address is known for base-sepolia.",
      hint: "Give it by --rpc, or in the environment or a .env file as UPHELD_RPC_BASE_SEPOLIA.",
    });
  });

  it("takes an empty variable for one that is not set", () => {
    expect([nonEmpty(""), nonEmpty(undefined), nonEmpty("x")]).to.deep.equal([undefined, undefined, "x"]);
  });
});

describe("seats on the command line", () => {
  const at = (digit: string) => getAddress(`0x${digit.repeat(40)}`);
  const holders = { provider: at("a").toLowerCase(), client: at("b").toLowerCase(), oracle: at("c"), arbiter: at("d") };

  it("are provider and client", () => {
    const [, , type] = asField;
    expect([undefined, "provider", "client"].map((text) => read(type, text))).to.deep.equal([
      undefined,
      "provider",
      "client",
    ]);
    expect(type.safeParse("oracle").success).to.equal(false);
  });

  it("have keys, by role or either of both", () => {
    expect(keyOf("arbiter", holders)).to.deep.equal({ who: "the arbiter", accounts: [at("d")] });
    expect(partyKey(holders, "client")).to.deep.equal({ who: "the client", accounts: [at("b")] });
    expect(partyKey(holders)).to.deep.equal({ who: "the provider or the client", accounts: [at("a"), at("b")] });
    expect([seatOf(at("a"), holders), seatOf(at("b"), holders)]).to.deep.equal(["provider", "client"]);
  });

  const token = (allowance: bigint) =>
    ({
      allowance: () => Promise.resolve(allowance),
      approve: (spender: string, amount: bigint) => `${spender} ${amount}`,
    }) as unknown as Token;

  it("approve exactly what is needed, and clear first what was left", async () => {
    expect(await approvals(token(0n), "me", "it", 5n)).to.deep.equal(["it 5"]);
    expect(await approvals(token(5n), "me", "it", 5n)).to.deep.equal([]);
    expect(await approvals(token(6n), "me", "it", 5n)).to.deep.equal(["it 0", "it 5"]);
    expect(await approvals(token(6n), "me", "it", 0n)).to.deep.equal(["it 0"]);
  });

  it("find work that is done", () => {
    expect(alreadyDone("It is.")).to.deep.equal({ data: { done: true, transactions: [] }, text: ["It is."] });
  });
});
