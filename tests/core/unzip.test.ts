/** Members of a package are read back whole; what is none, or is damaged, is never taken for one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zipMembers } from '../../src/core/unzip.ts';
import { zipOf } from '../../src/world/zip.ts';

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

const LONG = 'abc数据'.repeat(50_000);
const zip = await gathered(zipOf({ 'a.xml': '<a/>', 'leer.txt': '' }, 'xl/工作表.xml', one(LONG)));

test('every member by its name, packed or not', async () => {
  const found: Record<string, string> = {};
  for (const member of zipMembers(zip) ?? []) found[member.name] = (await gathered(member.bytes())).toString();
  expect(found).toEqual({ 'a.xml': '<a/>', 'leer.txt': '', 'xl/工作表.xml': LONG });
});

test('bytes behind the end do not hide it', () => {
  expect(zipMembers(Buffer.concat([zip, Buffer.from('\0\0')]))?.length).toBe(3);
});

test('what is no package is none', () => {
  expect(zipMembers(Buffer.alloc(0))).toBeUndefined();
  expect(zipMembers(Buffer.from('PK\x03\x04 and then nothing'))).toBeUndefined();
  expect(zipMembers(zip.subarray(0, zip.length - 30))).toBeUndefined();
});

test('damaged in any place it gives other bytes, an error or nothing, and ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const broken = Buffer.from(zip);
      broken[at] = (broken[at] ?? 0) ^ by;
      for (const member of zipMembers(broken) ?? []) await gathered(member.bytes()).catch(() => undefined);
    }),
    { numRuns: 300 },
  );
});
