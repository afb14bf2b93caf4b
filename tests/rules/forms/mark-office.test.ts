/** What a spreadsheet program leaves of the invisible mark when it saves a file again: of a workbook enough, of a CSV nothing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { batchOf } from '../../../src/core/batch.ts';
import { secretBits } from '../../../src/core/keyed.ts';
import { zipMembers } from '../../../src/core/unzip.ts';
import { formFor } from '../../../src/rules/forms/form.ts';
import { agreement, isProven, type SeenMarks } from '../../../src/rules/forms/mark-judge.ts';
import { csvMarks } from '../../../src/rules/forms/mark-reader.ts';
import { sheetMarks } from '../../../src/rules/forms/mark-sheet.ts';
import { zipOf } from '../../../src/world/zip.ts';
import { officeMissing } from '../../stand-ins/office.ts';
import { KEYS } from './reference.ts';

const NAMES = ['合同', '税号', '备注'];
const ROWS = batchOf(Array.from({ length: 1_500 }, (_, n) => [`HT-${n}号合同`, `91450103MA${1_000_000 + n}X`, '月结']));

async function fileOf(format: 'csv' | 'xlsx'): Promise<Uint8Array> {
  const masks = ['released', 'credit-code', 'clear'];
  const form = formFor(format, { masks, keys: KEYS, bom: true, watermark: ['E-1', 'zhang'] });
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(form.head(NAMES));
    yield Buffer.from(form.batch(ROWS));
    yield Buffer.from(form.tail());
  }
  const { pack } = form;
  const parts: Uint8Array[] = [];
  const bytes = pack === undefined ? pieces() : zipOf(pack.others(NAMES), pack.member, pieces());
  for await (const piece of bytes) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

/** The file as LibreOffice saves it again in its own format. */
function savedAgain(name: string, bytes: Uint8Array): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-saved-'));
  try {
    writeFileSync(join(folder, name), bytes);
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`;
    const to = ['--convert-to', name.split('.').at(-1) ?? '', '--outdir', join(folder, 'out')];
    execFileSync('soffice', [profile, '--headless', ...to, join(folder, name)], { stdio: 'ignore', timeout: 100_000 });
    return readFileSync(join(folder, 'out', name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function workbookMarks(zip: Uint8Array): Promise<SeenMarks> {
  const marks = sheetMarks();
  for (const [part, take] of [
    ['sharedStrings', marks.shared],
    ['worksheets/', marks.sheet],
  ] as const)
    for (const member of zipMembers(zip) ?? []) {
      if (!member.name.includes(part)) continue;
      const decoder = new TextDecoder();
      for await (const piece of member.bytes()) take(decoder.decode(piece, { stream: true }));
    }
  return marks.end();
}

const TABLES = [secretBits(KEYS.mark), ...Array.from({ length: 30 }, (_, n) => secretBits(Buffer.from(`other ${n}`)))];
const proven = (seen: SeenMarks): number[] =>
  TABLES.flatMap((table, n) => (isProven(agreement(seen, table), TABLES.length) ? [n] : []));

test.skipIf(officeMissing !== undefined)(
  'a workbook saved again by LibreOffice still names its extraction, a CSV nobody',
  async () => {
    const workbook = await fileOf('xlsx');
    expect(proven(await workbookMarks(workbook))).toEqual([0]);
    const again = savedAgain('a.xlsx', workbook);
    expect(zipMembers(again)?.some(({ name }) => name.endsWith('sharedStrings.xml'))).toBe(true);
    expect(proven(await workbookMarks(again))).toEqual([0]);
    const csv = csvMarks();
    csv.take(savedAgain('a.csv', await fileOf('csv')));
    expect(proven(csv.end())).toEqual([]);
  },
  240_000,
);
