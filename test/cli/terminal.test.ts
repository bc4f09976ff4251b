import { PassThrough } from "node:stream";
import { expect } from "chai";
import { terminal } from "../../src/cli/terminal.ts";

type Streams = "stdin" | "stdout" | "stderr";

/** Runs `work` with streams of its own in place of the process's; answers what was written to them. */
async function around<T>(isTTY: Partial<Record<Streams, boolean>>, work: (stdin: PassThrough) => Promise<T> | T) {
  const names: readonly Streams[] = ["stdin", "stdout", "stderr"];
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
  const streams = Object.fromEntries(names.map((name) => [name, new PassThrough()])) as Record<Streams, PassThrough>;
  for (const name of names) {
    Object.assign(streams[name], { isTTY: isTTY[name] ?? false });
    Object.defineProperty(process, name, { value: streams[name], configurable: true });
  }
  try {
    const result = await work(streams.stdin);
    const written = (name: Streams) => String((streams[name].read() as Buffer | null) ?? "");
    return { result, out: written("stdout"), err: written("stderr") };
  } finally {
    for (const [name, descriptor] of before) Object.defineProperty(process, name, descriptor ?? {});
  }
}

const open = () => terminal(new AbortController().signal);
const KEYS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g");

describe("the world as a process has it", () => {
  it("writes results to one stream and all else to the other", async () => {
    const { out, err } = await around({}, () => {
      open().out("result");
      open().err("progress");
    });
    expect({ out, err }).to.deep.equal({ out: "result", err: "progress" });
  });

  it("has a person at the terminal when that can be read and asked", async () => {
    const isTerminal = async (stdin: boolean, stderr: boolean) =>
      (await around({ stdin, stderr, stdout: false }, () => open().isTerminal)).result;
    expect([await isTerminal(true, true), await isTerminal(true, false), await isTerminal(false, true)]).to.deep.equal([
      ...[true, false, false],
    ]);
  });

  it("has colors where results are read by a person who did not say no", async () => {
    const before = process.env["NO_COLOR"];
    const useColor = async (stdout: boolean) => (await around({ stdout }, () => open().useColor)).result;
    try {
      delete process.env["NO_COLOR"];
      expect([await useColor(true), await useColor(false)]).to.deep.equal([true, false]);
      process.env["NO_COLOR"] = "1";
      expect(await useColor(true)).to.equal(false);
    } finally {
      delete process.env["NO_COLOR"];
      if (before !== undefined) process.env["NO_COLOR"] = before;
    }
  });

  it("has this computer's clock in whole seconds, its environment, and a way to stop", async () => {
    const { signal } = new AbortController();
    const { result } = await around({}, () => terminal(signal));
    const seconds = Math.floor(Date.now() / 1000);
    expect(Number(result.now())).to.be.within(seconds, seconds + 2);
    expect(result.env).to.equal(process.env);
    expect(result.signal).to.equal(signal);
  });

  const asked = (options?: { hidden: boolean }) =>
    around({ stdin: true, stderr: true }, (stdin) => {
      const answer = open().ask("Password: ", options);
      stdin.write("secret\n");
      return answer;
    });

  it("asks, and shows what is typed", async () => {
    for (const options of [undefined, { hidden: false }]) {
      const { result, err, out } = await asked(options);
      expect({ result, out }).to.deep.equal({ result: "secret", out: "" });
      expect(err.replace(KEYS, "")).to.match(/^Password: +secret\r\n$/);
    }
  });

  it("asks for what nobody may see without showing it", async () => {
    const { result, err, out } = await asked({ hidden: true });
    expect({ result, err, out }).to.deep.equal({ result: "secret", err: "Password: \n", out: "" });
  });

  it("hands Ctrl-C on to the process", async () => {
    const stop = new AbortController();
    let signals = 0;
    const onSignal = () => {
      ++signals;
      stop.abort();
    };
    process.once("SIGINT", onSignal);
    const ended = await around({ stdin: true, stderr: true }, (stdin) => {
      const answer = terminal(stop.signal).ask("Sure? ");
      stdin.write("\u0003");
      return answer.catch((error: unknown) => error);
    });
    process.removeListener("SIGINT", onSignal);
    expect(signals).to.equal(1);
    expect(ended.result).to.have.property("name", "AbortError");
  });
});
