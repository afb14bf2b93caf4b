/** SELinux labels of files, by the system's own tools: Node cannot read extended attributes. */

import type { FileHandle } from 'node:fs/promises';
import { access } from 'node:fs/promises';
import { runChild } from './child.ts';

const TIMEOUT = 5000;

/** The label of an open file; undefined where SELinux is off or the tool cannot tell. */
export async function labelOf(handle: FileHandle): Promise<string | undefined> {
  if (!(await selinux())) return undefined;
  const path = `/proc/${process.pid}/fd/${handle.fd}`;
  const ended = await runChild({ argv: ['stat', '-L', '-c', '%C', '--', path], timeout: TIMEOUT });
  const label = ended.stdout.toString('utf8').trim();
  return ended.how === 'exit' && ended.code === 0 && label !== '?' && label !== '' ? label : undefined;
}

/** Gives an open file the label; false where it could not be done. */
export async function relabel(handle: FileHandle, label: string): Promise<boolean> {
  const path = `/proc/${process.pid}/fd/${handle.fd}`;
  const ended = await runChild({ argv: ['chcon', '--', label, path], timeout: TIMEOUT });
  return ended.how === 'exit' && ended.code === 0;
}

async function selinux(): Promise<boolean> {
  return access('/sys/fs/selinux/enforce').then(
    () => true,
    () => false,
  );
}
