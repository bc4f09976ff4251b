import { Factory } from "../chain/factory.ts";
import { logTo } from "../oracle/log.ts";
import { serveHealth } from "../oracle/health.ts";
import type { Tell } from "../oracle/round.ts";
import { plural } from "../terms/format.ts";
import { readWatchConfig } from "../watch/config.ts";
import { watchHealth } from "../watch/health.ts";
import { Watch } from "../watch/watch.ts";
import type { Context } from "./context.ts";
import { EXIT, type Result } from "./io.ts";
import { nonEmpty } from "./settings.ts";

export interface WatchJobOptions {
  readonly config: string;
  readonly once: boolean;
  readonly confirmations: number | undefined;
}

/** Watches once, or until it is stopped. */
export async function watchJob(
  context: Context,
  { config: file, once, confirmations }: WatchJobOptions,
): Promise<Result> {
  const { io } = context.output;
  const config = readWatchConfig(file);
  const chain = await context.chain(config.network?.name);
  const factory = await factoryOf(context, config.factory);
  const log = logTo(
    (line) => {
      io.out(line);
    },
    () => new Date(),
  );
  const told: string[] = [];
  const tell: Tell = once
    ? (event, values) => {
        if (event === "notice") told.push(`  ${String(values?.["service"])}: ${String(values?.["title"])}`);
        if (event === "delivered") context.output.note(`delivered to ${String(values?.["to"])}`);
        if (event === "not delivered") context.output.note(`${String(values?.["to"])}: ${String(values?.["message"])}`);
      }
    : log;
  const watch = await context.output.during(
    "Opening the agreements",
    Watch.open({
      config,
      factory,
      network: chain.network,
      confirmations: confirmations ?? chain.network.confirmations,
      environment: io.env,
      now: Date.now,
      signal: io.signal,
      tell,
    }),
  );
  const { status } = watch;
  if (once) {
    const isGood = await context.output.during("Watching", watch.round(true)).finally(() => {
      watch.close();
    });
    io.signal.throwIfAborted();
    const { lastProblem, waiting, refused, found, missing, agreements } = status;
    return {
      data: {
        network: chain.network.name,
        agreements,
        notices: found,
        waiting,
        refused,
        evidenceMissing: missing,
        problem: lastProblem,
      },
      text: [
        ...told,
        ...(lastProblem === undefined ? [] : [`${lastProblem.message} [${lastProblem.code}]`]),
        `${plural(agreements, "agreement")}: ${plural(found, "new notice")}, ${waiting} not delivered yet, ${missing} without evidence.`,
      ],
      exitCode: isGood && waiting === 0 ? EXIT.ok : lastProblem?.retry === false ? EXIT.failed : EXIT.retry,
    };
  }
  try {
    const server = await serveHealth(watchHealth(status, Date.now), config.port);
    tell("started", { network: chain.network.name, port: server.port });
    await watch.run().finally(() => server.close());
  } finally {
    watch.close();
  }
  // Its lines are in the log already.
  return { data: {}, text: [], exitCode: EXIT.ok };
}

async function factoryOf(context: Context, named: string | undefined): Promise<Factory> {
  const isGiven = nonEmpty(context.options.factory ?? context.output.io.env["UPHELD_FACTORY"]) !== undefined;
  if (isGiven || named === undefined) return context.factory();
  const { provider, network } = await context.chain();
  const known = (await context.addressBook()).get(network.chainId);
  return Factory.at(provider, named, known?.factory === named ? known.block : 0);
}
