import { expect } from "chai";
import { usualInterval } from "../../src/monitors/interval.ts";
import { reading, type PresetName } from "../../src/monitors/presets.ts";
import { parseSelector, vantageOf } from "../../src/monitors/selector.ts";
import { sourceLine } from "../../src/monitors/source.ts";
import { problemOf } from "../chain/rejection.ts";

const refused = (work: () => unknown) => problemOf(Promise.resolve().then(work));

describe("words and numbers of monitors", () => {
  describe("parseSelector", () => {
    for (const query of ["up", "_a:b9", "{}", "up{}", "up {job='a'}", '{job="a"}', "up{a=\"\\\"}\",b='\\'}',c=`{}`}"]) {
      it(`takes ${query}`, () => {
        expect(parseSelector(` ${query}\n`)).to.equal(query);
      });
    }

    for (const query of ["9up", "up()", "up{", "up}", "up{a}{b}", "up{'}", "up+1", "up{} 1", "1 up", "", "  "]) {
      it(`refuses "${query}"`, async () => {
        expect(await refused(() => parseSelector(query))).to.deep.equal({
          code: "monitor.query",
          message: `"${query}" is not a plain selector`,
          hint: 'write a metric with labels, like probe_success{job="blackbox"}',
        });
      });
    }

    it("wants a preset's own metric", async () => {
      expect(parseSelector('probe_success{job="a"}', "blackbox")).to.equal('probe_success{job="a"}');
      for (const query of ["probe_success_total", '{job="a"}']) {
        expect(await refused(() => parseSelector(query, "blackbox"))).to.deep.equal({
          code: "monitor.query",
          message: `"${query}" is not about probe_success, which the preset blackbox reads`,
          hint: "start it with probe_success",
        });
      }
    });
  });

  describe("vantageOf", () => {
    for (const [label, vantage] of [
      ["https://example.org", "example.org"],
      ["http://example.org:9115/a b?c", "example.org:9115-a-b-c"],
      ["see https://example.org", "see-https:-example.org"],
      ["httpx://a", "httpx:-a"],
      ["--Wien, Österreich--", "Wien-sterreich"],
      ["a_b.c:d-e9", "a_b.c:d-e9"],
      ["a--b", "a--b"],
      ["???", ""],
      ["", ""],
      ["x".repeat(60), "x".repeat(60)],
      ["x".repeat(61), "x".repeat(60)],
    ] as const) {
      it(`makes "${vantage}" of "${label}"`, () => {
        expect(vantageOf(label)).to.equal(vantage);
      });
    }
  });

  it("sourceLine is one line of at most 200 characters", () => {
    expect(sourceLine("a\r\n\tb\u0000c d")).to.equal("a b c d");
    expect(sourceLine("x".repeat(200))).to.equal("x".repeat(200));
    expect(sourceLine("x".repeat(201))).to.equal(`${"x".repeat(199)}…`);
  });

  for (const [times, usual] of [
    [[], undefined],
    [[7], undefined],
    [[7, 37], 30],
    [[0, 60, 120, 1_000], 60],
    [[0, 100, 101, 102], 1],
    [[0, 10, 30], 20],
    [[0, 9, 109, 111], 9],
  ] as const) {
    it(`usualInterval of ${JSON.stringify(times)} is ${usual}`, () => {
      expect(usualInterval(times)).to.equal(usual);
    });
  }

  describe("reading", () => {
    const NUMBERS = [0, 1, -0.5, 2, 3, NaN, Infinity, -Infinity];

    it("without a preset leaves numbers as they are, and out what is none", () => {
      expect(NUMBERS.map(reading(undefined))).to.deep.equal([0, 1, -0.5, 2, 3, undefined, undefined, undefined]);
    });

    for (const [name, metric, values, own] of [
      ["blackbox", "probe_success", [0, 1], "0, 1"],
      ["gatus", "gatus_results_endpoint_success", [0, 1], "0, 1"],
      ["uptime-kuma", "monitor_status", [0, 1, undefined, 0, undefined], "0, 1, 2, 3"],
    ] as const satisfies readonly (readonly [PresetName, string, readonly unknown[], string])[]) {
      it(`by ${name} knows its numbers, refuses others, and NaN says nothing`, async () => {
        const toValue = reading(name);
        const known = name === "uptime-kuma" ? [0, 1, NaN, 2, 3] : [0, 1];
        expect(known.map(toValue)).to.deep.equal(values);
        expect(toValue(NaN)).to.equal(undefined);
        for (const other of [4, 0.5, -1, Infinity]) {
          expect(await refused(() => toValue(other))).to.deep.equal({
            code: "monitor.value",
            message: `${metric} has the value ${other}, which ${name} does not use`,
            hint: `${name} writes ${own}: is this query about another metric?`,
          });
        }
      });
    }
  });
});
