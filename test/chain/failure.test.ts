import { expect } from "chai";
import { encodeBytes32String, makeError, toUtf8Bytes, zeroPadBytes } from "ethers";
import { UpheldError } from "../../src/errors.ts";
import { allErrors } from "../../src/chain/abi.ts";
import { decodeFailure, fromRevert } from "../../src/chain/failure.ts";
import { HINTS } from "../../src/chain/hints.ts";

const USDC = { currency: { symbol: "USDC", decimals: 6 } };
const CHECK = "Check with `upheld check` that the address is an agreement, and that token and network are right.";
const AGAIN = "Run it again: the job looks at the chain and does only what is left.";

const problemOf = (error: unknown) => decodeFailure(error).problem;
const encode = (name: string, ...args: unknown[]) => allErrors().encodeErrorResult(name, args);
const free = () => encode("AmountAboveFree", 1_500_000n, 400_000n);

describe("what a node, a wallet or a contract throws", () => {
  it("is passed on when it is told already", () => {
    const error = new UpheldError({ code: "a.code", message: "Told." });
    expect(decodeFailure(error)).to.equal(error);
  });

  const refused: [what: string, error: unknown, problem: object][] = [
    [
      "no money for gas",
      makeError("x", "INSUFFICIENT_FUNDS", { transaction: {} }),
      {
        code: "gas.too-little",
        message: "The account holds too little of the chain's own coin to pay for gas.",
        hint: "Send it some. Nothing was sent.",
      },
    ],
    ...(["NONCE_EXPIRED", "REPLACEMENT_UNDERPRICED"] as const).map((code): [string, unknown, object] => [
      code,
      makeError("x", code, { transaction: {} }),
      {
        code: "transaction.nonce-used",
        message: "Another transaction of the same key came first.",
        hint: AGAIN,
        retry: true,
      },
    ]),
    [
      "a signer that refuses",
      makeError("x", "ACTION_REJECTED", { action: "sendTransaction", reason: "rejected" }),
      { code: "signer.refused", message: "The signer refused to sign.", hint: "Nothing was sent." },
    ],
    [
      "a revert without data",
      makeError("x", "CALL_EXCEPTION", {
        action: "call",
        data: null,
        reason: null,
        transaction: { to: null, data: "" },
        invocation: null,
        revert: null,
      }),
      { code: "contract.unknown", message: "The contract refused without a reason.", hint: CHECK },
    ],
    [
      "a contract that answers something else",
      makeError("x", "BAD_DATA", { value: "0x" }),
      {
        code: "contract.not-one",
        message: "The address does not answer like the contract it should be.",
        hint: "Check the address and the network.",
      },
    ],
    ...[
      "ECONNREFUSED",
      "ECONNRESET",
      "ENOTFOUND",
      "EPIPE",
      "ETIMEDOUT",
      "UND_ERR_SOCKET",
      "TIMEOUT",
      "NETWORK_ERROR",
    ].map((code): [string, unknown, object] => [
      code,
      Object.assign(new Error("x"), { code }),
      { code: "chain.unreachable", message: "The node does not answer.", hint: AGAIN, retry: true },
    ]),
    [
      "a node that refuses, in its own words",
      Object.assign(new Error("could not coalesce; key=secret"), {
        code: "UNKNOWN_ERROR",
        error: { message: "too many requests." },
      }),
      { code: "chain.node-error", message: "The node refused: too many requests.", retry: true },
    ],
    [
      "a server that refuses, in short",
      Object.assign(new Error("x"), { code: "SERVER_ERROR", shortMessage: "server response 500" }),
      { code: "chain.node-error", message: "The node refused: server response 500.", retry: true },
    ],
    [
      "a node that gives no reason",
      Object.assign(new Error("x"), { code: "UNKNOWN_ERROR" }),
      { code: "chain.node-error", message: "The node refused: no reason given.", retry: true },
    ],
  ];
  for (const [what, error, problem] of refused) {
    it(`tells ${what}`, () => {
      expect(problemOf(error)).to.deep.equal(problem);
      expect(decodeFailure(error).cause).to.equal(error);
    });
  }

  it("is thrown on when it is a defect", () => {
    for (const defect of [new TypeError("a defect"), "a text", undefined, null]) {
      expect(thrownBy(() => decodeFailure(defect))).to.equal(defect);
    }
  });

  it("holds the contract's bytes wherever the client library put them", () => {
    const message = "1.50 USDC is more than the 0.40 USDC that is free.";
    for (const error of [
      { data: free() },
      { data: free().toUpperCase().replace("0X", "0x") },
      { info: { error: { data: free() } } },
      { error: { data: { data: free() } } },
      { cause: { cause: { data: free() } } },
      Object.assign(new Error("x"), { code: "CALL_EXCEPTION", data: free() }),
    ]) {
      expect(decodeFailure(error, USDC).problem.message).to.equal(message);
    }
  });

  it("is not searched for ever, nor taken for bytes when it is none", () => {
    const round: Record<string, unknown> = { code: "ECONNRESET" };
    round["cause"] = round;
    expect(problemOf(round).code).to.equal("chain.unreachable");
    for (const data of ["0x", "0x12", "0xzz345678", "words 0x12345678", "0x123456789"]) {
      expect(problemOf({ code: "ECONNRESET", data }).code).to.equal("chain.unreachable");
    }
  });

  it("holds an error that has no values, and one that a call inside the error came back without", () => {
    expect(problemOf({ code: "ECONNRESET", data: encode("BondIsWhole") }).code).to.equal("contract.BondIsWhole");
    const inside = { code: "UNKNOWN_ERROR", info: { code: "CALL_EXCEPTION", data: "0x" } };
    expect(problemOf(inside).code).to.equal("contract.unknown");
  });

  it("keeps every stop in the node's words but the last", () => {
    const error = { code: "UNKNOWN_ERROR", error: { message: "wait. 1.5 s left." } };
    expect(problemOf(error).message).to.equal("The node refused: wait. 1.5 s left.");
  });

  it("is told as a refusal without reason when a call came back empty", () => {
    expect(problemOf({ code: "CALL_EXCEPTION", data: "0x" })).to.deep.equal({
      code: "contract.unknown",
      message: "The contract refused without a reason.",
      hint: CHECK,
    });
  });
});

describe("what a contract says when it refuses", () => {
  it("is shown in part when nobody knows it", () => {
    const data = `0xdeadbeef${"11".repeat(100)}`;
    expect(fromRevert(data).problem).to.deep.equal({
      code: "contract.unknown",
      message: `The contract refused: ${data.slice(0, 74)}.`,
      hint: CHECK,
    });
  });

  it("keeps the cause", () => {
    expect(fromRevert(free(), {}, "the cause").cause).to.equal("the cause");
    expect(fromRevert("0x", {}, "the cause").cause).to.equal("the cause");
  });

  it("is told in units when the token is not known", () => {
    expect(fromRevert(free()).problem.message).to.equal("1500000 units is more than the 400000 units that is free.");
  });

  it("tells seats, revisions, shares and texts", () => {
    const told = (name: string, ...args: unknown[]) => fromRevert(encode(name, ...args)).problem.message;
    expect(told("AlreadyAccepted", 1n)).to.contain("The provider has accepted");
    expect(told("AlreadyAccepted", 2n)).to.contain("The client has accepted");
    expect(told("WrongRevision", 0n, 255n)).to.contain("255 (silence)");
    expect(told("WrongRevision", 1n, 2n)).to.not.contain("silence");
  });

  it("tells shares in percent and names without what fills them up", () => {
    const told = (name: string, ...args: unknown[]) => fromRevert(encode(name, ...args)).problem.message;
    expect(told("ShareAboveWhole", 1_500_000_000n, 1_000_000_000n)).to.equal("A share of 150 % is above 100 %.");
    expect(told("CountOutOfRange", encodeBytes32String("tiers"), 9n, 1n, 8n)).to.equal(
      "9 tiers are not possible: 1 to 8 are.",
    );
  });

  it("is shown with its values while nobody has found words for it", () => {
    const hints = HINTS as Record<string, unknown>;
    const [money, none] = [hints["AmountAboveFree"], hints["BondIsWhole"]];
    Object.assign(hints, { AmountAboveFree: undefined, BondIsWhole: undefined });
    try {
      expect(fromRevert(free()).problem).to.deep.equal({
        code: "contract.AmountAboveFree",
        message: "The contract refused: AmountAboveFree (amount 1500000, free 400000).",
      });
      expect(fromRevert(encode("BondIsWhole")).problem.message).to.equal("The contract refused: BondIsWhole.");
    } finally {
      Object.assign(hints, { AmountAboveFree: money, BondIsWhole: none });
    }
  });

  it("fills every hint so that no place is left open, for any error there is", () => {
    const errors = allErrors();
    errors.forEachError((error) => {
      const values = error.inputs.map(({ baseType, type }) => sampleOf(baseType === "tuple" ? "tuple" : type));
      const data = errors.encodeErrorResult(error, values);
      const { code, message, hint } = fromRevert(data, USDC).problem;
      expect(code).to.equal(`contract.${error.name}`);
      expect(message, error.name)
        .to.match(/^[A-Z"0-9].*[.?]$/s)
        .and.not.match(/[{}]|undefined/);
      expect(hint, error.name)
        .to.match(/^.+[.:`]$/s)
        .and.not.match(/[{}]|undefined/);
    });
  });
});

/** Some value of a Solidity type. */
function sampleOf(type: string): unknown {
  if (type.endsWith("[]")) return [];
  if (type === "address") return "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
  if (type === "bytes32") return encodeBytes32String("text");
  if (type === "bool") return true;
  if (type === "string") return "text";
  if (type.startsWith("bytes"))
    return type === "bytes" ? "0x12" : zeroPadBytes(toUtf8Bytes("t"), Number(type.slice(5)));
  return 1n;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
