// Bundles src into dist: dependencies included, code split so that a command loads only what it uses.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPage } from './page.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// Built beside and swapped in, so that a gxops called meanwhile finds a whole build.
const fresh = join(root, `dist.${process.pid}.tmp`);
const shared = {
  absWorkingDir: root,
  outdir: fresh,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
};
const stamp = { 'process.env.GXOPS_VERSION': JSON.stringify(version) };
const here = "const __here = require('node:url').pathToFileURL(__filename).href;";
const cjs = {
  ...shared,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  banner: { js: here },
  define: {
    ...stamp,
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.url': '__here',
  },
};
/** Leaves what `path` names outside the bundle, under the name it has in dist. */
const outside = (name, path, kept) => ({
  name,
  setup: (bundle) =>
    bundle.onResolve({ filter: path }, (asked) => (kept(asked) ? { path: kept(asked), external: true } : undefined)),
});
const OUTPUTS = { './main-run.ts': './main-run.js', './main-help-run.ts': './help.cjs' };
// Door and help are CommonJS: Node's module loader alone would cost them most of an empty program's whole time.
await build({
  ...cjs,
  entryPoints: { main: 'src/main.ts' },
  supported: { 'dynamic-import': false },
  plugins: [outside('door', /main-(help-)?run\.ts$/, ({ path }) => OUTPUTS[path])],
});
const HELP = /main-(help|bug)\.ts$|views\/(terminal|json|colour)\.ts$/;
await build({
  ...cjs,
  entryPoints: { help: 'src/main-help-run.ts' },
  plugins: [
    outside('help', /\.ts$/, ({ kind, path }) => (kind === 'dynamic-import' && !HELP.test(path) ? path : undefined)),
  ],
});
await build({
  ...shared,
  // The second one is run as a process of its own: SQLite cannot be interrupted inside a step, a process can be killed. The third is a thread.
  entryPoints: {
    'main-run': 'src/main-run.ts',
    'sqlite-child': 'src/world/sqlite-child.ts',
    'artefact-thread': 'src/world/artefact-thread.ts',
  },
  splitting: true,
  format: 'esm',
  define: stamp,
  external: ['pg-native'],
  // CommonJS packages inside an ES module bundle still ask for require and their own folder.
  banner: {
    js: "import { createRequire as __r } from 'node:module';import { fileURLToPath as __u } from 'node:url';const require=__r(import.meta.url),__filename=__u(import.meta.url),__dirname=__u(new URL('.',import.meta.url));",
  },
});
// The PostgreSQL grammar is a wasm file that its loader looks for beside itself.
const wasm = join(root, 'node_modules/libpg-query/wasm');
if (existsSync(wasm)) {
  for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm')))
    cpSync(join(wasm, name), join(fresh, name));
}
writeFileSync(join(fresh, 'open.html'), await buildPage());
const dist = join(root, 'dist');
const old = join(root, `dist.${process.pid}.old.tmp`);
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
