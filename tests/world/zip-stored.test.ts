/** Packages of stored members, opened by programs that are not ours, beyond 4 GiB too. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openPackage } from '../../src/world/zip.ts';
import { directory, localHeader, type Stored, storedZip } from '../../src/world/zip-stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'gx-zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const missing = ['unzip', 'python3'].filter((name) => spawnSync('which', [name]).status !== 0);
const member = (name: string, bytes: Uint8Array): Stored => ({
  ...{ name, bytes: bytes.length, crc: crc32(bytes) },
  async *read() {
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
  },
});
async function bytesOf(members: readonly Stored[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storedZip(members)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

describe('a package', () => {
  test('its members come back as they were, in their order', async () => {
    const content = fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(content, async (all) => {
        const file = join(folder, 'a.zip');
        writeFileSync(file, await bytesOf(all.map((bytes, i) => member(`发票-${i}.csv.age`, bytes))));
        const zip = await openPackage(file);
        const back: Buffer[] = [];
        for (const one of zip.members) {
          const pieces: Uint8Array[] = [];
          for await (const piece of one.read()) pieces.push(Uint8Array.from(piece));
          back.push(Buffer.concat(pieces));
        }
        zip.close();
        expect(zip.members.map(({ name }) => name)).toEqual(all.map((_, i) => `发票-${i}.csv.age`));
        expect(back.map((one) => one.toString('hex'))).toEqual(all.map((one) => Buffer.from(one).toString('hex')));
      }),
      { numRuns: 50 },
    );
  });

  test('a member that is longer or shorter than it said is an error', async () => {
    for (const bytes of [4, 6])
      await expect(bytesOf([{ ...member('a', Buffer.from('12345')), bytes }])).rejects.toThrow('length');
  });

  test.skipIf(missing.length > 0)('unzip finds no fault in it', async () => {
    const file = join(folder, 'b.zip');
    writeFileSync(file, await bytesOf([member('a.age', Buffer.alloc(70_000, 7)), member('b.age', Buffer.alloc(0))]));
    expect(execFileSync('unzip', ['-t', file]).toString()).toContain('No errors detected');
  });

  test.skipIf(missing.length > 0)('beyond 4 GiB, sizes and places are those of ZIP64', () => {
    const large = { name: 'large.age', bytes: 5 * 2 ** 30, crc: 0 };
    const last = { name: 'last.age', bytes: 5, crc: crc32('12345') };
    const file = join(folder, 'c.zip');
    const head = localHeader(large);
    const at = head.length + large.bytes;
    const rest = Buffer.concat([localHeader(last), Buffer.from('12345')]);
    const fd = openSync(file, 'w');
    // A hole stands for the large one: nothing is really written there.
    writeSync(fd, head);
    ftruncateSync(fd, at);
    writeSync(fd, rest, 0, rest.length, at);
    const end = directory(
      [
        { ...large, at: 0 },
        { ...last, at },
      ],
      at + rest.length,
    );
    writeSync(fd, end, 0, end.length, at + rest.length);
    closeSync(fd);
    const script =
      'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print([i.file_size for i in z.infolist()], z.read("last.age"))';
    expect(execFileSync('python3', ['-c', script, file]).toString().trim()).toBe("[5368709120, 5] b'12345'");
    expect(execFileSync('unzip', ['-p', file, 'last.age']).toString()).toBe('12345');
  });
});
