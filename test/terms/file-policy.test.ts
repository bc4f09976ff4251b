import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import { type Problem, UpheldErrors } from "../../src/errors.ts";
import { parseAgreement, type ParseOptions } from "../../src/terms/file.ts";
import { explain } from "../../src/terms/explain.ts";
import { renderExplanation } from "../../src/terms/explain-text.ts";
import { parsePolicy, policyText } from "../../src/measure/policy.ts";
import { SAMPLE_FILE } from "./sample-file.ts";

const REQUIRED = ["bad when: fails", "a sample speaks for: 60 seconds", "unknown: counts as down"];

/** The sample with a policy of these lines, and with other lines of the measure. */
const fileWith = (policy: readonly string[], measure: readonly string[] = ["unit: seconds"]) =>
  SAMPLE_FILE.replace(
    "    unit: seconds\n",
    [...measure.map((line) => `    ${line}`), "    policy:", ...policy.map((line) => `      ${line}`), ""].join("\n"),
  );

const policyOf = (lines: readonly string[], options: ParseOptions = {}, measure?: readonly string[]) =>
  parseAgreement(fileWith(lines, measure), options).measures[0]!.policy;

const problemsOf = (
  lines: readonly string[],
  options: ParseOptions = {},
  measure?: readonly string[],
): readonly Problem[] => {
  try {
    policyOf(lines, options, measure);
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    throw error;
  }
  return [];
};

/** The first line of the policy with one measure line before it. */
const FIRST = SAMPLE_FILE.split("\n").indexOf("    unit: seconds") + 3;

const DEFAULTS = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "down",
  coverage: 0,
};

/** The required keys with one line in the place of the one that has the same key, or added. */
const withLine = (line: string) => {
  const key = line.split(":")[0]!;
  return REQUIRED.some((one) => one.startsWith(`${key}:`))
    ? REQUIRED.map((one) => (one.startsWith(`${key}:`) ? line : one))
    : [...REQUIRED, line];
};

describe("the policy of a measure", () => {
  it("is nothing when the file has none", () => {
    expect(parseAgreement(SAMPLE_FILE).measures).to.deep.equal([{ name: "uptime", how: "One probe a minute." }]);
  });

  it("needs three lines; the rest has a plain default", () => {
    expect(policyOf(REQUIRED)).to.deep.equal(DEFAULTS);
    const problems = problemsOf(["places: 1 of 1"]);
    expect(problems.map(({ message, line }) => [message, line])).to.deep.equal([
      ['"bad when" is missing.', FIRST - 1],
      ['"a sample speaks for" is missing.', FIRST - 1],
      ['"unknown" is missing.', FIRST - 1],
    ]);
  });

  for (const [line, changes] of [
    ["bad when: above 2 s", { good: { atMost: 2_000 }, scale: 1_000 }],
    ["bad when: above 0.5 s", { good: { atMost: 500 }, scale: 1_000 }],
    ["bad when: above 1,500 ms", { good: { atMost: 1_500 }, scale: 1 }],
    ["bad when: under 80 Mbit/s", { good: { atLeast: 80_000_000 }, scale: 1_000_000 }],
    ["bad when: under 80 kbit/s", { good: { atLeast: 80_000 }, scale: 1_000 }],
    ["bad when: under 1000 byte/s", { good: { atLeast: 8_000 }, scale: 8 }],
    ["bad when: under 10 or above 20.5", { good: { atLeast: 10_000, atMost: 20_500 }, scale: 1_000 }],
    ["bad when: above 2 s or under 100 ms", { good: { atLeast: 100, atMost: 2_000 }, scale: 1_000 }],
    ["a sample speaks for: 1 min 30 s", { slot: 90 }],
    ["a sample speaks for: 1 day", { slot: 86_400 }],
    ["places: 2 of 3", { places: { bad: 2, of: 3 } }],
    ["outages: all", {}],
    ["outages: in whole minutes", { counts: "whole minutes" }],
    ["outages: of at least 60 seconds, whole", { minimum: 60 }],
    ["outages: of at least 5 minutes, beyond it", { minimum: 300, counts: "beyond" }],
    ["outages: of at least 5 minutes, in whole minutes", { minimum: 300, counts: "whole minutes" }],
    ["unknown: counts as up", { unknown: "up" }],
    ["unknown: is excluded", { unknown: "excluded" }],
    ["unknown: refused below 99%", { unknown: "refuse", coverage: 990_000_000 }],
    ["unknown: counts as down, refused below 99.9%", { unknown: "down", coverage: 999_000_000 }],
    ["unknown: refused below 100%", { unknown: "refuse", coverage: 1_000_000_000 }],
  ] as const) {
    it(`reads "${line}"`, () => {
      const policy = policyOf(withLine(line));
      expect(policy).to.deep.equal({ ...DEFAULTS, ...changes });
      expect(parsePolicy(policyText(policy!))).to.deep.equal(policy);
    });
  }

  it("takes the monitor's numbers in another unit than the words", () => {
    expect(policyOf([...withLine("bad when: above 2 s"), "samples in: ms"])).to.deep.include({
      good: { atMost: 2_000 },
      scale: 1,
    });
    expect(policyOf([...withLine("bad when: under 80 Mbit/s"), "samples in: byte/s"])).to.deep.include({ scale: 8 });
  });

  it("is for days too", () => {
    const days = SAMPLE_FILE.replace(
      "    unit: seconds\n",
      ["    unit: days", "    policy:", ...REQUIRED.map((l) => `      ${l}`), ""].join("\n"),
    );
    expect(parseAgreement(days).measures[0]!.policy).to.deep.equal(DEFAULTS);
  });

  for (const [line, message, hint] of [
    [
      "bad when: broken",
      '"broken" does not say when a sample is bad.',
      "Write fails, above 2 s, under 80 Mbit/s, or under 10 or above 20.",
    ],
    ["bad when: above 2 s or above 3 s", '"above 2 s or above 3 s" does not say when a sample is bad.'],
    ["bad when: above 2 s or under 3 Mbit/s", '"above 2 s or under 3 Mbit/s" does not say when a sample is bad.'],
    ["bad when: above 2 miles", '"above 2 miles" does not say when a sample is bad.'],
    ["bad when: under 3 or above 2", '"under 3 or above 2" leaves no good value.'],
    ["bad when: above 2.0005 s", '"2.0005" has 4 decimals, "above 2.0005 s" has at most 3.'],
    ["bad when: above 99,999,999,999,999 s", '"above 99,999,999,999,999 s" is too large a number.'],
    ["samples in: ms", '"ms" does not go with what is bad.', "Leave it out."],
    ["a sample speaks for: 0 s", '"0 s" is not between a second and a day.'],
    ["a sample speaks for: 86401 s", '"86401 s" is not between a second and a day.'],
    ["places: 2 of 1", '"2 of 1" does not say how many places.', "Write 2 of 3, of 100 at most."],
    ["places: 0 of 1", '"0 of 1" does not say how many places.'],
    ["places: 1 of 101", '"1 of 101" does not say how many places.'],
    ["places: both", '"both" does not say how many places.'],
    ["outages: long ones", '"long ones" does not say which outages count.'],
    ["outages: of at least 60 seconds", '"of at least 60 seconds" does not say which outages count.'],
    ["outages: of at least 367 days, whole", '"367 days" is more than a year.'],
    ["unknown: perhaps", '"perhaps" does not say what unknown time counts as.'],
    [
      "unknown: counts as down refused below 9%",
      '"counts as down refused below 9%" does not say what unknown time counts as.',
    ],
    ["unknown: refused below 0%", '"0%" is not a share above 0% and up to 100%.'],
    ["unknown: refused below 101%", '"101%" is not a share above 0% and up to 100%.'],
    [
      "hours: Mon-Fri 09:00-17:00",
      '"09:00-17:00" is no time zone.',
      "End with an IANA name, as in Mon-Fri 09:00-17:00 Europe/Vienna.",
    ],
    ["hours: Mon-Fri 09:00-17:00 Europe/Wien", '"Europe/Wien" is no time zone.'],
    [
      "hours: Mon-Fri 9-17 UTC",
      '"Mon-Fri 9-17" does not say when it is open.',
      "Write Mon-Fri 09:00-17:00, and 00:00-24:00 for a whole day.",
    ],
    ["hours: Mon-Fry 09:00-17:00 UTC", '"Mon-Fry 09:00-17:00" does not say when it is open.'],
    ["hours: Mon 09:00-09:00 UTC", '"Mon 09:00-09:00" does not say when it is open.'],
    ["hours: Mon 24:00-25:00 UTC", '"Mon 24:00-25:00" does not say when it is open.'],
    ["hours: Mon 09:60-17:00 UTC", '"Mon 09:60-17:00" does not say when it is open.'],
  ] as const) {
    it(`refuses "${line}" at its line`, () => {
      const lines = withLine(line);
      const key = line.split(":")[0]!;
      const [problem, ...rest] = problemsOf(lines);
      expect(rest).to.deep.equal([]);
      expect(problem).to.deep.include({
        code: "terms.not-understood",
        message: `${key}: ${message}`,
        line: FIRST + lines.indexOf(line),
        ...(hint === undefined ? {} : { hint }),
      });
    });
  }

  it("refuses an unknown key, and a measure whose unit no samples are counted in", () => {
    expect(problemsOf([...REQUIRED, "outage: all"])).to.deep.equal([
      {
        code: "terms.unknown-key",
        message: 'Unknown key "outage" in "policy".',
        hint: 'Did you mean "outages"?',
        line: FIRST + 3,
      },
    ]);
    const probes = fileWith(REQUIRED, ["unit: probes"]);
    expect(() => parseAgreement(probes)).to.throw(
      UpheldErrors,
      "A policy is for seconds and days, which samples are counted in, and for tickets.",
    );
  });

  it("is told in the explanation in the file's own words, one line a measure", () => {
    const lines = [...withLine("bad when: above 2 s"), "places: 2 of 3"];
    const text = renderExplanation(explain(parseAgreement(fileWith(lines))));
    expect(text).to.include(
      "    Measured from samples: bad when above 2 s; a sample speaks for 60 seconds; unknown: counts as down; places: 2 of 3.\n",
    );
    expect(renderExplanation(explain(parseAgreement(SAMPLE_FILE)))).to.not.include("Measured from samples");
  });
});

describe("the policy of tickets", () => {
  const TICKETS = ["unit: tickets"];
  const file = (...lines: string[]) => fileWith(lines, TICKETS);
  const rule = (...lines: string[]) => parseAgreement(file(...lines)).measures[0]!.tickets;
  const problems = (...lines: string[]) =>
    problemsOf(lines, {}, TICKETS).map(({ message, hint, line }) => [message, hint, line]);

  it("names priorities and one limit", () => {
    expect(rule("priorities: P1", "answered within: 15 minutes")).to.deep.equal({
      priorities: ["P1"],
      clock: "response",
      within: 900,
    });
    expect(rule("priorities: P1, very high", "resolved within: 1 day")).to.deep.equal({
      priorities: ["P1", "very high"],
      clock: "resolution",
      within: 86_400,
    });
  });

  it("may run in business hours only", () => {
    const hours = ["hours: Mon 09:00-17:00 UTC", "holidays: [2025-12-25]"];
    expect(rule("priorities: P1", "answered within: 4 h", ...hours)?.hours).to.deep.equal({
      zone: "UTC",
      open: [{ day: 1, from: 540, to: 1_020 }],
      holidays: ["2025-12-25"],
    });
  });

  it("refuses both limits and none", () => {
    const message = (count: number) =>
      `A policy for tickets has one limit, "answered within" or "resolved within", this one has ${count}.`;
    const hint = "Make a measure for each limit.";
    expect(problems("priorities: P1")).to.deep.equal([[message(0), hint, FIRST - 1]]);
    expect(problems("priorities: P1", "answered within: 1 h", "resolved within: 2 h")).to.deep.equal([
      [message(2), hint, FIRST - 1],
    ]);
  });

  it("refuses a limit beyond a year, no priorities, and the words of samples", () => {
    expect(problems("answered within: 367 days", "places: 1 of 1")).to.deep.equal([
      ['"priorities" is missing.', undefined, FIRST - 1],
      ['answered within: "367 days" is more than a year.', undefined, FIRST],
      [
        'Unknown key "places" in "policy".',
        "Known keys: priorities, answered within, resolved within, hours, holidays.",
        FIRST + 1,
      ],
    ]);
  });

  it("is told in the explanation", () => {
    const lines = ["priorities: P1", "answered within: 15 minutes"];
    expect(renderExplanation(explain(parseAgreement(file(...lines))))).to.include(
      "    Counted from tickets: priorities: P1; answered within: 15 minutes.\n",
    );
  });
});

describe("the hours of a policy", () => {
  const OPEN = ["unit: seconds", "excluded: up to 744 hours, leaves the total"];
  const hoursOf = (lines: string[], options: ParseOptions = {}) =>
    policyOf([...REQUIRED, ...lines], options, OPEN)?.hours;
  const line = FIRST + 1 + REQUIRED.length;

  it("open on weekdays, over midnight, and around the end of the week", () => {
    expect(hoursOf(["hours: Mon-Tue 09:00-17:00, Fri 22:00-06:00, Sun-Mon 00:00-24:00 Europe/Vienna"])).to.deep.equal({
      zone: "Europe/Vienna",
      open: [
        { day: 1, from: 540, to: 1_020 },
        { day: 2, from: 540, to: 1_020 },
        { day: 5, from: 1_320, to: 1_800 },
        { day: 7, from: 0, to: 1_440 },
        { day: 1, from: 0, to: 1_440 },
      ],
      holidays: [],
    });
  });

  it("know holidays from a list, sorted, each once", () => {
    const hours = "hours: Mon-Fri 09:00-17:00 UTC";
    expect(hoursOf([hours, "holidays: [2025-12-26, 2025-12-25, 2025-12-26]"])?.holidays).to.deep.equal([
      "2025-12-25",
      "2025-12-26",
    ]);
    expect(problemsOf([...REQUIRED, hours, "holidays: [2025-02-29]"], {}, OPEN)).to.deep.equal([
      {
        code: "terms.not-understood",
        message: 'holidays: "2025-02-29" is no day of the calendar.',
        hint: "Write it as 2026-12-25, or name an .ics file: { file, sha256 }.",
        line: line + 1,
      },
    ]);
  });

  it("refuse holidays without hours", () => {
    expect(problemsOf([...REQUIRED, "holidays: [2025-12-25]"])).to.deep.equal([
      {
        code: "terms.missing-key",
        message: '"holidays" says when the hours do not count, but there are no "hours".',
        line: FIRST + REQUIRED.length,
      },
    ]);
  });

  describe("with an .ics file", () => {
    const event = (rule: string) => `BEGIN:VEVENT\r\nUID:a\r\nDTSTART;VALUE=DATE:20000106\r\n${rule}END:VEVENT\r\n`;
    const ics = (events: string) =>
      utf8ToBytes(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\n${events}END:VCALENDAR\r\n`);
    const bytes = ics(event("RRULE:FREQ=YEARLY\r\n"));
    const named = (file: string, hash = bytesToHex(sha256(bytes))) => [
      "hours: Mon-Fri 09:00-17:00 UTC",
      `holidays: { file: ${file}, sha256: ${hash} }`,
    ];
    const problem = (lines: string[], options: ParseOptions) =>
      problemsOf([...REQUIRED, ...lines], options, OPEN).map(({ message, line: at }) => [message, at]);

    it("know those of the term", () => {
      const asked: string[] = [];
      const readBeside = (file: string) => (asked.push(file), bytes);
      expect(hoursOf(named("at.ics"), { readBeside })?.holidays).to.deep.equal(["2025-01-06"]);
      expect(asked).to.deep.equal(["at.ics"]);
    });

    it("refuse another file than the one that was agreed on", () => {
      expect(problem(named("at.ics", "0a".repeat(32)), { readBeside: () => bytes })).to.deep.equal([
        ['holidays: "at.ics" is not the file of this SHA-256.', line + 1],
      ]);
    });

    it("refuse a file that is not there, lies elsewhere, or is no calendar", () => {
      const readBeside = () => {
        throw new Error("ENOENT: no such file");
      };
      expect(problem(named("at.ics"), { readBeside })).to.deep.equal([
        ['holidays: "at.ics" cannot be read: ENOENT: no such file.', line + 1],
      ]);
      expect(problem(named("at.ics"), {})).to.deep.equal([['holidays: "at.ics" cannot be read here.', line + 1]]);
      expect(problem(named("../at.ics"), { readBeside: () => bytes })).to.deep.equal([
        ['holidays: "../at.ics" is not the name of a file beside the agreement.', line + 1],
      ]);
      const broken = utf8ToBytes("holidays");
      const lines = named("at.ics", bytesToHex(sha256(broken)));
      const [[message]] = problem(lines, { readBeside: () => broken }) as [[string, number]];
      expect(message).to.match(/^holidays: not a calendar of holidays: /);
    });
  });

  it("refuse to leave out more of a period than may be excluded", () => {
    const hours = [...REQUIRED, "hours: Mon-Fri 09:00-17:00 UTC"];
    // the fewest working days of a month of 2025 are 20; August has 31 days and 21 of them: 744 h - 168 h
    const at = (excluded: string) => problemsOf(hours, {}, ["unit: seconds", `excluded: ${excluded}`]);
    expect(at("up to 576 hours, leaves the total")).to.deep.equal([]);
    expect(at("up to 575 hours, counts as up")).to.deep.equal([
      {
        code: "terms.hours-above-excluded",
        message: "The hours leave 576 h of a period out, more than the 575 h that may be excluded.",
        hint: 'Raise "excluded" to as much.',
        line,
      },
    ]);
    expect(at("none").map(({ code }) => code)).to.deep.equal(["terms.hours-above-excluded"]);
  });
});

describe("what the record takes out of a measure", () => {
  const CAPPED = ["unit: seconds", "excluded: up to 2 hours, counts as up"];
  const recordOf = (...lines: string[]) => policyOf([...REQUIRED, ...lines], {}, CAPPED)?.record;
  const refusal = (line: string) => problemsOf([...REQUIRED, line], {}, CAPPED)[0];

  it("is nothing unless the file says so", () => {
    expect(policyOf(REQUIRED, {}, CAPPED)).to.not.have.property("record");
  });

  for (const [line, rule] of [
    ["planned maintenance: announced 5 days ahead", { planned: 432_000 }],
    ["planned maintenance: announced 366 days ahead", { planned: 31_622_400 }],
    ["planned maintenance: announced before it starts", { planned: 0 }],
    ["emergency maintenance: announced 2 hours ahead", { emergency: 7_200 }],
    ["declined advice: is excluded", { declined: true }],
  ] as const) {
    it(line, () => {
      expect(recordOf(line)).to.deep.equal(rule);
      const policy = policyOf([...REQUIRED, line], {}, CAPPED)!;
      expect(parsePolicy(policyText(policy))).to.deep.equal(policy);
    });
  }

  for (const [line, message] of [
    ["planned maintenance: 5 days", '"5 days" does not say how long ahead.'],
    [
      "planned maintenance: announced 367 days ahead",
      '"367 days" is more than the year that the record lets announce.',
    ],
    ["emergency maintenance: announced soon ahead", '"soon" is not a duration.'],
    ["declined advice: counts as up", '"counts as up" does not say what becomes of it.'],
  ] as const) {
    it(`refuses ${line}`, () => {
      expect(refusal(line)?.message).to.equal(`${line.split(":")[0]}: ${message}`);
      expect(refusal(line)?.line).to.be.greaterThan(FIRST);
    });
  }

  it("needs something that may be excluded", () => {
    const problems = problemsOf([...REQUIRED, "declined advice: is excluded"]);
    expect(problems.map(({ message }) => message)).to.deep.equal([
      "The record would exclude something, but nothing may be excluded of this measure.",
    ]);
  });
});

describe("a measure of outages that nobody told of", () => {
  const told = (policy: readonly string[], report = "5 days") => {
    const measure = ["  told:", "    unit: tickets", "    policy:", ...policy.map((line) => `      ${line}`), ""];
    const text = SAMPLE_FILE.replace(
      "objectives:\n",
      `credits: add up\nobjectives:\n  - measure: told\n    at least 1 ticket: 5%\n`,
    )
      .replace(/^measures:\n/m, `measures:\n${measure.join("\n")}`)
      .replace("report window: 5 days", `report window: ${report}`);
    try {
      return parseAgreement(text).measures.map(({ disclosure }) => disclosure);
    } catch (error) {
      if (error instanceof UpheldErrors) return error.problems.map(({ message }) => message);
      throw error;
    }
  };
  const RULE = ["outages of: uptime", "disclosed within: 30 minutes"];

  it("names another one, that may stand below it", () => {
    expect(told(RULE)).to.deep.equal([{ of: 2, within: 1_800 }, undefined]);
  });

  for (const [what, policy, message] of [
    [
      "no measure of that name",
      ["outages of: mail", RULE[1]!],
      '"mail" is no measure counted in seconds, so it has no outages to tell of.',
    ],
    [
      "itself",
      ["outages of: told", RULE[1]!],
      '"told" is no measure counted in seconds, so it has no outages to tell of.',
    ],
    [
      "too short a time",
      [RULE[0]!, "disclosed within: 59 seconds"],
      'disclosed within: "59 seconds" is not between a minute and a day.',
    ],
    [
      "too long a time",
      [RULE[0]!, "disclosed within: 25 hours"],
      'disclosed within: "25 hours" is not between a minute and a day.',
    ],
    ["no time", [RULE[0]!], '"disclosed within" is missing.'],
    ["no measure", [RULE[1]!], '"outages of" is missing.'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(told(policy)).to.deep.equal([message]);
    });
  }

  it("refuses a time in which nobody could report any more", () => {
    const day = [RULE[0]!, "disclosed within: 1 day"];
    expect(told(day, "1 day")).to.deep.equal([
      "The client could still be told in time when the report window of 24 h is over.",
    ]);
    expect(told(day, "25 hours")).to.have.length(2);
  });
});
