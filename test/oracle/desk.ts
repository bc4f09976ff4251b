import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress, Wallet, type JsonRpcProvider } from "ethers";
import { Factory } from "../../src/chain/factory.ts";
import { Monitors } from "../../src/monitors/open.ts";
import { parseConfig } from "../../src/oracle/config.ts";
import type { DispatchOptions } from "../../src/oracle/dispatch.ts";
import { measureFromSources, type Measure } from "../../src/oracle/measure.ts";
import { openPortfolio, type Watched } from "../../src/oracle/portfolio.ts";
import type { RoundOptions, Tell } from "../../src/oracle/round.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { agreementText } from "../cli/agreement.ts";
import { quickServices } from "../monitors/services.ts";
import { FACTORY, ToldChain, TOKEN, type ToldAgreement } from "../support/told-chain.ts";
import { configText, type Signed as Accepted } from "./many.ts";

/** Down for 79 minutes of January. */
export const OUTAGES = "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n";
export const COUNTS = { total: 2_678_400n, bad: 4_740n, excluded: 0n };

export const key = (byte: string) => new Wallet(`0x${byte.repeat(32)}`);
export const ORACLE = key("11");
const seat = (byte: string) => getAddress(`0x${byte.repeat(20)}`);

export interface Signed extends Accepted {
  readonly told: ToldAgreement;
}

/** The source that an oracle's config names for an agreement's measure. */
export type SourceOf = (one: Accepted, i: number) => string;

/** Something told, its values as they came. */
export type Heard = Readonly<Record<string, unknown>> & { readonly event: string };

/** An oracle's folder, and the chain that it asks. */
export class Desk {
  readonly chain = new ToldChain();
  readonly folder = mkdtempSync(join(tmpdir(), "upheld-desk-"));
  readonly evidence = join(this.folder, "evidence");
  readonly heard: Heard[] = [];
  #signed = 0;

  constructor() {
    this.write("outages.csv", OUTAGES);
  }

  end(): void {
    rmSync(this.folder, { recursive: true });
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  readonly tell: Tell = (event, values = {}) => {
    this.heard.push({ event, ...values });
  };

  /** What was told of one kind. */
  told = (event: string): Heard[] => this.heard.filter((one) => one.event === event);

  /** An agreement whose January is over, its file in the folder. */
  sign(oracle = ORACLE.address, change = (text: string) => text): Signed {
    const i = this.#signed++;
    const people = { provider: seat("a1"), client: seat("a2"), arbiter: seat("a4"), stranger: seat("a5"), oracle };
    const plain = agreementText(people, TOKEN).replace("CI hosting", `CI hosting ${i}`);
    const text = change(plain.replace(/salt: .*/, `salt: "${i.toString(16).padStart(64, "0")}"`));
    const file = this.write(`a${i}.sla.yaml`, text);
    const told = this.chain.add(parseAgreement(text).terms);
    return { address: told.address, file, told };
  }

  signMany = (count: number, oracle?: string): Signed[] => Array.from({ length: count }, () => this.sign(oracle));

  /** The agreements as the oracle opens them, with the sources that its config names. */
  async open(provider: JsonRpcProvider, signed: readonly Signed[], source?: SourceOf) {
    const factory = await Factory.at(provider, FACTORY);
    const file = join(this.folder, "oracle.yaml");
    const agreements = await openPortfolio(
      parseConfig(configText(signed, { evidence: "evidence" }, source), file),
      factory,
    );
    return { factory, agreements };
  }

  readonly measure: Measure = measureFromSources({
    chainId: 31_337n,
    tool: "upheld 0.0.0",
    monitors: new Monitors(quickServices(), (name) => join(this.folder, name)),
    readRecord: () => Promise.reject(new Error("nobody needs the record")),
  });

  dispatch(provider: JsonRpcProvider, more: Partial<DispatchOptions> = {}): DispatchOptions {
    const from = ORACLE.address;
    return { provider, signer: ORACLE.connect(provider), from, confirmations: 1, chainId: 31_337n, pollMs: 1, ...more };
  }

  /** All that a round needs, without a committee. */
  round(
    provider: JsonRpcProvider,
    { factory, agreements }: { readonly factory: Factory; readonly agreements: readonly Watched[] },
    more: Partial<RoundOptions> = {},
  ): RoundOptions {
    return {
      ...{ factory, agreements, measure: this.measure, evidence: this.evidence, atOnce: 4, tell: this.tell },
      ...{ dispatch: this.dispatch(provider), committee: undefined },
      ...more,
    };
  }
}
