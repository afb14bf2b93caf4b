/** Side files: closed to others, whole or absent, confined to the site folder, and never taken for another. */
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/json.ts';
import { Stop } from '../../src/core/stop.ts';
import { discardFile, fetchFile, filesIn, storeFile } from '../../src/world/side-files.ts';
import { inFolder } from '../worlds/journals.ts';

async function refused(work: Promise<unknown>): Promise<void> {
  const cause = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(cause).toBeInstanceOf(Stop);
  expect((cause as Stop).verdict).toBe('refused');
}

describe('store and fetch', () => {
  test('give back the bytes, 0600 in 0700 folders whatever the umask, leaving no temporary file', async () => {
    const before = process.umask(0);
    try {
      await inFolder(async (dir) => {
        const bytes = Buffer.from([0, 255, 10, 13]);
        const side = await storeFile(dir, 'runs/R-1/pre/a', bytes);
        expect(side).toEqual({ path: 'runs/R-1/pre/a', sha256: sha256(bytes) });
        expect(await fetchFile(dir, side.path, side.sha256)).toEqual(bytes);
        expect(await fetchFile(dir, side.path, `sha256:${side.sha256}`)).toEqual(bytes);
        const mode = (name: string) => fs.statSync(path.join(dir, name)).mode & 0o777;
        expect(['runs', 'runs/R-1', 'runs/R-1/pre', 'runs/R-1/pre/a'].map(mode)).toEqual([0o700, 0o700, 0o700, 0o600]);
        expect(fs.readdirSync(path.join(dir, 'runs/R-1/pre'))).toEqual(['a']);
        await storeFile(dir, side.path, Buffer.from('other'));
        expect((await fetchFile(dir, side.path))?.toString()).toBe(String(Buffer.from('other')));
        await refused(fetchFile(dir, side.path, side.sha256));
      });
    } finally {
      process.umask(before);
    }
  });

  test('an absent file is undefined, an absent folder empty', async () => {
    await inFolder(async (dir) => {
      expect(await fetchFile(dir, 'runs/x/y')).toBeUndefined();
      expect(await filesIn(dir, 'runs/x')).toEqual([]);
      await discardFile(dir, 'runs/x/y');
    });
  });

  test.each([
    '',
    '/etc/passwd',
    '../x',
    'runs/../../x',
    'runs//x',
    './x',
    'runs/',
    'a\0b',
    'journal/x',
    'locks/x',
    'journal',
  ])('no file at %j', async (name) => {
    await inFolder(async (dir) => {
      await refused(storeFile(dir, name, Buffer.from('x')));
      await refused(fetchFile(dir, name));
      await refused(discardFile(dir, name));
    });
  });

  test('no link leads out, on the way or at the end', async () => {
    await inFolder(async (dir) => {
      await inFolder(async (outside) => {
        fs.writeFileSync(path.join(outside, 'secret'), 'secret');
        fs.symlinkSync(outside, path.join(dir, 'runs'));
        await refused(storeFile(dir, 'runs/x', Buffer.from('x')));
        await refused(fetchFile(dir, 'runs/secret'));
        await refused(discardFile(dir, 'runs/secret'));
        fs.symlinkSync(path.join(outside, 'secret'), path.join(dir, 'link'));
        await refused(fetchFile(dir, 'link'));
        await storeFile(dir, 'link', Buffer.from('own'));
        expect(fs.readFileSync(path.join(outside, 'secret'), 'utf8')).toBe('secret');
        expect(fs.readdirSync(outside)).toEqual(['secret']);
      });
    });
  });

  test('any path either stays below the folder or is refused', async () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b c', '…', '%2e%2e', '\\..\\');
    await inFolder(async (outer) => {
      const dir = path.join(outer, 'site');
      fs.mkdirSync(dir);
      await fc.assert(
        fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
          await storeFile(dir, parts.join('/'), Buffer.from('x')).catch((cause: unknown) =>
            expect(cause).toBeInstanceOf(Stop),
          );
          expect(fs.readdirSync(outer)).toEqual(['site']);
        }),
        { numRuns: 60 },
      );
    });
  });
});

test('files are named sorted, plain ones only; discarding takes a file or a whole folder', async () => {
  await inFolder(async (dir) => {
    for (const name of ['b', 'a', 'c/d']) await storeFile(dir, `runs/R-1/${name}`, Buffer.from(name));
    fs.writeFileSync(path.join(dir, 'runs/R-1/.left-over.part'), '');
    expect(await filesIn(dir, 'runs/R-1')).toEqual(['a', 'b']);
    await discardFile(dir, 'runs/R-1/a');
    expect(await filesIn(dir, 'runs/R-1')).toEqual(['b']);
    await discardFile(dir, 'runs/R-1');
    expect(fs.readdirSync(path.join(dir, 'runs'))).toEqual([]);
  });
});
