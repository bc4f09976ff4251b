import { expect } from "chai";
import { makeError } from "ethers";
import { Output, toJson } from "../../src/cli/output.ts";
import { UpheldError, UpheldErrors, type Problem } from "../../src/errors.ts";
import type { Io } from "../../src/cli/io.ts";
import { listening } from "./answer.ts";

const output = (json: boolean, changes: Partial<Io> = {}) => {
  const { io, heard } = listening(changes);
  return { output: new Output(io, json), heard };
};
const AT_TERMINAL = { isTerminal: true };

describe("what a job prints", () => {
  it("is lines for a person, and nothing when there are none", () => {
    const { output: person, heard } = output(false);
    expect(person.result({ data: { a: 1n }, text: ["one", "two"] })).to.equal(0);
    expect(person.result({ data: {}, text: [] })).to.equal(0);
    expect(heard).to.deep.equal({ out: "one\ntwo\n", err: "" });
  });

  it("is one object for a machine, that says whether the answer is yes", () => {
    const { output: machine, heard } = output(true);
    expect(machine.result({ data: { a: 2n ** 64n }, text: ["one"] })).to.equal(0);
    expect(machine.result({ data: {}, text: [], exitCode: 1 })).to.equal(1);
    expect(heard).to.deep.equal({
      out: '{\n  "ok": true,\n  "a": "18446744073709551616"\n}\n{\n  "ok": false\n}\n',
      err: "",
    });
  });

  it("writes whole numbers that are too large as text, and leaves the others", () => {
    expect(toJson({ a: [1n, 2, "3", null] })).to.equal('{\n  "a": [\n    "1",\n    2,\n    "3",\n    null\n  ]\n}');
  });

  it("has colors only where a person sees them", () => {
    const colored = (json: boolean, useColor: boolean) => output(json, { useColor }).output.color.red("x") !== "x";
    expect([colored(false, true), colored(false, false), colored(true, true)]).to.deep.equal([true, false, false]);
  });

  it("has notes only for a person at the terminal", () => {
    for (const [json, isTerminal, err] of [
      [false, true, "sent\n"],
      [true, true, ""],
      [false, false, ""],
    ] as const) {
      const { output: one, heard } = output(json, { isTerminal });
      one.note("sent");
      expect(heard).to.deep.equal({ out: "", err });
    }
  });
});

describe("what takes long", () => {
  const slow = () => new Promise((resolve) => setTimeout(resolve, 1_150, "done"));

  it("is said after a second at a terminal, and wiped out at the end", async () => {
    const { output: person, heard } = output(false, AT_TERMINAL);
    expect(await person.during("Waiting", slow())).to.equal("done");
    expect(heard.err).to.equal("\r\u001b[KWaiting, 1 s\r\u001b[K");
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(heard.err, "nothing more once it is done").to.equal("\r\u001b[KWaiting, 1 s\r\u001b[K");
  }).timeout(5_000);

  it("is not said when it was quick, nor to a machine, nor into a pipe", async () => {
    const quick = output(false, AT_TERMINAL);
    await quick.output.during("Waiting", Promise.resolve());
    const [machine, pipe] = [output(true, AT_TERMINAL), output(false)];
    await Promise.all([machine.output.during("Waiting", slow()), pipe.output.during("Waiting", slow())]);
    expect([quick.heard.err, machine.heard.err, pipe.heard.err]).to.deep.equal(["", "", ""]);
  }).timeout(5_000);
});

describe("what went wrong", () => {
  const problem = { code: "a.code", message: "It failed." };
  const told = (error: unknown, json = false, changes: Partial<Io> = {}) => {
    const { output: one, heard } = output(json, changes);
    return { exitCode: one.failure(error), ...heard };
  };

  for (const [what, more, err] of [
    ["without a hint", {}, "✗ It failed. [a.code]\n"],
    ["with a hint", { hint: "Mend it." }, "✗ It failed. [a.code]\n  Mend it.\n"],
    ["in a file", { file: "a.yaml" }, "✗ a.yaml: It failed. [a.code]\n"],
    ["in a line of a file", { file: "a.yaml", line: 3 }, "✗ a.yaml:3: It failed. [a.code]\n"],
  ] as [string, Partial<Problem>, string][]) {
    it(`is told ${what}`, () => {
      expect(told(new UpheldError({ ...problem, ...more }))).to.deep.equal({ exitCode: 1, out: "", err });
    });
  }

  it("is red and dim at a terminal", () => {
    const { err } = told(new UpheldError(problem), false, { useColor: true });
    expect(err).to.equal("\u001b[31m✗\u001b[39m It failed. \u001b[2m[a.code]\u001b[22m\n");
  });

  it("is one object for a machine, all problems beside the first if there are several", () => {
    const two = [problem, { ...problem, code: "b.code" }];
    const one = told(new UpheldError(problem), true);
    expect(one).to.include({ exitCode: 1, err: "" });
    expect(JSON.parse(one.out)).to.deep.equal({ ok: false, error: problem });
    expect(JSON.parse(told(new UpheldErrors(two), true).out)).to.deep.equal({
      ok: false,
      error: problem,
      errors: two,
    });
    expect(told(new UpheldErrors(two)).err).to.equal("✗ It failed. [a.code]\n✗ It failed. [b.code]\n");
  });

  it("exits 2 for the command line, 75 when trying again alone may help, else 1", () => {
    const exitCode = (...problems: Partial<Problem>[]) =>
      told(new UpheldErrors(problems.map((one) => ({ ...problem, ...one })))).exitCode;
    expect(exitCode({ code: "usage" })).to.equal(2);
    expect(exitCode({ code: "usage.no-rpc", retry: true })).to.equal(2);
    expect(exitCode({}, { code: "usage" })).to.equal(2);
    expect(exitCode({ code: "misusage." })).to.equal(1);
    expect(exitCode({ retry: true })).to.equal(75);
    expect(exitCode({ retry: true }, {})).to.equal(1);
    expect(exitCode({ retry: false })).to.equal(1);
  });

  it("is decoded when a node said it, and thrown on when it is a defect", () => {
    expect(told(makeError("x", "ACTION_REJECTED", { action: "unknown", reason: "rejected" })).err).to.contain(
      "[signer.refused]",
    );
    expect(() => told(new TypeError("a defect"))).to.throw(TypeError, "a defect");
  });

  it("is that it was stopped, after Ctrl-C", () => {
    const err = "\nStopped. What was sent stays sent, nothing else happened; run it again to go on.\n";
    expect(told(new UpheldError(problem), false, { signal: AbortSignal.abort() })).to.deep.equal({
      ...{ exitCode: 130, out: "", err },
    });
  });
});

describe("errors", () => {
  it("carry their problems, and a name of their own", () => {
    const [first, second] = [
      { code: "a", message: "One." },
      { code: "b", message: "Two." },
    ];
    const one = new UpheldError(first, { cause: "the cause" });
    expect([one.name, one.message, one.cause]).to.deep.equal(["UpheldError", "One.", "the cause"]);
    const two = new UpheldErrors([first, second]);
    expect([two.name, two.message, two.problems]).to.deep.equal(["UpheldErrors", "One.\nTwo.", [first, second]]);
  });
});
