import {
  AbstractSigner,
  getAddress,
  Signature,
  Transaction,
  TypedDataEncoder,
  computeAddress,
  hashMessage,
  recoverAddress,
  toBeHex,
  hexlify,
  type Provider,
  type TransactionRequest,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";
import { UpheldError } from "../errors.ts";

/** Which key of AWS KMS, and where; region and credentials otherwise come from the environment, as AWS has them. */
export interface KmsOptions {
  readonly key: string;
  readonly region?: string;
  readonly endpoint?: string;
}

/** What is used of AWS's client: it signs digests, and says the public key. */
interface Kms {
  publicKey(): Promise<Uint8Array>;
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Opens a key of AWS KMS (ECC_SECG_P256K1, sign and verify). The key never leaves it. */
export async function openKmsSigner(options: KmsOptions): Promise<KmsSigner> {
  const kms = await openClient(options);
  // The last 65 bytes of the DER are the point, uncompressed.
  const address = computeAddress(hexlify((await kms.publicKey()).slice(-65)));
  return new KmsSigner(kms, address);
}

export class KmsSigner extends AbstractSigner {
  readonly #kms: Kms;
  readonly #address: string;

  constructor(kms: Kms, address: string, provider: Provider | null = null) {
    super(provider);
    this.#kms = kms;
    this.#address = getAddress(address);
  }

  override getAddress(): Promise<string> {
    return Promise.resolve(this.#address);
  }

  override connect(provider: Provider | null): KmsSigner {
    return new KmsSigner(this.#kms, this.#address, provider);
  }

  override async signTransaction(request: TransactionRequest): Promise<string> {
    // Who sends is in the signature; an unsigned transaction must not say it.
    const transaction = Transaction.from({ ...request, from: null } as Parameters<typeof Transaction.from>[0]);
    transaction.signature = await this.#signDigest(transaction.unsignedHash);
    return transaction.serialized;
  }

  override async signMessage(message: string | Uint8Array): Promise<string> {
    return (await this.#signDigest(hashMessage(message))).serialized;
  }

  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return (await this.#signDigest(TypedDataEncoder.hash(domain, types, value))).serialized;
  }

  /** Ethereum takes only the lower of the two possible s, and wants to be told which of two keys signed. */
  async #signDigest(digest: string): Promise<Signature> {
    const [r, s] = readDer(await this.#kms.sign(Buffer.from(digest.slice(2), "hex")));
    const low = s > ORDER / 2n ? ORDER - s : s;
    for (const v of [27, 28]) {
      const signature = Signature.from({ r: toBeHex(r, 32), s: toBeHex(low, 32), v });
      if (recoverAddress(digest, signature) === this.#address) return signature;
    }
    throw failed("its signature is not by the key it told");
  }
}

async function openClient({ key, ...where }: KmsOptions): Promise<Kms> {
  const { KMSClient, GetPublicKeyCommand, SignCommand } = await import("@aws-sdk/client-kms").catch(
    (cause: unknown) => {
      throw new UpheldError(
        {
          code: "usage.no-kms",
          message: "AWS's client for KMS is not installed.",
          hint: "It is an optional package: npm install @aws-sdk/client-kms",
        },
        { cause },
      );
    },
  );
  const client = new KMSClient(where);
  const asked = async (answer: Promise<Uint8Array | undefined>): Promise<Uint8Array> => {
    const bytes = await answer.catch((cause: unknown) => {
      throw failed((cause as Error).message, cause);
    });
    if (bytes !== undefined) return bytes;
    throw failed("it answered without what was asked for");
  };
  return {
    publicKey: () => asked(client.send(new GetPublicKeyCommand({ KeyId: key })).then(({ PublicKey }) => PublicKey)),
    sign: (digest) =>
      asked(
        client
          .send(
            new SignCommand({ KeyId: key, Message: digest, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" }),
          )
          .then(({ Signature: signature }) => signature),
      ),
  };
}

/** r and s of a DER signature: SEQUENCE { INTEGER r, INTEGER s }, each shorter than 128 bytes. */
function readDer(der: Uint8Array): [bigint, bigint] {
  const lengthOfR = der[3] ?? 0;
  const startOfS = 4 + lengthOfR + 2;
  const lengthOfS = der[startOfS - 1] ?? 0;
  const isSound =
    der[0] === 0x30 && der[2] === 0x02 && der[startOfS - 2] === 0x02 && der.length === startOfS + lengthOfS;
  if (!isSound) throw failed("its signature is not DER");
  return [BigInt(hexlify(der.slice(4, 4 + lengthOfR))), BigInt(hexlify(der.slice(startOfS)))];
}

function failed(why: string, cause?: unknown): UpheldError {
  return new UpheldError(
    {
      code: "signer.kms",
      message: `AWS KMS did not sign: ${why.replace(/\.$/, "")}.`,
      hint: "Check the key, its region, and that these credentials may use it (kms:GetPublicKey, kms:Sign).",
      retry: true,
    },
    { cause },
  );
}
