import base from "./hardhat.config.ts";

/** Instrumented code has a place of its own: what tests and people use is never mixed with it. */
export default {
  ...base,
  paths: { ...base.paths, cache: "cache/coverage", artifacts: "cache/coverage/artifacts" },
};
