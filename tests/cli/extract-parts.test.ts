/** Large extractions in parts with the real program on SQLite: cut, killed, resumed, damaged, over the cap, opened by age and by ourselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { start } from '../stand-ins/bin.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';

const ROWS = 600;
const SQL = 'select id, invoice_no, seller_code, amount, remark from invoice';
const withAge = spawnSync('age', ['--version']).status === 0;
let at: ExtractionSite;

beforeAll(async () => {
  at = await extractionSite(ROWS);
});
afterAll(() => at.remove());
beforeEach(() => parts(300));

let lowered = 2_000_000;
const parts = (rows: number): void => {
  if (rows !== lowered) at.edit(`partRows: ${lowered}`, `partRows: ${rows}`);
  lowered = rows;
};
const approved = async (sql: string, ...more: string[]): Promise<string> => {
  const id = await at.applied(sql, ...more);
  for (const who of ['chen', 'qin', 'he']) await at.approve(id, who);
  return id;
};
const folder = (id: string): string => join(at.site.dir, 'runs', id, 'parts');
const sealed = (id: string): string[] => (existsSync(folder(id)) ? readdirSync(folder(id)).sort() : []);
const manifestOf = (id: string) => JSON.parse(readFileSync(join(at.site.dir, 'exports', id, 'manifest.json'), 'utf8'));
const opened = async (id: string, file = at.dataFile(id)) => {
  const out = join(at.folder, `out-${Math.random()}`);
  const answer = await at.as('zhao', 'extract', 'open', file, '--identity', keyFile(), '--to', out);
  return { ...answer, text: existsSync(out) ? readFileSync(out, 'utf8') : undefined };
};
const keyFile = (): string => join(at.site.dir, 'keys/zhao.age');
const sorted = (text: string | undefined): string[] => (text ?? '').split('\r\n').sort();
/** Without the mark of the extraction, which is in optional quotes, and its pseudonyms. */
const bodiesOf = (id: string, type: string) => at.bodies(type).filter(({ run }) => run === runOf(id));
const runOf = (id: string) => at.bodies('approval.used').find(({ subject }) => subject === id)?.run;

describe('a large extraction', () => {
  it('is read in parts, and what opens is what one file would have been', async () => {
    const id = await approved(SQL, '--clear', 'seller_code');
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: ROWS } });
    expect(at.dataFile(id)).toMatch(/\.csv\.age\.zip$/);
    expect(sealed(id)).toEqual([]);
    const manifest = manifestOf(id);
    expect(manifest).toMatchObject({ rows: ROWS, plainOf: 'parts', snapshots: 1 });
    expect(manifest.parts.map(({ rows }: { rows: number }) => rows)).toEqual(
      [...Array.from({ length: 10 }, () => 60), 0].filter((rows) => rows > 0 || manifest.parts.length === 11),
    );
    const many = await opened(id);
    expect(many).toMatchObject({ code: 0, data: { rows: ROWS, verified: true, signer: 'zhang' } });
    parts(5_000_000);
    const other = await approved(SQL, '--clear', 'seller_code');
    await at.run(other);
    expect(at.dataFile(other)).toMatch(/\.csv\.age$/);
    const one = await opened(other);
    const plain = (text: string | undefined) => sorted(text?.replaceAll('"', ''));
    expect(plain(many.text)).toEqual(plain(one.text));
    expect(many.text?.charCodeAt(0)).toBe(0xfeff);
    expect(many.text?.split('\ufeff')).toHaveLength(2);
  });

  it.skipIf(!withAge)('the age program opens each part; behind each other they are the file', async () => {
    const id = await approved(SQL);
    await at.run(id);
    const { text } = await opened(id);
    const to = join(at.folder, 'unzipped');
    execFileSync('unzip', ['-q', '-o', at.dataFile(id), '-d', to]);
    const names = readdirSync(to).sort();
    expect(names).toEqual(manifestOf(id).parts.map(({ name }: { name: string }) => name));
    const plain = names.map((name) => execFileSync('age', ['-d', '-i', keyFile(), join(to, name)]).toString('utf8'));
    expect(plain.join('')).toBe(text);
    rmSync(to, { recursive: true });
  });

  it('JSON lines too; a spreadsheet, an ordered or a limited statement is one file', async () => {
    const lines = await approved(SQL, '--as-file', 'jsonl');
    expect(await at.run(lines)).toMatchObject({ code: 0, data: { rows: ROWS } });
    expect((await opened(lines)).text?.trimEnd().split('\n')).toHaveLength(ROWS);
    expect(at.dataFile(lines)).toMatch(/\.jsonl\.age\.zip$/);
    for (const [sql, ...more] of [[SQL, '--as-file', 'xlsx'], [`${SQL} order by issued_at`], [`${SQL} limit 300`]])
      expect(at.files(await made(sql ?? '', ...more)).some((name) => name.endsWith('.zip'))).toBe(false);
  });

  it('rows that come between the cut and the reading are in it once', async () => {
    const id = await approved(SQL);
    const db = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
    db.exec(`INSERT INTO invoice SELECT 100000 + id, invoice_no, invoice_code, seller_code, buyer_code, buyer_name, amount, tax, issued_at, status, goods, remark FROM invoice WHERE id <= 5;
      INSERT INTO invoice SELECT -id, invoice_no, invoice_code, seller_code, buyer_code, buyer_name, amount, tax, issued_at, status, goods, remark FROM invoice WHERE id <= 5`);
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: ROWS + 10 } });
    db.exec('DELETE FROM invoice WHERE id > 100000 OR id < 0');
    db.close();
    const ids = (await opened(id)).text?.split('\r\n').map((line) => line.split(',')[0]?.replaceAll(/["\t]/g, ''));
    expect(ids?.filter((one) => one === '-3' || one === '100003')).toHaveLength(2);
  });
});

const made = async (sql: string, ...more: string[]): Promise<string> => {
  const id = await approved(sql, ...more);
  expect((await at.run(id)).code).toBe(0);
  return id;
};

/** Ends the run by SIGKILL once so many parts are recorded. */
async function killedAfter(id: string, count: number): Promise<void> {
  const running = start(['--site', at.site.dir, '--as', 'zhang', 'extract', 'run', id, '--execute', '--json']);
  for (;;) {
    if (bodiesOf(id, 'extract.part').length >= count) break;
    if (running.child.exitCode !== null) throw new Error('it was finished before it could be killed');
    await new Promise((done) => setTimeout(done, 5));
  }
  running.child.kill('SIGKILL');
  await running.done;
}

describe('a broken one', () => {
  it.each([1, 4])('killed after %s parts goes on; no sealed part is read again', async (count) => {
    const id = await approved(SQL);
    await killedAfter(id, count);
    const before = bodiesOf(id, 'extract.part');
    const bytes = before.map(({ data }) => data.sha256);
    expect(at.files(id).filter((name) => !name.startsWith('.partial-'))).toEqual([]);
    expect(await at.as('zhang', 'extract', 'check')).toMatchObject({ code: 1, data: { parts: [id] } });
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: ROWS } });
    const numbers = bodiesOf(id, 'extract.part').map(({ data }) => data.part);
    expect(new Set(numbers).size).toBe(numbers.length);
    const manifest = manifestOf(id);
    expect(manifest.parts.map(({ sha256 }: { sha256: string }) => sha256)).toEqual(expect.arrayContaining(bytes));
    expect(manifest.snapshots).toBe(2);
    expect(await opened(id)).toMatchObject({ code: 0, data: { rows: ROWS, verified: true } });
  });

  it('a sealed part that was changed or is gone is found, told, and read again', async () => {
    const id = await approved(SQL);
    await killedAfter(id, 3);
    const [first, second] = bodiesOf(id, 'extract.part').map(({ data }) => Number(data.part));
    const file = (part: number | undefined) => join(folder(id), `${String(part).padStart(4, '0')}.csv.age`);
    const bytes = readFileSync(file(first));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file(first), bytes);
    rmSync(file(second));
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: ROWS } });
    expect(bodiesOf(id, 'extract.part-lost').map(({ data }) => data)).toEqual([
      { part: Math.min(first ?? 0, second ?? 0), why: (first ?? 0) < (second ?? 0) ? 'changed' : 'missing' },
      { part: Math.max(first ?? 0, second ?? 0), why: (first ?? 0) < (second ?? 0) ? 'missing' : 'changed' },
    ]);
    expect(await opened(id)).toMatchObject({ code: 0, data: { verified: true } });
  });

  it('abandoned, its parts are named by check and removed by destroy; then it is not made again', async () => {
    const id = await approved(SQL);
    await killedAfter(id, 2);
    expect((await at.as('zhang', 'extract', 'destroy', id, '--execute')).code).toBe(0);
    expect(sealed(id)).toEqual([]);
    expect((await at.run(id)).code).toBe(3);
    expect((await at.as('zhang', 'extract', 'check')).data.parts).toEqual([]);
  });

  it('one row over the cap, wherever it is: nothing stays, and it is recorded', async () => {
    const exact = await approved(SQL, '--limit', `${ROWS}`);
    const short = await approved(SQL, '--limit', `${ROWS - 1}`);
    expect(await at.run(exact)).toMatchObject({ code: 0, data: { rows: ROWS } });
    expect((await at.run(short)).code).toBe(3);
    expect([sealed(short), at.files(short)]).toEqual([[], []]);
    expect(bodiesOf(short, 'extract.parts-dropped')).toHaveLength(1);
  });
});

describe('opening refuses', () => {
  it('a part that is missing, exchanged, flipped or in another place', async () => {
    const id = await made(SQL);
    const whole = readFileSync(at.dataFile(id));
    const names = manifestOf(id).parts.map(({ name }: { name: string }) => name) as string[];
    const [a = '', b = ''] = names;
    const zip = (change: (bytes: Buffer) => Buffer) => writeFileSync(at.dataFile(id), change(Buffer.from(whole)));
    const swapped = (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replaceAll(a, '@@').replaceAll(b, a).replaceAll('@@', b), 'latin1');
    const damages: readonly ((bytes: Buffer) => Buffer)[] = [
      swapped,
      (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(b, a), 'latin1'),
      (bytes) => bytes.subarray(0, bytes.length - 100),
      (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
      ...[0.1, 0.5, 0.9].map((place) => (bytes: Buffer) => {
        const n = Math.floor(bytes.length * place);
        bytes[n] = (bytes[n] ?? 0) ^ 1;
        return bytes;
      }),
    ];
    for (const damage of damages) {
      zip(damage);
      expect(await opened(id)).toMatchObject({ code: 3, text: undefined });
    }
    zip((bytes) => bytes);
    expect((await opened(id)).code).toBe(0);
  });
});
