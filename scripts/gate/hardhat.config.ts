import { fileURLToPath } from "node:url";
import base from "../../hardhat.config.ts";

const reporter = fileURLToPath(import.meta.resolve("./reporter.ts"));

/** As in daily work, but with counts for a machine, and no test left alone with `only`. */
export default { ...base, test: { ...base.test, mocha: { ...base.test?.mocha, forbidOnly: true, reporter } } };
