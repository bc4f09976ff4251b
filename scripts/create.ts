import { z } from "zod";
import { createFromRows } from "../src/cli/creating.ts";
import { job } from "../src/cli/job.ts";

export default job({
  name: "create",
  summary: "create many agreements from a list of clients and a template; says the total cost first; resumable",
  example:
    "upheld create --from clients.csv --template managed-hosting.sla.yaml --dry-run\n" +
    "upheld create --from clients.csv --template managed-hosting.sla.yaml --into agreements --keystore keys/provider.json",
  options: {
    from: ["<csv>", "the list: one agreement a row, columns are keys of an agreement's file", z.string()],
    template: ["<file>", "what all of them have in common: an agreement's file that leaves the rest open", z.string()],
    into: ["<folder>", "where each agreement's file goes (default: agreements)", z.string().default("agreements")],
  },
  run: (context, options) => createFromRows(context, options),
});
