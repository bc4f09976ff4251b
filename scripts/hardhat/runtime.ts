import { fileURLToPath } from "node:url";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/** Hardhat with this project's configuration, wherever the command was started. Loaded only by jobs that need it. */
export async function openHardhat(): Promise<HardhatRuntimeEnvironment> {
  process.env["HARDHAT_CONFIG"] ??= fileURLToPath(new URL("../../hardhat.config.ts", import.meta.url));
  const { default: hre } = await import("hardhat");
  return hre;
}
