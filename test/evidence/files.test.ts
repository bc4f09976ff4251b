import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { buildEvidence, type RandomSource } from "../../src/evidence/build.ts";
import { evidencePath, keepEvidence, readEvidence, writeEvidence } from "../../src/evidence/files.ts";
import { pack, unpack } from "../../src/evidence/pack.ts";
import { UpheldError } from "../../src/errors.ts";
import { october, octoberOutages, SALT, uptime, window } from "./fixtures.ts";
import { octoberOf } from "./sampled.ts";

/** Never the same twice, as the real one. */
const counting = (): RandomSource => {
  let calls = 0;
  return (length) => new Uint8Array(length).fill(++calls);
};

const problemOf = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UpheldError) return error.problem;
  throw new Error("no UpheldError was thrown", { cause: error });
};

const withOutages = (outages = octoberOutages) =>
  october({ indicators: [{ grade: "outages", indicator: uptime, outages, exclusions: [] }] });

describe("evidence files", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "upheld-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const path = (name: string) => join(directory, "31337", "0x00000000000000000000000000000000000000aa", name);

  describe("evidencePath", () => {
    const at = (start: string, changes = {}) =>
      evidencePath("evidence", october({ period: { index: 1, ...window(start, "2026-01-01T00:00:00Z") }, ...changes }))
        .split(/[\\/]/)
        .at(-1);

    it("names a period by its month, or else by its first day and its number", () => {
      expect(at("2025-10-01T00:00:00Z")).to.equal("2025-10.r0.json.gz");
      expect(at("2025-10-01T00:00:01Z")).to.equal("2025-10-01.p1.r0.json.gz");
      expect(at("2025-10-15T00:00:00Z")).to.equal("2025-10-15.p1.r0.json.gz");
    });

    it("gives each revision and each party its own", () => {
      expect(at("2025-10-01T00:00:00Z", { revision: 2 })).to.equal("2025-10.r2.json.gz");
      expect(at("2025-10-01T00:00:00Z", { author: "client" })).to.equal("2025-10.r0.client.json.gz");
    });
  });

  describe("keepEvidence", () => {
    it("writes the file, which reads back the same, and leaves nothing else behind", async () => {
      const kept = await keepEvidence(directory, october(), counting());
      expect(kept.path).to.equal(path("2025-10.r0.json.gz"));
      expect(kept.reused).to.equal(false);
      expect(kept.measurements[0]?.bad).to.equal(31_980n);
      expect(await readEvidence(kept.path)).to.deep.equal(kept.evidence);
      expect(await readdir(dirname(kept.path))).to.deep.equal(["2025-10.r0.json.gz"]);
    });

    it("run again finds the file, with its salt and root, whatever the tool and the source are called now", async () => {
      const first = await keepEvidence(directory, october(), counting());
      const noMore: RandomSource = () => {
        throw new Error("a new salt was drawn");
      };
      const again = await keepEvidence(directory, october({ tool: "upheld 9.9.9", source: "moved.csv" }), noMore);
      expect(again.reused).to.equal(true);
      expect(again.evidence).to.deep.equal(first.evidence);
      expect(again.measurements).to.deep.equal(first.measurements);
    });

    it("run again keeps the reasons for holes that it swore, whatever the instrument says of them now", async () => {
      const remark = {
        ...window("2025-10-15T00:00:00Z", "2025-10-15T06:00:00Z"),
        vantage: "porto",
        reason: "exporter down",
      };
      const first = await keepEvidence(directory, octoberOf({ remarks: [remark] }), counting());
      const again = await keepEvidence(directory, octoberOf({ remarks: [] }), counting());
      expect(again.reused).to.equal(true);
      expect(again.evidence).to.deep.equal(first.evidence);
    });

    it("run again after a kill before the file had its name starts over, past what was left", async () => {
      await mkdir(path("."), { recursive: true });
      await writeFile(path(".0000.tmp"), '{"schema":"uph');
      expect((await keepEvidence(directory, october(), counting())).reused).to.equal(false);
    });

    it("run twenty times at once writes one file, which all use", async () => {
      const random = counting();
      const runs = await Promise.all(Array.from({ length: 20 }, () => keepEvidence(directory, october(), random)));
      expect(new Set(runs.map(({ evidence }) => evidence.root)).size).to.equal(1);
      expect(runs.filter(({ reused }) => !reused).length).to.equal(1);
      expect(await readdir(path("."))).to.deep.equal(["2025-10.r0.json.gz"]);
    });

    it("refuses changed outages under the same revision, names the day, and leaves the file alone", async () => {
      const { path: file } = await keepEvidence(directory, withOutages(), counting());
      const before = await readFile(file);
      const changed = withOutages([octoberOutages[0]!, window("2025-10-29T16:17:00Z", "2025-10-29T23:15:01Z")]);
      const problem = await problemOf(keepEvidence(directory, changed, counting()));
      expect(problem.code).to.equal("evidence.exists");
      expect(problem.message).to.equal(
        "revision 0 has an evidence file already, and 2025-10-29 differs from what is now given",
      );
      expect(problem.hint).to.include("as revision 1");
      expect(await readFile(file)).to.deep.equal(before);
    });

    it("refuses changed counts that no day shows", async () => {
      await keepEvidence(directory, october(), counting());
      const [uptimeInput, ticketsInput] = october().indicators;
      const measurement = { total: 120n, bad: 4n, excluded: 0n };
      const changed = october({ indicators: [uptimeInput!, { ...ticketsInput!, grade: "totals", measurement }] });
      const problem = await problemOf(keepEvidence(directory, changed, counting()));
      expect(problem.message).to.equal(
        "revision 0 has an evidence file already, and its bounds or counts differ from those now given",
      );
    });

    it("takes the change as the next revision", async () => {
      await keepEvidence(directory, withOutages(), counting());
      const next = await keepEvidence(directory, { ...withOutages([]), revision: 1 }, counting());
      expect(next.reused).to.equal(false);
      expect(await readdir(path("."))).to.have.members(["2025-10.r0.json.gz", "2025-10.r1.json.gz"]);
    });

    it("refuses a file that was tampered with, naming the day", async () => {
      const { path: file } = await keepEvidence(directory, october(), counting());
      await writeFile(file, pack(unpack(await readFile(file)).replace("16:40:00", "16:39:59")));
      const problem = await problemOf(keepEvidence(directory, october(), counting()));
      expect(problem.code).to.equal("evidence.damaged");
      expect(problem.message).to.include("day 2025-10-09, leaf 9");
      expect(problem.hint).to.equal("restore it from a copy; it is left as it is");
    });

    it("refuses half a file, and does not replace it", async () => {
      const { path: file } = await keepEvidence(directory, october(), counting());
      await writeFile(file, (await readFile(file)).subarray(0, 500));
      const problem = await problemOf(keepEvidence(directory, october(), counting()));
      expect(problem.code).to.equal("evidence.damaged");
      expect(problem.message).to.equal("the evidence file is damaged: unexpected end of file");
      expect((await readFile(file)).length).to.equal(500);
    });

    it("says so when the folder is a file", async () => {
      const file = join(directory, "taken");
      await writeFile(file, "");
      const problem = await problemOf(keepEvidence(file, october(), counting()));
      expect(problem.code).to.equal("evidence.unusable");
      expect(problem.message).to.match(/^cannot be written: ENOTDIR/);
      expect(problem.hint).to.equal(
        "check the folder, its permissions and the space left; it must be on a file system with hard links",
      );
      expect(problem.retry).to.equal(true);
    });

    it("says so when what has the file's name cannot be read", async () => {
      await mkdir(evidencePath(directory, october()), { recursive: true });
      const problem = await problemOf(keepEvidence(directory, october(), counting()));
      expect(problem.code).to.equal("evidence.unusable");
      expect(problem.message).to.match(/^cannot be read: EISDIR/);
    });

    it("says so when the folder cannot be made", async () => {
      // a dangling link: nothing is there to read, and nothing can be made there
      const link = join(directory, "dangling");
      await symlink(join(directory, "nowhere", "at", "all"), link);
      const problem = await problemOf(keepEvidence(link, october(), counting()));
      expect(problem).to.deep.include({ code: "evidence.unusable", retry: true });
      expect(problem.message).to.match(/^cannot be written: /);
    });

    it("keeps the cause of what cannot be read", async () => {
      await mkdir(path("2025-10.r0.json.gz"), { recursive: true });
      const error: unknown = await readEvidence(path("2025-10.r0.json.gz")).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(UpheldError);
      expect((error as UpheldError).problem.message).to.match(/^cannot be read: EISDIR/);
      expect((error as UpheldError).cause).to.have.property("code", "EISDIR");
    });

    it("says so when the folder cannot be written", async function () {
      // root may write anywhere
      if (process.getuid?.() === 0 || process.platform === "win32") this.skip();
      await chmod(directory, 0o500);
      const problem = await problemOf(keepEvidence(directory, october(), counting()));
      expect(problem.code).to.equal("evidence.unusable");
      expect(problem.hint).to.include("permissions");
    });
  });

  describe("writeEvidence", () => {
    it("takes the same content again, and refuses any other", async () => {
      const { evidence } = buildEvidence(october(), SALT);
      expect(await writeEvidence(directory, evidence)).to.deep.equal({
        path: path("2025-10.r0.json.gz"),
        reused: false,
      });
      expect((await writeEvidence(directory, evidence)).reused).to.equal(true);
      const other = buildEvidence(october(), `0x${"00".repeat(32)}`).evidence;
      const problem = await problemOf(writeEvidence(directory, other));
      expect(problem).to.deep.include({ code: "evidence.exists", file: path("2025-10.r0.json.gz") });
      expect(problem.message).to.equal("revision 0 has an evidence file already, and its content differs");
      expect(await readEvidence(path("2025-10.r0.json.gz"))).to.deep.equal(evidence);
    });
  });

  it("readEvidence says when there is no file", async () => {
    const problem = await problemOf(readEvidence(path("2025-10.r0.json.gz")));
    expect(problem).to.deep.equal({
      code: "evidence.missing",
      message: "there is no such evidence file",
      hint: "ask whoever reported for it; without it nobody can check the counts",
      file: path("2025-10.r0.json.gz"),
    });
  });
});
