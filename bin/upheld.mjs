#!/usr/bin/env node
// TypeScript is run as it is: registering tsx is all that happens here.
import { register } from "tsx/esm/api";

register();
await import("../scripts/upheld.ts");
