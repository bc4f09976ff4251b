import { z } from "zod";
import { collectAll, outcomeData, outcomeText, taskFor, tasksOf, type Outcome } from "../src/cli/collecting.ts";
import { flagType, timeType } from "../src/cli/fields.ts";
import { givenSource, sourceOptions } from "../src/cli/given-source.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { configField, monitorServices } from "../src/cli/oracle.ts";
import { addMonths } from "../src/terms/calendar.ts";
import { parseDuration, WordError } from "../src/terms/words.ts";
import { logTo } from "../src/oracle/log.ts";

const DAY = 86_400n;

const every = z.string().transform((text, context) => {
  try {
    const seconds = parseDuration(text);
    if (seconds >= 10n && seconds <= 86_400n) return Number(seconds);
    context.addIssue("must be from 10 seconds to a day");
  } catch (error) {
    if (!(error instanceof WordError)) throw error;
    context.addIssue(`${error.message} ${error.hint ?? ""}`);
  }
  return z.NEVER;
});

export default job({
  name: "collect",
  summary:
    "keep the samples of a monitor that forgets, day by day, in files that reports can be measured from (oracle)",
  example:
    "upheld collect --config oracle.yaml\nupheld collect --config oracle.yaml --once\nupheld collect --prometheus http://127.0.0.1:9090 --query 'probe_success{job=\"harbor\"}' --into kept/harbor --once",
  options: {
    config: [
      configField[0],
      "the oracle's config; what has `kept in` is collected (default: oracle.yaml)",
      z.string().optional(),
    ],
    ...sourceOptions,
    into: ["<folder>", "where the samples of the one monitor that is named here are kept", z.string().optional()],
    since: [
      "<date>",
      "how far back an empty folder is filled (default: the first of last month), and a day more",
      timeType.optional(),
    ],
    once: ["", "collect what is there now and end, for cron; else it goes on until it is stopped", flagType],
    every: ["<time>", "how long it waits between two looks (default: 5 minutes)", every.default(300)],
  },
  needs: "nothing",
  async run(context, { config, into, since, once, every: seconds, ...given }) {
    const { output, options } = context;
    const { signal } = output.io;
    const services = monitorServices(context);
    // the last sample before a period speaks into it
    const back = (since ?? lastMonth(output.io.now())) - DAY;
    const source = givenSource(given);
    if ((source === undefined) !== (into === undefined)) {
      throw usage(
        "a monitor that is named here needs a folder, and the other way round",
        "Add --prometheus URL --into FOLDER, or name a --config.",
      );
    }
    if (source !== undefined && config !== undefined)
      throw usage("--config names the monitors already", "Keep one of both.");
    const tasks =
      source === undefined || into === undefined
        ? tasksOf(config ?? "oracle.yaml", services, back)
        : [taskFor(source, into, services, back)];
    if (once) {
      const outcomes = await output.during(
        "Collecting",
        collectAll(tasks, services, signal, () => undefined),
      );
      return {
        data: { collected: outcomes.map(outcomeData) },
        text: outcomes.flatMap(outcomeText),
        exitCode: exitCodeOf(outcomes),
      };
    }
    if (options.json) throw usage("--json is for --once: without it every line is JSON anyway");
    const tell = logTo(
      (line) => {
        output.io.out(line);
      },
      () => new Date(),
    );
    const stopped = () => signal.aborted;
    tell("started", { monitors: tasks.length, every: seconds });
    while (!stopped()) {
      try {
        await collectAll(tasks, services, signal, (outcome) => {
          tell(outcome.problem === undefined ? "collected" : "not collected", outcomeData(outcome));
        });
        await services.wait(seconds * 1000, signal);
      } catch (error) {
        if (!stopped()) throw error;
      }
    }
    tell("stopped");
    return { data: {}, text: [] };
  },
});

const lastMonth = (now: bigint): bigint => {
  const date = new Date(Number(now) * 1000);
  return addMonths(BigInt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)) / 1000n, -1);
};

/** As `report --all`: 75 when trying again is all it takes. */
function exitCodeOf(outcomes: readonly Outcome[]): number {
  const bad = outcomes.filter(({ problem }) => problem !== undefined);
  if (bad.length === 0) return EXIT.ok;
  return bad.every(({ problem }) => problem?.retry === true) ? EXIT.retry : EXIT.failed;
}
