/** A year's statements to the letter, in every format, as they were read once. `UPHELD_PAPERS=1` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { networkNamed } from "../../src/chain/networks.ts";
import { bytesOf, FORMATS, statementText } from "../../src/cli/stating.ts";
import { together, type ClientStatement } from "../../src/statement/client.ts";
import { paperOf } from "../../src/statement/paper.ts";
import { pdfOf } from "../../src/statement/pdf.ts";
import type { Statement } from "../../src/statement/statement.ts";
import { address } from "../terms/sample-terms.ts";
import { drawnIn, infoIn } from "./drawn.ts";
import { FILE, stated, year } from "./ledger.ts";

const FOLDER = fileURLToPath(new URL("papers/", import.meta.url));

function expectPaper(name: string, text: string): void {
  const file = `${FOLDER}${name}`;
  if (process.env["UPHELD_PAPERS"] !== undefined) {
    if (!existsSync(FOLDER)) mkdirSync(FOLDER);
    writeFileSync(file, text);
  }
  expect(text).to.equal(readFileSync(file, "utf8"));
}

/** How the year stood when somebody made the statement of a month. */
const TERMINAL = [
  ["2029-12", "2030-01-05", "only paid in"],
  ["2030-01", "2030-01-20", "the month is running"],
  ["2030-01", "2030-02-20", "bad, beyond its fee"],
  ["2030-02", "2030-03-05", "no report yet"],
  ["2030-02", "2030-03-06T10:00", "silence"],
  ["2030-02", "2030-03-06T13:00", "disputed over silence"],
  ["2030-02", "2030-03-14", "split"],
  ["2030-03", "2030-04-04", "reported, and bad"],
  ["2030-03", "2030-04-12", "the client may leave"],
  ["2030-04", "2030-05-02T12:00", "disputed by the client"],
  ["2030-04", "2030-05-10", "agreed on, and a ruling about an earlier month"],
  ["2030-05", "2030-06-05", "reported, and good"],
  ["2030-06", "2030-07-10", "terminated"],
  ["2030-07", "2030-07-20", "the last period, cut"],
  ["2030-07", "2030-09-01", "closed"],
] as const;

describe("a year's statements", function () {
  this.timeout(60_000);
  let told: Awaited<ReturnType<typeof year>>;
  beforeEach(async () => {
    told = await year();
  });
  afterEach(() => {
    told.end();
  });
  const one = async (...given: Parameters<typeof stated> extends [unknown, ...infer R] ? R : never) =>
    together(networkNamed("local"), [await stated(told, ...given)]);
  const written = async (client: ClientStatement, name: string) => {
    for (const format of FORMATS.filter((each) => each !== "pdf"))
      expectPaper(`${name}.${format}`, (await bytesOf(client, format)).toString());
  };

  it("are read on a terminal", async () => {
    const screens: string[] = [];
    for (const [month, now, what] of TERMINAL) {
      screens.push(`=== ${what} (${now})`, ...statementText(await one(month, now)), "");
    }
    expectPaper("terminal.txt", screens.join("\n"));
  });

  it("are written with all that evidence and record tell", async () => {
    await written(await one("2030-01", "2030-02-20"), "january");
  });

  it("are written of what both agreed on, and of what the arbiter decided", async () => {
    await written(await one("2030-04", "2030-05-10"), "april");
  });

  it("are written while a period is disputed, without the agreement's file and without a record", async () => {
    const bare = { file: undefined, record: undefined, measures: [] };
    await written(await one("2030-04", "2030-05-03T12:00", bare), "april-disputed");
  });

  it("are written once a period is split", async () => {
    await written(await one("2030-02", "2030-03-14", { file: { ...FILE, tax: undefined } }), "february-split");
  });

  it("are written for several agreements together, each token by itself", async () => {
    const first = await stated(told, "2030-01", "2030-02-20");
    const bare = { file: undefined, record: undefined, measures: [] };
    const other: Statement = {
      ...(await stated(told, "2030-01", "2030-01-20", bare)),
      ...{ agreement: address("b2"), number: "B2B2B2B2-002" },
    };
    const tax = { kind: "on top", name: "VAT", rate: 190_000_000n } as const;
    const euros = {
      ...(await stated(told, "2030-01", "2030-02-20", { file: { ...FILE, service: "Backup", tax } })),
      ...{ agreement: address("c3"), number: "C3C3C3C3-002" },
      ...{ token: { address: address("66"), symbol: "EURC", decimals: 2 } },
    } as unknown as Statement;
    const client = together(networkNamed("local"), [first, other, euros]);
    await written(client, "together");
    expectPaper("together.txt", `${statementText(client).join("\n")}\n`);
  });

  it("list forty stretches, incidents and pieces of advice, and say how many more there are", async () => {
    const whole = await stated(told, "2030-01", "2030-02-20");
    const [service] = whole.services;
    const [measure, ...others] = service?.measures ?? [];
    if (service === undefined || measure === undefined || service.record === undefined || whole.record === undefined)
      throw new Error("January has a service and a record");
    const { otherIncidents } = service.record;
    const moreIn = (count: number) => {
      const times = <T>(all: readonly T[]) => Array.from({ length: count }, () => all[0] as T);
      const measures = [{ ...measure, incidents: times(measure.incidents ?? []), exclusions: [] }, ...others.slice(1)];
      const record = { ...service.record, facts: undefined, otherIncidents: times(otherIncidents) };
      const services = [{ ...service, measures, record }] as unknown as Statement["services"];
      const advice = { ...whole.record, adviceOpen: times(whole.record?.adviceOpen ?? []), adviceDeclined: [] };
      const many = { ...whole, services, record: advice } as Statement;
      const { blocks } = paperOf(together(networkNamed("local"), [many]));
      const rows = blocks.flatMap((block) =>
        block.kind === "table" && block.figures.length === 0 ? [block.rows] : [],
      );
      const items = blocks.flatMap((block) => (block.kind === "list" ? [block.items] : []));
      return {
        lengths: [...rows, ...items.slice(1)].map(({ length }) => length),
        more: blocks.flatMap((block) => (block.kind === "small" && block.text.startsWith("And") ? [block.text] : [])),
      };
    };
    expect(moreIn(40)).to.deep.equal({ lengths: [40, 40, 40], more: [] });
    const more = "And 2 more: all of them are in the JSON file.";
    expect(moreIn(42)).to.deep.equal({ lengths: [40, 40, 40], more: [more, more, more] });
  });

  it("are drawn on pages, and say what they are", async () => {
    const client = await one("2030-01", "2030-02-20");
    const pdf = await pdfOf(paperOf(client), client.month.end);
    expectPaper("january.drawn.txt", `${[...infoIn(pdf), ...drawnIn(pdf)].join("\n")}\n`);
    expect(Buffer.compare(pdf, await bytesOf(client, "pdf"))).to.equal(0);
  });
});
