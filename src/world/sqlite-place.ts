/** Where a SQLite database of site.yml lies: a relative one stays below the site folder, whatever links there are on the way. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

/** The absolute path. Stop('refused') where a relative one leads out of `dir`. */
export function sqlitePlace(dir: string, file: string): string {
  const at = path.resolve(dir, file);
  if (path.isAbsolute(file)) return at;
  const folder = real(path.dirname(at));
  const home = real(dir);
  if (folder === home || folder.startsWith(`${home}${path.sep}`)) return at;
  throw new Stop('refused', t('{file} leads out of the site folder', { file }), {
    notDone: t('Nothing was read.'),
    next: ['gxops site check'],
  });
}

/** A folder that is not there leads nowhere; what is missing is said when it is opened. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}
