import { fileURLToPath } from "node:url";
import { nonEmpty } from "../src/cli/settings.ts";

/** The folder that remembers what was deployed where: that of `UPHELD_ADDRESSES`, else the project's. */
export const addressesFolder = (): string =>
  nonEmpty(process.env["UPHELD_ADDRESSES"]) ?? fileURLToPath(new URL("../deploy", import.meta.url));
