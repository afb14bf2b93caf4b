/** Whether what was made still lies there as it was: hashes as a stream, and the folders there are. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { codeOf } from './guard.ts';
import { below } from './side-files.ts';

/** SHA-256 (64 hex) and size of a plain file below `dir`; undefined where absent. Stop('unreachable') where it cannot be read. */
export async function hashOf(dir: string, name: string): Promise<{ sha256: string; bytes: number } | undefined> {
  const at = await below(dir, name, false);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) {
      hash.update(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
    }
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unread(name, cause);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Names of folders directly in a folder below `dir`, sorted; links are none. Empty where it is absent. */
export async function foldersIn(dir: string, folder: string): Promise<readonly string[]> {
  const at = await below(dir, folder, false);
  try {
    const entries = await readdir(at, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw unread(folder, cause);
  }
}

function unread(path: string, cause: unknown): Stop {
  return new Stop('unreachable', t('{path} cannot be read: {code}', { path, code: codeOf(cause) }), { cause });
}
