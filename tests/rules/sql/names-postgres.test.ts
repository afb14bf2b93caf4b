/** The same on a real PostgreSQL: whatever a name turns out to mean to it, its answer does not depend on masked values. */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../../stand-ins/postgres.ts';
import { catalogue, classification, query, SECRETS, schemaWith } from './named-queries.ts';

describe.skipIf(postgresMissing !== undefined)('on PostgreSQL', () => {
  let server: PostgresServer;
  const clients: pg.Client[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    for (const [i, secret] of SECRETS.entries()) {
      server.sql(`CREATE DATABASE names${i}`);
      server.sql(schemaWith(secret), `names${i}`);
      const { port, password } = server;
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: `names${i}` });
      await client.connect();
      clients.push(client);
    }
  }, 60_000);
  afterAll(async () => {
    for (const client of clients) await client.end();
    await server?.stop();
  });

  /** The columns that the guard shows as they are, row by row; undefined where PostgreSQL refuses. */
  async function open(
    client: pg.Client | undefined,
    sql: string,
    shown: readonly boolean[],
  ): Promise<string[] | undefined> {
    try {
      const answer = await client?.query({ text: sql, rowMode: 'array' });
      const rows: readonly (readonly unknown[])[] = answer?.rows ?? [];
      return rows.map((row) => row.map((cell, i) => (shown[i] ? String(cell) : '*')).join('|')).toSorted();
    } catch {
      return undefined;
    }
  }

  test('no name deceives the guard', async () => {
    let answered = 0;
    const statement = query.map((sql) => sql.replaceAll('main.', 'public.').replaceAll('rowid', 'coalesce'));
    await fc.assert(
      fc.asyncProperty(statement, async (sql) => {
        const judgement = await guard(sql, { dialect: 'postgres', catalogue, classification, clear: [] });
        if (!judgement.ok) return;
        const shown = judgement.columns.map(({ mask }) => mask === 'clear' || mask === 'unclassified');
        const answer = await open(clients[0], judgement.text, shown);
        if (answer === undefined) return;
        if (answer.length > 0) answered++;
        expect(await open(clients[1], judgement.text, shown), sql).toEqual(answer);
      }),
      { numRuns: 3000 },
    );
    expect(answered).toBeGreaterThan(15);
  }, 60_000);
});
