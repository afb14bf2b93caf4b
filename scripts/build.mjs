// Bundles src into dist: dependencies included, code split so that a command loads only what it uses.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// Built beside and swapped in, so that a gxops called meanwhile finds a whole build.
const fresh = join(root, `dist.${process.pid}.tmp`);
await build({
  absWorkingDir: root,
  // The second one is run as a process of its own: SQLite cannot be interrupted inside a step, a process can be killed.
  entryPoints: { main: 'src/main.ts', 'sqlite-child': 'src/world/sqlite-child.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.GXOPS_VERSION': JSON.stringify(version) },
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
const dist = join(root, 'dist');
const old = join(root, `dist.${process.pid}.old.tmp`);
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
