/** Oracle as a source, over a scripted session: what is asked of it, in which order, and what becomes of every way in which it may end. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cell, rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import { oracleSource } from '../../src/world/oracle-source.ts';
import { type Line, type Script, scriptedOracle, texts } from '../stand-ins/oracle-script.ts';

const CANARY = '91110108MA01CANARY';

function source(script: Script = {}) {
  const double = scriptedOracle(script);
  return { ...double, driver: oracleSource({ name: 'ora1', timeZone: 'Asia/Shanghai' }, double.door) };
}
const on = /FROM t/;
const query = (rest: Partial<RowQuery> = {}): RowQuery => ({
  ...{ database: 'ora1', sql: 'SELECT a FROM t', binds: {}, limit: 1_000, timeout: 20_000 },
  ...rest,
});
const numbers = (count: number) => (n: number) => (n < count ? [String(n)] : undefined);
const counting = (count: number, more: Partial<Line> = {}): Script => ({
  lines: [{ on, columns: [{ name: 'A', type: 'NUMBER' }], rows: numbers(count), ...more }],
});

async function read(from: ReturnType<typeof source>, rest: Partial<RowQuery> = {}, signal?: AbortSignal) {
  const { columns, batches } = await from.driver.rows(query(rest), signal);
  const rows: Cell[][] = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return { columns, rows };
}
async function stopped(work: Promise<unknown>): Promise<Stop> {
  const stop = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(stop instanceof Stop)) throw new Error(`no Stop: ${String(stop)}`);
  return stop;
}

describe('a look', () => {
  it('logs in, fixes everything that depends on the client, reads in a read-only transaction, logs off', async () => {
    const oracle = source(counting(3));
    expect(await read(oracle)).toEqual({
      columns: ['a'],
      rows: [[{ number: '0' }], [{ number: '1' }], [{ number: '2' }]],
    });
    const asked = oracle.log.map((line) => line.replace(/\s+/g, ' '));
    expect(asked[0]).toBe('open');
    expect(asked[1]).toMatch(/^execute ALTER SESSION SET NLS_DATE_FORMAT = .*TIME_ZONE = 'Asia\/Shanghai'$/);
    expect(asked[2]).toBe('execute SET TRANSACTION READ ONLY');
    expect(asked.slice(3).filter((line) => /FROM t|^close$/.test(line))).toEqual([
      'describe SELECT a FROM t',
      'query SELECT a FROM t',
      'close',
    ]);
    expect(oracle.open()).toBe(0);
  });

  it('binds by place, numbers as text: compared with a number, Oracle would make numbers of a whole column of codes', async () => {
    const oracle = source(counting(1));
    const value = `'; -- \u0000 \u201c一\u201d 😀`;
    await read(oracle, { binds: { ':b1': value, ':b2': 7, ':b3': null } });
    expect(oracle.binds.at(-1)).toEqual({ b1: value, b2: '7', b3: null });
    expect(oracle.log.join('\n')).not.toContain('😀');
    const half = await stopped(read(source(counting(1)), { binds: { ':b1': `${CANARY}\ud83d` } }));
    expect(half).toMatchObject({ verdict: 'refused', text: { with: { place: ':b1' } } });
    expect(JSON.stringify(half)).not.toContain(CANARY);
  });

  it('a refused login is not tried a second time by the same driver: the next may lock the account', async () => {
    for (const code of ['ORA-01017', 'ORA-28000', 'ORA-28001']) {
      const oracle = source({ login: `${code}: invalid ${CANARY}` });
      const looks = [read(oracle), oracle.driver.columns('SELECT 1'), oracle.driver.catalogue()];
      for (const stop of await Promise.all(looks.map(stopped)))
        expect(stop).toMatchObject({ verdict: 'unreachable', text: { with: { code } } });
      expect(await oracle.driver.reach()).toMatchObject({ ok: false });
      expect(oracle.log).toEqual(['open']);
    }
  });
});

describe('the limit', () => {
  it.each([100, 101, 10_000, 25_000])('%i rows pass where as many are allowed, one more does not', async (count) => {
    const oracle = source(counting(count));
    expect((await read(oracle, { limit: count })).rows).toHaveLength(count);
    const stop = await stopped(read(source(counting(count + 1)), { limit: count }));
    expect(stop).toMatchObject({ verdict: 'refused', text: { with: { limit: count } } });
    const cut = await read(source(counting(count + 1)), { limit: count, truncate: true });
    expect(cut.rows).toHaveLength(count);
    expect(cut.rows.at(-1)).toEqual([{ number: String(count - 1) }]);
  });

  it('never asks for more than one row beyond it', async () => {
    const oracle = source(counting(5));
    await read(oracle, { limit: 2, truncate: true });
    expect(oracle.log).toContain('first 3');
    expect(oracle.log.filter((line) => /^next/.test(line)).at(-1)).toBe('next 3');
  });

  it('none at all, and none allowed', async () => {
    expect((await read(source(counting(0)))).rows).toEqual([]);
    expect((await read(source(counting(1)), { limit: 0, truncate: true })).rows).toEqual([]);
    expect(await stopped(read(source(counting(1)), { limit: 0 }))).toMatchObject({ verdict: 'refused' });
  });

  it('a reader who has enough leaves no session behind', async () => {
    const oracle = source(counting(50_000));
    const { batches } = await oracle.driver.rows(query({ limit: 100_000 }));
    for await (const batch of batches) if (batch.rows > 0) break;
    expect(oracle.open()).toBe(0);
  });
});

describe('round trips', () => {
  const wide = { name: 'B', type: 'VARCHAR2', bytes: 4_000 };
  it('grow to about a mebibyte where the values are short, and stay within memory where they may be long', async () => {
    const short = (n: number) => (n < 30_000 ? [String(n), 'x'] : undefined);
    const columns = [{ name: 'A', type: 'NUMBER', bytes: 22 }, wide];
    const oracle = source({ lines: [{ on, columns, rows: short }] });
    expect((await read(oracle, { limit: 30_000 })).rows).toHaveLength(30_000);
    const trips = oracle.log.flatMap((line) => (/^next (\d+)$/.test(line) ? [Number(line.slice(5))] : []));
    expect(trips.slice(1, 3)).toEqual([260, 10_000]);
    expect(trips.length).toBeLessThan(8);
    const many = { name: 'A', type: 'VARCHAR2', bytes: 32_767 };
    const huge = source({ lines: [{ on, columns: [many, many, many, many], rows: () => undefined }] });
    await read(huge);
    expect(huge.log).toContain('first 100');
  });
});

describe('memory', () => {
  it('what was handed over is kept by nobody, however many rows come', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const long = (n: number) => (n < 100_000 ? [`${n} ${'x'.repeat(500)}`.split('').reverse().join('')] : undefined);
    const oracle = source({ lines: [{ on, columns: [{ name: 'A', type: 'VARCHAR2', bytes: 600 }], rows: long }] });
    const { batches } = await oracle.driver.rows(query({ limit: 200_000 }));
    let [first, last] = [0, 0];
    for await (const { rows } of batches) {
      collect();
      last = process.memoryUsage().heapUsed;
      first ||= last + rows;
    }
    // All of them are 50 MB.
    expect(last - first).toBeLessThan(10e6);
  });
});

describe('shuffled', () => {
  const asked = { sql: 'SELECT a FROM t GROUP BY a', shuffled: true };
  const sent = (log: string[]) => log.filter((line) => /^query.*FROM t/.test(line));

  it('is around the judged text, by a key that nobody has twice', async () => {
    const one = source(counting(1));
    await read(one, asked);
    await read(one, asked);
    const [first = '', second = ''] = sent(one.log);
    expect(first).toMatch(
      /^query SELECT \* FROM \(SELECT a FROM t GROUP BY a\n\) ORDER BY STANDARD_HASH\(ROWNUM \|\| '[0-9a-f]{64}', 'SHA256'\)$/,
    );
    expect(first).not.toBe(second);
  });

  it('two columns of one name keep it', async () => {
    const twice = source({ lines: [{ on, columns: texts('A', 'A'), rows: [['x', 'x']] }] });
    expect((await read(twice, asked)).columns).toEqual(['a', 'a']);
    expect(sent(twice.log)[0]).toMatch(/^query WITH gxops_rows \(c1, c2\) AS \(SELECT a FROM t GROUP BY a\n\) SELECT/);
  });
});

describe('time-outs and signals', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const later = async <T>(work: Promise<T>, milliseconds: number): Promise<T> => {
    work.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(milliseconds);
    return work;
  };

  it('a statement that runs too long is cancelled on the server, which confirms it', async () => {
    const oracle = source(counting(1, { hangs: 'cancelled' }));
    const stop = await stopped(later(read(oracle, { timeout: 5_000 }), 5_000));
    expect(stop).toMatchObject({ verdict: 'failed', text: { with: { seconds: 5 } } });
    expect(oracle.log.slice(-2)).toEqual(['cancel', 'close']);
    expect(oracle.open()).toBe(0);
  });

  it('case 36: a server that does not even confirm is cut off within three seconds, and the DBA gets its numbers', async () => {
    const oracle = source(counting(1, { hangs: 'for ever' }));
    const stop = await stopped(later(read(oracle, { timeout: 5_000 }), 8_000));
    expect(stop).toMatchObject({
      verdict: 'failed',
      detail: {
        data: { session: 'SID 12, AUDSID 345, instance INV1' },
        safe: { with: { session: expect.anything() } },
      },
    });
    expect(oracle.log.slice(-2)).toEqual(['cancel', 'drop']);
  });

  it('rows that stop coming are ended by the idle time, a slow but steady stream is not', async () => {
    const stuck = source(counting(200, { stalls: { rows: 100, until: 'cancelled' } }));
    const stop = await stopped(later(read(stuck, { timeout: 3_600_000, idle: 2_000 }), 2_000));
    expect(stop).toMatchObject({ verdict: 'failed', text: { t: expect.stringContaining('gave no row') } });
    const steady = source(counting(30_000, { delay: 1_500 }));
    const all = await later(read(steady, { timeout: 3_600_000, idle: 2_000, limit: 30_000 }), 60_000);
    expect(all.rows).toHaveLength(30_000);
  });

  it('the signal ends a call, a login and what has not begun', async () => {
    for (const script of [counting(1, { hangs: 'cancelled' }), { login: 'hangs' }]) {
      const oracle = source(script);
      const abort = new AbortController();
      const reading = read(oracle, {}, abort.signal);
      setTimeout(() => abort.abort(), 300);
      expect(await stopped(later(reading, 300))).toMatchObject({ verdict: 'interrupted' });
      expect(oracle.open()).toBe(0);
    }
    const never = source(counting(1));
    expect(await stopped(read(never, {}, AbortSignal.abort()))).toMatchObject({ verdict: 'interrupted' });
    expect(never.log).toEqual([]);
  });

  it('a login that never ends is an unreachable database; one that comes too late is cut', async () => {
    const oracle = source({ ...counting(1), loginDelay: 9_000 });
    const stop = await stopped(later(read(oracle, { timeout: 5_000 }), 5_000));
    expect(stop).toMatchObject({ verdict: 'unreachable', text: { with: { code: 'ETIMEDOUT' } } });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(oracle.log).toEqual(['open', 'drop']);
  });

  it('rows that nobody fetches do not keep a session', async () => {
    const oracle = source(counting(10));
    const { batches } = await oracle.driver.rows(query({ timeout: 5_000 }));
    expect(oracle.open()).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(oracle.open()).toBe(0);
    expect(await stopped(batches[Symbol.asyncIterator]().next())).toMatchObject({ verdict: 'failed' });
  });
});

describe('case 40, 62: errors', () => {
  it.each([
    ['ORA-01555: snapshot too old', 'failed', 'no longer has the state'],
    ['ORA-00028: your session has been killed', 'failed', 'ended the session'],
    ['ORA-03113: end-of-file on communication channel', 'failed', 'broke'],
    ['NJS-500: connection to the database server was broken', 'failed', 'broke'],
    ['ORA-01722: unable to convert string value containing to a number', 'failed', 'does not fit'],
    ['ORA-00942: table or view "INV"."EINVOICE" does not exist', 'refused', 'may not read'],
    ['ORA-00979: not a GROUP BY expression', 'refused', 'does not understand'],
    ['ORA-01456: may not perform insert, delete, update', 'refused', 'would change'],
    ['ORA-54321: unheard of', 'failed', 'could not finish'],
    ['something of a library', 'failed', 'nothing that it said'],
  ])('%s, by their codes alone, once', async (error, verdict, says) => {
    const told = `${error} ${CANARY} ECANARYWORD ORA-${CANARY} scott/tiger@10.1.2.3:1521/INV`;
    const [code] = /^(ORA|NJS)-\d+/.exec(error) ?? [];
    const line = { on, columns: texts('A'), rows: [['x']] };
    for (const how of [{ error: told }, { described: told }, { after: { rows: 1, error: told } }]) {
      const oracle = source({ lines: [{ ...line, ...how }] });
      const stop = await stopped(read(oracle));
      expect(stop).toMatchObject({ verdict, text: { t: expect.stringContaining(says) } });
      if (code !== undefined) expect(stop).toMatchObject({ text: { with: { code } } });
      const shown = JSON.stringify({ ...stop, message: stop.message, stack: stop.stack, cause: stop.cause });
      expect(shown).not.toMatch(/CANARY|tiger|10\.1\.2\.3|EINVOICE/);
      expect(oracle.log.filter((entry) => /^(open|query.*FROM t)/.test(entry)).length).toBeLessThanOrEqual(2);
      expect(oracle.open()).toBe(0);
    }
  });

  it('columns that changed between describing and running are refused', async () => {
    const lines = [{ on, columns: texts('A'), given: texts('A', 'B'), rows: [['x', CANARY]] }];
    expect(await stopped(read(source({ lines })))).toMatchObject({ verdict: 'refused' });
  });
});
