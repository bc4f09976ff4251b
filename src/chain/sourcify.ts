import { z } from "zod";
import { UpheldError } from "../errors.ts";

/** A contract and all that is needed to compile it again. */
export interface Source {
  readonly address: string;
  /** `contracts/SLAFactory.sol:SLAFactory` */
  readonly name: string;
  /** `0.8.37+commit.…` */
  readonly compiler: string;
  /** solc's standard JSON input. */
  readonly input: unknown;
}

const begun = z.object({ verificationId: z.string() });
const refused = z.object({ customCode: z.string().optional(), message: z.string().optional() });
const progress = z.object({
  isJobCompleted: z.boolean(),
  contract: z.object({ match: z.string().nullable() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** Publishes a contract's source at a Sourcify server, from which explorers take it. */
export async function publishSource(
  server: string,
  chainId: bigint,
  source: Source,
  { pollMs = 2_000, tries = 60 } = {},
): Promise<"published" | "was there"> {
  const response = await ask(`${server}/v2/verify/${chainId}/${source.address}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      stdJsonInput: source.input,
      compilerVersion: source.compiler,
      contractIdentifier: source.name,
    }),
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.status === 409) return "was there";
  const accepted = begun.safeParse(answer);
  if (!accepted.success) {
    const why = refused.safeParse(answer);
    throw failed(source, why.data?.message ?? `the server answered ${response.status}`, response.status >= 500);
  }
  for (let i = 0; i < tries; ++i) {
    const state = progress.parse(await (await ask(`${server}/v2/verify/${accepted.data.verificationId}`)).json());
    if (state.isJobCompleted) {
      if (state.contract?.match != null) return "published";
      throw failed(source, state.error?.message ?? "the bytecode does not match", false);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw failed(source, "the server has not finished yet", true);
}

async function ask(url: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  } catch (cause) {
    throw new UpheldError(
      { code: "publish.unreachable", message: `No answer from ${new URL(url).host}.`, retry: true },
      { cause },
    );
  }
}

function failed({ name, address }: Source, why: string, retry: boolean): UpheldError {
  return new UpheldError({
    code: "publish.refused",
    message: `${name} at ${address} was not published: ${why}.`,
    hint: "The sources must be exactly those that were deployed: check out that version, then run it again.",
    ...(retry ? { retry } : {}),
  });
}
