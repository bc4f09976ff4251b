import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { Agreement } from "../../src/chain/agreement.ts";
import { readExposure } from "../../src/chain/exposed.ts";
import { Factory } from "../../src/chain/factory.ts";
import { documentPoint } from "../../src/cli/checking.ts";
import { domainPoint, parseDomain, WELL_KNOWN } from "../../src/cli/domain.ts";
import { readAgreementFile } from "../../src/cli/file.ts";
import { UpheldError } from "../../src/errors.ts";
import { HttpClient } from "../../src/monitors/http.ts";
import { anvilPath } from "../chain/nodes.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { problemIn } from "./answer.ts";
import { World } from "./world.ts";

describe("what others can see and check", function () {
  this.timeout(90_000);
  let world: World;
  let agreement: string;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    const { json } = await world.ok("deploy", world.file);
    agreement = json["agreement"] as string;
    await world.ok("fund", world.file, "2,000", "--transfer");
    await world.ok("accept", world.file, "--as", "client");
    await world.ok("accept", world.file, "--as", "provider");
    await world.at("2030-02-01T00:00:00Z");
    await world.ok("report", world.file, "--evidence", `${world.folder}/evidence`, "--counts", "2678400,4740,0");
    await world.at("2030-02-09T00:00:00Z");
    await world.ok("claim", world.file);
  });
  after(() => world.end());

  describe("expose", () => {
    it("says which addresses, fees, credits, dates and counts strangers see", async () => {
      const { json } = await world.ok("expose", agreement);
      const seen = json["seen"] as Record<string, unknown>;
      const { provider, client, oracle, arbiter } = world.people;
      expect(seen).to.deep.include({
        addresses: [
          { address: provider, as: ["provider", "was paid"] },
          { address: client, as: ["client", "paid in"] },
          { address: oracle, as: ["oracle"] },
          { address: arbiter, as: ["arbiter"] },
          { address: await world.token.getAddress(), as: ["token"] },
        ],
        fees: "1000.00",
        credits: "100.00",
        paidIn: "2000.00",
        paidOut: "900.00",
        counts: [{ period: 0, by: "oracle", measurements: [{ total: "2678400", bad: "4740", excluded: "0" }] }],
        others: { provider: 0, client: 0 },
      });
    });

    it("says what they do not see, and looked for the file's own words", async () => {
      const { out, exitCode } = await world.run(["expose", world.file]);
      expect(exitCode).to.equal(0);
      expect(out).to.contain("EVERYBODY SEES").and.contain("NOBODY SEES").and.contain("ANYBODY MAY GUESS");
      expect(out).to.contain("looked for 4 words of your file in its code and events: none is there");
      for (const word of ["Harbor Dental", "Northwind IT", "CI hosting"]) expect(out).to.not.contain(word);
    });

    it("counts what else the same addresses are parties to", async () => {
      const other = world.write(
        "wan.sla.yaml",
        readFileSync(world.file, "utf8").replace("CI hosting", "WAN links").replace("2030-01", "2030-06"),
      );
      await world.ok("deploy", other);
      const { json } = await world.ok("expose", agreement);
      expect((json["seen"] as { others: object }).others).to.deep.equal({ provider: 1, client: 1 });
    });

    it("raises the alarm when a word of the file is readable on chain", async () => {
      // The code of every clone begins with these bytes, which happen to be letters.
      const word = "6==7===6=s";
      const opened = await Agreement.at(await Factory.at(world.provider, world.factory), agreement);
      expect((await readExposure(opened, [word, "Harbor Dental"])).leaked).to.deep.equal([word]);
    });
  });

  describe("lint", () => {
    it("is content with fair terms, and says what it did not ask", async () => {
      const { out, exitCode } = await world.run(["lint", world.file]);
      expect(exitCode).to.equal(0);
      expect(out).to.equal(
        "Nothing unfair or careless was found.\nWhether oracle and arbiter are single keys was not asked: --on-chain does.\n",
      );
    });

    it("names the line, why, and what to write instead; exit code 1", async () => {
      const text = readFileSync(world.file, "utf8").replace("dispute window: 7 days", "dispute window: 2 days");
      const { out, exitCode } = await world.run(["lint", world.write("short.sla.yaml", text)]);
      expect(exitCode).to.equal(1);
      expect(out).to.contain("careless The dispute window is 2 days. [dispute-window-short, line 22]\n  why: ");
      expect(out).to.contain("  instead: Write: dispute window: 7 days, or more.\n1 warning.");
    });

    it("asks the chain about single keys, of a file when told to and of an address always", async () => {
      for (const args of [
        ["lint", world.file, "--on-chain"],
        ["lint", agreement],
      ]) {
        const { json, exitCode } = await world.run([...args, "--json"]);
        expect(exitCode).to.equal(1);
        expect((json["findings"] as { code: string }[]).map(({ code }) => code)).to.deep.equal([
          "oracle-is-bare-key",
          "arbiter-is-bare-key",
        ]);
      }
    });

    it("reads a draft", async () => {
      const draft = world.write(
        "draft.sla.yaml",
        readFileSync(new URL("../../examples/presets/azure-vm.sla.yaml", import.meta.url), "utf8"),
      );
      const { json } = await world.run(["lint", draft, "--json"]);
      expect(json["open"]).to.include("the start");
    });
  });

  describe("check", () => {
    it("compares a text with the hash on chain", async () => {
      const good = await world.run(["check", agreement, "--document", world.file]);
      expect(good.exitCode).to.equal(0);
      expect(good.out).to.contain(`✓ document: ${world.file} is the text whose hash is on chain`);
      const other = world.write("changed.sla.yaml", `${readFileSync(world.file, "utf8")}# one more line\n`);
      const bad = await world.run(["check", agreement, "--document", other]);
      expect(bad.exitCode).to.equal(1);
      expect(bad.out).to.match(/✗ document: \S+ hashes to 0x[0-9a-f]{64}; the chain says 0x[0-9a-f]{64}/);
      expect((await world.refusal("check", agreement, "--document", "none.pdf")).exitCode).to.equal(2);
    });

    it("takes the document that the agreement's file names", () => {
      const contract = world.write("contract.txt", "Both shall be kind.\n");
      const actual = createHash("sha256").update(readFileSync(contract)).digest("hex");
      const named = (hash: string) =>
        readFileSync(world.file, "utf8").replace("salt:", `document: { file: contract.txt, sha256: ${hash} }\nsalt:`);
      const file = world.write("named.sla.yaml", named(actual));
      const parsed = readAgreementFile(file);
      expect(documentPoint(parsed.terms, contract, parsed)).to.include({ ok: true });
      const wrong = readAgreementFile(world.write("wrong.sla.yaml", named("ab".repeat(32))));
      expect(documentPoint(wrong.terms, contract, wrong)).to.include({ ok: false });
    });

    it("says that a domain cannot be asked, and asks none unless told to", async () => {
      const { out, exitCode } = await world.run(["check", agreement, "--domain", "northwind.invalid"]);
      expect(exitCode).to.equal(1);
      expect(out).to.match(/✗ domain: .*northwind\.invalid/);
      expect((await world.run(["check", agreement])).out).to.not.contain("domain");
    });
  });
});

describe("what a domain publishes", () => {
  let server: Server;
  let answer: { status: number; body: string; location?: string };
  let asked: string[];
  let client: HttpClient;
  const terms = sampleTerms();
  const agreement = { address: "0x6666666666666666666666666666666666666666", terms };

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
      response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const services = { environment: {}, now: () => 0, wait: () => Promise.resolve() };
    client = new HttpClient({ url: `http://127.0.0.1:${port}`, timeout: 2_000 }, services);
  });
  beforeEach(() => (asked = []));
  after(() => server.close());

  const point = (body: unknown, status = 200, location?: string) => {
    answer = {
      status,
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...(location === undefined ? {} : { location }),
    };
    return domainPoint(client, "northwind.example", agreement, 8453n);
  };
  const file = (more: object) => ({ schema: "upheld.domain/1", ...more });
  const on = (address: string, chainId = 8453) => ({ chainId, address });

  it("is asked for at one address", async () => {
    await point(file({}));
    expect(asked).to.deep.equal([WELL_KNOWN]);
  });

  it("is the agreement, or the address of a party", async () => {
    expect(await point(file({ agreements: [on(agreement.address)] }))).to.deep.equal({
      what: "domain",
      ok: true,
      detail: "northwind.example publishes this agreement",
    });
    expect(await point(file({ seats: [on(terms.provider)] }))).to.deep.include({
      ok: true,
      detail: `northwind.example publishes the address of the provider, ${terms.provider}`,
    });
    expect(await point(file({ seats: [on(terms.client.toLowerCase())] }))).to.include({ ok: true });
  });

  it("is not enough on another chain, for another address, or for who only measures", async () => {
    const others = [[on(agreement.address, 1)], [on(terms.token)], [on(terms.oracle)]];
    for (const list of others) {
      expect(await point(file({ agreements: list, seats: list }))).to.deep.equal({
        ...{ what: "domain", ok: false },
        detail: "northwind.example publishes neither this agreement nor a seat of it on chain 8453",
      });
    }
  });

  it("is refused when it is no such file, is not there, or was moved", async () => {
    const file_ = `https://northwind.example${WELL_KNOWN}`;
    expect((await point("<html>")).detail).to.contain(`${file_} is not as it should be: `);
    expect((await point({ schema: "upheld.domain/2" })).detail).to.contain("schema");
    expect((await point(file({ agreements: [{ chainId: 1, address: "0x12" }] }))).detail).to.contain(
      "agreements.0.address is no address",
    );
    expect((await point(file({ more: 1 }))).ok).to.equal(false);
    expect(await point("", 404)).to.deep.equal({
      ...{ what: "domain", ok: false, detail: `${file_} is not there (status 404)` },
    });
    expect((await point({ schema: "upheld.domain/2" })).detail).to.match(/ is not as it should be: schema \S/);
    const odd = file({ agreements: [{ chainId: 1, address: "0x12" }] });
    expect((await point(odd)).detail).to.equal(`${file_} is not as it should be: agreements.0.address is no address`);
    const moved = await point("", 302, "https://elsewhere.example/");
    expect(moved).to.include({ ok: false });
    expect(moved.detail).to.contain("moved to https://elsewhere.example/");
    expect(asked).to.have.length(8);
  });

  it("is told as not known when the domain cannot be asked; a defect is thrown on", async () => {
    const asking = (error: Error) =>
      domainPoint({ get: () => Promise.reject(error) }, "northwind.example", agreement, 8453n);
    expect(await asking(new UpheldError({ code: "x", message: "No answer." }))).to.deep.equal({
      ...{ what: "domain", ok: false, detail: "No answer." },
    });
    expect(await asking(new TypeError("a defect")).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });

  it("is of a domain: no address, port, path or number", () => {
    expect(parseDomain("Northwind.example")).to.equal("northwind.example");
    expect(parseDomain("bücher.example")).to.equal("xn--bcher-kva.example");
    for (const text of [
      "https://northwind.example",
      "northwind.example:8080",
      "northwind.example/x",
      "localhost",
      "127.0.0.1",
      "a@b.example",
      "-a.example",
      "",
    ]) {
      expect(
        problemIn(() => parseDomain(text)),
        text,
      ).to.deep.equal({
        ...{ code: "usage", message: `"${text}" is no domain.` },
        hint: "Write it like northwind.example: no https://, no port, no path.",
      });
    }
  });
});
