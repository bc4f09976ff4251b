import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agreement } from "../chain/agreement.ts";
import { connect } from "../chain/connect.ts";
import { Factory } from "../chain/factory.ts";
import { parseAgreement, type AgreementFile } from "../terms/file.ts";
import { formatAmount } from "../terms/format.ts";
import { formatAgreement } from "../terms/fill.ts";
import { ACTORS, nodeAccounts, type Actor, type Addresses } from "./actors.ts";
import { Clock } from "./clock.ts";
import { Commands, type Answer, type CommandSettings } from "./command.ts";
import type { Stage } from "./stage.ts";

export interface SettingOptions extends CommandSettings {
  /** Actors that sign with keys of their own; the others are accounts of the node. */
  readonly actors?: Partial<Addresses>;
  /** The folder of the example: `agreement.sla.yaml`, `outages.csv`. */
  readonly example: string;
  /** An empty folder to write to. */
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

/** A stage that is set, with the agreement's file as both parties signed it. */
export interface Setting extends Stage {
  readonly file: AgreementFile;
}

/** Deploys by Ignition, makes play money for the client, and has the provider create the agreement from its file. */
export async function setStage(options: SettingOptions): Promise<Setting> {
  const { onProgress, rpc } = options;
  const { provider } = await connect(rpc);
  const addresses = { ...(await nodeAccounts(provider)), ...options.actors };
  const commands = new Commands(options);

  onProgress("deploy");
  const deployed = await commands.run("keeper", "deploy", "--test-token");
  const token = { address: text(deployed, "testToken"), symbol: "USDC", decimals: 6 };
  const path = join(options.folder, "agreement.sla.yaml");
  const filled = fillIn(readFileSync(join(options.example, "agreement.sla.yaml"), "utf8"), addresses, token);
  writeFileSync(path, filled);
  const file = parseAgreement(filled, { file: path });

  // A fee more than the year costs, for a stake.
  const purse = file.terms.fee * BigInt(file.terms.periods + 1);
  await commands.run("keeper", "mint", addresses.client, formatAmount(purse, token.decimals));

  onProgress("create the agreement");
  const created = await commands.run("provider", "deploy", path);
  const factory = await Factory.at(provider, text(deployed, "factory"));
  const agreement = await Agreement.at(factory, text(created, "agreement"));
  const evidence = join(options.folder, "evidence");
  mkdirSync(evidence);
  const outages = join(options.example, "outages.csv");
  const files = { agreement: path, outages, evidence, folder: options.folder };
  return { provider, clock: new Clock(provider), addresses, commands, files, agreement, file, onProgress };
}

type Token = Parameters<typeof formatAgreement>[1]["token"];

/** The example's file with the addresses that exist only now. */
function fillIn(example: string, addresses: Addresses, token: Token): string {
  const roles = ACTORS.filter(
    (actor): actor is Exclude<Actor, "keeper" | "newOracle"> => !/keeper|newOracle/.test(actor),
  );
  const parties = Object.fromEntries(roles.map((role) => [role, { address: addresses[role] }]));
  return formatAgreement(example, { parties, ...(token === undefined ? {} : { token }) });
}

function text(answer: Answer, key: string): string {
  const value = answer[key];
  if (typeof value !== "string") throw new Error(`the command did not say its ${key}`);
  return value;
}
