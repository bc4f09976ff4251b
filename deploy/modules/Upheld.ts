import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import {
  SLABackOffice__factory,
  SLAEscrow__factory,
  SLAFactory__factory,
  SLALens__factory,
} from "../../typechain-types/index.ts";
import { artifactOf } from "../artifact.ts";

/** Once per chain: the code all agreements share, the lens that reads them, and the factory that makes them. */
export default buildModule("Upheld", (m) => {
  const backOffice = m.contract("SLABackOffice", artifactOf("SLABackOffice", SLABackOffice__factory));
  const implementation = m.contract("SLAEscrow", artifactOf("SLAEscrow", SLAEscrow__factory), [backOffice]);
  const lens = m.contract("SLALens", artifactOf("SLALens", SLALens__factory));
  const factory = m.contract("SLAFactory", artifactOf("SLAFactory", SLAFactory__factory), [implementation, lens]);
  return { backOffice, implementation, lens, factory };
});
