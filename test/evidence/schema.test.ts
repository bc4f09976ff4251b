import { expect } from "chai";
import { id } from "ethers";
import * as z from "zod/mini";
import { buildEvidence } from "../../src/evidence/build.ts";
import { parseEvidence, type Evidence } from "../../src/evidence/schema.ts";
import { UpheldError } from "../../src/errors.ts";
import { changedFrom, type Draft, october, SALT } from "./fixtures.ts";

let evidence: Evidence;
function fresh(): void {
  evidence = buildEvidence(october(), SALT).evidence;
}
const changed = (change: (draft: Draft) => void): Evidence => changedFrom(evidence, change);

describe("parseEvidence", () => {
  // zod/mini has no words of its own; in the executable the first schema of whole zod brings them
  before(() => z.config(z.locales.en()));

  beforeEach(fresh);

  const indicator = (change: object) => (draft: Draft) => {
    Object.assign(draft.indicators[0]!, change);
  };
  const outage = (change: object) => (draft: Draft) => {
    Object.assign(draft.days[8]!.outages[0]!, change);
  };
  const set = (change: object) => (draft: Draft) => {
    Object.assign(draft, change);
  };
  const NUMBER = "must be a whole number, as a string";
  const HEX = "must be 32 bytes in lower-case hex";
  const ADDRESS = "must be an address in lower-case hex";
  const DATE = "must be a date such as 2025-10-09";
  const TIME = "must be a UTC time such as 2025-10-09T14:45:00Z";
  const LINE = "must be one line of text";
  const address = `0x${"00".repeat(19)}aa`;

  const refused: [what: string, says: string, change: (draft: Draft) => unknown][] = [
    ["another schema", 'schema: Invalid input: expected "upheld.evidence/2"', set({ schema: "upheld.evidence/1" })],
    ["an unknown key", 'Unrecognized key: "more"', set({ more: 1 })],
    ["an unknown key of an outage", 'days.8.outages.0: Unrecognized key: "more"', outage({ more: 1 })],
    ["an unknown key of an indicator", 'indicators.0: Unrecognized key: "more"', indicator({ more: 1 })],
    ["a count as a number", "indicators.0.bad: Invalid input: expected string, received number", indicator({ bad: 1 })],
    ["a count with a zero before it", `indicators.0.bad: ${NUMBER}`, indicator({ bad: "01" })],
    ["a count with a blank before it", `indicators.0.total: ${NUMBER}`, indicator({ total: " 1" })],
    ["a count with more after it", `indicators.0.excluded: ${NUMBER}`, indicator({ excluded: "1n" })],
    ["a count of 2^64", "indicators.0.bad: must be below 2^64", indicator({ bad: String(2n ** 64n) })],
    ["a chain id that is none", `chainId: ${NUMBER}`, set({ chainId: "x" })],
    ["a time before 1970", `end: ${TIME}`, set({ end: "1969-12-31T23:59:59Z" })],
    ["a time after the year 9999", `end: ${TIME}`, set({ end: "+010000-01-01T00:00:00Z" })],
    ["a time after the last of a day", `end: ${TIME}`, set({ end: "2025-10-31T24:00:00Z" })],
    ["a time with a fraction", `end: ${TIME}`, set({ end: "2025-11-01T00:00:00.000Z" })],
    ["a time that is none", `end: ${TIME}`, set({ end: "2025-11-01T00:00:0xZ" })],
    ["a day that does not exist", `end: ${TIME}`, set({ end: "2025-02-30T00:00:00Z" })],
    ["a time in another form", `start: ${TIME}`, set({ start: "2025-10-01 00:00:00Z" })],
    ["an end before its start", "end: must be after start, by a year at most", set({ end: "2025-09-30T23:59:59Z" })],
    ["an end at its start", "end: must be after start, by a year at most", set({ end: "2025-10-01T00:00:00Z" })],
    ["a period too long", "end: must be after start, by a year at most", set({ end: "2026-10-03T00:00:01Z" })],
    ["a leaf too few", "leaves: must be 32: one header and a leaf a day", (draft) => draft.leaves.pop()],
    ["a root in capitals", `root: ${HEX}`, set({ root: `0x${"AB".repeat(32)}` })],
    ["a root with more before it", `root: ${HEX}`, set({ root: `00x${"ab".repeat(32)}` })],
    ["a salt too long", `salt: ${HEX}`, set({ salt: `0x${"ab".repeat(33)}` })],
    ["an agreement in capitals", `agreement: ${ADDRESS}`, set({ agreement: `0x${"AB".repeat(20)}` })],
    ["an agreement with more before it", `agreement: ${ADDRESS}`, set({ agreement: `0${address}` })],
    ["an agreement with more after it", `agreement: ${ADDRESS}`, set({ agreement: `${address}0` })],
    ["a date with more before it", `days.0.date: ${DATE}`, (draft) => (draft.days[0]!.date = "+2025-10-01")],
    ["a date with more after it", `days.0.date: ${DATE}`, (draft) => (draft.days[0]!.date = "2025-10-01T00")],
    ["a line break in the tool", `tool: ${LINE}`, set({ tool: "a\nb" })],
    ["half a letter in the source", `source: ${LINE}`, set({ source: "\ud800" })],
    [
      "a source of 201 letters",
      "source: Too big: expected string to have <=200 characters",
      set({ source: "a".repeat(201) }),
    ],
    ["an author nobody is", "author: Invalid option", set({ author: "arbiter" })],
    ["a unit nobody counts", "indicators.0.unit: Invalid option", indicator({ unit: "bytes" })],
    ["a mode that is none", "indicators.0.mode: Invalid option", indicator({ mode: "none" })],
    ["a grade that is none", "indicators.0.grade: Invalid option", indicator({ grade: "best" })],
    ["period 240", "period: Too big: expected number to be <=239", set({ period: 240 })],
    ["a period below 0", "period: Too small: expected number to be >=0", set({ period: -1 })],
    ["revision 256", "revision: Too big: expected number to be <=255", set({ revision: 256 })],
    ["a revision below 0", "revision: Too small: expected number to be >=0", set({ revision: -1 })],
    ["an indicator of 17 bits", "indicators.0.id: Too big: expected number to be <=65535", indicator({ id: 65_536 })],
    ["an indicator below 0", "indicators.0.id: Too small: expected number to be >=0", indicator({ id: -1 })],
    [
      "an outage of an indicator of 17 bits",
      "indicator: Too big: expected number to be <=65535",
      outage({ indicator: 65_536 }),
    ],
    ["an outage of an indicator below 0", "indicator: Too small: expected number to be >=0", outage({ indicator: -1 })],
    ["an instance of 33 bits", "instance: Too big: expected number to be <=4294967295", outage({ instance: 2 ** 32 })],
    ["an instance below 0", "instance: Too small: expected number to be >=0", outage({ instance: -1 })],
    ["no indicator", "indicators: Too small: expected array to have >=1 items", set({ indicators: [] })],
    ["no day", "days: Too small: expected array to have >=1 items", set({ days: [], leaves: [id("a")] })],
  ];
  for (const [what, says, change] of refused) {
    it(`refuses ${what}, saying so`, () => {
      expect(() => parseEvidence(changed(change))).to.throw(UpheldError, says);
    });
  }

  const taken: [what: string, change: (draft: Draft) => unknown][] = [
    ["every author", set({ author: "provider" })],
    ["every mode and grade", indicator({ mode: "denominator", grade: "totals", unit: "probes" })],
    ["packets", indicator({ unit: "packets" })],
    ["days", indicator({ unit: "days" })],
    ["the largest count", indicator({ bad: String(2n ** 64n - 1n) })],
    ["the last period and revision", set({ period: 239, revision: 255 })],
    ["the largest indicator", indicator({ id: 65_535 })],
    ["the largest instance", outage({ instance: 2 ** 32 - 1, indicator: 65_535 })],
    ["a source of 200 letters", set({ source: "a".repeat(200) })],
    ["367 days", set({ end: "2026-10-03T00:00:00Z" })],
  ];
  for (const [what, change] of taken) {
    it(`takes ${what}`, () => {
      expect(parseEvidence(changed(change))).to.deep.equal(changed(change));
    });
  }

  it("says what is no file at all, where it lay, and what to do", () => {
    const problemOf = (file?: string) => {
      try {
        parseEvidence(null, file);
      } catch (error) {
        if (error instanceof UpheldError) return error.problem;
      }
      return undefined;
    };
    const problem = {
      code: "evidence.malformed",
      message: "not an evidence file of schema upheld.evidence/2: Invalid input: expected object, received null",
      hint: "docs/evidence.md describes the file; fetch it again from whoever reported",
    };
    expect(problemOf()).to.deep.equal(problem);
    expect(problemOf("2025-10.r0.json.gz")).to.deep.equal({ ...problem, file: "2025-10.r0.json.gz" });
  });
});
