/** Makes a new site folder: refuses one that holds anything, and has everything on disk before it returns. */
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shellLine } from '../core/shell.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { SiteFolder } from '../core/world.ts';
import { codeOf } from './guard.ts';

/** Writes the folder's files and databases durably. Stop('usage') where `dir` is not an empty or absent folder. */
export async function establishFolder(dir: string, folder: SiteFolder): Promise<void> {
  await insistEmpty(dir);
  await makeAll(dir);
  try {
    await write(dir, folder);
  } catch (cause) {
    // It was empty or absent before: what lies there now is ours.
    for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
    throw notMade(dir, cause);
  }
}

async function write(dir: string, folder: SiteFolder): Promise<void> {
  const folders = new Set<string>([dir]);
  for (const file of folder.files) {
    await makeFolders(dir, dirname(file.path), folders);
    await writeDurably(join(dir, file.path), file.bytes, file.mode ?? 0o600);
  }
  for (const database of folder.databases) {
    await makeFolders(dir, dirname(database.path), folders);
    await fill(join(dir, database.path), database);
  }
  for (const made of folders) await sync(made);
  await sync(dirname(dir));
}

/** Each missing parent by itself: node's own recursion never ends where a folder can never be made, as in /proc. */
async function makeAll(dir: string): Promise<void> {
  const missing: string[] = [];
  for (let at = dir; (await stat(at).catch(() => undefined)) === undefined && at !== dirname(at); at = dirname(at))
    missing.unshift(at);
  try {
    for (const at of missing) await mkdir(at, { mode: 0o700 });
  } catch (cause) {
    const parent = dirname(missing[0] ?? dir);
    const code = codeOf(cause);
    throw new Stop(
      'usage',
      t('{dir} cannot be made: {code}. Allowed: a folder in which this account may write.', { dir, code }),
      {
        notDone: t('No site was made; nothing was written.'),
        next: [shellLine(['ls', '-ld', parent])],
        cause,
      },
    );
  }
}

/** A full disk, mostly; SQLite does not say more than that it was no use. */
function notMade(dir: string, cause: unknown): Stop {
  if (cause instanceof Stop) return cause;
  const code = codeOf(cause);
  return new Stop('failed', t('No site can be made in {dir}: {code}.', { dir, code }), {
    notDone: t('No site was made; nothing of it was left behind.'),
    next: [shellLine(['df', '-h', dir])],
    cause,
  });
}

async function insistEmpty(dir: string): Promise<void> {
  const seen = await stat(dir).catch(() => undefined);
  if (seen && !seen.isDirectory()) throw occupied(dir, t('{dir} is not a folder.', { dir }));
  const names = seen ? await readdir(dir) : [];
  if (names.length === 0) return;
  throw occupied(dir, t('{dir} is not empty: it holds {name}.', { dir, name: names.sort()[0] ?? '' }));
}

function occupied(dir: string, text: ReturnType<typeof t>): Stop {
  return new Stop('usage', text, {
    notDone: t('No site was made; nothing was written.'),
    safe: t('What lies there is unchanged.'),
    next: ['gxops site init NEW-FOLDER --sandbox'],
    place: { file: dir },
  });
}

async function makeFolders(dir: string, below: string, made: Set<string>): Promise<void> {
  const parts = below === '.' ? [] : below.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const path = join(dir, ...parts.slice(0, depth));
    if (made.has(path)) continue;
    await mkdir(path, { recursive: true, mode: 0o700 });
    made.add(path);
  }
}

async function writeDurably(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync().finally(() => handle.close());
}

/** One transaction a table; rows stream from their generator, so that a million fit in constant memory. */
async function fill(path: string, database: SiteFolder['databases'][number]): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const base = new DatabaseSync(path);
  try {
    // Nothing to recover before it is whole: a folder that a crash left half-made is made anew.
    base.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    for (const statement of database.schema) base.exec(statement);
    for (const { insert, rows } of database.tables) {
      const row = base.prepare(insert);
      base.exec('BEGIN');
      for (const cells of rows) row.run(...cells);
      base.exec('COMMIT');
    }
    base.exec('PRAGMA journal_mode = DELETE');
  } finally {
    base.close();
  }
  await chmod(path, 0o600);
  await sync(path.slice(0, path.lastIndexOf('/')));
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}
