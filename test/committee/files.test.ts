import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { batchText, readBatch, withSignature, type BatchFile } from "../../src/committee/batch-file.ts";
import { readJson, replaceFile, writeNewFile } from "../../src/committee/files.ts";
import { propose, requireSame } from "../../src/committee/propose.ts";
import { checkedReplacement, readReplacement, replacementText } from "../../src/committee/replacement-file.ts";
import { problemOf as problemLater } from "../chain/rejection.ts";
import { problemOf } from "../support/problem.ts";

const [LOW, MIDDLE, HIGH] = [
  "0x00000000000000000000000000000000000000A1",
  "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
] as const;
const COMMITTEE = { chainId: 31_337n, address: HIGH };

describe("files that go from member to member", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-files-"));
    file = join(folder, "file.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const text = () => readFileSync(file, "utf8");

  describe("are read", () => {
    it("as JSON", async () => {
      writeFileSync(file, '{"a":[1]}');
      expect(await readJson(file, "batch")).to.deep.equal({ a: [1] });
    });

    it("unless they are none, or not there", async () => {
      writeFileSync(file, "{");
      expect(await problemLater(readJson(file, "batch"))).to.deep.equal({
        ...{ code: "file.not-json", message: "the batch is not JSON", file },
        hint: "Ask whoever made it for the file again.",
      });
      const none = join(folder, "none");
      expect(await problemLater(readJson(none, "replacement"))).to.deep.equal({
        ...{ code: "file.unreadable", hint: "Check its name.", file: none },
        message: `the replacement cannot be read: ENOENT: no such file or directory, open '${none}'`,
      });
    });
  });

  describe("are written", () => {
    const HINT = "Check the folder, its permissions and the space left.";

    it("whole, in place of what was there, and nothing is left beside them", async () => {
      await replaceFile(file, "one");
      await replaceFile(file, "two");
      expect([text(), readdirSync(folder)]).to.deep.equal(["two", ["file.json"]]);
    });

    it("not at all where it cannot be", async () => {
      const nowhere = join(folder, "none", "file.json");
      for (const write of [replaceFile, writeNewFile]) {
        const { code, message, hint, file: named } = await problemLater(write(nowhere, "text"));
        expect({ code, hint, named }).to.deep.equal({ code: "file.unwritable", hint: HINT, named: nowhere });
        expect(message).to.match(/^cannot be written: ENOENT/);
      }
      // a folder of the name is in the way: what was written beside it goes again
      mkdirSync(join(file, "full"), { recursive: true });
      expect(await problemLater(replaceFile(file, "text"))).to.deep.include({
        code: "file.unwritable",
        hint: HINT,
        file,
      });
      expect(readdirSync(folder)).to.deep.equal(["file.json"]);
      expect(statSync(file).isDirectory()).to.equal(true);
    });

    it("never over another when they are new", async () => {
      await writeNewFile(file, "one");
      expect(await problemLater(writeNewFile(file, "two"))).to.deep.equal({
        ...{ code: "file.exists", message: "is there already", hint: "Name another one, or move it away.", file },
      });
      expect([text(), readdirSync(folder)]).to.deep.equal(["one", ["file.json"]]);
    });

    it("not where their folder may not be written", async function () {
      if (process.getuid?.() === 0) this.skip(); // root may write anywhere
      chmodSync(folder, 0o500);
      const { message } = await problemLater(writeNewFile(file, "text"));
      chmodSync(folder, 0o700);
      expect(message).to.match(/^cannot be written: EACCES/);
    });
  });

  describe("hold proposed reports", () => {
    const report = (period: bigint, bad = 7n) => ({
      agreement: MIDDLE,
      ...{ period, revision: 0n, measurements: [{ total: 100n, bad, excluded: 0n }], evidence: `0x${"ab".repeat(32)}` },
    });

    it("in a new batch, and in one that is there, which then has no signatures", async () => {
      const first = await propose(file, COMMITTEE, [report(1n)]);
      expect(first).to.deep.equal({ chainId: 31_337n, committee: HIGH, reports: [report(1n)], signatures: [] });
      expect(text()).to.equal(batchText(first));
      writeFileSync(file, batchText(withSignature(first, { signer: LOW, signature: "0x01" })));
      const second = await propose(file, COMMITTEE, [report(1n), report(2n)]);
      expect(second).to.deep.equal({ ...first, reports: [report(1n), report(2n)] });
      expect(await readBatch(file)).to.deep.equal(second);
    });

    it("as they are when all of them are in it: who signed need not sign again", async () => {
      const batch = await propose(file, COMMITTEE, [report(1n), report(2n)]);
      const signed = withSignature(batch, { signer: LOW, signature: "0x01" });
      writeFileSync(file, `${batchText(signed)}\n\n`);
      expect(await propose(file, COMMITTEE, [report(2n)])).to.deep.equal(signed);
      expect(text(), "not written anew").to.equal(`${batchText(signed)}\n\n`);
    });

    it("with the counts that are proposed last", async () => {
      await propose(file, COMMITTEE, [report(1n)]);
      expect((await propose(file, COMMITTEE, [report(1n, 8n)])).reports).to.deep.equal([report(1n, 8n)]);
    });

    it("writes no file of none", async () => {
      expect((await propose(file, COMMITTEE, [])).reports).to.deep.equal([]);
      expect(existsSync(file)).to.equal(false);
    });

    it("for one committee on one chain", async () => {
      await propose(file, COMMITTEE, [report(1n)]);
      const refused = (chainId: bigint, address: string) =>
        problemLater(propose(file, { chainId, address }, [report(2n)]));
      expect(await refused(1n, HIGH)).to.deep.equal({
        ...{ code: "batch.other-committee", hint: "Name the right file, or the right chain by --network.", file },
        message: `it is for the committee ${HIGH} on chain 31337, not for ${HIGH} on chain 1`,
      });
      expect((await refused(31_337n, LOW)).code).to.equal("batch.other-committee");
      requireSame({ chainId: 1n, committee: LOW }, { chainId: 1n, address: LOW }, file);
    });

    it("written by hand, with small letters in any address", async () => {
      const batch: BatchFile = { chainId: 1n, committee: HIGH, reports: [report(1n)], signatures: [] };
      writeFileSync(
        file,
        batchText(batch)
          .replaceAll(HIGH, HIGH.toLowerCase())
          .replaceAll(MIDDLE, MIDDLE.toUpperCase().replace("0X", "0x")),
      );
      expect(await readBatch(file)).to.deep.equal(batch);
    });

    const shaped = (change: (batch: Record<string, unknown>, report: Record<string, unknown>) => void) => {
      const signed = {
        chainId: 1n,
        committee: HIGH,
        reports: [report(1n)],
        signatures: [{ signer: LOW, signature: "0x01" }],
      };
      const batch = JSON.parse(batchText(signed)) as Record<string, unknown>;
      change(batch, (batch["reports"] as Record<string, unknown>[])[0]!);
      writeFileSync(file, JSON.stringify(batch));
      return problemLater(readBatch(file));
    };
    const WRONG: readonly [what: string, change: Parameters<typeof shaped>[0], told: string][] = [
      ["a committee that is no address", (batch) => (batch["committee"] = "0x12"), "committee: must be an address"],
      ["an address with more behind it", (batch) => (batch["committee"] = `${HIGH}0`), "committee: must be an address"],
      ["an address with more before it", (batch) => (batch["committee"] = ` ${HIGH}`), "committee: must be an address"],
      [
        "a chain that is no number",
        (batch) => (batch["chainId"] = "01"),
        "chainId: must be a whole number, as a string",
      ],
      ["a number with a sign", (batch) => (batch["chainId"] = "+1"), "chainId: must be a whole number, as a string"],
      [
        "a number of more than 20 digits",
        (batch) => (batch["chainId"] = "1".repeat(21)),
        "chainId: must be a whole number, as a string",
      ],
      [
        "evidence that is no root",
        (_, one) => (one["evidence"] = "0xAB"),
        "reports.0.evidence: must be 32 bytes in lower-case hex",
      ],
      [
        "a root with more behind it",
        (_, one) => (one["evidence"] = `0x${"ab".repeat(33)}`),
        "reports.0.evidence: must be 32 bytes in lower-case hex",
      ],
      [
        "a root with more before it",
        (_, one) => (one["evidence"] = `00x${"ab".repeat(32)}`),
        "reports.0.evidence: must be 32 bytes in lower-case hex",
      ],
      [
        "a signature that is none",
        (batch) => (batch["signatures"] = [{ signer: LOW, signature: "0x1" }]),
        "signatures.0.signature: must be lower-case hex",
      ],
      [
        "a signature in capitals",
        (batch) => (batch["signatures"] = [{ signer: LOW, signature: "0xAB" }]),
        "signatures.0.signature: must be lower-case hex",
      ],
      [
        "a signature with more before it",
        (batch) => (batch["signatures"] = [{ signer: LOW, signature: "00xab" }]),
        "signatures.0.signature: must be lower-case hex",
      ],
    ];
    for (const [what, change, told] of WRONG) {
      it(`but not ${what}`, async () => {
        expect(await shaped(change)).to.deep.equal({
          ...{ code: "batch.malformed", file, message: `not a batch of schema upheld.batch/1: ${told}` },
          hint: "Ask whoever proposed it for the file again; docs/committee.md describes it.",
        });
      });
    }

    for (const [what, change, place] of [
      ["without measurements", (_, one) => (one["measurements"] = []), "reports.0.measurements"],
      ["of a period beyond a byte", (_, one) => (one["period"] = 256), "reports.0.period"],
      ["of a period before the first", (_, one) => (one["period"] = -1), "reports.0.period"],
      ["of half a revision", (_, one) => (one["revision"] = 0.5), "reports.0.revision"],
      ["of another schema", (batch) => (batch["schema"] = "upheld.batch/2"), "schema"],
    ] as readonly [string, Parameters<typeof shaped>[0], string][]) {
      it(`but not a report ${what}`, async () => {
        expect((await shaped(change)).message).to.match(new RegExp(`/1: ${place}: `));
      });
    }

    it("of the last period and revision that a byte has", async () => {
      const last = { ...report(255n), revision: 255n };
      writeFileSync(file, batchText({ chainId: 0n, committee: HIGH, reports: [last], signatures: [] }));
      expect((await readBatch(file)).reports).to.deep.equal([last]);
    });

    it("says the schema alone of what is no object", async () => {
      writeFileSync(file, "[]");
      expect((await problemLater(readBatch(file))).message).to.match(
        /^not a batch of schema upheld\.batch\/1: Invalid/,
      );
    });
  });

  describe("hold new members", () => {
    const REPLACEMENT = {
      ...{ chainId: 31_337n, committee: HIGH, members: [LOW, MIDDLE], threshold: 2, nonce: 10n ** 30n },
      signatures: [
        { signer: LOW, signature: "0x02" },
        { signer: MIDDLE, signature: "0x01" },
      ],
    };
    const changed = (change: object) => {
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(replacementText(REPLACEMENT)) as object), ...change }));
      return problemLater(readReplacement(file));
    };

    it("and come back as they were, signatures in order", async () => {
      const written = replacementText({ ...REPLACEMENT, signatures: REPLACEMENT.signatures.toReversed() });
      expect(written).to.equal(replacementText(REPLACEMENT));
      expect(written).to.match(/^\{\n {2}"schema": "upheld\.replacement\/1",\n.*\n\}\n$/s);
      writeFileSync(file, written);
      expect(await readReplacement(file)).to.deep.equal(REPLACEMENT);
      const other = JSON.stringify({
        ...(JSON.parse(written) as object),
        signatures: REPLACEMENT.signatures.toReversed(),
      });
      writeFileSync(file, other);
      expect((await readReplacement(file)).signatures).to.deep.equal(REPLACEMENT.signatures);
    });

    for (const [what, change, told] of [
      ["a committee that is no address", { committee: "0x12" }, "committee: must be an address"],
      ["an address with more behind it", { committee: `${HIGH}0` }, "committee: must be an address"],
      ["an address with more before it", { committee: `_${HIGH}` }, "committee: must be an address"],
      ["a number that is none", { nonce: "1.5" }, "nonce: must be a whole number, as a string"],
      ["a number that begins with a nought", { nonce: "00" }, "nonce: must be a whole number, as a string"],
      [
        "a signature that is none",
        { signatures: [{ signer: LOW, signature: "0x" }] },
        "signatures.0.signature: must be lower-case hex",
      ],
      [
        "a signature with more before it",
        { signatures: [{ signer: LOW, signature: "x0x01" }] },
        "signatures.0.signature: must be lower-case hex",
      ],
      [
        "a signature with more behind it",
        { signatures: [{ signer: LOW, signature: "0x01 " }] },
        "signatures.0.signature: must be lower-case hex",
      ],
    ] as const) {
      it(`but not ${what}`, async () => {
        expect(await changed(change)).to.deep.equal({
          ...{ code: "replacement.malformed", file },
          message: `not a file of schema upheld.replacement/1: ${told}`,
          hint: "Ask whoever proposed it for the file again; docs/committee.md describes it.",
        });
      });
    }

    it("no fewer than one and no more than 32, as many of whom sign", async () => {
      for (const [change, place] of [
        [{ members: [] }, "members"],
        [{ members: Array(33).fill(LOW) }, "members"],
        [{ threshold: 0 }, "threshold"],
        [{ threshold: 33 }, "threshold"],
        [{ schema: "upheld.batch/1" }, "schema"],
      ] as const) {
        expect((await changed(change)).message).to.match(new RegExp(`/1: ${place}: `));
      }
      const most = JSON.stringify({
        ...(JSON.parse(replacementText(REPLACEMENT)) as object),
        ...{ members: Array(32).fill(LOW), threshold: 32 },
      });
      writeFileSync(file, most);
      expect((await readReplacement(file)).members).to.have.length(32);
      expect((await changed({ members: undefined })).message).to.match(/\/1: members: /);
      writeFileSync(file, "[]");
      expect((await problemLater(readReplacement(file))).message).to.match(/replacement\/1: Invalid/);
    });

    it("in any order, each once", () => {
      expect(checkedReplacement([HIGH.toLowerCase(), LOW, MIDDLE], 2)).to.deep.equal({
        ...{ members: [LOW, MIDDLE, HIGH], threshold: 2 },
      });
      expect(problemOf(() => checkedReplacement([HIGH, LOW, HIGH.toLowerCase()], 2))).to.deep.equal({
        ...{ code: "usage.members", message: `${HIGH} is named twice`, hint: "Name each member once." },
      });
    });

    it("more than half of whom must sign, and at most all", () => {
      const some = (count: number) =>
        Array.from({ length: count }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}`);
      for (const [count, least] of [
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 3],
        [32, 17],
      ] as const) {
        for (const threshold of [least, count])
          expect(checkedReplacement(some(count), threshold).threshold).to.equal(threshold);
        for (const threshold of [least - 1, count + 1]) {
          expect(problemOf(() => checkedReplacement(some(count), threshold))).to.deep.equal({
            code: "usage.members",
            message: `${threshold} of ${count} members cannot be the quorum`,
            hint: `More than half and at most all of them must sign: ${least} to ${count}.`,
          });
        }
      }
      for (const count of [0, 33]) {
        expect(problemOf(() => checkedReplacement(some(count), count))).to.deep.equal({
          ...{ code: "usage.members", message: `${count} members`, hint: "A committee has 1 to 32." },
        });
      }
    });
  });
});
