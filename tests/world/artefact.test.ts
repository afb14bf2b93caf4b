/** Artefacts: encrypted as they stream, whole with all beside them or not there at all. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, verify } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf } from '../../src/core/batch.ts';
import { canonical } from '../../src/core/json.ts';
import type { Question } from '../../src/core/question.ts';
import { Stop } from '../../src/core/stop.ts';
import { csvForm } from '../../src/rules/forms/csv.ts';
import { makeArtefact } from '../../src/world/artefact.ts';
import { batches, CANARY, type Export, newExport, SIGNER_KEY, signer, stopOf } from './exporting.ts';

/** The program the recipients have; where it is not installed our own reader stands in for it. */
const withAge = spawnSync('age', ['--version']).status === 0;
const PLAIN = ['E-1/README.txt', 'E-1/a.csv.age', 'E-1/manifest.json'];
let site: Export;

beforeEach(async () => {
  site = await newExport();
});
afterEach(() => site.remove());

const beside = (name: string): string => readFileSync(path.join(path.dirname(site.file), name), 'utf8');

describe('made', () => {
  test.skipIf(!withAge)('the age program opens it, and hashes, rows and modes are right', async () => {
    const made = await site.make(site.product(), batches(20));
    const plain = execFileSync('age', ['-d', '-i', site.key, site.file]);
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect([hash(readFileSync(site.file)), hash(plain), made.rows]).toEqual([made.sha256, made.plain, 2_000]);
    expect(made.bytes).toBe(statSync(site.file).size);
    expect(plain.toString('utf8').split(CANARY)).toHaveLength(2_001);
    expect(site.files()).toEqual(PLAIN);
    expect(statSync(site.file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(site.file)).mode & 0o777).toBe(0o700);
    expect(site.everything()).not.toContain(CANARY);
  });

  test('each of several recipients opens it, another key does not', async () => {
    const second = await generateX25519Identity();
    const other = path.join(site.dir, 'second.age');
    writeFileSync(other, second, { mode: 0o600 });
    const recipients = [...site.product().recipients, { operator: 'qian', age: await identityToRecipient(second) }];
    await site.make(site.product({ recipients }), batches(1));
    for (const [i, identityFile] of [site.key, other].entries())
      expect((await site.open({ identityFile, out: `${site.out}${i}` })).verified).toBe(true);
    writeFileSync(other, await generateX25519Identity());
    expect(await stopOf(site.open({ identityFile: other }))).toBe('refused');
  });

  test('what a form returns may be one buffer used again: each piece is done before the next is asked for', async () => {
    const buffer = new Uint8Array(300_000);
    let turn = 0;
    const form = () => ({
      head: () => new Uint8Array(),
      batch: () => buffer.fill(0x41 + (turn++ % 26)),
      tail: () => new Uint8Array(),
    });
    const made = await site.make(site.product({ form }), batches(30));
    const expected = createHash('sha256');
    for (let i = 0; i < 30; i++) expected.update(new Uint8Array(300_000).fill(0x41 + (i % 26)));
    expect(made.plain).toBe(expected.digest('hex'));
    expect((await site.open().catch((stop: Stop) => stop.verdict)) === 'refused').toBe(true);
  });

  test('it tells how far it has come a few times a second at most, and at the end', async () => {
    const told: { rows: number }[] = [];
    const place = { dir: site.dir, signer: async () => signer, ask: async () => '', page: '' };
    const rows = async () => ({ columns: ['n', 'word'], batches: batches(90) });
    await makeArtefact({ ...place, rows }, site.product(), (at) => told.push(at));
    expect(told.at(-1)).toMatchObject({ rows: 9_000 });
    expect(told.length).toBeLessThan(30);
  });

  test('rows never leave without recipients or a form', async () => {
    expect(await stopOf(site.make(site.product({ recipients: [] }), batches(1)))).toBe('refused');
    const { form: _form, ...formless } = site.product();
    expect(await stopOf(site.make(formless, batches(1)))).toBe('refused');
    expect(site.files()).toEqual([]);
  });

  test('an attempt killed after the encryption, before the manifest or after it, leaves an orphan that the next one replaces (case 78)', async () => {
    const first = await site.make(site.product(), batches(1));
    rmSync(path.join(path.dirname(site.file), 'manifest.json'));
    writeFileSync(path.join(path.dirname(site.file), 'key.age'), 'of an attempt that asked for a passphrase');
    const second = await site.make(site.product(), batches(2));
    expect([first.rows, second.rows]).toEqual([100, 200]);
    expect(site.files()).toEqual(PLAIN);
    expect(await site.open()).toMatchObject({ rows: 200, verified: true });
    rmSync(site.file);
    await site.make(site.product({ beside: {} }), batches(1));
    expect(await site.open({ out: `${site.out}2` })).toMatchObject({ rows: 100, verified: true });
  });

  test.each([
    '../a',
    '/etc/a',
    'exports/../../a',
    'journal/a',
    'exports//a',
  ])('no place outside its own: %s', async (name) => {
    expect(await stopOf(site.make(site.product({ path: name }), batches(1)))).toBe('refused');
  });
});

describe('sealed', () => {
  const never = () => {
    throw new Error('a row was read');
  };

  test('the manifest is signed over its canonical text, and the page holds it and the key', async () => {
    const manifest = () => ({ schema: 2, purpose: '</script><script>alert(1)</script>$&', rows: 1 });
    const asked: Question[] = [];
    const ask = async (question: Question) => {
      asked.push(question);
      return 'correct horse battery';
    };
    const product = site.product({ manifest, page: true, passphrase: true });
    await site.make(product, batches(1), undefined, { ask });
    const { signature, ...rest } = JSON.parse(beside('manifest.json'));
    expect(signature).toMatchObject({ operator: 'zhang', key: SIGNER_KEY });
    expect(verify(null, Buffer.from(canonical(rest)), SIGNER_KEY, Buffer.from(signature.value, 'base64'))).toBe(true);
    const page = beside('open.html');
    const [, held = ''] = /id="manifest">([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect([JSON.parse(held), held.includes('<')]).toEqual([{ ...rest, signature }, false]);
    const [, key = ''] = /id="key">([\s\S]*?)<\/script>/.exec(page) ?? [];
    expect(Buffer.from(key, 'base64').toString('latin1')).toBe(
      readFileSync(path.join(path.dirname(site.file), 'key.age'), 'latin1'),
    );
    expect(asked.map(({ kind }) => kind)).toEqual(['secret', 'secret']);
    expect(site.everything()).not.toContain('correct horse battery');
    expect(site.everything()).not.toContain('AGE-SECRET-KEY-1'.concat('canary'));
  });

  test.each([
    [
      'too short, then two that differ, then nothing that fits',
      ['short', 'long enough 12', 'another one 12', 'short'],
      'refused',
    ],
    ['too short once, then well', ['short', 'long enough 12', 'long enough 12'], 'made'],
    ['eleven characters of several bytes', ['密'.repeat(11), '密'.repeat(11), '密'.repeat(11)], 'refused'],
  ])('a passphrase typed %s', async (_name, typed, outcome) => {
    const ask = async () => typed.shift() ?? '';
    const work = site.make(site.product({ passphrase: true }), batches(1), undefined, { ask });
    expect(await work.then(() => 'made').catch((stop: Stop) => stop.verdict)).toBe(outcome);
    expect(site.files().length > 0).toBe(outcome === 'made');
  });

  test('without anybody to ask, without the signer’s key, without the page: nothing is read', async () => {
    const rows = { rows: never };
    const refused = async () => {
      throw new Stop('refused', 'no key');
    };
    const cases = [
      ['waiting', site.product({ passphrase: true }), rows],
      ['refused', site.product(), { ...rows, signer: refused }],
      ['refused', site.product({ page: true }), { ...rows, page: path.join(site.dir, 'missing.html') }],
    ] as const;
    for (const [verdict, product, more] of cases)
      expect(await stopOf(site.make(product, batches(1), undefined, more))).toBe(verdict);
    expect(existsSync(path.join(site.dir, 'exports'))).toBe(false);
  });

  test('a page without a place for the manifest is our fault, and nothing stays', async () => {
    writeFileSync(path.join(site.dir, 'page.html'), '<!doctype html>');
    expect(await stopOf(site.make(site.product({ page: true }), batches(1)))).toBe('bug');
    expect(site.files()).toEqual([]);
  });
});

describe('nothing stays', () => {
  const source = { database: 'inv', sql: '', binds: {}, limit: 150, timeout: 10_000 };
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' });
  test.each([
    ['more rows than the limit', 'refused', () => site.make(site.product({ source }), batches(2))],
    [
      'ten million rows where five thousand were expected',
      'refused',
      () => site.make(site.product(), batches(100_000)),
    ],
    ['the source breaks', 'failed', () => site.make(site.product(), batches(3, new Error(CANARY)))],
    ['the disk is full', 'failed', () => site.make(site.product(), batches(3, full))],
    [
      'a form that cannot judge',
      'failed',
      () => site.make(site.product({ form: (keys) => csvForm({ masks: ['phone'], keys, bom: true }) }), batches(1)),
    ],
    [
      'a recipient that is none',
      'failed',
      () => site.make(site.product({ recipients: [{ operator: 'x', age: 'age1nonsense' }] }), batches(1)),
    ],
    ['interrupted', 'interrupted', () => site.make(site.product(), batches(3), AbortSignal.abort())],
    ['a manifest that has no JSON', 'failed', () => site.make(site.product({ manifest: () => 0.5 }), batches(1))],
    [
      'a manifest that cannot be signed',
      'failed',
      () =>
        site.make(site.product(), batches(1), undefined, {
          signer: async () => ({
            key: '',
            sign: () => {
              throw new Error(CANARY);
            },
          }),
        }),
    ],
  ])('%s', async (_name, verdict, work) => {
    const error = await work().catch((one: unknown) => one);
    expect(error instanceof Stop ? error.verdict : error).toBe(verdict);
    expect(JSON.stringify([(error as Stop).text, (error as Stop).message])).not.toContain(CANARY);
    expect(site.files()).toEqual([]);
    expect(site.everything()).not.toContain(CANARY);
  });

  test('interrupted while the source is silent for ever', async () => {
    const silent = (async function* () {
      yield batchOf([[1, 'a']]);
      await new Promise(() => undefined);
    })();
    const controller = new AbortController();
    const work = site.make(site.product(), silent, controller.signal);
    setImmediate(() => controller.abort());
    expect(await stopOf(work)).toBe('interrupted');
    expect(site.files()).toEqual([]);
  });

  test('a killed run leaves only an encrypted part, which the next one removes', async () => {
    const script = fileURLToPath(new URL('../fixtures/slow-artefact.ts', import.meta.url));
    const argv = [script, site.dir, site.age, CANARY];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => child.stdout.once('data', done));
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    const left = site.files();
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^E-1\/\.partial-/);
    expect(statSync(path.join(site.dir, 'exports', left[0] ?? '')).size).toBeGreaterThan(100_000);
    expect(site.everything()).not.toContain(CANARY);
    await site.make(site.product(), batches(1));
    expect(site.files()).toEqual(PLAIN);
  }, 30_000);
});
