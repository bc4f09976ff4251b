import { hexlify, randomBytes } from "ethers";
import { ISLAFactory__factory } from "../../typechain-types/index.ts";
import { agreementText } from "./agreement.ts";
import type { World } from "./world.ts";

const FACTORY = ISLAFactory__factory.createInterface();
const CREATED = FACTORY.getEvent("AgreementCreated").topicHash;

/** An address that nobody has. */
export const someone = () => hexlify(randomBytes(20)).toLowerCase();

/** A template that leaves client, client's name and salt to its rows. */
export async function templateIn(world: World, network = "local"): Promise<string> {
  const text = agreementText(world.people, await world.token.getAddress(), network)
    .replace(/service: .*\n/, "")
    .replace(/client:\n {2}name: .*\n {2}address: .*\n/, "")
    .replace(/salt: .*\n/, "");
  return world.write("all.sla.yaml", `${text}service: Managed hosting\n`);
}

export const listIn = (world: World, name: string, rows: readonly string[], head = "client name,client,fee") =>
  world.write(name, `${[head, ...rows].join("\n")}\n`);

/** Client of each agreement that the chain tells of, made since block `from`. */
export async function clientsSince(world: World, from: number): Promise<string[]> {
  const logs = await world.provider.getLogs({ address: world.factory, topics: [CREATED], fromBlock: from });
  return logs.map((log) => String(FACTORY.parseLog(log)?.args["client"]).toLowerCase());
}
