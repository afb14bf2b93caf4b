/** Keys and new site folders on a real disk: what is made, for whose eyes, and what is refused. */
import { createPublicKey, verify } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Decrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import { establishFolder } from '../../src/world/establish.ts';
import { keyFiles, makeKeyPairs, unlock } from '../../src/world/keys.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-keys-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const never = async (): Promise<string> => {
  throw new Error('nobody should have been asked');
};

async function refusal(work: Promise<unknown>): Promise<Stop> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof Stop) return error;
  throw error ?? new Error('not refused');
}

function fits(statement: string, signature: string, key: string): boolean {
  return verify(null, Buffer.from(statement), createPublicKey(key), Buffer.from(signature, 'base64'));
}

const signWith = async (file: string, statement: string, passphrase: () => Promise<string>) =>
  (await unlock(file, passphrase)).sign(statement);

describe('keys', () => {
  it('a sandbox pair signs without a question; all four files are 0600', async () => {
    const made = await makeKeyPairs(join(home, 'a'), 'li', undefined);
    const files = keyFiles(join(home, 'a'), 'li');
    for (const file of Object.values(files)) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(files.keyPub, 'utf8')).toBe(made.key);
    expect(readFileSync(files.agePub, 'utf8').trim()).toBe(made.age);
    const signature = await signWith(files.key, 'statement', never);
    expect([fits('statement', signature, made.key), fits('another', signature, made.key)]).toEqual([true, false]);
  });

  it('with a passphrase both private halves are encrypted, and only that passphrase opens them', async () => {
    const made = await makeKeyPairs(join(home, 'b'), 'li', 'correct horse battery');
    const files = keyFiles(join(home, 'b'), 'li');
    expect(readFileSync(files.key, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(fits('s', await signWith(files.key, 's', async () => 'correct horse battery'), made.key)).toBe(true);
    const wrong = await refusal(signWith(files.key, 's', async () => 'wrong'));
    expect(wrong.verdict).toBe('refused');
    const opener = new Decrypter();
    opener.addPassphrase('correct horse battery');
    expect(await opener.decrypt(readFileSync(files.age), 'text')).toMatch(/^AGE-SECRET-KEY-1/m);
  });

  it('a key is never replaced', async () => {
    await makeKeyPairs(join(home, 'c'), 'li', undefined);
    const before = readFileSync(keyFiles(join(home, 'c'), 'li').key);
    expect((await refusal(makeKeyPairs(join(home, 'c'), 'li', undefined))).verdict).toBe('refused');
    expect(readFileSync(keyFiles(join(home, 'c'), 'li').key)).toEqual(before);
  });

  it('a key file that is open to others, a link, absent, a folder or no key is refused', async () => {
    await makeKeyPairs(join(home, 'd'), 'li', undefined);
    const { key, keyPub, age } = keyFiles(join(home, 'd'), 'li');
    const link = join(home, 'd/link');
    symlinkSync(key, link);
    for (const file of [link, join(home, 'd/none'), join(home, 'd'), keyPub, age])
      expect((await refusal(signWith(file, 's', never))).verdict).toBe('refused');
    for (const mode of [0o644, 0o660, 0o601]) {
      chmodSync(key, mode);
      expect((await refusal(signWith(key, 's', never))).detail.next).toEqual([`chmod 600 ${key}`]);
    }
  });
});

describe('establishFolder', () => {
  const file = (path: string, mode?: number) => ({
    path,
    bytes: Buffer.from(path),
    ...(mode === undefined ? {} : { mode }),
  });

  it('writes files with their modes, folders 0700, and fills databases from a generator', async () => {
    const dir = join(home, 'site');
    function* rows() {
      for (let i = 0; i < 5000; i++) yield [i, `名${i}`];
    }
    const tables = [{ insert: 'insert into t values (?, ?)', rows: rows() }];
    const databases = [{ path: 'deep/t.db', schema: ['create table t (id integer primary key, name text)'], tables }];
    await establishFolder(dir, { files: [file('site.yml'), file('a/b/c', 0o644)], databases });
    const modes = ['site.yml', 'a', 'a/b', 'a/b/c', 'deep/t.db'].map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700, 0o700, 0o644, 0o600]);
    const base = new DatabaseSync(join(dir, 'deep/t.db'), { readOnly: true });
    expect(base.prepare('select count(*) as n, max(name) as last from t').get()).toEqual({ n: 5000, last: '名999' });
    base.close();
  });

  it('takes an empty folder, refuses one that holds even a hidden file, and a file', async () => {
    const dir = join(home, 'there');
    mkdirSync(dir);
    await establishFolder(dir, { files: [], databases: [] });
    writeFileSync(join(dir, '.hidden'), '');
    for (const path of [dir, join(dir, '.hidden')])
      expect((await refusal(establishFolder(path, { files: [file('x')], databases: [] }))).verdict).toBe('usage');
  });
});
