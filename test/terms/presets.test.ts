import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { formatAgreement } from "../../src/terms/fill.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { formatTier } from "../../src/terms/tiers.ts";
import { SAMPLE_FILE } from "./sample-file.ts";
import { address, sampleTerms } from "./sample-terms.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, EXAMPLES), "utf8");
const NOW = BigInt(Date.parse("2026-01-15")) / 1000n;

const FILL = {
  parties: {
    provider: { name: "Northwind IT", address: address("11") },
    client: { address: address("22") },
    oracle: { address: address("33") },
    arbiter: { address: address("44") },
  },
  token: { symbol: "USDC", decimals: 6, address: address("55") },
  salt: "ab".repeat(32),
};

/** The tables as their providers publish them. */
const PUBLISHED: Record<string, string[][]> = {
  "aws-ec2": [["below 99.99% → 10%", "below 99% → 30%", "below 95% → 100%"]],
  "aws-s3": [["below 99% → 10%", "below 98% → 25%", "below 95% → 100%"]],
  "azure-vm": [["below 99.95% → 10%", "below 99% → 25%", "below 95% → 100%"]],
  "carrier-duration": [["at least 5 min → 10%", "at least 30 min → 20%", "at least 1 h → 50%", "at least 2 h → 100%"]],
  "cloudflare-proportional": [["more than 0 s → 25x the share of time down"]],
  "google-cloud": [["below 99.9% → 10%", "below 99% → 25%", "below 95% → 50%"]],
  "msp-tickets": [
    ["below 99.9% → 5%", "below 99.5% → 10%", "below 99% → 15%"],
    ["at least 1 ticket → 5%", "at least 3 tickets → 10%", "at least 5 tickets → 15%"],
    ["below 95% → 3%", "below 90% → 6%"],
    ["below 90% → 2%"],
  ],
  "rackspace-half-hours": [["more than 0 s → 5% per started 30 min"]],
  // a proposal of this project
  "undisclosed-outages": [
    ["below 99.9% → 5%", "below 99.5% → 10%", "below 99% → 20%"],
    ["at least 1 ticket → 5%", "at least 2 tickets → 10%", "at least 4 tickets → 20%"],
  ],
};

describe("examples", () => {
  it("every preset is listed here", () => {
    const files = readdirSync(new URL("presets/", EXAMPLES)).toSorted();
    expect(files).to.deep.equal(Object.keys(PUBLISHED).map((name) => `${name}.sla.yaml`));
  });

  for (const [name, tables] of Object.entries(PUBLISHED)) {
    const preset = read(`presets/${name}.sla.yaml`);

    it(`${name} is within the limits and says what is published`, () => {
      const { terms } = parseAgreement(preset, { draft: true, now: NOW });
      const told = terms.objectives.map((objective) =>
        objective.tiers.map((tier) => {
          const { condition, credit } = formatTier(tier, terms.indicators[objective.indicator]!.unit);
          return `${condition} → ${credit}`;
        }),
      );
      expect(told).to.deep.equal(tables);
    });

    it(`${name}, filled in, is an agreement with its comments kept`, () => {
      const text = formatAgreement(preset, { ...FILL, words: { network: "base", starts: "2026-03-01" } });
      const { terms, open, names } = parseAgreement(text, { now: NOW });
      expect(open).to.deep.equal([]);
      expect(names).to.deep.equal({ provider: "Northwind IT" });
      expect(terms).to.deep.include({ client: address("22"), token: address("55") });
      for (const comment of preset.match(/^#.*/gm) ?? []) expect(text).to.include(comment);
      expect(text.indexOf("provider:")).to.be.lessThan(text.indexOf("fee:"));
      expect(text).to.include(`address: "${address("22")}"`);
    });
  }

  it("say how samples and tickets become counts where their service level does", () => {
    const measuresOf = (name: string) => parseAgreement(read(`presets/${name}.sla.yaml`), { draft: true }).measures;
    expect(measuresOf("google-cloud").map(({ policy }) => policy)).to.deep.equal([
      {
        good: { atMost: 50 },
        scale: 1_000,
        slot: 60,
        places: { bad: 1, of: 1 },
        minimum: 60,
        counts: "whole minutes",
        unknown: "refuse",
        coverage: 990_000_000,
      },
    ]);
    const open = [1, 2, 3, 4, 5].map((day) => ({ day, from: 540, to: 1_020 }));
    expect(measuresOf("msp-tickets").map(({ tickets }) => tickets)).to.deep.equal([
      undefined,
      { priorities: ["P1"], clock: "response", within: 900 },
      { priorities: ["P2"], clock: "response", within: 14_400, hours: { zone: "UTC", open, holidays: [] } },
      undefined,
    ]);
  });

  it("say what the record takes out, and how soon it must tell of an outage", () => {
    const { measures } = parseAgreement(read("presets/undisclosed-outages.sla.yaml"), { draft: true });
    expect(measures.map(({ policy }) => policy?.record)).to.deep.equal([
      { planned: 432_000, emergency: 7_200, declined: true },
      undefined,
    ]);
    expect(measures.map(({ disclosure }) => disclosure)).to.deep.equal([undefined, { of: 1, within: 1_800 }]);
  });

  it("the demo's agreement has the figures of its story", () => {
    const { parties, token } = FILL;
    const overrides = {
      provider: parties.provider.address,
      client: parties.client.address,
      oracle: parties.oracle.address,
      arbiter: parties.arbiter.address,
      token,
    };
    const { terms, names, service } = parseAgreement(read("github-actions-2025/agreement.sla.yaml"), { overrides });
    const chronic = [{ count: 2, window: 3, leastShare: 1n }];
    expect(terms).to.deep.equal({ ...sampleTerms({ chronic }), document: terms.document });
    expect([service, names.provider, names.client]).to.deep.equal(["CI hosting", "Northwind IT", "Harbor Dental"]);
  });

  it("filling in replaces what a file says and keeps a name it is not given", () => {
    const text = formatAgreement(SAMPLE_FILE, {
      parties: { client: { address: address("77") } },
      words: { fee: "2,000 USDC", "burn-in": "1 period" },
    });
    const { terms, names } = parseAgreement(text);
    expect(terms).to.deep.include({ client: address("77"), fee: 2_000_000_000n, burnInPeriods: 1 });
    expect(names.client).to.equal("Harbor Dental");
  });
});
