/** Packages as streams: read back by our own reader and by another's, the same bytes for the same pieces, nothing lost when something breaks. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sheetRows } from '../../src/world/row-count.ts';
import { memberOf, zipOf } from '../../src/world/zip.ts';

const withPython = spawnSync('python3', ['--version']).status === 0;
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'gx-zip-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const OTHERS = { '[Content_Types].xml': '<Types/>', '说明/a.xml': '', 'b.xml': 'x'.repeat(10_000) };

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const one of bytes) all.push(Uint8Array.from(one));
  return Buffer.concat(all);
}

/** Pieces that all lie in one buffer, as a form's do. */
async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, ...all.map(({ length }) => length)));
  for (const one of all) {
    buffer.fill(0xaa);
    buffer.set(one);
    yield buffer.subarray(0, one.length);
  }
}

function stored(bytes: Uint8Array): string {
  const at = path.join(dir, createHash('sha256').update(bytes).digest('hex'));
  writeFileSync(at, bytes);
  return at;
}

const READ = `
import sys, zipfile, hashlib
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist(): print(i.filename, i.date_time[0], hashlib.sha256(z.read(i)).hexdigest())
`;
const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

describe('written', () => {
  const piece = fc.uint8Array({ maxLength: 200_000, size: 'max' });
  test('whatever the pieces, our reader finds them whole, and the same ones make the same package', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (all) => {
        const zip = await whole(zipOf(OTHERS, 'xl/big.xml', pieces(...all)));
        const at = stored(zip);
        expect(sha(await whole(memberOf(at, 'xl/big.xml')))).toBe(sha(Buffer.concat(all)));
        expect((await whole(memberOf(at, '说明/a.xml'))).length).toBe(0);
        expect(sha(await whole(zipOf(OTHERS, 'xl/big.xml', pieces(...all))))).toBe(sha(zip));
        rmSync(at);
      }),
      { numRuns: 25 },
    );
  });

  test.skipIf(!withPython)(
    'python’s zipfile reads every member, names in Chinese too, and finds no fault',
    async () => {
      const large = Array.from({ length: 40 }, (_, i) => Buffer.from(`<row r="${i}">`.repeat(9_000)));
      const at = stored(await whole(zipOf(OTHERS, 'xl/big.xml', pieces(...large))));
      const { stdout, stderr } = spawnSync('python3', ['-c', READ, at], {
        env: { PYTHONIOENCODING: 'utf-8', ...process.env },
      });
      expect(String(stderr)).toBe('');
      const members = { ...OTHERS, 'xl/big.xml': Buffer.concat(large) };
      expect(String(stdout).trim().split('\n')).toEqual(
        Object.entries(members).map(([name, content]) => `${name} 1980 ${sha(content)}`),
      );
    },
  );

  test('what breaks the pieces breaks the package; who stops early stops the pieces', async () => {
    const broken = async function* () {
      yield new Uint8Array(500_000);
      throw new Error('the source broke');
    };
    await expect(whole(zipOf({}, 'a', broken()))).rejects.toThrow('the source broke');
    let closed = false;
    const endless = async function* () {
      try {
        for (let i = 0; ; i++) yield Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * n * 31 + i) & 255));
      } finally {
        closed = true;
      }
    };
    for await (const bytes of zipOf({}, 'a', endless())) if (bytes.length > 1_000) break;
    await expect.poll(() => closed).toBe(true);
  });
});

describe('read', () => {
  test('no package, a cut one, a missing member: an error, never an empty answer', async () => {
    const zip = await whole(zipOf(OTHERS, 'a', pieces(Buffer.alloc(300_000, 'abc'))));
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK\x03\x04'), zip.subarray(0, -30), zip.subarray(0, 200)])
      await expect(whole(memberOf(stored(bytes), 'a'))).rejects.toThrow();
    await expect(whole(memberOf(stored(zip), 'missing'))).rejects.toThrow('0 members');
    const bad = Buffer.from(zip);
    const inside = zip.length - 400;
    bad[inside] = (bad[inside] ?? 0) ^ 0xff;
    await expect(whole(memberOf(stored(bad), 'a'))).rejects.toThrow();
  });

  test('rows of a sheet are counted wherever the pieces are cut', async () => {
    for (const filler of [1, 7, 16_370, 16_384, 65_533]) {
      const rows = Array.from(
        { length: 50 },
        (_, i) => `<row r="${i + 1}"><c/>${'x'.repeat(filler)}</row><rowBreaks/>`,
      );
      const sheet = pieces(...rows.map((row) => Buffer.from(row)));
      expect(await sheetRows(stored(await whole(zipOf({}, 'xl/worksheets/sheet1.xml', sheet))))).toBe(49);
    }
  });
});
