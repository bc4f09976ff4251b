import "dotenv/config";
import { main } from "../src/cli/main.ts";
import { terminal } from "../src/cli/terminal.ts";
import { addressesFolder } from "./addresses.ts";
import { jobs } from "./jobs.ts";
import { openHardhatKey } from "./hardhat/keystore.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    // The job ends at its next safe point and says what was sent; a second Ctrl-C ends it at once.
    stop.abort();
  });

process.exitCode = await main(process.argv.slice(2), jobs, terminal(stop.signal), {
  deployFolder: addressesFolder(),
  openHardhatKey,
});
// Sockets to a node stay open for a while; a finished job does not wait for them.
process.exit();
