import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { TestUSD__factory } from "../../typechain-types/index.ts";
import { artifactOf } from "../artifact.ts";

/** Play money, for local chains and test networks. */
export default buildModule("TestToken", (m) => ({
  token: m.contract("TestUSD", artifactOf("TestUSD", TestUSD__factory)),
}));
