/** Artefacts: encrypted as they stream, whole or not there at all, and opened only when nothing was changed. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Batch, batchOf } from '../../src/core/batch.ts';
import type { Artefact, Product } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import { csvForm } from '../../src/rules/forms/csv.ts';
import { type ArtefactPlace, makeArtefact } from '../../src/world/artefact.ts';
import { openArtefact } from '../../src/world/open.ts';

/** The program the recipients have; where it is not installed our own reader stands in for it. */
const withAge = spawnSync('age', ['--version']).status === 0;
const CANARY = 'canary-of-the-plain-data-7f3kq';
let dir = '';
let key = '';
let age = '';

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gx-artefact-'));
  const identity = await generateX25519Identity();
  age = await identityToRecipient(identity);
  key = path.join(dir, 'zhao.age');
  writeFileSync(key, `# ${age}\n${identity}\n`, { mode: 0o600 });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function product(more: Partial<Product> = {}): Product {
  return {
    path: 'exports/E-1/a.csv.age',
    binding: null,
    source: { database: 'inv', sql: '', binds: {}, limit: 10_000, timeout: 10_000 },
    form: (keys) => csvForm({ masks: ['released', 'released'], keys, bom: true }),
    subject: 'E-1',
    recipients: [{ operator: 'zhao', age }],
    manifest: ({ sha256, plain, rows }) => ({ sha256, plain, rows, format: 'csv' }),
    beside: { 'README.txt': 'how to open' },
    ...more,
  };
}
function batches(count: number, broken?: unknown): AsyncIterable<Batch> {
  return (async function* () {
    for (let i = 0; i < count; i++)
      yield batchOf(Array.from({ length: 100 }, (_, row) => [i * 100 + row, `${CANARY}\r\n"${row}"`]));
    if (broken !== undefined) throw broken;
  })();
}
const make = (
  asked: Product,
  rows: AsyncIterable<Batch>,
  signal?: AbortSignal,
  more: Partial<ArtefactPlace> = {},
): Promise<Artefact> => makeArtefact({ ...place(rows), ...more }, asked, () => undefined, signal);
const place = (rows: AsyncIterable<Batch>): ArtefactPlace => ({
  dir,
  rows: async () => ({ columns: ['n', 'word'], batches: rows }),
  signer: () => Promise.reject(new Error('nobody signs')),
  ask: () => Promise.reject(new Error('nobody to ask')),
  page: path.join(dir, 'no-page.html'),
});
const files = (at = path.join(dir, 'exports')): string[] =>
  existsSync(at)
    ? readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(at, name)).isFile())
    : [];
const stopOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  return error instanceof Stop ? error.verdict : String(error);
};
/** Every byte under a folder, for the hunt after plain data. */
const everything = (): string =>
  files(dir)
    .map((name) => readFileSync(path.join(dir, name), 'latin1'))
    .join('\n');

describe('made', () => {
  test.skipIf(!withAge)('the age program opens it, and hashes, rows and modes are right', async () => {
    const made = await make(product(), batches(20));
    const file = path.join(dir, made.path);
    const plain = execFileSync('age', ['-d', '-i', key, file]);
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect([hash(readFileSync(file)), hash(plain), made.rows]).toEqual([made.sha256, made.plain, 2_000]);
    expect(plain.toString('utf8').split(CANARY)).toHaveLength(2_001);
    expect(files().sort()).toEqual(['E-1/README.txt', 'E-1/a.csv.age', 'E-1/manifest.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(everything()).not.toContain(CANARY);
  });

  test('each of several recipients opens it, another key does not', async () => {
    const second = await generateX25519Identity();
    const other = path.join(dir, 'second.age');
    writeFileSync(other, second, { mode: 0o600 });
    const recipients = [...product().recipients, { operator: 'qian', age: await identityToRecipient(second) }];
    const { path: made } = await make(product({ recipients }), batches(1));
    for (const [i, identity] of [key, other].entries())
      expect((await openArtefact(path.join(dir, made), identity, path.join(dir, `out${i}`))).verified).toBe(true);
    writeFileSync(other, await generateX25519Identity());
    expect(await stopOf(openArtefact(path.join(dir, made), other, path.join(dir, 'out')))).toBe('refused');
  });

  test('rows never leave without recipients or a form', async () => {
    expect(await stopOf(make(product({ recipients: [] }), batches(1)))).toBe('refused');
    const { form: _form, ...formless } = product();
    expect(await stopOf(make(formless, batches(1)))).toBe('refused');
    expect(files()).toEqual([]);
  });

  test('what an attempt left that died before it was recorded is made anew, whole', async () => {
    const first = await make(product(), batches(1));
    rmSync(path.join(dir, 'exports/E-1/manifest.json'));
    const second = await make(product(), batches(2));
    expect([first.rows, second.rows]).toEqual([100, 200]);
    const opened = await openArtefact(path.join(dir, second.path), key, path.join(dir, 'out'));
    expect(opened).toMatchObject({ rows: 200, verified: true });
  });

  test.each([
    '../a',
    '/etc/a',
    'exports/../../a',
    'journal/a',
    'exports//a',
  ])('no place outside its own: %s', async (name) => {
    expect(await stopOf(make(product({ path: name }), batches(1)))).toBe('refused');
  });
});

describe('nothing stays', () => {
  const source = { database: 'inv', sql: '', binds: {}, limit: 150, timeout: 10_000 };
  test.each([
    ['more rows than the limit', 'refused', () => make(product({ source }), batches(2))],
    ['the source breaks', 'failed', () => make(product(), batches(3, new Error(CANARY)))],
    [
      'the disk is full',
      'failed',
      () => make(product(), batches(3, Object.assign(new Error('x'), { code: 'ENOSPC' }))),
    ],
    [
      'a form that cannot judge',
      'failed',
      () => make(product({ form: (keys) => csvForm({ masks: ['phone'], keys, bom: true }) }), batches(1)),
    ],
    [
      'a recipient that is none',
      'failed',
      () => make(product({ recipients: [{ operator: 'x', age: 'age1nonsense' }] }), batches(1)),
    ],
    ['interrupted', 'interrupted', () => make(product(), batches(3), AbortSignal.abort())],
    ['a manifest that has no JSON', 'failed', () => make(product({ manifest: () => 0.5 }), batches(1))],
  ])('%s', async (_name, verdict, work) => {
    const error = await work().catch((one: unknown) => one);
    expect(error instanceof Stop ? error.verdict : error).toBe(verdict);
    expect(JSON.stringify([(error as Stop).text, (error as Stop).message])).not.toContain(CANARY);
    expect(files()).toEqual([]);
    expect(everything()).not.toContain(CANARY);
  });

  test('a killed run leaves only an encrypted part, which the next one removes', async () => {
    const script = fileURLToPath(new URL('../fixtures/slow-artefact.ts', import.meta.url));
    const child = spawn(process.execPath, [script, dir, age, CANARY], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => child.stdout.once('data', done));
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    const left = files();
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^E-1\/\.partial-/);
    expect(statSync(path.join(dir, 'exports', left[0] ?? '')).size).toBeGreaterThan(100_000);
    expect(everything()).not.toContain(CANARY);
    await make(product(), batches(1));
    expect(files().sort()).toEqual(['E-1/README.txt', 'E-1/a.csv.age', 'E-1/manifest.json']);
  }, 30_000);
});

describe('opened', () => {
  const out = (): string => path.join(dir, 'out.csv');

  test('whole, counted and checked against the manifest', async () => {
    const made = await make(product(), batches(30));
    const opened = await openArtefact(path.join(dir, made.path), key, out());
    expect(opened).toEqual({ rows: 3_000, sha256: made.sha256, plain: made.plain, verified: true });
    expect(statSync(out()).mode & 0o777).toBe(0o600);
    expect(await stopOf(openArtefact(path.join(dir, made.path), key, out()))).toBe('refused');
  });

  test('not when one byte is cut, added or changed anywhere, nor when cut between chunks; nothing is kept', async () => {
    const made = await make(product(), batches(30));
    const file = path.join(dir, made.path);
    const bytes = readFileSync(file);
    rmSync(path.join(path.dirname(file), 'manifest.json'));
    const header = bytes.indexOf('\n---') + 48;
    const flips = [0, 20, header, header + 20, header + 65_552, bytes.length - 1, Math.floor(bytes.length / 2)];
    const broken = [
      bytes.subarray(0, -1),
      bytes.subarray(0, header + 17 + 65_552),
      Buffer.concat([bytes, Buffer.from([0])]),
      ...flips.map((at) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)))),
    ];
    for (const one of broken) {
      writeFileSync(file, one);
      expect(await stopOf(openArtefact(file, key, out()))).toBe('refused');
      expect(readdirSync(dir).filter((name) => name.startsWith('.partial') || name === 'out.csv')).toEqual([]);
    }
  });

  test('not when the manifest tells of other rows or another file; without one it is said to be unverified', async () => {
    const made = await make(product(), batches(2));
    const file = path.join(dir, made.path);
    const manifest = path.join(path.dirname(file), 'manifest.json');
    const told = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    for (const lie of [{ rows: 199 }, { sha256: '0'.repeat(64) }, { plain: '0'.repeat(64) }, { rows: 'x' }]) {
      writeFileSync(manifest, JSON.stringify({ ...told, ...lie }));
      expect(await stopOf(openArtefact(file, key, out()))).toBe('refused');
      expect(existsSync(out())).toBe(false);
    }
    rmSync(manifest);
    expect((await openArtefact(file, key, out())).verified).toBe(false);
  });

  test('not with a key file that others read, that is none, or is not there', async () => {
    const made = await make(product(), batches(1));
    const file = path.join(dir, made.path);
    chmodSync(key, 0o644);
    expect(await stopOf(openArtefact(file, key, out()))).toBe('refused');
    mkdirSync(path.join(dir, 'k'));
    for (const [name, text] of [
      ['none', ''],
      ['pass', 'age-encryption.org/v1\n'],
    ] as const) {
      writeFileSync(path.join(dir, 'k', name), text, { mode: 0o600 });
      expect(await stopOf(openArtefact(file, path.join(dir, 'k', name), out()))).toBe('usage');
    }
    expect(await stopOf(openArtefact(file, path.join(dir, 'missing'), out()))).toBe('usage');
    expect(existsSync(out())).toBe(false);
  });
});
