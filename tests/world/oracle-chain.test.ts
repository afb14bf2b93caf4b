/** An extraction from Oracle as the runbook makes it: both judges, the bounded read by its binds, the masks, a file. Over a scripted session. */
import { describe, expect, it } from 'vitest';
import type { Look } from '../../src/core/world.ts';
import { queryOf } from '../../src/rules/application.ts';
import { formFor } from '../../src/rules/forms/form.ts';
import { judge } from '../../src/runbooks/extract.ts';
import { loadFindings } from '../../src/runbooks/extract-checks.ts';
import type { OracleColumn } from '../../src/world/oracle-session.ts';
import { oracleSource } from '../../src/world/oracle-source.ts';
import { type Line, scriptedOracle, texts } from '../stand-ins/oracle-script.ts';
import { siteIn } from './site.ts';

const PHONE = '13800138000';
const CODE = '91450103MA5K0260EX';

const site = siteIn('/site', {
  databases: { ora1: { kind: 'oracle', connect: '10.1.2.4:1521/INV', user: 'GXOPS_RO' } },
  classification: {
    ora1: {
      'taxpayer.phone': 'phone',
      'taxpayer.region': 'clear',
      'inv.invoice.seller_code': 'credit-code',
      'inv.invoice.id': 'clear',
    },
  },
});
/** Owner, table, column, type, view, comment, key: as the dictionary of the server lists them. */
const CATALOGUE = [
  [null, 'TAXPAYER', 'PHONE', 'VARCHAR2', null, '联系电话', null],
  [null, 'TAXPAYER', 'REGION', 'VARCHAR2', null, null, null],
  [null, 'TAXPAYER', 'NOTE', 'VARCHAR2', null, null, null],
  ['INV', 'INVOICE', 'ID', 'NUMBER', null, null, 'key'],
  ['INV', 'INVOICE', 'SELLER_CODE', 'CHAR', null, null, null],
  [null, 'PEOPLE', 'TOTAL', 'NUMBER', 'view', null, null],
  [null, 'TAXPAYER', 'Quoted Name', 'VARCHAR2', null, null, null],
];
const SQL = `/* monthly */ SELECT i.id, NVL(i.seller_code, '-') AS seller, t.phone, t.note, t.region
  FROM taxpayer t JOIN inv.invoice i ON i.seller_code = t.note WHERE t.region = :region AND i.id < :most;`;
const GIVEN: readonly OracleColumn[] = [{ name: 'ID', type: 'NUMBER' }, ...texts('SELLER', 'PHONE', 'NOTE', 'REGION')];
const ROWS = [
  ['9007199254740993', CODE, PHONE, `电 １３８ ００１３ ８０００，${CODE}`, '450103'],
  ['.71', `${CODE}  `, null, '无', '450103'],
];

function oracle(...lines: readonly Line[]) {
  const double = scriptedOracle({
    lines: [...lines, { on: /all_tab_cols/i, rows: CATALOGUE }, { on: /FROM taxpayer/i, columns: GIVEN, rows: ROWS }],
  });
  const driver = oracleSource({ name: 'ora1', timeZone: site.timeZone }, double.door);
  const look = {
    ...{ rows: driver.rows, catalogue: driver.catalogue, estimate: driver.estimate, privileges: driver.privileges },
    columns: (_: string, sql: string) => driver.columns(sql),
  } as unknown as Look;
  return { ...double, look };
}
const asked = (sql: string) => ({ database: 'ora1', sql, clear: [], saved: false });

describe('an extraction from Oracle', () => {
  it('is judged by the guard and by the server, read by its binds, and leaves masked', async () => {
    const { look, binds, log } = oracle();
    const judged = await judge(asked(SQL), { look, site });
    if ('refusals' in judged) throw new Error(JSON.stringify(judged.refusals));
    expect(judged.columns).toEqual([
      ...[
        { name: 'id', mask: 'clear' },
        { name: 'seller', mask: 'whole' },
        { name: 'phone', mask: 'phone' },
      ],
      ...[
        { name: 'note', mask: 'whole' },
        { name: 'region', mask: 'clear' },
      ],
    ]);
    expect(judged.guarded.tables).toEqual(expect.arrayContaining(['taxpayer', 'inv.invoice']));
    const values = { region: '450103', most: '99999999999999999999' };
    const query = queryOf({ database: 'ora1', binds: values, limit: 10 }, judged.guarded, 10_000);
    const { columns, batches } = await look.rows(query);
    const keys = { mark: new Uint8Array(32).fill(1), join: new Uint8Array(32).fill(2) };
    const form = formFor('csv', { masks: judged.columns.map(({ mask }) => mask), keys, bom: false, watermark: [] });
    const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
    let file = decode(form.head(columns));
    for await (const batch of batches) file += decode(form.batch(batch));
    file += decode(form.tail());
    expect(file).toContain('9007199254740993');
    expect(file).toContain('0.71');
    expect(file.normalize('NFKC').replaceAll(/\s/g, '')).not.toMatch(/13800138000|91450103MA5K0260EX/);
    expect(binds.at(-1)).toEqual({ b1: '450103', b2: '99999999999999999999' });
    const run = log.find((line) => /^query.*FROM taxpayer/is.test(line)) ?? '';
    expect(run).toMatch(/t\.region = :b1 +AND i\.id < :b2/);
    expect(run).not.toMatch(/monthly|;/);
  });

  it.each([
    ['a column that the catalogue does not list', 'SELECT "Quoted Name" FROM taxpayer'],
    ['a table of somebody else', 'SELECT id FROM other.invoice'],
    ['a package', 'SELECT dbms_random.value FROM taxpayer'],
    ['a lock', 'SELECT region FROM taxpayer FOR UPDATE'],
    ['a link', 'SELECT region FROM taxpayer@far'],
  ])('%s is refused before the server hears of it', async (_, sql) => {
    const { look, log } = oracle();
    expect(await judge(asked(sql), { look, site })).toMatchObject({ refusals: [{ code: expect.any(String) }] });
    expect(log.filter((line) => /^describe|taxpayer/.test(line))).toEqual([]);
  });

  it('what the server sees otherwise, or refuses, is refused', async () => {
    const other = oracle({ on: /FROM taxpayer/i, columns: texts('REGION', 'PHONE') });
    expect(await judge(asked('SELECT region FROM taxpayer'), { look: other.look, site })).toMatchObject({
      refusals: [{ code: 'judges-differ' }],
    });
    const none = oracle({ on: /FROM taxpayer/i, described: `ORA-00942: ${PHONE} does not exist` });
    const judged = await judge(asked('SELECT region FROM taxpayer'), { look: none.look, site });
    expect(judged).toMatchObject({ refusals: [{ code: 'database', why: { with: { code: 'ORA-00942' } } }] });
    expect(JSON.stringify(judged)).not.toContain(PHONE);
  });

  it('an account that may do more than read fails the check, a plan that cannot be seen warns', async () => {
    const rights = [['CREATE TABLE'], ['SELECT ANY TABLE'], ['EXECUTE on SYS.UTL_HTTP']];
    const mighty = oracle({ on: /session_privs/i, rows: rights }, { on: /v\$sql_plan/i, error: 'ORA-00942: no' });
    const judged = await judge(asked(SQL), { look: mighty.look, site });
    if ('refusals' in judged) throw new Error('refused');
    const query = queryOf({ database: 'ora1', binds: {}, limit: 10 }, judged.guarded, 10_000);
    const moment = { look: mighty.look, site, now: new Date(0) } as unknown as Parameters<typeof loadFindings>[1];
    expect(await loadFindings(query, moment)).toMatchObject([
      { rule: 'extract:privileges', outcome: 'fail', found: rights.flat().join('; ') },
      { rule: 'extract:cost', outcome: 'warn' },
    ]);
    const plan = [
      ['0', 'SELECT STATEMENT', null, null, null, '4711', null],
      ['1', 'TABLE ACCESS', 'FULL', 'INV', 'INVOICE', '4711', '1000000'],
    ];
    const seen = oracle({ on: /v\$sql_plan/i, rows: plan });
    const hot = { ...moment, look: seen.look, site: { ...site, hot: { ora1: ['inv.invoice'] } } };
    expect(await loadFindings(query, hot)).toMatchObject([
      { outcome: 'pass' },
      { rule: 'extract:cost', found: '4711' },
      { rule: 'extract:scan', outcome: 'fail' },
    ]);
  });
});
