/** Facts of the machine gxops runs on. */
import { statfs } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { Machine } from '../core/world.ts';

/** Common magic numbers of statfs(2); others are shown as hex. */
const FILESYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  16914836: 'tmpfs',
  2435016766: 'btrfs',
  26985: 'nfs',
  2035054128: 'overlay',
  4283649346: 'cifs',
  801189825: 'zfs',
  1702057286: 'fuse',
};

/** `folder` is what free space is told of: the site folder. */
export async function machineFacts(folder: string, input: boolean): Promise<Machine> {
  const space = await statfs(folder).catch(() => undefined);
  const { username, uid } = account();
  return {
    node: process.execPath,
    version: process.version,
    user: username,
    uid,
    host: hostname(),
    ...(space === undefined ? {} : { freeBytes: space.bavail * space.bsize, filesystem: nameOf(space.type) }),
    terminal: { columns: process.stdout.columns ?? 80, interactive: input && terminal() },
  };
}

/** True where a person can be asked: questions are read from stdin and shown on stderr. */
export function terminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

function account(): { username: string; uid: number } {
  try {
    const { username, uid } = userInfo();
    return { username, uid };
  } catch {
    // An account without a passwd entry, as in some containers.
    const uid = process.getuid?.() ?? -1;
    return { username: String(uid), uid };
  }
}

function nameOf(type: number): string {
  return FILESYSTEMS[type] ?? `0x${type.toString(16)}`;
}
