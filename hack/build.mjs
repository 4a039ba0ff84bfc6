/*
 * Bundles the program into dist/. One file to start with and one for every part that loads when it is first used (esbuild splits at
 * `import()`), because hundreds of small files from node_modules take three times as long to load.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
await rm(new URL("../dist", import.meta.url), { recursive: true, force: true });

await build({
  absWorkingDir: root,
  entryPoints: { "datum-apiserver": "cmd/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  chunkNames: "parts/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Names are kept, so that stack traces say something; `node --enable-source-maps` adds the lines.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  external: [
    // lmdb is native code, etcd3 reads its .proto files from beside itself.
    ...["lmdb", "etcd3"],
    // Fastify asks for these only for routes with schemas, and for requests without a socket. Ours has neither, and they are a quarter of
    // the text that every start would have to read.
    ...["@fastify/ajv-compiler", "@fastify/fast-json-stringify-compiler", "light-my-request"],
  ],
  // CommonJS packages inside the bundle ask for Node's own modules with `require`.
  banner: {
    js: `import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);`,
  },
  logLevel: "warning",
});
await stop();
