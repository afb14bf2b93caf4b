/** Builds dist once before the first test, and only where a source is newer than the bundle. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function setup(): void {
  const main = join(root, 'src/main.ts');
  if (!existsSync(main) || !stale(join(root, 'dist/main.cjs'))) return;
  try {
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'pipe', timeout: 120_000 });
  } catch (fault) {
    // The tests that need the bundle fail by themselves; the others are still worth running.
    process.stderr.write(`The bundle could not be built: ${fault instanceof Error ? fault.message : fault}\n`);
  }
}

function stale(bundle: string): boolean {
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join('src', name),
  );
  return [...sources, 'scripts/build.mjs', 'package.json'].some((name) => statSync(join(root, name)).mtimeMs > built);
}
