/** What the driver is asked for, and what its own code makes of the answer: without a server, from its fetch rules to its checks of binds. */
import { createRequire } from 'node:module';
import oracledb, { type Connection, type ExecuteOptions } from 'oracledb';
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../src/world/oracle-thin.ts';

const driver = createRequire(import.meta.url);
interface DbType {
  readonly columnTypeName: string;
}
const types = driver('oracledb/lib/types.js') as Record<string, DbType>;
/** Decides by which type a column is fetched and what is done with its values. */
const ResultSet = driver('oracledb/lib/impl/resultset.js') as new () => {
  _determineFetchType(column: object, options: object, all: object[]): void;
};
const transformer = driver('oracledb/lib/transformer.js') as {
  transformValueIn(info: object, value: unknown, options: object): unknown;
};

interface Asked {
  sql?: string;
  binds?: Record<string, { val: string; type: unknown } | string | null>;
  options?: ExecuteOptions;
  broken?: boolean;
  cut?: boolean;
}

/** A connection that writes down what it is asked; its columns are of the driver's own types. */
function connection(asked: Asked): Connection {
  const metaData = [
    { name: 'A', dbColumnName: 'A', dbTypeName: 'NUMBER' },
    { name: 'A_1', dbColumnName: 'A', dbTypeName: 'VARCHAR2', byteSize: 40 },
    { name: 'T', dbTypeName: 'TIMESTAMP WITH TIME ZONE', precision: 6 },
  ];
  return {
    ...{ oracleServerVersionString: '19.21.0.0.0', callTimeout: 0, module: '', action: '', clientId: '' },
    async execute(sql, binds, options) {
      Object.assign(asked, { sql, binds, options });
      return { resultSet: { metaData, getRows: async (rows) => [[String(rows)]], close: async () => undefined } };
    },
    getStatementInfo: async () => ({ metaData }),
    break: async () => void Object.assign(asked, { broken: true }),
    close: async () => undefined,
    _impl: { nscon: { forceDisconnect: () => void Object.assign(asked, { cut: true }) } },
  };
}

describe('oracledb', () => {
  it('gives its columns the names of the server, also where two are alike', async () => {
    const session = sessionOn(connection({}), oracledb);
    const described = await session.describe('SELECT …');
    expect(described).toEqual([
      { name: 'A', type: 'NUMBER' },
      { name: 'A', type: 'VARCHAR2', bytes: 40 },
      { name: 'T', type: 'TIMESTAMP WITH TIME ZONE', digits: 6 },
    ]);
    const cursor = await session.query('SELECT …', {}, 260);
    expect(cursor.columns).toEqual(described);
    expect(await cursor.next(7)).toEqual([['7']]);
  });

  it('fetches rows as arrays, so many with the answer, by a result set', async () => {
    const asked: Asked = {};
    await sessionOn(connection(asked), oracledb).query('SELECT 1', {}, 260);
    expect(asked.options).toMatchObject({ resultSet: true, fetchArraySize: 260, prefetchRows: 260 });
    expect(asked.options?.outFormat).toBe(oracledb.OUT_FORMAT_ARRAY);
  });

  it('its own rules, with ours, make no float of a NUMBER and leave every other value as it came', async () => {
    const asked: Asked = {};
    await sessionOn(connection(asked), oracledb).query('SELECT 1', {}, 1);
    const fetched = (name: string, value: unknown): unknown => {
      const dbType = types[name];
      if (dbType === undefined) throw new Error(`the driver has no ${name}`);
      const column: { converter?: (value: unknown) => unknown } & Record<string, unknown> = {
        ...{ name: 'C', dbType, dbTypeName: dbType.columnTypeName },
      };
      new ResultSet()._determineFetchType(column, asked.options ?? {}, [column]);
      return column.converter === undefined ? value : column.converter(value);
    };
    expect(fetched('DB_TYPE_NUMBER', '12345678901234567890123456789012345678')).toBe(
      '12345678901234567890123456789012345678',
    );
    const days = { days: -1, hours: 0, minutes: 0, seconds: -5, fseconds: 0 };
    expect(fetched('DB_TYPE_INTERVAL_DS', days)).toBe('-01 00:00:05');
    expect(fetched('DB_TYPE_INTERVAL_YM', { years: 1, months: 2 })).toBe('+01-02');
    for (const name of ['NUMBER', 'INTERVAL_DS', 'INTERVAL_YM', 'DATE'])
      expect(fetched(`DB_TYPE_${name}`, null)).toBeNull();
    for (const name of [
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP_TZ',
      'TIMESTAMP_LTZ',
      'VARCHAR',
      'CHAR',
      'NVARCHAR',
      'RAW',
      'CLOB',
    ])
      expect(fetched(`DB_TYPE_${name}`, 'as it came')).toBe('as it came');
  });

  it('binds texts as CHAR, as literals are, and longer ones as VARCHAR2; its own checks take both', async () => {
    const asked: Asked = {};
    const [short, long] = ['税号 😀', '长'.repeat(700)];
    await sessionOn(connection(asked), oracledb).query('SELECT :b1', { b1: short, b2: long, b3: null, b4: '' }, 1);
    const char = oracledb.DB_TYPE_CHAR;
    expect(asked.binds).toEqual({ b1: { val: short, type: char }, b2: long, b3: null, b4: { val: '', type: char } });
    for (const value of [short, ''])
      expect(transformer.transformValueIn({ type: char, dir: 3001 }, value, { pos: 0, allowArray: true })).toBe(value);
  });

  it('cancels by a break, and cuts the socket', async () => {
    const asked: Asked = {};
    const session = sessionOn(connection(asked), oracledb);
    await session.cancel();
    session.drop();
    expect(asked).toEqual({ broken: true, cut: true });
  });
});
