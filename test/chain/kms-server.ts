import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { SigningKey } from "ethers";

export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** SubjectPublicKeyInfo of a secp256k1 key, up to its point. */
const SPKI = "3056301006072a8648ce3d020106052b8104000a034200";

interface Asked {
  readonly target: string;
  /** Region and service, from the request's signature. */
  readonly scope: string;
  readonly body: Record<string, unknown>;
}

interface Faults {
  /** Said instead of any answer. */
  readonly refusal?: string;
  /** Answers nothing of what was asked for. */
  readonly isEmpty?: boolean;
  /** Changes a signature's DER; by itself the higher s comes every other time, as with the real one at random. */
  readonly change?: (der: Buffer) => Buffer;
}

/** Stands in for AWS KMS: one key, DER signatures. */
export async function startKms(
  key: Pick<SigningKey, "publicKey" | "sign">,
  { refusal, isEmpty = false, change = (der) => der }: Faults = {},
) {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
      const target = String(request.headers["x-amz-target"]);
      const scope = /Credential=\w+\/\d+\/([^/]+\/[^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
      asked.push({ target, scope, body });
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if (refusal !== undefined) {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: "AccessDeniedException", message: refusal }));
      } else if (isEmpty) response.end("{}");
      else response.end(JSON.stringify(answer(target, body)));
    });
  });
  const answer = (target: string, body: Record<string, unknown>) => {
    if (target === "TrentService.GetPublicKey") {
      return { PublicKey: Buffer.from(SPKI + key.publicKey.slice(2), "hex").toString("base64") };
    }
    const digest = `0x${Buffer.from(String(body["Message"]), "base64").toString("hex")}`;
    const { r, s } = key.sign(digest);
    const isHigh = asked.length % 2 === 0;
    return { Signature: change(derOf(BigInt(r), isHigh ? ORDER - BigInt(s) : BigInt(s))).toString("base64") };
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    asked,
    options: {
      key: "alias/oracle",
      region: "eu-central-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function derOf(r: bigint, s: bigint): Buffer {
  const whole = (value: bigint) => {
    const digits = value.toString(16);
    const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
    const signed = bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, signed.length]), signed]);
  };
  const body = Buffer.concat([whole(r), whole(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
