import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { silencesOf } from "../../src/monitors/silences.ts";
import { ALERTMANAGER, answers, freePort, programAt, startProgram, type Running } from "../support/programs.ts";
import { problemOf } from "../chain/rejection.ts";
import { answering } from "./answers.ts";
import { quickServices } from "./services.ts";

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex?: boolean;
  readonly isEqual?: boolean;
}

const now = () => Math.floor(Date.now() / 1000);

describe("silencesOf a real Alertmanager", function () {
  this.timeout(60_000);
  let folder = "";
  let url = "";
  let alertmanager: Running | undefined;

  before(async function () {
    if (programAt(ALERTMANAGER) === undefined) this.skip();
    folder = mkdtempSync(join(tmpdir(), "upheld-alertmanager-"));
    const file = join(folder, "alertmanager.yml");
    writeFileSync(file, "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const args = [
      `--config.file=${file}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ];
    alertmanager = await startProgram(ALERTMANAGER, args, () => answers(`${url}/-/ready`));
  });

  after(async () => {
    await alertmanager?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function silence(from: number, to: number, ...matchers: readonly Matcher[]): Promise<string> {
    const response = await fetch(`${url}/api/v2/silences`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        startsAt: new Date(from * 1000).toISOString(),
        endsAt: new Date(to * 1000).toISOString(),
        createdBy: "oracle",
        comment: "move",
        matchers: matchers.map((matcher) => ({ isRegex: false, isEqual: true, ...matcher })),
      }),
    });
    expect(response.status).to.equal(200);
    return ((await response.json()) as { silenceID: string }).silenceID;
  }

  const windowsOf = (labels: Record<string, string>, from: number, to: number) =>
    silencesOf(new HttpClient({ url }, quickServices()), labels).read({ start: BigInt(from), end: BigInt(to) });

  it("gives those that would silence such an alert, and share a second with the period", async () => {
    const start = now() + 3_600;
    await silence(start, start + 600, { name: "service", value: "website" });
    await silence(start + 1_000, start + 1_600, { name: "service", value: "web.*", isRegex: true });
    await silence(start + 2_000, start + 2_600, { name: "service", value: "web", isRegex: true });
    await silence(
      start + 3_000,
      start + 3_600,
      { name: "service", value: "website" },
      { name: "site", value: "vienna" },
    );
    await silence(start + 4_000, start + 4_600, { name: "service", value: "mail", isEqual: false });
    await silence(start + 5_000, start + 5_600, { name: "region", value: "", isEqual: false });

    const sorted = async (from: number, to: number) =>
      [...(await windowsOf({ service: "website" }, from, to))].sort((a, b) => Number(a.start - b.start));
    const window = (from: number) => ({ start: BigInt(start + from), end: BigInt(start + from + 600) });
    expect(await sorted(start, start + 10_000)).to.deep.equal([window(0), window(1_000), window(4_000)]);
    expect(await sorted(start + 599, start + 1_001)).to.deep.equal([window(0), window(1_000)]);
    expect(await sorted(start + 600, start + 1_000)).to.deep.equal([]);
  });

  it("cannot be given a past: a silence begins when it was made", async () => {
    const [from, made] = [now() - 3_600, now()];
    await silence(from, made + 600, { name: "service", value: "backdated" });
    const [window] = await windowsOf({ service: "backdated" }, from, made + 600);
    expect(Number(window?.start)).to.be.within(made, made + 5);
    expect(window?.end).to.equal(BigInt(made + 600));
  });

  it("leaves out one that was taken back before it began", async () => {
    const start = now() + 3_600;
    const id = await silence(start, start + 600, { name: "service", value: "cancelled" });
    expect((await windowsOf({ service: "cancelled" }, now(), start + 600)).length).to.equal(1);
    await fetch(`${url}/api/v2/silence/${id}`, { method: "DELETE" });
    expect(await windowsOf({ service: "cancelled" }, now() - 60, start + 600)).to.deep.equal([]);
  });

  it("names its source, and refuses what is no Alertmanager", async () => {
    const source = silencesOf(new HttpClient({ url }, quickServices()), { service: "a" }).source;
    expect(source).to.equal(`Alertmanager at ${url.slice("http://".length)}: silences of {service="a"}`);
    const other = await answering({ "/api/v2/silences": { status: "success" } });
    const reading = silencesOf(new HttpClient({ url: other.url }, quickServices()), {}).read({ start: 0n, end: 1n });
    expect((await problemOf(reading)).code).to.equal("monitor.unexpected");
    await other.stop();
  });
});
