/** The bare download of what a run of the job asked for: `download.ts URL PATHS AT_ONCE`. Prints one `Download` as JSON. */
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { together } from "../../src/oracle/together.ts";

export interface Download {
  /** As they passed, and as the process was at work. */
  readonly seconds: number;
  readonly cpu: number;
  readonly bytes: number;
  readonly requests: number;
}

const [url = "", file = "", atOnce = ""] = process.argv.slice(2);
const paths = JSON.parse(readFileSync(file, "utf8")) as string[];
const agent = new Agent({ keepAlive: true });

const began = performance.now();
const cpuBefore = process.cpuUsage();
const sizes = await together(paths, Number(atOnce), sizeOf);
const { user, system } = process.cpuUsage(cpuBefore);
const download: Download = {
  seconds: (performance.now() - began) / 1_000,
  cpu: (user + system) / 1e6,
  bytes: sizes.reduce((sum, size) => sum + size, 0),
  requests: paths.length,
};
process.stdout.write(JSON.stringify(download));
agent.destroy();

/** Reads an answer to its end, and lets it go. */
function sizeOf(path: string): Promise<number> {
  return new Promise((done, failed) => {
    get(`${url}${path}`, { agent }, (response) => {
      let size = 0;
      response.on("data", (part: Buffer) => (size += part.length));
      response.once("end", () => {
        if (response.statusCode === 200) done(size);
        else failed(new Error(`${path}: status ${response.statusCode ?? 0}`));
      });
      response.once("error", failed);
    }).once("error", failed);
  });
}
