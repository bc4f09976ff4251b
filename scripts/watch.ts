import { z } from "zod";
import { flagType } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { watchJob } from "../src/cli/watch.ts";

export default job({
  name: "watch",
  summary: "tell people in time: e-mail, Slack, Teams, webhook, Atom feed and calendar; keeps copies of the evidence",
  example: "upheld watch --config watch.yaml --once\nupheld watch --config watch.yaml",
  needs: "chain",
  options: {
    config: ["<file>", "the watcher's config (default: watch.yaml)", z.string().default("watch.yaml")],
    once: ["", "one round, for cron, instead of a daemon", flagType],
    confirmations: [
      "<n>",
      "blocks to wait for before something is told (default: as the chain needs)",
      z.coerce.number().int().min(1).optional(),
    ],
  },
  run: (context, options) => watchJob(context, options),
});
