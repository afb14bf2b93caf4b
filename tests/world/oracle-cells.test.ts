/** Oracle's values into cells, over a scripted session: each type in its kind, exactly, or a refusal that names the column alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, rowsOf } from '../../src/core/batch.ts';
import { Stop } from '../../src/core/stop.ts';
import { t } from '../../src/core/text.ts';
import type { OracleColumn, OracleValue } from '../../src/world/oracle-session.ts';
import { oracleSource } from '../../src/world/oracle-source.ts';
import { scriptedOracle } from '../stand-ins/oracle-script.ts';

async function cells(columns: readonly OracleColumn[], row: readonly OracleValue[]): Promise<Cell[]> {
  const { door } = scriptedOracle({ lines: [{ on: /FROM t/, columns, rows: [row] }] });
  const driver = oracleSource({ name: 'ora1', timeZone: 'UTC' }, door);
  const { batches } = await driver.rows({
    database: 'ora1',
    sql: 'SELECT * FROM t',
    binds: {},
    limit: 9,
    timeout: 9_000,
  });
  for await (const batch of batches) return rowsOf(batch)[0] ?? [];
  return [];
}
const lob = (data: string | Uint8Array | null, length = data?.length ?? 0) => ({ length, getData: async () => data });

describe('cells', () => {
  it('each type has its kind; nothing is trimmed, an empty LOB is not NULL', async () => {
    const typed: [type: string, value: OracleValue, cell: Cell, digits?: number][] = [
      ['NUMBER', '.71', { number: '0.71' }],
      ['BINARY_FLOAT', Math.fround(0.1), { number: '0.1' }],
      ['BINARY_DOUBLE', Number.NaN, 'NaN'],
      ['BINARY_DOUBLE', 1e20, { number: '100000000000000000000' }],
      ['BINARY_DOUBLE', 1e21, '1e+21'],
      ['CHAR', '7  ', '7  '],
      ['VARCHAR2', '0755', '0755'],
      ['NVARCHAR2', '𠮷🎉\n"', '𠮷🎉\n"'],
      ['DATE', '2026-02-28 00:00:00', '2026-02-28 00:00:00'],
      ['TIMESTAMP', '2026-02-28 00:00:00.120000000', '2026-02-28 00:00:00.120000', 6],
      ['RAW', Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
      ['BOOLEAN', true, 'TRUE'],
      ['CLOB', lob('长文'), '长文'],
      ['CLOB', lob(null), ''],
      ['BLOB', lob(null), new Uint8Array()],
      ['BLOB', lob(Uint8Array.of(1, 2)), Uint8Array.of(1, 2)],
      ['LONG', '长x'.repeat(40), '长x'.repeat(40)],
      ['VARCHAR2', null, null],
      ['CLOB', null, null],
    ];
    const columns = typed.map(([type, , , digits], i) => ({ name: `C${i}`, type, ...(digits ? { digits } : {}) }));
    expect(
      await cells(
        columns,
        typed.map(([, value]) => value),
      ),
    ).toEqual(typed.map(([, , cell]) => cell));
  });

  it('any well-formed text, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const kept = text.toWellFormed().replaceAll('\ufffd', '');
        expect(await cells([{ name: 'A', type: 'VARCHAR2' }], [kept])).toEqual([kept]);
      }),
      { numRuns: 100 },
    );
  });

  const canary = '13800138000';
  it.each<[string, string, OracleValue]>([
    ['U+FFFD', 'VARCHAR2', `${canary}\ufffd`],
    ['half a character', 'VARCHAR2', `${canary}\ud83d`],
    ['U+FFFD in a CLOB', 'CLOB', lob(`${canary}\ufffd`)],
    ['a float for a NUMBER', 'NUMBER', 13_800_138_000],
    ['no number for a NUMBER', 'NUMBER', `${canary}x`],
    ['a JavaScript Date', 'DATE', new Date(0) as unknown as OracleValue],
    ['an unread zone', 'TIMESTAMP WITH TIME ZONE', { unread: t('a time zone is given by name') }],
    ['a CLOB of 16 MiB and one more', 'CLOB', lob(canary, (16 << 20) + 1)],
    ['a CLOB of which a part came', 'CLOB', lob(canary, 12)],
    ['a LONG beyond 16 MiB', 'LONG', 'x'.repeat((16 << 20) + 1)],
  ])('%s is refused with the number of its column, never a value', async (_, type, value) => {
    const columns = [
      { name: 'ID', type: 'NUMBER' },
      { name: 'SECRET', type },
    ];
    const stop = await cells(columns, ['1', value]).catch((error) => error);
    expect(stop).toBeInstanceOf(Stop);
    expect(stop).toMatchObject({ verdict: 'refused', detail: { data: { column: 2 } }, text: { with: { column: 2 } } });
    expect(JSON.stringify({ ...stop, stack: stop.stack })).not.toMatch(/13800138000|13_800|138000/);
  });

  it.each([
    'XMLTYPE',
    'OBJECT',
    'MDSYS.SDO_GEOMETRY',
    'BFILE',
    'CURSOR',
    'VECTOR',
    'JSON',
  ])('%s is refused before anything runs', async (type) => {
    const { door, log } = scriptedOracle({ lines: [{ on: /FROM t/, columns: [{ name: 'A', type }] }] });
    const driver = oracleSource({ name: 'ora1', timeZone: 'UTC' }, door);
    const query = { database: 'ora1', sql: 'SELECT a FROM t', binds: {}, limit: 9, timeout: 9_000 };
    await expect(driver.rows(query)).rejects.toMatchObject({ verdict: 'refused', detail: { data: { column: 1 } } });
    expect(log.filter((line) => /^query.*FROM t/.test(line))).toEqual([]);
  });
});
