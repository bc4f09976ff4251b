import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
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
    plugins: [compiledContracts(), oneHash(), parsedAbi(), classicScript()],
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

/** viem has a release of its own of the library that the rules hash with; the page carries one of the two. */
function oneHash(): Plugin {
  const path = fileURLToPath(import.meta.resolve("@noble/hashes/sha3.js"));
  return {
    name: "one-hash",
    enforce: "pre",
    resolveId: (source) => (source === "@noble/hashes/sha3" ? path : undefined),
  };
}

/** The page's interfaces are written as people read them, and parsed here, so that the page carries no parser. */
function parsedAbi(): Plugin {
  return {
    name: "parsed-abi",
    async load(id) {
      if (!id.endsWith("/dashboard/src/chain/abi.ts")) return undefined;
      const parsed = Object.entries((await import(pathToFileURL(id).href)) as Record<string, unknown>);
      return parsed.map(([name, abi]) => `export const ${name} = ${JSON.stringify(abi)};\n`).join("");
    },
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
