/** The Safe's own contracts, as its makers compiled them, on a node's chain. */
import { createRequire } from "node:module";
import {
  concat,
  Contract,
  type ContractTransactionReceipt,
  dataLength,
  Interface,
  type InterfaceAbi,
  type JsonRpcProvider,
  type JsonRpcSigner,
  solidityPacked,
  type TypedDataField,
  ZeroAddress,
} from "ethers";
import { create } from "../cli/contracts.ts";

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

const load = createRequire(import.meta.url);
const artifact = (path: string): Artifact =>
  load(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`) as Artifact;

const SAFE = artifact("Safe.sol/Safe");
const FACTORY = artifact("proxies/SafeProxyFactory.sol/SafeProxyFactory");
const HANDLER = artifact("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler");
const MULTI_SEND = artifact("libraries/MultiSendCallOnly.sol/MultiSendCallOnly");

const fieldsOf = (text: string): TypedDataField[] =>
  text.split(", ").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { type, name };
  });

const SAFE_TX = {
  SafeTx: fieldsOf(
    "address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce",
  ),
};
const SAFE_MESSAGE = { SafeMessage: fieldsOf("bytes message") };

const DELEGATE_CALL = 1;

export interface Call {
  readonly to: string;
  /** Of the chain's coin, in its smallest unit. */
  readonly value: string;
  readonly data: string;
}

/** A Safe behind its proxy, with the fallback handler that answers for its signatures (ERC-1271). */
export class RealSafe {
  readonly address: string;
  readonly owners: readonly JsonRpcSigner[];
  readonly #provider: JsonRpcProvider;
  readonly #contract: Contract;
  readonly #multiSend: string;

  private constructor(address: string, owners: readonly JsonRpcSigner[], provider: JsonRpcProvider, multiSend: string) {
    this.address = address;
    this.owners = owners;
    this.#provider = provider;
    this.#contract = new Contract(address, SAFE.abi, provider);
    this.#multiSend = multiSend;
  }

  /** Deploys the contracts and makes one Safe: the node's accounts of `numbers` own it, `threshold` of them must sign. */
  static async make(provider: JsonRpcProvider, numbers: readonly number[], threshold: number): Promise<RealSafe> {
    const deployer = await provider.getSigner(0);
    const singleton = await create(SAFE, deployer);
    const handler = await create(HANDLER, deployer);
    const multiSend = await create(MULTI_SEND, deployer);
    const factory = new Contract(await create(FACTORY, deployer), FACTORY.abi, deployer);

    const owners = await Promise.all(numbers.map((number) => provider.getSigner(number)));
    const setup = new Interface(SAFE.abi).encodeFunctionData("setup", [
      owners.map(({ address }) => address),
      threshold,
      ZeroAddress,
      "0x",
      handler,
      ZeroAddress,
      0,
      ZeroAddress,
    ]);
    const method = factory.getFunction("createProxyWithNonce");
    const address = String(await method.staticCall(singleton, setup, 0));
    await (await method.send(singleton, setup, 0)).wait();
    return new RealSafe(address, owners, provider, multiSend);
  }

  async nonce(): Promise<bigint> {
    return (await this.#contract.getFunction("nonce").staticCall()) as bigint;
  }

  /** All of `calls` or none, as the Safe's apps send several: signed by `signers`, carried by somebody else. */
  async send(calls: readonly Call[], signers: readonly JsonRpcSigner[]): Promise<Sent> {
    const packed = calls.map(({ to, value, data }) =>
      solidityPacked(["uint8", "address", "uint256", "uint256", "bytes"], [0, to, value, dataLength(data), data]),
    );
    const data = new Interface(MULTI_SEND.abi).encodeFunctionData("multiSend", [concat(packed)]);
    const free = [0n, 0n, 0n, ZeroAddress, ZeroAddress] as const;
    const [safeTxGas, baseGas, gasPrice, gasToken, refundReceiver] = free;
    const signatures = await this.#signed(signers, SAFE_TX, {
      to: this.#multiSend,
      value: 0n,
      data,
      operation: DELEGATE_CALL,
      safeTxGas,
      baseGas,
      gasPrice,
      gasToken,
      refundReceiver,
      nonce: await this.nonce(),
    });
    const carrier = await this.#provider.getSigner(0);
    const method = this.#contract.connect(carrier).getFunction("execTransaction");
    const args = [this.#multiSend, 0n, data, DELEGATE_CALL, ...free, signatures] as const;
    const refusal = await method.staticCall(...args).then(
      () => undefined,
      (error: unknown) => (error as { reason?: string | null }).reason ?? String(error),
    );
    // a fixed limit: what is refused is carried all the same, and has to fail in its block
    const sent = await method.send(...args, { gasLimit: 2_000_000n });
    const receipt = (await this.#provider.waitForTransaction(sent.hash)) as ContractTransactionReceipt;
    return { refusal, isDone: receipt.status === 1 };
  }

  /** What its owners sign so that the Safe says yes to `digest` (ERC-1271). */
  async signMessage(digest: string, signers: readonly JsonRpcSigner[]): Promise<string> {
    return this.#signed(signers, SAFE_MESSAGE, { message: digest });
  }

  /** The signatures one after the other, by ascending owner, as the Safe wants them. */
  async #signed(
    signers: readonly JsonRpcSigner[],
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    const { chainId } = await this.#provider.getNetwork();
    const domain = { chainId, verifyingContract: this.address };
    const ascending = signers.toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    return concat(await Promise.all(ascending.map((signer) => signer.signTypedData(domain, types, value))));
  }
}

export interface Sent {
  /** Why the Safe refuses, in its own code. */
  readonly refusal: string | undefined;
  readonly isDone: boolean;
}
