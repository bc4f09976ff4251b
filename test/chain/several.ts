import { FailoverProvider, type FailoverOptions, type NodeEvent } from "../../src/chain/failover.ts";
import { stopClock } from "../support/clock.ts";
import { blockOf, HangUp, RpcError, startAnswering, type AnsweringNode, type Answers, type Page } from "./answering.ts";

export const ACCOUNT = `0x${"11".repeat(20)}`;
export const HEAD = 100;
export const hex = (value: number): string => `0x${value.toString(16)}`;
/** UTC, as the stopped clock has it. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

export const hangUp = (): never => {
  throw new HangUp();
};
/** The node's own trouble. */
export const limited = (): never => {
  throw new RpcError(-32_005, "too many requests");
};

/** A node whose newest block is at `height`, and new; `answers` in the place of what it would say. */
export const at = (height: number, answers: Answers = {}): Answers => ({
  eth_chainId: () => "0x7a69",
  eth_blockNumber: () => hex(height),
  eth_getBlockByNumber: (tag: string) => blockOf(tag === "latest" ? height : Number(tag), seconds()),
  eth_getBalance: () => "0x5",
  ...answers,
});

/** For a `describe` about several nodes that answer as told, while the clock stands still. */
export function severalNodes() {
  let clock: ReturnType<typeof stopClock>;
  const nodes: AnsweringNode[] = [];
  const providers: FailoverProvider[] = [];

  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => {
    clock.goOn();
    for (const provider of providers.splice(0)) provider.destroy();
    for (const { stop } of nodes.splice(0)) stop();
  });

  /** Those nodes as one. */
  async function among(all: readonly (Answers | Page)[], options: Partial<FailoverOptions> = {}) {
    const started: AnsweringNode[] = [];
    for (const answers of all) started.push(await startAnswering(answers));
    nodes.push(...started);
    const firsts: string[] = [];
    const provider = new FailoverProvider(
      started.map(({ url }) => url),
      {
        ...{ chainId: 31_337n, timeoutMs: 10_000, compareMs: Infinity, cacheTimeout: -1, batchStallTime: 0 },
        ...{ onChange: (host: string) => firsts.push(host), ...options },
      },
    );
    providers.push(provider);
    const events: NodeEvent[] = [];
    provider.onNode = (event) => events.push(event);
    const hosts = started.map(({ host }) => host);
    /** How often each was asked this, beside what they are compared by. */
    const asked = (method: string) =>
      started.map((node) => node.asked.filter((one) => one.method === method && !isHead(one)).length);
    const ask = (method: string, ...params: unknown[]) => provider.send(method, params);
    const balance = () => ask("eth_getBalance", ACCOUNT, "latest");
    return { provider, ask, balance, asked, hosts, firsts, events, started };
  }

  return {
    among,
    pass: (ms: number) => {
      clock.pass(ms);
    },
    letClockGo: () => {
      clock.goOn();
    },
  };
}

const isHead = ({ params }: { params: readonly unknown[] }) => params[0] === "latest";
