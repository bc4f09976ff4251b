import { Wallet } from "ethers";
import { UpheldError } from "../../src/errors.ts";
import { openHardhat } from "./runtime.ts";

/** Opens the private key called `name` in Hardhat's keystore, which asks for its own password at the terminal. */
export async function openHardhatKey(name: string): Promise<Wallet> {
  const config = await import("hardhat/config");
  const hre = await openHardhat();
  let key: string;
  try {
    key = await hre.hooks.runHandlerChain("configurationVariables", "fetchValue", [config.configVariable(name)], () =>
      // Hardhat would go on to the environment; a key does not belong there.
      Promise.resolve(""),
    );
  } catch (cause) {
    throw new UpheldError(
      {
        code: "keystore.hardhat",
        message: `Hardhat's keystore did not give "${name}".`,
        hint: `Set it with: npx hardhat keystore set ${name}`,
      },
      { cause },
    );
  }
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw new UpheldError({
      code: "keystore.hardhat",
      message: `"${name}" in Hardhat's keystore is not a private key.`,
      hint: `Set it with: npx hardhat keystore set ${name}`,
    });
  }
  return new Wallet(key);
}
