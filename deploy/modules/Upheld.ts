import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Once per chain: the code all agreements share, the lens that reads them, and the factory that makes them. */
export default buildModule("Upheld", (m) => {
  const backOffice = m.contract("SLABackOffice");
  const implementation = m.contract("SLAEscrow", [backOffice]);
  const lens = m.contract("SLALens");
  const factory = m.contract("SLAFactory", [implementation, lens]);
  return { backOffice, implementation, lens, factory };
});
