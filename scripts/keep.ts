import { configField, openKeys, openOracle, tellNodes } from "../src/cli/oracle.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { askFirst } from "../src/cli/submit.ts";
import { serveStatus } from "../src/oracle/health.ts";
import { keep, newStatus } from "../src/oracle/keep.ts";
import { logTo } from "../src/oracle/log.ts";

export default job({
  name: "keep",
  summary: "report whatever becomes due until it is stopped; logs JSON lines, answers /healthz and /metrics (oracle)",
  example: "upheld keep --config oracle.yaml --yes",
  options: { config: configField },
  async run(context, { config: file }) {
    const { options, output } = context;
    if (options.dryRun) throw usage("a dry run of keep would wait for ever", "Try report --all --dry-run.");
    const { io } = output;
    const tell = logTo(
      (line) => {
        io.out(line);
      },
      () => new Date(),
    );
    const oracle = await openOracle(context, file);
    const { config, chain, factory, agreements, measure, keccak } = oracle;
    tellNodes(chain, tell);
    const { dispatch, committee } = await openKeys(context, oracle, tell);
    await askFirst({ chain, options, output }, dispatch.from, [
      `report for ${agreements.length} agreements until stopped`,
    ]);
    const status = newStatus();
    const server = await serveStatus(status, config.port);
    tell("started", {
      network: chain.network.name,
      from: dispatch.from,
      agreements: agreements.length,
      port: server.port,
    });
    try {
      await keep({
        factory,
        agreements,
        measure,
        keccak,
        evidence: config.evidence,
        atOnce: config.atOnce,
        dispatch,
        committee,
        warnBefore: config.warnBefore,
        settleBelow: config.settleBelow,
        signal: io.signal,
        tell,
        status,
      });
    } finally {
      await server.close();
    }
    // Its lines are in the log already.
    return { data: {}, text: [], exitCode: EXIT.ok };
  },
});
