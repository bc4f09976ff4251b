/** Records stories on the chain for `test/model/recorded.test.ts`: `npm run record:model`. */
import { spawn } from "node:child_process";

const child = spawn("hardhat", ["test", "mocha", "test/model/record.ts"], { stdio: "inherit" });
child.on("close", (code) => (process.exitCode = code ?? 1));
