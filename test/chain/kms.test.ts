import { expect } from "chai";
import {
  computeAddress,
  hashMessage,
  JsonRpcProvider,
  Signature,
  SigningKey,
  Transaction,
  verifyMessage,
  verifyTypedData,
  Wallet,
} from "ethers";
import type { UpheldError } from "../../src/errors.ts";
import { batchTypes, committeeDomain } from "../../src/chain/batch.ts";
import { openKmsSigner } from "../../src/chain/kms.ts";
import { ORDER, startKms } from "./kms-server.ts";
import { problemOf } from "./rejection.ts";

describe("a key in AWS KMS", function () {
  this.timeout(20_000);
  const wallet = Wallet.createRandom();
  const before_ = { ...process.env };
  let kms: Awaited<ReturnType<typeof startKms>>;

  before(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "test";
    process.env["AWS_SECRET_ACCESS_KEY"] = "test";
    kms = await startKms(new SigningKey(wallet.privateKey));
  });
  after(() => {
    kms.stop();
    process.env = before_;
  });

  it("has the address of its public key", async () => {
    expect(await (await openKmsSigner(kms.options)).getAddress()).to.equal(wallet.address);
  });

  it("signs transactions as the key itself would, s always low", async () => {
    const signer = await openKmsSigner(kms.options);
    for (let nonce = 0; nonce < 6; ++nonce) {
      const request = {
        ...{ type: 2, chainId: 10n, nonce, to: wallet.address, value: 5n, gasLimit: 21_000n, data: "0x" },
        ...{ maxFeePerGas: 7n, maxPriorityFeePerGas: 1n },
      };
      const signed = Transaction.from(await signer.signTransaction({ ...request, from: wallet.address }));
      expect(signed.from).to.equal(wallet.address);
      expect(signed.serialized).to.equal(await wallet.signTransaction(request));
    }
  });

  it("signs batches and messages", async () => {
    const signer = await openKmsSigner(kms.options);
    const domain = committeeDomain(10n, wallet.address);
    const report = {
      agreement: wallet.address,
      period: 1n,
      revision: 0n,
      measurements: [],
      evidence: `0x${"11".repeat(32)}`,
    };
    const typed = await signer.signTypedData(domain, batchTypes, { reports: [report] });
    expect(verifyTypedData(domain, batchTypes, { reports: [report] }, typed)).to.equal(wallet.address);
    const message = await signer.signMessage("hello");
    expect(verifyMessage("hello", message)).to.equal(wallet.address);
    expect(BigInt(Signature.from(message).s) <= ORDER / 2n).to.equal(true);
  });

  it("asks to sign the digest itself, with the key that was named", async () => {
    await (await openKmsSigner(kms.options)).signMessage("hello");
    const last = kms.asked.at(-1);
    expect(last?.target).to.equal("TrentService.Sign");
    expect(last?.body).to.deep.include({
      KeyId: "alias/oracle",
      Message: Buffer.from(hashMessage("hello").slice(2), "hex").toString("base64"),
      MessageType: "DIGEST",
      SigningAlgorithm: "ECDSA_SHA_256",
    });
  });

  /** The error that opening and using a key ends with which fails so. */
  async function refused(faults: Parameters<typeof startKms>[1]): Promise<UpheldError> {
    const failing = await startKms(new SigningKey(wallet.privateKey), faults);
    const signed = openKmsSigner(failing.options).then((signer) => signer.signMessage("hello"));
    const error: unknown = await signed.catch((thrown: unknown) => thrown);
    failing.stop();
    return error as UpheldError;
  }

  it("says in AWS's words why it did not sign", async () => {
    const { problem, cause } = await refused({ refusal: "You may not. Ask." });
    expect(cause).to.have.property("name", "AccessDeniedException");
    expect(problem).to.deep.equal({
      code: "signer.kms",
      message: "AWS KMS did not sign: You may not. Ask.",
      hint: "Check the key, its region, and that these credentials may use it (kms:GetPublicKey, kms:Sign).",
      retry: true,
    });
  });

  it("refuses a signature by another key than the one it told", async () => {
    const told = new SigningKey(wallet.privateKey);
    const other = new SigningKey(Wallet.createRandom().privateKey);
    const lying = await startKms({ publicKey: told.publicKey, sign: (digest) => other.sign(digest) });
    const signer = await openKmsSigner(lying.options);
    const { message } = await problemOf(signer.signMessage("hello"));
    lying.stop();
    expect(message).to.equal("AWS KMS did not sign: its signature is not by the key it told.");
  });

  it("says that AWS answered, but not what was asked for", async () => {
    expect((await refused({ isEmpty: true })).message).to.equal(
      "AWS KMS did not sign: it answered without what was asked for.",
    );
  });

  it("is asked for in the region that was named, else in the environment's", async () => {
    process.env["AWS_REGION"] = "ap-south-2";
    const { region, ...options } = kms.options;
    await openKmsSigner(kms.options);
    await openKmsSigner(options);
    expect(kms.asked.slice(-2).map(({ scope }) => scope)).to.deep.equal([`${region}/kms`, "ap-south-2/kms"]);
    expect(kms.asked.at(-1)?.body).to.deep.equal({ KeyId: "alias/oracle" });
  });

  it("stays the same key with a provider", async () => {
    const provider = new JsonRpcProvider("http://127.0.0.1:1", 31_337, { staticNetwork: true });
    const signer = (await openKmsSigner(kms.options)).connect(provider);
    expect(signer.provider).to.equal(provider);
    expect(signer.connect(null).provider).to.equal(null);
    expect(verifyMessage("hello", await signer.signMessage("hello"))).to.equal(wallet.address);
    provider.destroy();
  });

  const at = (place: number, byte: number) => (der: Buffer) => {
    const changed = Buffer.from(der);
    changed[place] = byte;
    return changed;
  };
  for (const [what, change] of [
    ["empty", () => Buffer.alloc(0)],
    ["no sequence", at(0, 0x31)],
    ["no whole number first", at(2, 0x03)],
    ["no whole number second", (der: Buffer) => at(4 + der[3]!, 0x03)(der)],
    ["cut off", (der: Buffer) => der.subarray(0, -1)],
    ["longer than it says", (der: Buffer) => Buffer.concat([der, Buffer.from([0])])],
  ] as const) {
    it(`refuses a signature that is ${what}`, async () => {
      expect((await refused({ change })).message).to.equal("AWS KMS did not sign: its signature is not DER.");
    });
  }

  it("reads numbers that are shorter than 32 bytes", async () => {
    const key = new SigningKey(`0x${"11".repeat(32)}`);
    const short = await startKms(key);
    const signer = await openKmsSigner(short.options);
    for (const [text, number] of [
      ["hello 131", "r"],
      ["hello 345", "s"],
    ] as const) {
      expect(key.sign(hashMessage(text))[number]).to.match(/^0x00/);
      // the higher s and the lower one
      for (const message of [text, text]) {
        expect(verifyMessage(message, await signer.signMessage(message))).to.equal(computeAddress(key));
      }
    }
    short.stop();
  });
});
