import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import {
  SLABackOffice__factory,
  SLAEscrow__factory,
  SLAFactory__factory,
  SLALens__factory,
  ServiceRecord__factory,
} from "../../typechain-types/index.ts";
import { artifactOf } from "../artifact.ts";

/** Once per chain: the code all agreements share, the lens that reads them, the factory that makes them, and their record. */
export default buildModule("Upheld", (m) => {
  const backOffice = m.contract("SLABackOffice", artifactOf("SLABackOffice", SLABackOffice__factory));
  const implementation = m.contract("SLAEscrow", artifactOf("SLAEscrow", SLAEscrow__factory), [backOffice]);
  const lens = m.contract("SLALens", artifactOf("SLALens", SLALens__factory));
  const factory = m.contract("SLAFactory", artifactOf("SLAFactory", SLAFactory__factory), [implementation, lens]);
  const record = m.contract("ServiceRecord", artifactOf("ServiceRecord", ServiceRecord__factory), [factory]);
  return { backOffice, implementation, lens, factory, record };
});
