/** The journal's refusals in words. */
import fs from 'node:fs';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import type { Disk } from './disk.ts';
import { codeOf } from './guard.ts';

export const NOTHING = t('nothing was recorded and nothing was done');

/** Why the append lock was not had. */
export function heldText(pid: number | undefined, folder: string): Text {
  if (pid === undefined) return t('the journal in {folder} stayed locked by another process', { folder });
  return t('the journal in {folder} stayed locked by process {pid} ({name}, {user})', { folder, pid, ...nameOf(pid) });
}

function nameOf(pid: number): { name: string; user: string } {
  try {
    const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return { name, user: `uid ${fs.statSync(`/proc/${pid}`).uid}` };
  } catch {
    return { name: '?', user: '?' };
  }
}

/** A write that failed and was taken back: path, cause, free space. */
export function writeStop(disk: Disk, path: string, folder: string, cause: unknown): Stop {
  const code = codeOf(cause);
  const free = freeBytes(disk, folder);
  return new Stop(
    'refused',
    t('the journal cannot be written: {path}: {code}, {free} bytes free', { path, code, free }),
    {
      notDone: NOTHING,
      safe: t('everything recorded before is whole'),
      next: [`df -h ${folder}`, `df -i ${folder}`],
      data: { path, code, free, full: code === 'ENOSPC' || code === 'EDQUOT' },
      cause,
    },
  );
}

/** A sync that failed. It is never tried again: the kernel may have dropped the bytes it could not write. */
export function syncStop(path: string, cause: unknown): Stop {
  const code = codeOf(cause);
  return new Stop('refused', t('the journal was written but not made durable: {path}: {code}', { path, code }), {
    notDone: t('the record may be on the disk, but it does not count as recorded; what it announces was not done'),
    safe: t('the next record first reads again what the disk holds'),
    next: ['gxops audit verify', 'dmesg | tail'],
    data: { path, code },
    cause,
  });
}

/** The last stored line does not hold: nothing is chained behind it. */
export function brokenStop(path: string): Stop {
  return new Stop('refused', t('the last line of {path} is not what was recorded', { path }), {
    notDone: NOTHING,
    safe: t('do not edit the file; keep a copy as evidence'),
    next: ['gxops audit verify'],
  });
}

function freeBytes(disk: Disk, folder: string): string {
  try {
    return String(disk.statfs(folder).free);
  } catch {
    return '?';
  }
}
