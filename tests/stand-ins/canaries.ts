/** Looks for planted values in all that a process may have left on a disk or in shared memory, in the forms in which plain data lies about. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { descendants } from './offspring.ts';

/** One way in which a value may lie in a file. */
interface Trace {
  readonly form: string;
  readonly bytes: Buffer;
}

/** UTF-8, UTF-16 of both orders, hex of both cases, and base64 at each of its three places. Values of eight characters and more. */
export function tracesOf(value: string): readonly Trace[] {
  const bytes = Buffer.from(value, 'utf8');
  const little = Buffer.from(value, 'utf16le');
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The first and the last characters mix with what stands beside the value.
    return padded.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [
    { form: 'UTF-8', bytes },
    { form: 'UTF-16LE', bytes: little },
    { form: 'UTF-16BE', bytes: Buffer.from(little).swap16() },
    { form: 'hex', bytes: Buffer.from(hex) },
    { form: 'HEX', bytes: Buffer.from(hex.toUpperCase()) },
    ...base64.map((text) => ({ form: 'base64', bytes: Buffer.from(text) })),
  ];
}

/** `path: value as form` for every planted value in a file's bytes or name below the folders; `except` says which paths must hold them. */
export function canariesBelow(
  folders: readonly string[],
  values: readonly string[],
  except: (path: string) => boolean = () => false,
): string[] {
  const paths = folders.flatMap(filesBelow).filter((path) => !except(path));
  return paths.flatMap((path) => found(path, Buffer.concat([Buffer.from(`${path}\0`), contentOf(path)]), values));
}

/**
 * The same for what a living process and those below it hold open: a file that was removed as soon as it was made has no name any more,
 * and its bytes are on the disk all the same.
 */
export function canariesHeld(pid: number, values: readonly string[], except: (path: string) => boolean): string[] {
  return descendants(pid).flatMap((one) =>
    namesIn(`/proc/${one}/fd`).flatMap((name) => {
      const held = `/proc/${one}/fd/${name}`;
      const path = heldPath(held);
      return path === undefined || except(path) ? [] : found(path, contentOf(held), values);
    }),
  );
}

function heldPath(held: string): string | undefined {
  try {
    return statSync(held).isFile() ? readlinkSync(held) : undefined;
  } catch {
    return undefined;
  }
}

function found(path: string, bytes: Buffer, values: readonly string[]): string[] {
  return values.flatMap((value) =>
    tracesOf(value)
      .filter((trace) => bytes.includes(trace.bytes))
      .map(({ form }) => `${path}: ${value} as ${form}`),
  );
}

/** Every regular file, also those that begin with a dot; what goes meanwhile is none. */
export function filesBelow(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const kind = lstatSync(path, { throwIfNoEntry: false });
    if (kind?.isDirectory()) return filesBelow(path);
    return kind?.isFile() ? [path] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
