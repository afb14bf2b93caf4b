/** The thread that seals: what it writes is what was pushed, its failures are told with their code, and it ends when it is told to. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWith, sealFor } from '../../src/world/age-file.ts';
import { sinkBeside } from '../../src/world/artefact-beside.ts';
import { newFile } from '../../src/world/artefact-file.ts';
import type { Sink } from '../../src/world/artefact-sink.ts';

let dir: string;
let identity: string;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gx-beside-'));
  identity = await generateX25519Identity();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (): string => path.join(dir, 'a.age');
const seal = async () => sealFor([await identityToRecipient(identity)]);

/** Pieces of uneven sizes out of one buffer that is used again. */
async function pushed(sink: Sink, pieces: number): Promise<string> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(700_000);
  for (let i = 0; i < pieces; i++) {
    const piece = buffer.fill(i).subarray(0, (i * 77_773) % buffer.length);
    hash.update(piece);
    sink.push(piece);
    await sink.drain();
  }
  return hash.digest('hex');
}

test('hashes, size and content are those of what was pushed', async () => {
  const sink = sinkBeside(await newFile(at()), await seal());
  const plain = await pushed(sink, 40);
  const sunk = await sink.finish();
  await sink.close();
  const file = readFileSync(at());
  const sha256 = createHash('sha256').update(file).digest('hex');
  expect(sunk).toEqual({ sha256, plain, bytes: file.length });
  const opened = createHash('sha256');
  const opening = openWith([identity], (bytes) => opened.update(bytes));
  await opening.push(file);
  opening.end();
  expect(opened.digest('hex')).toBe(plain);
});

test('the file key moves to the thread: nothing of it is left here', async () => {
  const one = await seal();
  const sink = sinkBeside(await newFile(at()), one);
  expect(one.fileKey.buffer.byteLength).toBe(0);
  await sink.finish();
  await sink.close();
});

test('a write that fails is told with its code, while pushing as at the end', async () => {
  writeFileSync(at(), '');
  const readable = (): Promise<FileHandle> => open(at(), 'r');
  const busy = sinkBeside(await readable(), await seal());
  await expect(pushed(busy, 200)).rejects.toMatchObject({ code: 'EBADF' });
  await busy.close();
  const short = sinkBeside(await readable(), await seal());
  short.push(new Uint8Array(3));
  await expect(short.finish()).rejects.toMatchObject({ code: 'EBADF' });
  await short.close();
});

test('closed in the middle, the thread ends and writes no more', async () => {
  const sink = sinkBeside(await newFile(at()), await seal());
  await pushed(sink, 20);
  await sink.close();
  const { size } = statSync(at());
  await new Promise((resolve) => setImmediate(resolve));
  expect(statSync(at()).size).toBe(size);
  await expect(sink.finish()).rejects.toThrow();
});
