/** A spreadsheet as the recipient gets it: made, sealed, opened, and read by programs that are not ours. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf } from '../../src/core/batch.ts';
import { formFor } from '../../src/rules/forms/form.ts';
import { type Export, newExport, stopOf } from './exporting.ts';

const withPython = spawnSync('python3', ['--version']).status === 0;
const withCalc =
  existsSync('/usr/lib/libreoffice/program/libsclo.so') && spawnSync('soffice', ['--version']).status === 0;
const ROWS = [
  [{ number: '1' }, '24500000000000000001', '=1+1', '南宁市“某”公司,\n第二行', { number: '100.00' }],
  [{ number: '1234567890123456789' }, '0012', '+8613800138000', ' 前后空格 ', null],
  [{ number: '-0.5' }, '2024-01-02 03:04:05', '@x', '<&>"\'_x0041_', { number: '123456789012.34' }],
];
const COLUMNS = ['n', 'code', 'formula', '名称', 'amount'];
let site: Export;

beforeEach(async () => {
  site = await newExport();
});
afterEach(() => site.remove());

async function made(): Promise<string> {
  const product = site.product({
    form: (keys) =>
      formFor('xlsx', { masks: COLUMNS.map(() => 'released'), keys, bom: false, watermark: ['E-1', 'zhang'] }),
    manifest: ({ sha256, plain, rows, bytes }) => ({ schema: 2, sha256, plain, rows, bytes, format: 'xlsx' }),
  });
  const batches = (async function* () {
    for (const row of ROWS) yield batchOf([row]);
  })();
  await site.make(product, batches, undefined, { rows: async () => ({ columns: COLUMNS, batches }) });
  const out = path.join(site.dir, 'out.xlsx');
  expect(await site.open({ out })).toMatchObject({ rows: ROWS.length, verified: true });
  return out;
}

const PARSE = `
import sys, zipfile, xml.etree.ElementTree as e
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for n in z.namelist(): e.fromstring(z.read(n))
m = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
for r in e.fromstring(z.read('xl/worksheets/sheet1.xml')).iter(m + 'row'):
    print(repr([''.join(c.itertext()) for c in r.iter(m + 'c')]))
`;

test.skipIf(!withPython)('python finds a sound package, well-formed parts, and every cell', async () => {
  const { stdout, stderr } = spawnSync('python3', ['-c', PARSE, await made()], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(ROWS.length + 1);
  expect(lines[0]).toBe("['n', 'code', 'formula', '名称', 'amount']");
  expect(lines[2]).toBe("['1234567890123456789', '0012', '+8613800138000', ' 前后空格 ']");
});

test.skipIf(!withCalc)(
  'LibreOffice shows every digit and no formula’s result, and names both sheets',
  async () => {
    const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1';
    const home = `-env:UserInstallation=file://${site.dir}/office`;
    const argv = [home, '--headless', '--convert-to', filter, '--outdir', `${site.dir}/csv`, await made()];
    expect(spawnSync('soffice', argv, { timeout: 110_000 }).status).toBe(0);
    expect(readdirSync(`${site.dir}/csv`).sort()).toEqual(['out-数据.csv', 'out-说明.csv']);
    const data = readFileSync(`${site.dir}/csv/out-数据.csv`, 'utf8').replace(/^\ufeff/, '');
    expect(data.split(/\r?\n(?=\S)/)[1]).toBe('1,24500000000000000001,=1+1,"南宁市“某”公司,');
    expect(data).toContain('第二行",100.00\n');
    expect(data).toContain('1234567890123456789,0012,+8613800138000, 前后空格 ,\n');
    expect(data).toContain('-0.5,2024-01-02 03:04:05,@x,"<&>""\'_x0041_",123456789012.34');
    expect(readFileSync(`${site.dir}/csv/out-说明.csv`, 'utf8')).toContain('水印,E-1');
  },
  120_000,
);

test('a row count that is not the sheet’s is refused', async () => {
  await made();
  const product = site.product({
    form: (keys) => formFor('xlsx', { masks: ['released'], keys, bom: false, watermark: [] }),
    manifest: ({ sha256, plain, rows, bytes }) => ({ schema: 2, sha256, plain, rows: rows + 1, bytes, format: 'xlsx' }),
  });
  const batches = (async function* () {
    yield batchOf([['a'], ['b']]);
  })();
  await site.make(product, batches, undefined, { rows: async () => ({ columns: ['a'], batches }) });
  expect(await stopOf(site.open({ out: `${site.out}2` }))).toBe('refused');
});
