/** The few calls on the file system that the journal stands on, as one value, so that each can be watched, delayed or refused. */
import fs from 'node:fs';

/** What a path or an open file is. Times in nanoseconds. */
export interface Seen {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly inode: bigint;
  readonly device: bigint;
  readonly size: number;
  readonly links: number;
  readonly owner: number;
  readonly mode: number;
  readonly changed: bigint;
}

/** Synchronous on purpose: one append is shorter than a thread's round trip. All throw the system's own errors. */
export interface Disk {
  open(path: string, flags: number, mode?: number): number;
  close(file: number): void;
  read(file: number, into: Uint8Array, position: number): number;
  /** May write fewer bytes than given. Without position: at the end of a file opened to append. */
  write(file: number, bytes: Uint8Array, position?: number): number;
  fdatasync(file: number): void;
  fsync(file: number): void;
  ftruncate(file: number, size: number): void;
  fchmod(file: number, mode: number): void;
  mkdir(path: string, mode: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** undefined where nothing is there. */
  lstat(path: string): Seen | undefined;
  fstat(file: number): Seen;
  /** File system type (`f_type`) and bytes free to this user. */
  statfs(path: string): { readonly type: number; readonly free: number };
  names(folder: string): string[];
}

function seen(stat: fs.BigIntStats): Seen {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other';
  return {
    kind,
    inode: stat.ino,
    device: stat.dev,
    size: Number(stat.size),
    links: Number(stat.nlink),
    owner: Number(stat.uid),
    mode: Number(stat.mode) & 0o7777,
    changed: stat.ctimeNs,
  };
}

/** The real one. */
export const disk: Disk = {
  open: (path, flags, mode) => fs.openSync(path, flags, mode),
  close: (file) => fs.closeSync(file),
  read: (file, into, position) => fs.readSync(file, into, 0, into.length, position),
  write: (file, bytes, position) => fs.writeSync(file, bytes, 0, bytes.length, position ?? null),
  fdatasync: (file) => fs.fdatasyncSync(file),
  fsync: (file) => fs.fsyncSync(file),
  ftruncate: (file, size) => fs.ftruncateSync(file, size),
  fchmod: (file, mode) => fs.fchmodSync(file, mode),
  mkdir: (path, mode) => fs.mkdirSync(path, { mode }),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  lstat(path) {
    const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? undefined : seen(stat);
  },
  fstat: (file) => seen(fs.fstatSync(file, { bigint: true })),
  statfs(path) {
    const found = fs.statfsSync(path);
    return { type: found.type, free: found.bavail * found.bsize };
  },
  names: (folder) => fs.readdirSync(folder),
};
