#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=200 --expose-gc
// TypeScript is run as it is: registering tsx is what happens here. What the executable always needs is loaded before,
// and compiled code remembered: tsx looks at every file that is loaded after it, which takes three times as long.
import { enableCompileCache } from "node:module";

enableCompileCache();
await Promise.all(["commander", "ethers", "uqr", "yaml", "zod"].map((name) => import(name)));
const { register } = await import("tsx/esm/api");
register();
await import("../scripts/upheld.ts");
