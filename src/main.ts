/** argv in, exit code out. Loads nothing for `--version`; everything else lies behind one import, with the compile cache on. */
import { accessSync, constants, writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V' || words[0] === 'version')) {
  // Opening the stream costs more than the whole rest of this.
  writeSync(1, `gxops ${process.env.GXOPS_VERSION}\n`);
} else {
  // Only the bundle: run from source, the cache would lie among the sources.
  if (import.meta.filename.endsWith('.cjs')) enableCompileCache(cacheFolder());
  const run = asksHelp() ? import('./main-help-run.ts') : import('./main-run.ts');
  void run.then((main) => main.run(words));
}

function asksHelp(): boolean {
  const ours = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return ours[0] === 'help' || ours.includes('--help') || ours.includes('-h');
}

/** Beside the build where we may write, else the user's cache; a cache that cannot be had is no failure. */
function cacheFolder(): string {
  try {
    accessSync(import.meta.dirname, constants.W_OK);
    return `${import.meta.dirname}/.cache`;
  } catch {
    return `${process.env.XDG_CACHE_HOME || `${process.env.HOME || '/nonexistent'}/.cache`}/gxops`;
  }
}
