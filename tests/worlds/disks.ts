/** Disks that fail: the real one with something done before a call. */
import { type Disk, disk } from '../../src/world/disk.ts';

export type Call = keyof Disk;

/** Calls that change what is on the disk. */
export const CHANGING: readonly Call[] = [
  'open',
  'write',
  'fdatasync',
  'fsync',
  'ftruncate',
  'fchmod',
  'mkdir',
  'unlink',
  'rename',
];

/** The real disk, with `before` called ahead of each call, with its arguments; what it throws, the call throws. */
export function watched(before: (call: Call, args: readonly unknown[]) => void): Disk {
  const over = Object.entries(disk).map(([call, real]) => [
    call,
    (...args: unknown[]) => {
      before(call as Call, args);
      return (real as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(over) as Disk;
}

/** An error as the system makes it. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, errno: -1 });
}

/** The real disk, whose `nth` changing call (from 1) is the last thing this process does; a write is half done first. */
export function deadly(nth: number, half: boolean): Disk {
  let count = 0;
  return watched((call, args) => {
    if (!CHANGING.includes(call) || ++count !== nth) return;
    if (half && call === 'write') {
      const [file, bytes, position] = args as [number, Uint8Array, number | undefined];
      disk.write(file, bytes.subarray(0, Math.ceil(bytes.length / 2)), position);
    }
    process.kill(process.pid, 'SIGKILL');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
  });
}
