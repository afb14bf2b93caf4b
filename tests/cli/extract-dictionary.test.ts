/** The dictionary file in a site with the real program: faults, strays, who may write it; and a proposal on PostgreSQL. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { postgresMissing, startPostgres } from '../stand-ins/postgres.ts';

let at: ExtractionSite;
beforeEach(async () => {
  at = await extractionSite(300);
});
afterEach(() => at.remove());

const path = (...parts: string[]) => join(at.site.dir, ...parts);
const IN_FORCE = 'dictionary/inv.yml';

async function confirmed(): Promise<void> {
  const { data } = await at.as('zhang', 'extract', 'classify', '--database', 'inv');
  expect((await at.approve(String(data.id), 'qin')).code).toBe(0);
}

describe('the file in the site', () => {
  it('a fault stops every command at file:line, and site check lists them all', async () => {
    await confirmed();
    const text = readFileSync(path(IN_FORCE), 'utf8');
    const bad = text.replace('kind: phone', 'kind: phne').replace('kind: address', 'kind: adress');
    writeFileSync(path(IN_FORCE), bad);
    const line = bad.split('\n').findIndex((one) => one.includes('adress')) + 1;
    const ran = await at.site.run(['extract', 'list']);
    expect([ran.code, ran.stderr.includes(`inv.yml:${line}:`)]).toEqual([2, true]);
    const checked = await at.as('li', 'site', 'check');
    expect(checked.code).toBe(2);
    expect(checked.data.problems).toMatchObject([{ nearest: 'address', line }, { nearest: 'phone' }]);
  });

  it('one that others may write is refused, a stray one and an overruled entry are found', async () => {
    await confirmed();
    writeFileSync(path('dictionary/nobody.yml'), 'version: 1\n');
    const checked = await at.as('li', 'site', 'check');
    const rules = (checked.data.findings as { rule: string; outcome: string }[]).map(
      ({ rule, outcome }) => `${rule} ${outcome}`,
    );
    expect(checked.code).toBe(1);
    expect(rules).toEqual(
      expect.arrayContaining(['dictionary:stray warn', 'dictionary:overruled warn', 'dictionary:confirmed pass']),
    );
    chmodSync(path(IN_FORCE), 0o666);
    expect((await at.site.run(['extract', 'list'])).code).toBe(3);
  });
});

describe.skipIf(postgresMissing !== undefined)('on PostgreSQL', () => {
  it('reads comments and samples of a table in any schema', async () => {
    const server = await startPostgres();
    try {
      server.sql(`CREATE SCHEMA s; CREATE TABLE s.t (c1 text, c2 text, c3 numeric(18,2), "Odd name" text, kept text);
        COMMENT ON COLUMN s.t.c1 IS '法定代表人身份证号'; COMMENT ON COLUMN s.t.c3 IS '金额';
        INSERT INTO s.t SELECT NULL, '1380013' || (1000 + i), i / 4.0, 'x', 'y' FROM generate_series(1, 3000) i;`);
      mkdirSync(path('secrets'), { recursive: true, mode: 0o700 });
      writeFileSync(path('secrets/pg'), server.password, { mode: 0o600 });
      const spec = `pg: { kind: postgres, host: 127.0.0.1, port: ${server.port}, database: postgres, user: postgres, passwordFile: secrets/pg }`;
      at.edit('  inv2: { kind', `  ${spec}\n  inv2: { kind`);
      const answer = await at.as('zhang', 'extract', 'classify', '--database', 'pg');
      expect(answer.code).toBe(0);
      const found = (answer.data.columns as readonly Record<string, unknown>[]).map(
        ({ table, column, kind, confidence }) => [table, column, kind, confidence],
      );
      expect(found.sort()).toEqual([
        ['s.t', 'c1', 'citizen-id', 'medium'],
        ['s.t', 'c2', 'phone', 'medium'],
        ['s.t', 'c3', 'amount', 'medium'],
        ['s.t', 'kept', 'whole', 'low'],
      ]);
      expect(answer.data.notes).toHaveLength(1);
      expect(readFileSync(path('dictionary/pg.proposed.yml'), 'utf8')).not.toContain('1380013');
    } finally {
      await server.stop();
    }
  }, 60_000);
});
