/** Runs a local program whose output goes to an unlinked file: for those that leave something behind which would hold a pipe open. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { cleanEnvironment, type Ended, endTree, type Running, UNSTARTED } from './child.ts';

const KEPT = 64 * 1024;

/**
 * Until the program itself ends; what it left in the background lives on. Its output, both streams, is `stderr`.
 * After an interruption nothing is started any more.
 */
export async function runToFile(running: Running): Promise<Ended> {
  const output = await unlinkedFile('');
  try {
    if (running.signal?.aborted) return UNSTARTED;
    const [file = '', ...args] = running.argv;
    const env = cleanEnvironment(running.env);
    const child = spawn(file, args, { env, cwd: '/', detached: true, stdio: ['ignore', output.fd, output.fd] });
    let how: Ended['how'] = 'exit';
    const end = (why: 'timeout' | 'aborted') => {
      how = why;
      if (child.pid !== undefined) endTree(child.pid, 'SIGKILL');
    };
    const timer = setTimeout(() => end('timeout'), running.timeout);
    const aborted = () => end('aborted');
    running.signal?.addEventListener('abort', aborted, { once: true });
    const code = await new Promise<number | undefined>((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('exit', (exit) => resolve(exit ?? -1));
    });
    clearTimeout(timer);
    running.signal?.removeEventListener('abort', aborted);
    const stderr = await tailOf(output);
    return { how: code === undefined ? 'missing' : how, code: code ?? -1, stdout: Buffer.alloc(0), stderr };
  } finally {
    await output.close();
  }
}

/** A file of mode 0600 without a name; what is read from it starts at its head, what is written goes to its end. */
export async function unlinkedFile(text: string): Promise<FileHandle> {
  const path = `/tmp/.gxops-${randomBytes(12).toString('hex')}`;
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(path, flags, 0o600);
  await unlink(path);
  const bytes = Buffer.from(text, 'utf8');
  // Positioned, so that the offset which the reader inherits stays at the head; O_APPEND puts them at the end all the same.
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, done)).bytesWritten;
  }
  return handle;
}

/** The last 64 KiB. */
export async function tailOf(output: FileHandle): Promise<Buffer> {
  const { size } = await output.stat();
  const length = Math.min(size, KEPT);
  if (length === 0) return Buffer.alloc(0);
  const { buffer, bytesRead } = await output.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}
