/** The logins of openGauss and Kingbase against the server's side of them, and what must not be answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/core/batch.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { fillInvoices, type PostgresServer, postgresMissing, startPostgres } from '../stand-ins/postgres.ts';
import { type LoginKind, startFamily } from '../stand-ins/postgres-family.ts';

const PASSWORD = 'canary-密码-9f3e';

describe.skipIf(postgresMissing !== undefined)('logins of the family', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ hba: ['host all gxops_ro 127.0.0.1/32 trust'] });
    fillInvoices(server, 100);
  }, 60_000);
  afterAll(async () => server?.stop());

  /** Logs in and reads; what became of it, and what the server got to see. */
  async function tried(login: LoginKind, password = PASSWORD) {
    const family = await startFamily(login, PASSWORD, server.port);
    const driver = postgresDriver(
      { kind: 'postgres', host: '127.0.0.1', port: family.port, database: 'postgres', user: 'gxops_ro' },
      { name: 'og', dir: '/', timeZone: 'UTC', secret: async () => new Secret(password) },
    );
    const reach = await driver.reach();
    let ids: unknown[] = [];
    if (reach.ok) {
      const { batches } = await driver.rows({
        database: 'og',
        sql: 'SELECT id FROM invoice WHERE id <= $1 ',
        binds: { $1: 2 },
        limit: 9,
        timeout: 5_000,
      });
      for await (const batch of batches) ids = ids.concat(rowsOf(batch).flat());
    }
    await family.stop();
    expect(JSON.stringify(reach)).not.toContain('canary');
    return { reach, ids, answers: family.answers };
  }

  const KINDS: readonly LoginKind[] = [
    { kind: 'sha256' },
    { kind: 'sha256', iterations: 2_048 },
    { kind: 'sha256', iterations: 25_000, sends: 'count' },
    { kind: 'sm3' },
    { kind: 'sm3', sends: 'count' },
    { kind: 'md5-sha256' },
    { kind: 'kingbase-sm3' },
    { kind: 'scram-sm3' },
  ];

  it.each(KINDS)('$kind lets in and reads', async (login) => {
    const { reach, ids, answers } = await tried(login);
    expect(reach.ok).toBe(true);
    expect(ids).toEqual([{ number: '1' }, { number: '2' }]);
    expect(Buffer.concat(answers).toString('utf8')).not.toContain('canary');
  });

  it.each(KINDS)('$kind refuses a wrong password, which is never told', async (login) => {
    const { reach, answers } = await tried(login, 'canary-wrong');
    expect(reach.ok).toBe(false);
    expect(Buffer.concat(answers).toString('utf8')).not.toContain('canary');
  });

  it('a wrong password is seen by the server’s signature, and no try is spent on it', async () => {
    const { reach, answers } = await tried({ kind: 'sha256' }, 'canary-wrong');
    expect(answers).toEqual([]);
    expect(reach.trouble).toMatchObject({ t: expect.stringContaining('login was not made') });
  });

  it('a server that does not know the password gets no proof of it', async () => {
    const { reach, answers } = await tried({ kind: 'impostor' });
    expect({ ok: reach.ok, answers }).toEqual({ ok: false, answers: [] });
  });

  const hex = (length: number) => Buffer.from('ab'.repeat(length / 2));
  const method = (value: number) => Buffer.from([0, 0, 0, value]);
  it.each<[string, LoginKind]>([
    ['clear text without TLS', { kind: 'cleartext' }],
    ['a code that is not known', { kind: 'raw', code: 99, body: Buffer.alloc(8) }],
    ['GSS', { kind: 'raw', code: 7, body: Buffer.alloc(0) }],
    ['SHA256 without its salt', { kind: 'raw', code: 10, body: method(2) }],
    ['SHA256 whose salt is none', { kind: 'raw', code: 10, body: Buffer.concat([method(2), Buffer.alloc(136, 0x7a)]) }],
    ['SHA256 of another method', { kind: 'raw', code: 10, body: Buffer.concat([method(1), hex(136)]) }],
    ['SHA256 without an end', { kind: 'raw', code: 10, body: Buffer.concat([method(2), hex(72)]) }],
    [
      'a count that would never end',
      { kind: 'raw', code: 10, body: Buffer.concat([method(2), hex(72), Buffer.from([0x7f, 0xff, 0xff, 0xff])]) },
    ],
    ['a count of nothing', { kind: 'raw', code: 10, body: Buffer.concat([method(2), hex(72), method(0)]) }],
    ['MD5 over SHA256 cut short', { kind: 'raw', code: 11, body: hex(66) }],
    ['SM3 of an odd length', { kind: 'raw', code: 13, body: Buffer.alloc(5) }],
    ['SASL with mechanisms of nobody', { kind: 'raw', code: 10, body: Buffer.from('SCRAM-SM9\0\0') }],
  ])('%s is not answered', async (_, login) => {
    const { reach, answers } = await tried(login);
    expect({ ok: reach.ok, answers }).toEqual({ ok: false, answers: [] });
    expect(reach.trouble).toBeDefined();
  });
});
