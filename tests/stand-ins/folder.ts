/** A folder as a value, to compare byte for byte and mode for mode. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Path below the folder -> kind, permission bits, owner, group, and the content's hash or the link's goal. Times are left out. */
export function snapshot(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of ['.', ...names].sort()) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    seen[name] = `${stat.isDirectory() ? 'folder' : 'file'} ${mode} ${stat.uid}:${stat.gid} ${contentOf(path, stat)}`;
  }
  return seen;
}

function contentOf(path: string, stat: ReturnType<typeof lstatSync>): string {
  if (stat?.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return stat?.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

/** Every regular file below a folder: path below it -> bytes. */
export function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => lstatSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name))]));
}
