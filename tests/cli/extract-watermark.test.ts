/** A leaked file with the real program: whole, in shreds, written again, of another origin, damaged, after the destruction. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';

let at: ExtractionSite;
const ids: Record<string, string> = {};
const plain: Record<string, string> = {};

const SQL = 'select invoice_no, seller_code, buyer_name, issued_at, goods, remark, amount from invoice';

beforeAll(async () => {
  at = await extractionSite(400);
  for (const [name, format] of [
    ['first', 'csv'],
    ['second', 'csv'],
    ['lines', 'jsonl'],
    ['sheet', 'xlsx'],
  ] as const) {
    const id = await at.applied(SQL, '--as-file', format);
    expect((await at.approve(id, 'chen')).code).toBe(0);
    expect((await at.run(id)).code).toBe(0);
    ids[name] = id;
    plain[name] = await opened(id);
  }
  // One that was never run leaves no trace and is not compared.
  await at.applied(SQL);
}, 300_000);
afterAll(() => at.remove());

async function opened(id: string): Promise<string> {
  const file = at.files(id).find((name) => /\.(csv|jsonl|xlsx)\.age$/.test(name)) ?? '';
  const decrypter = new Decrypter();
  const identity = readFileSync(join(at.site.dir, 'keys/zhao.age'), 'utf8');
  decrypter.addIdentity(/AGE-SECRET-KEY-1[A-Z0-9]+/.exec(identity)?.[0] ?? '');
  const out = join(at.folder, `${id}.plain`);
  writeFileSync(out, await decrypter.decrypt(readFileSync(join(at.site.dir, 'exports', id, file))));
  return out;
}

function leak(name: string, text: string | Uint8Array): Promise<Answer> {
  const file = join(at.folder, name);
  writeFileSync(file, text);
  return at.as('sun', 'extract', 'watermark', file);
}

const text = (name: string): string => readFileSync(plain[name] ?? '', 'utf8');
const shreds = (name: string): string =>
  text(name)
    .split(/(?<=\n)/)
    .filter((_, i) => i % 3 === 1)
    .reverse()
    .join('');

describe('extract watermark', () => {
  it('the whole file is known by its bytes, and by its marks', async () => {
    const answer = await at.as('sun', 'extract', 'watermark', plain.first ?? '');
    expect(answer).toMatchObject({
      code: 0,
      data: { found: ids.first, application: { requester: 'zhang', recipients: ['zhao'] } },
    });
    const candidates = answer.data.candidates as { id: string; matched: number; compared: number; proven: boolean }[];
    expect(candidates.length).toBe(4);
    expect(candidates[0]).toMatchObject({ id: ids.first, proven: true });
    expect(candidates[0]?.matched).toBe(candidates[0]?.compared);
    expect(candidates.slice(1).every(({ proven }) => !proven)).toBe(true);
    const encrypted = at.files(ids.first ?? '').find((name) => name.endsWith('.csv.age')) ?? '';
    const sealed = await at.as('sun', 'extract', 'watermark', join(at.site.dir, 'exports', ids.first ?? '', encrypted));
    expect(sealed).toMatchObject({ code: 0, data: { found: ids.first, kind: 'age' } });
  });

  it.each(['first', 'second', 'lines'])('some lines of %s, out of order, name it and no other', async (name) => {
    expect(await leak(`${name}.txt`, shreds(name))).toMatchObject({ code: 0, data: { found: ids[name] } });
  });

  it('a workbook that is not the very file is known by its styles', async () => {
    const other = Buffer.concat([readFileSync(plain.sheet ?? ''), Buffer.from('\0')]);
    expect(await leak('other.xlsx', other)).toMatchObject({ code: 0, data: { found: ids.sheet, kind: 'xlsx' } });
  });

  it('quotes written again, foreign files and nothing are undecided: exit 8, nobody named', async () => {
    const again = shreds('first').replace(/"([^",\r\n\t']+)"/g, '$1');
    for (const [name, content] of Object.entries({
      'again.csv': again,
      'foreign.csv': Array.from({ length: 500 }, (_, n) => `姓名${n},"货物${n * 7}"`).join('\n'),
      'empty.csv': '',
      'sealed.age': 'age-encryption.org/v1\n-> X25519 abc\n',
    })) {
      const answer = await leak(name, content);
      expect(answer, name).toMatchObject({ code: 8, data: { found: null, application: null } });
    }
  });

  it('what was found is recorded, with counts and no cell', async () => {
    const traced = at.bodies('extract.traced');
    expect(traced.length).toBeGreaterThan(7);
    expect(traced.find(({ subject }) => subject === ids.lines)?.data).toMatchObject({ found: ids.lines });
    expect(Object.keys(traced[0]?.data ?? {}).sort()).toEqual(['compared', 'found', 'matched', 'sha256']);
  });

  it('a file that is not there, a folder, a damaged workbook: exit 2, nothing recorded', async () => {
    const before = at.bodies('extract.traced').length;
    expect((await at.as('sun', 'extract', 'watermark', join(at.folder, 'none'))).code).toBe(2);
    expect((await at.as('sun', 'extract', 'watermark', at.folder)).code).toBe(2);
    expect((await leak('broken.xlsx', 'PK\x03\x04 no directory')).code).toBe(2);
    expect(at.bodies('extract.traced').length).toBe(before);
  });

  it('after the destruction the mark is still found, and no key comes back', async () => {
    const id = ids.second ?? '';
    expect((await at.as('zhang', 'extract', 'destroy', id, '--reason', '核对完毕', '--execute')).code).toBe(0);
    expect(await leak('late.csv', shreds('second'))).toMatchObject({ code: 0, data: { found: id } });
    expect(existsSync(join(at.site.dir, 'runs', id, 'join'))).toBe(false);
  });
});
