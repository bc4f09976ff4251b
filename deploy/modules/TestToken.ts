import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Play money, for local chains and test networks. */
export default buildModule("TestToken", (m) => ({ token: m.contract("TestUSD") }));
