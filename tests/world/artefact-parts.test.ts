/** Artefacts in parts: killed at every one of them, resumed, with a passphrase, broken by the source, over the cap. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Artefact, Product } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import { type ArtefactPlace, makeArtefact } from '../../src/world/artefact.ts';
import { CANARY, type Export, newExport, signer } from './exporting.ts';
import { inParts, PARTS, ROWS, recordIn, tableRows } from './parting.ts';

let site: Export;
let asked: string[];
beforeEach(async () => {
  site = await newExport();
  asked = [];
});
afterEach(() => site.remove());

const rows: ArtefactPlace['rows'] = (query) => {
  asked.push(query.sql);
  return tableRows(query, CANARY);
};
function make(
  more: Partial<Product> = {},
  place: Partial<ArtefactPlace> = {},
  signal?: AbortSignal,
): Promise<Artefact> {
  const surroundings = {
    signer: async () => signer,
    ask: () => Promise.reject(new Stop('waiting', 'nobody')),
    page: '',
  };
  const product = site.product({ ...inParts(), ...more });
  return makeArtefact(
    { dir: site.dir, rows, ...surroundings, ...place },
    product,
    () => undefined,
    signal,
    recordIn(site.dir),
  );
}
const file = (): string => `${site.file}.zip`;
const open = () => site.open({ file: file() });
const folder = (): string => path.join(site.dir, 'runs/E-1/parts');
const lying = (): string[] => (existsSync(folder()) ? readdirSync(folder()).sort() : []);
const lines = (): number[] => {
  const text = readFileSync(site.out, 'utf8');
  rmSync(site.out);
  return [...text.matchAll(/^(\d+),/gm)].map(([, n]) => Number(n)).sort((a, b) => a - b);
};
const ALL = Array.from({ length: ROWS }, (_, i) => i + 1);
const partsAsked = (): number => asked.filter((sql) => sql.startsWith('part')).length;

describe('killed and gone on with', () => {
  const script = fileURLToPath(new URL('../fixtures/killed-parts.ts', import.meta.url));
  const cases = Array.from({ length: PARTS }, (_, i) => i + 1).flatMap((n) =>
    (['before', 'after'] as const).flatMap((when) => [1, 3].map((workers) => [n, when, workers] as const)),
  );
  test.each(cases)('at part %s, %s its record, %s at once', async (n, when, workers) => {
    const words = [script, site.dir, site.age, CANARY, String(n), when, String(workers)];
    const ran = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect([ran.signal, ran.stderr]).toEqual(['SIGKILL', '']);
    expect(site.everything()).not.toContain(CANARY);
    const { sealed } = recordIn(site.dir);
    expect(sealed).toHaveLength(when === 'after' ? n : n - 1);
    const files = sealed.map(({ part }) => path.join(folder(), `${String(part).padStart(4, '0')}.csv.age`));
    const stamps = files.map((one) => statSync(one).ino);
    let seen: number[] = [];
    const looking: ArtefactPlace['rows'] = (query) => {
      seen = files.map((one) => statSync(one).ino);
      return rows(query);
    };
    const made = await make({}, { rows: looking });
    expect(seen).toEqual(partsAsked() === 0 ? [] : stamps);
    expect([partsAsked(), asked.length]).toEqual([PARTS - sealed.length, PARTS - sealed.length]);
    expect([made.rows, made.parts?.length, made.snapshots]).toEqual([ROWS, PARTS, expect.any(Number)]);
    expect(await open()).toMatchObject({ rows: ROWS, verified: true });
    expect(lines()).toEqual(ALL);
  });
});

describe('broken off', () => {
  const failing =
    (at: number, error: unknown): ArtefactPlace['rows'] =>
    async (query) => {
      if (query.sql.startsWith('part') && partsAsked() >= at) throw error;
      return rows(query);
    };
  test.each([
    ['a lost connection', new Stop('unreachable', 'gone')],
    ['a time-out', new Stop('failed', 'late')],
    ['a full disk', Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write' })],
  ])('%s: sealed parts stay', async (_name, error) => {
    const stop = await make({}, { rows: failing(3, error), workers: 1 }).catch((one: unknown) => one);
    expect(stop).toBeInstanceOf(Stop);
    expect([recordIn(site.dir).sealed.length, lying().length, site.files()]).toEqual([3, 3, []]);
    expect((await make()).rows).toBe(ROWS);
  });
  test.each([
    ['the database refuses', {}, failing(3, new Stop('refused', 'no'))],
    ['an error of ours', {}, failing(3, new Error(CANARY))],
    ['one row over the cap', inParts(ROWS - 1), rows],
  ])('%s: nothing stays', async (_name, more, source) => {
    const stop = await make(more, { rows: source, workers: 1 }).catch((one: unknown) => one);
    expect(stop).toBeInstanceOf(Stop);
    expect(JSON.stringify((stop as Stop).text)).not.toContain(CANARY);
    expect([recordIn(site.dir), lying(), site.files()]).toEqual([{ sealed: [], add: expect.anything() }, [], []]);
  });
  test('a signal: what was sealed stays, also with one source that hangs', async () => {
    const controller = new AbortController();
    const hanging: ArtefactPlace['rows'] = async (query) => {
      if (query.sql.startsWith('part') && partsAsked() === 2) {
        controller.abort();
        return new Promise((_, reject) => setTimeout(() => reject(new Stop('interrupted', 'x')), 10));
      }
      return rows(query);
    };
    const stop = await make({}, { rows: hanging, workers: 1 }, controller.signal).catch((one: unknown) => one);
    expect((stop as Stop).verdict).toBe('interrupted');
    expect(lying()).toHaveLength(2);
    expect((await make()).rows).toBe(ROWS);
  });
  test('with a passphrase: it is asked for once, and opens the parts of both attempts', async () => {
    const asks: string[] = [];
    const ask = async ({ id }: { id: string }) => {
      asks.push(id);
      return 'correct horse battery';
    };
    const error = new Stop('failed', 'late');
    await make({ passphrase: true }, { rows: failing(2, error), workers: 1, ask }).catch(() => undefined);
    expect(lying()).toEqual(['0001.csv.age', '0002.csv.age', 'key.age']);
    expect((await make({ passphrase: true })).rows).toBe(ROWS);
    expect(asks).toHaveLength(2);
    const opened = await site.open({ file: file(), identityFile: undefined, ask });
    expect(opened).toMatchObject({ rows: ROWS, verified: true });
  });
  test('where the key of the passphrase is gone, all parts are read again', async () => {
    const ask = async () => 'correct horse battery';
    const error = new Stop('failed', 'late');
    await make({ passphrase: true }, { rows: failing(2, error), workers: 1, ask }).catch(() => undefined);
    rmSync(path.join(folder(), 'key.age'));
    asked = [];
    expect((await make({ passphrase: true }, { ask })).rows).toBe(ROWS);
    expect(partsAsked()).toBe(PARTS);
  });
});

test('a journal that takes no more: what is sealed and recorded stays', async () => {
  const record = recordIn(site.dir);
  let parts = 0;
  const add: typeof record.add = (draft) => {
    if (draft.type !== 'extract.sliced' && ++parts > 2) throw new Stop('refused', 'no space for the journal');
    return record.add(draft);
  };
  const product = site.product(inParts());
  const place = { dir: site.dir, rows, signer: async () => signer, ask: async () => '', page: '', workers: 1 };
  const work = makeArtefact(place, product, () => undefined, undefined, { ...record, add });
  await expect(work).rejects.toMatchObject({ verdict: 'refused' });
  expect([recordIn(site.dir).sealed.length, lying().length]).toEqual([2, 3]);
  asked = [];
  expect([(await make()).rows, partsAsked()]).toEqual([ROWS, PARTS - 2]);
});

describe('how many states of the database', () => {
  test.each([
    ['nobody wrote', () => 'same', 1],
    [
      'somebody wrote all the time',
      (
        (n: number) => () =>
          `${n++}`
      )(0),
      PARTS,
    ],
  ])('%s', async (_name, now, snapshots) => {
    const state = async () => ({ now: async () => now(), end: async () => undefined });
    expect((await make({}, { state, workers: 1 })).snapshots).toBe(snapshots);
  });
});
