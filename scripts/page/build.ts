import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";
import { contractsModule } from "./contracts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const PAGE = join(ROOT, "dashboard", "dist");

/** Builds the page into `folder`: three files that work from any host, and from a disk. */
export async function buildPage(folder = PAGE): Promise<void> {
  await build({
    configFile: false,
    root: join(ROOT, "dashboard"),
    base: "./",
    mode: "production",
    logLevel: "error",
    plugins: [compiledContracts(), classicScript()],
    // whatever the process that builds calls its own surroundings: mocha's are "test"
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    oxc: { jsx: { runtime: "automatic", development: false } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2023",
      modulePreload: false,
      cssCodeSplit: false,
      chunkSizeWarningLimit: 1_000,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          format: "iife",
          entryFileNames: "page.js",
          assetFileNames: "page.[ext]",
        },
      },
    },
  });
}

/** Bytes that a browser fetches as JavaScript, compressed as hosts do by default. */
export function scriptSize(folder = PAGE): number {
  return gzipSync(readFileSync(join(folder, "page.js")), { level: 9 }).length;
}

function compiledContracts(): Plugin {
  const id = "virtual:contracts";
  return {
    name: "compiled-contracts",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? contractsModule(ROOT) : undefined),
  };
}

/** Browsers refuse modules from a disk (`file:`), and run a plain script: one that waits for the document. */
function classicScript(): Plugin {
  return {
    name: "classic-script",
    transformIndexHtml: {
      order: "post",
      handler: (html) =>
        html
          .replace(/<script type="module" crossorigin src="([^"]+)"><\/script>/, '<script defer src="$1"></script>')
          .replaceAll(" crossorigin", ""),
    },
  };
}
