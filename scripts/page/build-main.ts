/** `npm run page:build`: the page, into `dashboard/dist`. */
import { relative } from "node:path";
import { buildPage, PAGE, scriptSize } from "./build.ts";
import { compileContracts } from "./compile.ts";

process.stderr.write("Compiling the contracts, a minute or two the first time …\n");
await compileContracts();
await buildPage();
const kilobytes = (scriptSize() / 1000).toFixed(1);
process.stdout.write(`${relative(process.cwd(), PAGE)}: ${kilobytes} kB of JavaScript, gzipped\n`);
