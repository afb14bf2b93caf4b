/** What every kind of database promises to whoever looks at it (core/world.ts), as one suite: the same table, the same questions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import type { DatabaseDriver } from '../../src/world/databases.ts';

/** Rows of `sample(id, code, big, amount, note, raw)`; `sampleRow` says what is in them. */
export const SAMPLES = 3_000;
const NAMES = ['id', 'code', 'big', 'amount', 'note', 'raw'] as const;
/** In the table, and in what goes wrong: never in an error. */
export const CANARY = '13800138000';

/** Row `id` of the table as cells. */
export function sampleRow(id: number): Cell[] {
  const note = id === 2 ? null : `𠮷🎉\n"${CANARY}`;
  return [
    ...[{ number: String(id) }, '0755', { number: '9007199254740993' }, { number: '0.71' }, note],
    Uint8Array.of(id % 256, 0, 255),
  ];
}

export interface Subject {
  readonly driver: DatabaseDriver;
  /** Never ends by itself. */
  readonly endless: string;
  /** Refused or failing, with the canary in the server's own words where it has any. */
  readonly wrong: readonly string[];
  stop(): Promise<void>;
}

const SELECT = `SELECT ${NAMES.join(', ')} FROM sample`;

function query(sql: string, rest: Partial<RowQuery> = {}): RowQuery {
  const common = { database: 'db', sql, binds: {}, limit: SAMPLES, timeout: 30_000, tables: ['sample'] };
  return { ...common, ...rest };
}

async function read({ driver }: Subject, asked: RowQuery, signal?: AbortSignal) {
  const { columns, batches } = await driver.rows(asked, signal);
  const rows: Cell[][] = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return { columns, rows };
}

async function stopped(work: Promise<unknown>): Promise<Stop> {
  const error = await work.then(
    () => 'no error',
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(Stop);
  return error as Stop;
}

/** Every promise, on one kind of database. */
export function driverContract(kind: string, begin: () => Promise<Subject>): void {
  describe(kind, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await begin();
    }, 60_000);
    afterAll(async () => subject?.stop());
    reading(() => subject);
    ending(() => subject);
    knowing(() => subject);
  });
}

function reading(of: () => Subject): void {
  it('gives each value exactly, in its kind, under the names of the statement', async () => {
    const { columns, rows } = await read(of(), query(`${SELECT} ORDER BY id`));
    expect(columns).toEqual(NAMES);
    expect(rows).toEqual(Array.from({ length: SAMPLES }, (_, n) => sampleRow(n + 1)));
  });

  it('meets the limit to the row: as many pass, one more is refused, or cut where asked', async () => {
    expect((await read(of(), query(SELECT, { limit: SAMPLES }))).rows).toHaveLength(SAMPLES);
    for (const limit of [SAMPLES - 1, 1, 0])
      expect(await stopped(read(of(), query(SELECT, { limit })))).toMatchObject({
        verdict: 'refused',
        text: { with: { limit } },
      });
    for (const limit of [SAMPLES - 1, 7, 0])
      expect((await read(of(), query(SELECT, { limit, truncate: true }))).rows).toHaveLength(limit);
  });

  it('shuffled rows are the same rows in another order', async () => {
    const ordered = (await read(of(), query(`${SELECT} ORDER BY id`))).rows;
    const { columns, rows } = await read(of(), query(`${SELECT} ORDER BY id`, { shuffled: true }));
    const byId = ([one]: Cell[], [other]: Cell[]) =>
      Number((one as { number: string }).number) - Number((other as { number: string }).number);
    expect(columns).toEqual(NAMES);
    expect(rows).not.toEqual(ordered);
    expect([...rows].sort(byId)).toEqual(ordered);
  });
}

function ending(of: () => Subject): void {
  it('ends what takes too long within its time, and can be asked again', async () => {
    const began = performance.now();
    expect(await stopped(read(of(), query(of().endless, { timeout: 700 })))).toMatchObject({ verdict: 'failed' });
    expect(performance.now() - began).toBeLessThan(6_000);
    expect((await read(of(), query(SELECT))).rows).toHaveLength(SAMPLES);
  });

  it('the signal ends it: before it begins, and in the middle', async () => {
    expect(await stopped(read(of(), query(SELECT), AbortSignal.abort()))).toMatchObject({ verdict: 'interrupted' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const began = performance.now();
    expect(await stopped(read(of(), query(of().endless), abort.signal))).toMatchObject({ verdict: 'interrupted' });
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it('whatever goes wrong is a Stop without a value, in each verb', async () => {
    for (const sql of of().wrong)
      for (const work of [
        () => read(of(), query(sql)),
        () => of().driver.columns(sql),
        () => of().driver.estimate(query(sql)),
      ]) {
        const error = await work().then(
          () => undefined,
          (cause: unknown) => cause,
        );
        // What only running would show, describing and planning may pass.
        if (error === undefined) continue;
        expect(error).toBeInstanceOf(Stop);
        const { message, stack, cause, ...rest } = error as Stop;
        expect(JSON.stringify([message, stack, cause, rest])).not.toContain(CANARY);
      }
    for (const sql of of().wrong) await stopped(read(of(), query(sql)));
  });
}

function knowing(of: () => Subject): void {
  it('describes the columns that it gives, and those are in its catalogue', async () => {
    const { driver } = of();
    const described = await driver.columns(SELECT);
    expect(described.map(({ name }) => name)).toEqual(NAMES);
    const listed = (await driver.catalogue()).filter(({ table }) => table === 'sample');
    expect(listed.map(({ name, column }) => [name, column])).toEqual(NAMES.map((name) => [name, name]));
    for (const { table, column } of described)
      if (table !== undefined)
        expect(listed.map((one) => `${one.table}.${one.column}`)).toContain(`${table}.${column}`);
    expect(listed.filter(({ key }) => key === true).map(({ name }) => name)).toEqual(['id']);
  });

  it('is told from others, twice alike, and says what its account may do beyond reading', async () => {
    const { driver } = of();
    const one = await driver.fingerprint();
    expect(Object.keys(one).length).toBeGreaterThan(1);
    expect(await driver.fingerprint()).toEqual(one);
    expect(await driver.privileges()).toEqual([]);
    expect(await driver.reach()).toMatchObject({ ok: true, version: expect.stringMatching(/^\d+\./) });
  });
}
