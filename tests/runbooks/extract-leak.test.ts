/** Over generated SQL, as an extraction runs it: whatever both judges accept is read, masked and written in every form, and nobody planted is in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, rowsOf } from '../../src/core/batch.ts';
import type { Site } from '../../src/core/site.ts';
import { Stop } from '../../src/core/stop.ts';
import type { World } from '../../src/core/world.ts';
import { FORMATS, type Format, queryOf } from '../../src/rules/application.ts';
import { formFor } from '../../src/rules/forms/form.ts';
import { judge } from '../../src/runbooks/extract.ts';
import { buildWorld } from '../../src/world/world.ts';
import { disguise, readable } from '../rules/planted.ts';
import { type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { noKeep, siteIn } from '../world/site.ts';

/** Of every kind, as the columns hold them; the texts hold them in every disguise. */
const PEOPLE = [
  ['91450103MA5K0260EX', '13800138000', '450103199001017733', '6222021955500731998'],
  ['52110105MJ0098765Q', '19955500731', '110105195512310027', '6228480402564890018'],
  ['91512081MA62K0260E', '17712345678', '450103200503071234', '4367421955500731990'],
] as const;
const PLANTED = PEOPLE.flat();
const KEYS = { mark: new Uint8Array(32).fill(1), join: new Uint8Array(32).fill(2) };
const CLASSIFICATION = {
  'person.code': 'credit-code',
  'person.phone': 'phone',
  'person.citizen': 'citizen-id',
  'person.account': 'bank-account',
  'person.region': 'clear',
  'person.note': 'free-text',
  'person.label': 'clear',
  'bill.id': 'clear',
  'bill.seller': 'credit-code',
  'bill.amount': 'amount',
  'bill.remark': 'free-text',
};

/** `nick` and `digits` have no entry in the dictionary; `label` was called clear, and somebody wrote identifiers into it. */
function schema(): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const people = Array.from({ length: 30 }, (_, n) => {
    const [code, phone, citizen, account] = PEOPLE[n % 3] ?? PEOPLE[0];
    const hidden = disguise(PLANTED[n % PLANTED.length] ?? '', n);
    const row = [
      code,
      phone,
      citizen,
      account,
      `4501${10 + (n % 5)}`,
      `联系 ${hidden}。`,
      `第${n}批 ${hidden}`,
      `阿妹${phone}`,
    ];
    return `(${n}, ${row.map(quoted).join(', ')}, ${phone})`;
  });
  const bills = Array.from({ length: 60 }, (_, n) => {
    const hidden = disguise(PLANTED[n % PLANTED.length] ?? '', n + 3);
    return `(${n}, ${quoted(PEOPLE[n % 3]?.[0] ?? '')}, ${n}.25, ${quoted(`备注：${hidden}，请核对`)})`;
  });
  return `CREATE TABLE person (key INTEGER PRIMARY KEY, code TEXT, phone TEXT, citizen TEXT, account TEXT, region TEXT, note TEXT, label TEXT, nick TEXT, digits NUMERIC(20));
    CREATE TABLE bill (id INTEGER PRIMARY KEY, seller TEXT, amount NUMERIC(18,2), remark TEXT);
    INSERT INTO person (key, code, phone, citizen, account, region, note, label, nick, digits) VALUES ${people.join(', ')};
    INSERT INTO bill VALUES ${bills.join(', ')};`;
}

const column = fc.constantFrom('code', 'phone', 'citizen', 'account', 'region', 'note', 'label', 'nick', 'digits');
const source = fc.constantFrom(
  'person',
  '(select * from person)',
  '(select phone as region, code, citizen, account, phone, note, label, nick, digits from person)',
);
const shown = fc.oneof(
  { weight: 5, arbitrary: column },
  column.map((one) => `t.${one} as ${one === 'region' ? 'phone' : 'region'}`),
  fc.tuple(column, column).map(([a, b]) => `${a} || ${b}`),
  fc.tuple(column, fc.integer({ min: 1, max: 12 })).map(([a, n]) => `substr(${a}, ${n}, 9)`),
  column.map((one) => `replace(${one}, '0', 'o')`),
  column.map((one) => `upper(trim(${one}))`),
  column.map((one) => `coalesce(${one}, 'x')`),
  column.map((one) => `max(${one})`),
  column.map((one) => `(select max(u.${one}) from person u where u.code = t.code)`),
  column.map((one) => `case when region = '450110' then ${one} else region end`),
  column.map((one) => `cast(${one} as text)`),
  fc.constantFrom('*', 't.*', 'count(*)', 'length(phone)', "'13' as a", 'sum(digits)', 'digits + 0'),
);
const wanted = fc.oneof(
  column.map((one) => `${one} is not null`),
  column.map((one) => `${one} = '13800138000'`),
  column.map((one) => `${one} like '%1%'`),
  fc.tuple(column, column).map(([a, b]) => `${a} = ${b}`),
  column.map((one) => `${one} in (select ${one} from person)`),
  fc.constant("region >= '45'"),
);
const plain = fc
  .tuple(
    fc.array(shown, { minLength: 1, maxLength: 3 }),
    source,
    wanted,
    fc.constantFrom('', ' group by 1', ' order by region', ' limit 7'),
  )
  .map(([columns, from, where, end]) => `select ${columns.join(', ')} from ${from} t where ${where}${end}`);
const statement = fc.oneof(
  { weight: 4, arbitrary: plain },
  fc.tuple(shown, source).map(([a, from]) => `select ${a} from ${from} t`),
  fc.tuple(column, column).map(([a, b]) => `select ${a} from person union all select ${b} from person`),
  fc
    .tuple(column, column)
    .map(([a, b]) => `with w(a, b) as (select ${a}, ${b} from person) select b, a, a || b as c from w`),
  fc.tuple(column, column).map(([a, b]) => `select x.${a}, i.*, x.${b} from bill i join person x on x.code = i.seller`),
  fc.tuple(column, column).map(([a, b]) => `select ${a}, string_agg(${b}, ',') as all_of from person group by ${a}`),
);
const clears = fc.oneof({ weight: 5, arbitrary: fc.constant([] as string[]) }, fc.constantFrom(['phone'], ['nick']));

const site = (dir: string, more: Partial<Site>): Site =>
  siteIn(dir, { classification: { db: CLASSIFICATION }, ...more });
const worldOf = (one: Site): World =>
  buildWorld({ site: one, keep: noKeep, answers: {}, yes: false, input: false, dictionary: {} });

/** What a reader of the file sees, escapes undone. */
function text(
  format: Format,
  columns: readonly string[],
  masks: readonly string[],
  rows: Parameters<typeof batchOf>[0],
): string {
  const form = formFor(format, { masks, keys: KEYS, bom: false, watermark: ['E-1', 'zhang'] });
  const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  const out = decode(form.head(columns)) + decode(form.batch(batchOf(rows))) + decode(form.tail());
  return format === 'jsonl'
    ? out.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : out;
}

/** How many were accepted and how many rows came. */
async function tryAll(
  world: World,
  one: Site,
  numRuns: number,
): Promise<{ accepted: number; rows: number; cleared: number }> {
  const seen = { accepted: 0, rows: 0, cleared: 0 };
  const attempt = async (sql: string, clear: readonly string[], format: Format) => {
    const judged = await judge({ database: 'db', sql, clear, saved: false }, { look: world.look, site: one });
    if ('refusals' in judged) return;
    const query = queryOf({ database: 'db', binds: {}, limit: 100_000 }, judged.guarded, 10_000);
    const { columns, batches } = await world.look.rows(query);
    const cells = [];
    for await (const batch of batches) cells.push(...rowsOf(batch));
    const masks = judged.columns.map(({ mask }) => mask);
    expect(columns.length).toBe(masks.length);
    seen.accepted++;
    seen.rows += cells.length;
    // What was released by its name is open by right, and the approver saw from where it comes; nothing beside it is.
    const hidden = masks.flatMap((mask, i) => (mask === 'released' ? [] : [i]));
    if (hidden.length < masks.length) seen.cleared++;
    if (hidden.length === 0) return;
    const only = <T>(all: readonly T[]): T[] => hidden.flatMap((i) => all.slice(i, i + 1));
    const out = readable(text(format, only(columns), only(masks), cells.map(only)));
    for (const value of PLANTED)
      if (out.includes(value)) throw new Error(`${value} in ${format} of ${sql} ${masks.join(' ')}`);
  };
  const property = fc.asyncProperty(statement, clears, fc.constantFrom(...FORMATS), (sql, clear, format) =>
    attempt(sql, clear, format).catch((error: unknown) => {
      // What the database itself cannot do (a sum of texts) hands no row over.
      if (!(error instanceof Stop)) throw error;
    }),
  );
  await fc.assert(property, { numRuns });
  return seen;
}

describe('46 no planted identifier in any output', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-leak-'));
  let server: PostgresServer | undefined;
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('on SQLite', async () => {
    const database = new DatabaseSync(join(dir, 'db.sqlite'));
    database.exec(schema());
    database.close();
    const one = site(dir, { databases: { db: { kind: 'sqlite', file: 'db.sqlite' } } });
    const seen = await tryAll(worldOf(one), one, 90);
    expect(seen.accepted).toBeGreaterThan(15);
    expect(seen.rows).toBeGreaterThan(200);
  });

  it('the check can fail: what the dictionary calls released would be found', () => {
    const rows = [[disguise(PEOPLE[0][1], 5)], [PEOPLE[1][2]]];
    for (const format of FORMATS) {
      expect(readable(text(format, ['a'], ['released'], rows))).toContain(PEOPLE[0][1]);
      expect(readable(text(format, ['a'], ['free-text'], rows))).not.toContain(PEOPLE[0][1]);
    }
  });

  describe.skipIf(postgresMissing !== undefined)('on PostgreSQL', () => {
    beforeAll(async () => {
      server = await startPostgres();
      server.sql(
        `${schema()} CREATE ROLE gxops_ro LOGIN PASSWORD '${READER}'; GRANT SELECT ON person, bill TO gxops_ro; ANALYZE`,
      );
      mkdirSync(join(dir, 'secrets'), { mode: 0o700 });
      writeFileSync(join(dir, 'secrets/db'), READER, { mode: 0o600 });
    }, 60_000);

    it('the same statements', async () => {
      const db = {
        kind: 'postgres',
        host: '127.0.0.1',
        port: server?.port ?? 0,
        database: 'postgres',
        user: 'gxops_ro',
        passwordFile: 'secrets/db',
      } as const;
      const one = site(dir, { databases: { db } });
      const seen = await tryAll(worldOf(one), one, 50);
      expect(seen.accepted).toBeGreaterThan(10);
      expect(seen.rows).toBeGreaterThan(100);
    });
  });
});
