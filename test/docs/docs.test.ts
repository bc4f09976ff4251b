/** The pages say what the contracts and the executable do; when those change, these tests name the page that does not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";
import {
  allPages,
  calls,
  commandLines,
  fragments,
  namedFiles,
  npmScripts,
  relativeLinks,
  ROOT,
  rowNames,
  section,
} from "./pages.ts";
import { Sources } from "./reach.ts";

const CONTRACTS = ["SLAEscrow", "SLABackOffice", "SLAFactory", "SLALens", "OracleCommittee", "ServiceRecord"];
const INTERFACES = ["ISLAEscrow", "ISLAFactory", "IOracleCommittee", "IServiceRecord"];
const IMPLEMENTATION = {
  ISLAEscrow: "SLAEscrow",
  ISLAFactory: "SLAFactory",
  IOracleCommittee: "OracleCommittee",
  IServiceRecord: "ServiceRecord",
} as const;
/** The escrow runs these from its back office. */
const BACK_OFFICE = ["agree", "revoke", "offerSeat", "sweep"];

const pages = allPages();
const operations = pages.filter(({ path }) => path.startsWith("docs/operations/"));
const index = operations.find(({ path }) => path.endsWith("/README.md"));
const plain = (text: string) => text.replaceAll(/\s+/g, " ");

describe("docs", () => {
  let sources: Sources;
  before(function () {
    // The compiler reads the contracts anew: some seconds.
    this.timeout(180_000);
    sources = new Sources(
      ROOT,
      CONTRACTS.map((name) => `contracts/${name}.sol`),
    );
  });

  describe("operations", () => {
    it("have a page for every mutator", () => {
      const paged = operations.flatMap(calls).map((call) => call.split("(")[0]);
      const mutators = INTERFACES.flatMap((name) => sources.mutators(name));
      expect([...new Set(paged)].sort()).to.deep.equal([...new Set(mutators)].sort());
    });

    it("give each call as its interface declares it", () => {
      const declared = plain(
        INTERFACES.map((name) => readFileSync(new URL(`contracts/interfaces/${name}.sol`, ROOT), "utf8")).join(),
      );
      for (const page of operations) {
        for (const call of calls(page)) expect(declared, page.path).to.include(`function ${call} external`);
      }
    });

    it("name in each page exactly the errors and events that its calls can raise", () => {
      const shared = new Set(rowNames(index?.text ?? ""));
      for (const page of operations) {
        const called = calls(page).map((call) => call.split("(")[0] ?? "");
        if (called.length === 0) continue;
        const reached = called.flatMap((name) =>
          INTERFACES.filter((face) => sources.mutators(face).includes(name)).map((face) =>
            reachOf(sources, face, name),
          ),
        );
        const check = (heading: "Errors" | "Events", raised: string[]) => {
          const named = rowNames(section(page, heading));
          expect(named, `${page.path}, ${heading}`).to.include.members(raised.filter((name) => !shared.has(name)));
          expect(raised, `${page.path}, ${heading}`).to.include.members(named);
        };
        check(
          "Errors",
          reached.flatMap(({ errors }) => [...errors]),
        );
        check(
          "Events",
          reached.flatMap(({ events }) => [...events]),
        );
      }
    });

    it("name every event and error of the interfaces somewhere", () => {
      const text = operations.map((page) => page.text).join();
      for (const name of INTERFACES) {
        for (const kind of ["EventDefinition", "ErrorDefinition"] as const) {
          for (const declared of sources.declared(name, kind))
            expect(text, name).to.match(new RegExp(`\`${declared}\\b`));
        }
      }
    });

    it("are all linked from their index", () => {
      const links = relativeLinks(index ?? { path: "", text: "" });
      for (const { path } of operations) {
        const file = path.split("/").at(-1) ?? "";
        if (file !== "README.md") expect(links).to.include(file);
      }
    });
  });

  describe("links", () => {
    for (const page of pages) {
      it(`of ${page.path} lead somewhere`, () => {
        for (const link of relativeLinks(page)) {
          const [target = "", fragment] = link.split("#");
          const url = target === "" ? new URL(page.path, ROOT) : new URL(target, new URL(page.path, ROOT));
          expect(existsSync(url), link).to.equal(true);
          if (fragment !== undefined) expect([...fragments(readFileSync(url, "utf8"))], link).to.include(fragment);
        }
      });
    }
  });

  describe("files and scripts", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as { scripts: object };
    for (const page of pages) {
      it(`that ${page.path} names exist`, () => {
        for (const file of namedFiles(page)) expect(existsSync(new URL(file, ROOT)), file).to.equal(true);
        expect(Object.keys(scripts)).to.include.members(npmScripts(page));
      });
    }
  });

  describe("the map of promises", () => {
    const security = pages.find(({ path }) => path === "docs/security.md") ?? { path: "", text: "" };
    const map = section(security, "What holds each promise");
    const rows = [...map.matchAll(/^\| (?!promise|equation|hostile|-)([^|]+) \| ([^|]+) \|/gm)];

    it("has each of the seven promises, each equation and each kind of hostility", () => {
      expect(rows.length).to.equal(7 + 7 + 6);
      const numbers = rows.map(([, what]) => Number.parseInt(what ?? "", 10)).filter((number) => !Number.isNaN(number));
      expect(numbers).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    });

    for (const [, what = "", tests = ""] of rows) {
      it(`names tests that hold: ${what.trim()}`, () => {
        expect(namedFiles({ path: "", text: tests }).length).to.be.greaterThan(0);
      });
    }

    it("leaves out no file of hostile tests", () => {
      const files = readdirSync(new URL("test/hostile", ROOT)).filter((file) => file.endsWith(".test.ts"));
      const named = namedFiles(security);
      // These test the mocks themselves.
      for (const file of files.filter((each) => each !== "mocks.test.ts")) {
        expect(named).to.include(`test/hostile/${file}`);
      }
    });
  });

  describe("commands", () => {
    for (const page of pages) {
      it(`of ${page.path} exist, with the options given`, () => {
        for (const line of commandLines(page)) {
          const words = line.split(" ").slice(1);
          if (words[0] === undefined || words[0].startsWith("--") || words[0] === "<command>") continue;
          const found = jobs.find(({ name }) => name === words[0] || name === words.slice(0, 2).join(" "));
          expect(found, line).to.not.equal(undefined);
          const known = ["help", ...Object.keys({ ...found?.common, ...found?.options }).map(kebab)];
          for (const word of words) {
            if (word.startsWith("--")) expect(known, line).to.include(word.slice(2));
          }
        }
      });
    }
  });
});

function reachOf(sources: Sources, face: string, name: string) {
  const contract = BACK_OFFICE.includes(name) ? "SLABackOffice" : IMPLEMENTATION[face as keyof typeof IMPLEMENTATION];
  return sources.reach(contract, name);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
