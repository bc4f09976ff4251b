import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { hexlify } from "ethers";
import { z } from "zod";
import { addressType } from "../src/cli/fields.ts";
import { readAgreementFile, readText } from "../src/cli/file.ts";
import { job, usage } from "../src/cli/job.ts";
import { formatAgreement } from "../src/terms/fill.ts";
import { DEFAULT_PRESET, presetFile, presetNames } from "./presets.ts";

const party = (who: string) => ["<address>", `the ${who}'s account`, addressType.optional()] as const;

export default job({
  name: "new",
  summary: "start an agreement's file from a preset, with a fresh salt; what is open is listed",
  example:
    "upheld new harbor.sla.yaml --preset msp-tickets --network base-sepolia\nupheld new --presets   (lists them)",
  args: { file: ["[file]", "the file to write; never overwritten", z.string().optional()] },
  options: {
    preset: [
      "<name>",
      `the published table to start from (default: ${DEFAULT_PRESET})`,
      z.string().default(DEFAULT_PRESET),
    ],
    presets: ["", "list the presets", z.boolean().default(false)],
    network: ["<name>", "the network it will be on, by name or chain id", z.string().optional()],
    provider: party("provider"),
    client: party("client"),
    oracle: party("oracle"),
    arbiter: party("arbiter"),
    token: [
      "<address>",
      "the token's contract; a dollar of 6 decimals unless you edit the file",
      addressType.optional(),
    ],
    starts: ["<date>", "the first day, 00:00 UTC", z.string().optional()],
  },
  needs: "nothing",
  run(_context, { file: path, preset, presets, network, token, starts, ...roles }) {
    if (presets) return Promise.resolve({ data: { presets: presetNames() }, text: presetNames() });
    if (path === undefined) throw usage("name the file to write");
    if (!presetNames().includes(preset)) {
      throw usage(`there is no preset "${preset}"`, `There are ${presetNames().join(", ")}.`);
    }
    const named = Object.entries(roles).flatMap(([role, address]) =>
      address === undefined ? [] : [[role, { address }]],
    );
    const text = formatAgreement(readText(presetFile(preset)), {
      parties: Object.fromEntries(named) as Record<string, { address: string }>,
      ...(token === undefined ? {} : { token: { symbol: "USDC", decimals: 6, address: token } }),
      words: { ...(network === undefined ? {} : { network }), ...(starts === undefined ? {} : { starts }) },
      salt: hexlify(randomBytes(32)).slice(2),
    });
    writeNew(path, text);
    const { open, service } = readAgreementFile(path, { draft: true });
    return Promise.resolve({
      data: { file: path, preset, open },
      text: [
        `${path}: ${service}, from the preset ${preset}.`,
        ...(open.length === 0
          ? []
          : [`Still open: ${open.join(", ")}.`, "They are options of `upheld new`, or keys of the file."]),
        "The salt keeps outsiders from guessing the text behind its hash: give the file to both parties, to nobody else.",
        `Next: edit it, then upheld explain ${path}`,
      ],
    });
  },
});

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch {
    throw usage(`"${path}" cannot be written: it exists, or its folder does not`, "A file is never overwritten.");
  }
}
