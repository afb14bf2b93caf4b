/** Makes a new site folder: refuses one that holds anything, and has everything on disk before it returns. */
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { SiteFolder } from '../core/world.ts';

/** Writes the folder's files and databases durably. Stop('usage') where `dir` is not an empty or absent folder. */
export async function establishFolder(dir: string, folder: SiteFolder): Promise<void> {
  await insistEmpty(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
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
