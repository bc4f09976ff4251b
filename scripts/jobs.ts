import type { Job } from "../src/cli/job.ts";
import accept from "./accept.ts";
import agree from "./agree.ts";
import bond from "./bond.ts";
import claim from "./claim.ts";
import fund from "./fund.ts";
import key from "./key.ts";
import revoke from "./revoke.ts";
import rule from "./rule.ts";
import seat from "./seat.ts";
import settle from "./settle.ts";
import sweep from "./sweep.ts";
import sync from "./sync.ts";
import terminate from "./terminate.ts";
import withdraw from "./withdraw.ts";

/** Every job, in the order of an agreement's life: as `upheld --help` lists them. */
export const jobs: readonly Job[] = [
  accept,
  fund,
  sync,
  rule,
  agree,
  revoke,
  bond,
  settle,
  ...seat,
  terminate,
  claim,
  withdraw,
  sweep,
  ...key,
];
