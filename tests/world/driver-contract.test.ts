/** The promises of a database, kept by SQLite, by a real PostgreSQL, and by Oracle over a scripted session. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cellText } from '../../src/core/batch.ts';
import { openDatabases } from '../../src/world/databases.ts';
import type { OracleColumn, OracleValue } from '../../src/world/oracle-session.ts';
import { oracleSource } from '../../src/world/oracle-source.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { type Line, scriptedOracle } from '../stand-ins/oracle-script.ts';
import { postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { CANARY, driverContract, SAMPLES, type Subject, sampleRow } from './driver-contract.ts';
import { siteIn } from './site.ts';

async function sqlite(): Promise<Subject> {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-contract-'));
  const file = join(dir, 'db.sqlite');
  const database = new DatabaseSync(file);
  database.exec(`CREATE TABLE sample (id INTEGER PRIMARY KEY, code TEXT, big INTEGER, amount DECIMAL(9,2), note TEXT, raw BLOB);
    BEGIN`);
  const insert = database.prepare('INSERT INTO sample VALUES (?, ?, 9007199254740993, 0.71, ?, ?)');
  for (let id = 1; id <= SAMPLES; id++) {
    const [, code, , , note, raw] = sampleRow(id);
    insert.run(id, code as string, note as string | null, raw as Uint8Array);
  }
  database.exec('COMMIT');
  database.close();
  const all = openDatabases(siteIn(dir, { databases: { db: { kind: 'sqlite', file } } }));
  return {
    driver: {
      ...{ rows: all.rows, estimate: all.estimate, columns: (sql) => all.columns('db', sql) },
      ...{ catalogue: () => all.catalogue('db'), fingerprint: () => all.fingerprint('db') },
      ...{ privileges: () => all.privileges('db'), reach: () => all.reach('db') },
    },
    endless: 'SELECT count(*) FROM sample a, sample b, sample c WHERE a.id + b.id + c.id < 0',
    wrong: [`SELECT '${CANARY}' || nothing FROM sample`, `SELECT "${CANARY}" FROM nowhere`, 'DELETE FROM sample'],
    stop: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

async function postgres(): Promise<Subject> {
  const server = await startPostgres();
  server.sql(`CREATE TABLE sample (id bigint PRIMARY KEY, code text, big bigint, amount numeric(9,2), note text, raw bytea);
    INSERT INTO sample SELECT i, '0755', 9007199254740993, 0.71, CASE WHEN i <> 2 THEN E'𠮷🎉\\n"${CANARY}' END,
      decode(lpad(to_hex(i % 256), 2, '0') || '00ff', 'hex') FROM generate_series(1, ${SAMPLES}) i;
    CREATE ROLE gxops_ro LOGIN PASSWORD '${READER}'; GRANT SELECT ON sample TO gxops_ro`);
  return {
    driver: postgresDriver(
      { kind: 'postgres', host: '127.0.0.1', port: server.port, database: 'postgres', user: 'gxops_ro' },
      { name: 'db', dir: '/', timeZone: 'UTC', secret: async () => new Secret(READER) },
    ),
    endless: 'SELECT count(*) FROM sample a, sample b, sample c WHERE a.id + b.id + c.id < 0',
    wrong: [
      ...['SELECT note::date FROM sample', `SELECT '${CANARY}x'::bigint FROM sample`, 'DELETE FROM sample'],
      ...[`SELECT "${CANARY}" FROM sample`, 'SELECT 1 FROM nowhere'],
    ],
    stop: () => server.stop(),
  };
}

const COLUMNS: readonly OracleColumn[] = [
  ...[
    { name: 'ID', type: 'NUMBER', bytes: 22 },
    { name: 'CODE', type: 'VARCHAR2', bytes: 4 },
  ],
  ...[
    { name: 'BIG', type: 'NUMBER', bytes: 22 },
    { name: 'AMOUNT', type: 'NUMBER', bytes: 22 },
  ],
  ...[
    { name: 'NOTE', type: 'VARCHAR2', bytes: 400 },
    { name: 'RAW', type: 'RAW', bytes: 16 },
  ],
];

/** As the driver gives it: `.71` for an amount. */
function given(id: number): OracleValue[] {
  return sampleRow(id).map((cell, c) =>
    cell instanceof Uint8Array ? cell : c === 3 ? '.71' : (cellText(cell) ?? null),
  );
}

async function oracle(): Promise<Subject> {
  const rows = (n: number) => (n < SAMPLES ? given(n + 1) : undefined);
  const turned = (n: number) => (n < SAMPLES ? given(SAMPLES - n) : undefined);
  const lines: Line[] = [
    { on: /STANDARD_HASH/, columns: COLUMNS, rows: turned },
    { on: /V\$SQL_PLAN/i, error: 'ORA-00942: table or view does not exist' },
    { on: /endless/, columns: [{ name: 'N', type: 'NUMBER' }], hangs: 'cancelled' },
    { on: /to_date/, columns: COLUMNS, after: { rows: 0, error: `ORA-01841: not a year: '${CANARY}'` } },
    { on: /to_number/, columns: COLUMNS, error: `ORA-01722: unable to convert '${CANARY}' ECANARY to a number` },
    { on: /nowhere/, described: `ORA-00942: table or view "${CANARY}" does not exist` },
    { on: /DELETE/, columns: [] },
    {
      on: /all_tab_cols/i,
      columns: [],
      rows: COLUMNS.map(({ name, type }) => [null, 'SAMPLE', name, type, null, null, name === 'ID' ? 'key' : null]),
    },
    { on: /DB_UNIQUE_NAME/, columns: [], rows: [['INV', 'INVDG', null, null, 'inv', 'ZHS16GBK']] },
    { on: /v\$database/i, error: 'ORA-00942: table or view does not exist' },
    { on: /FROM sample/, columns: COLUMNS, rows },
  ];
  const { door } = scriptedOracle({ lines });
  return {
    driver: oracleSource({ name: 'db', timeZone: 'UTC' }, door),
    endless: 'SELECT n FROM endless',
    wrong: [
      ...['SELECT to_date(note) FROM sample', 'SELECT to_number(note) FROM sample', 'SELECT 1 FROM nowhere'],
      'DELETE FROM sample',
    ],
    stop: async () => undefined,
  };
}

driverContract('SQLite', sqlite);
if (postgresMissing !== undefined) console.warn(`PostgreSQL not tested: ${postgresMissing}`);
else driverContract('PostgreSQL', postgres);
driverContract('Oracle', oracle);
