/** `query run` with the real program: guarded, masked, capped, recorded before it is shown, and no way round an extraction. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

let at: ExtractionSite;
beforeAll(async () => {
  at = await extractionSite(300);
});
afterAll(() => {
  closeTerminals();
  at.remove();
});

const TICKET = ['--ticket', 'T-20261124-001'];
const query = (sql: string, ...more: string[]) =>
  at.as('zhang', 'query', 'run', '--database', 'inv', '--sql', sql, ...TICKET, ...more);

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

describe('query run', () => {
  it('shows masked rows, records statement and ticket, and no row', async () => {
    const phones = inDatabase((database) =>
      database
        .prepare('select phone from taxpayer')
        .all()
        .map(({ phone }) => String(phone)),
    );
    const answer = await query('select phone, region from taxpayer order by region');
    expect(answer.code).toBe(0);
    const rows = answer.data.rows as string[][];
    expect(rows.length).toBeGreaterThan(5);
    for (const [phone = ''] of rows) expect(phone).toMatch(/^\d{3}\*{4}\d{4}$/);
    expect(answer.data.columns).toEqual(['phone', 'region']);
    const [record] = at.bodies('query.ran').slice(-1);
    expect(record?.data).toMatchObject({ ticket: 'T-20261124-001', rows: rows.length, verdict: 'done' });
    const journal = readFileSync(join(at.site.dir, 'journal/000001.jsonl'), 'utf8');
    for (const phone of phones) expect(journal).not.toContain(phone);
    for (const [phone = ''] of rows) expect(journal).not.toContain(phone);
  });

  it('never shows more than the cap, and says so', async () => {
    const answer = await query('select id from invoice order by id');
    expect([(answer.data.rows as unknown[]).length, answer.data.truncated]).toEqual([200, true]);
    const exact = await query('select id from invoice where id <= 200 order by id');
    expect([(exact.data.rows as unknown[]).length, exact.data.truncated]).toEqual([200, false]);
  });

  it('cannot clear, probe or write', async () => {
    const before = at.bodies('query.ran').length;
    expect((await query("select region from taxpayer where phone = '13800138000'")).code).toBe(3);
    expect((await query('delete from invoice')).code).toBe(3);
    expect((await query('select phone from taxpayer', '--clear', 'phone')).code).toBe(2);
    const file = join(at.folder, 'rows.md');
    expect((await query('select id from invoice', '--report', file)).code).toBe(3);
    expect(existsSync(file)).toBe(false);
    expect(at.bodies('query.ran')).toHaveLength(before);
  });

  it('saved queries have typed inputs; a shipped one may look a number up', async () => {
    const no = inDatabase((database) =>
      String(database.prepare('select invoice_no from invoice limit 1').get()?.invoice_no),
    );
    const saved = ['query', 'run', '--database', 'inv', '--query', 'invoice-by-number', ...TICKET];
    const found = await at.as('zhang', ...saved, '--bind', `no=${no}`);
    expect([found.code, (found.data.rows as unknown[]).length]).toEqual([0, 1]);
    expect(JSON.stringify(found.data)).not.toContain(no);
    // From the list of the last ones it is still the reviewed one; nobody else has it in theirs.
    const again = await at.as('zhang', 'query', 'run', ...TICKET, '--answer', 'query=0');
    expect([again.code, again.data]).toEqual([0, found.data]);
    expect((await at.as('li', 'query', 'run', ...TICKET, '--answer', 'query=0')).code).toBe(2);
    expect((await at.as('zhang', 'query', 'run', ...TICKET)).code).toBe(4);
    expect((await at.as('zhang', ...saved, '--bind', 'no=12')).code).toBe(2);
    expect((await at.as('zhang', ...saved)).code).toBe(2);
    const nearest = await at.as('zhang', 'query', 'run', '--database', 'inv', '--query', 'invoice-by-numbr', ...TICKET);
    expect([nearest.code, JSON.stringify(nearest)]).toEqual([2, expect.stringContaining('invoice-by-number')]);
    // The site's own of the same name is judged as ad hoc: nobody has reviewed it.
    mkdirSync(join(at.site.dir, 'templates/queries'), { recursive: true, mode: 0o700 });
    const own =
      '-- title: x\n-- input p string .* : p\nselect id from invoice join taxpayer on credit_code = seller_code where phone = :p\n';
    writeFileSync(join(at.site.dir, 'templates/queries/of-phone.sql'), own, { mode: 0o600 });
    const probing = await at.as(
      'zhang',
      'query',
      'run',
      '--database',
      'inv',
      '--query',
      'of-phone',
      '--bind',
      'p=1',
      ...TICKET,
    );
    expect(probing.code).toBe(3);
  });

  it('is for those who may act and have an undertaking, and for a ticket', async () => {
    for (const who of ['sun', 'he'])
      expect((await at.as(who, 'query', 'run', '--database', 'inv', '--sql', 'select 1 as one', ...TICKET)).code).toBe(
        3,
      );
    expect((await at.as('zhang', 'query', 'run', '--database', 'inv', '--sql', 'select id from invoice')).code).toBe(2);
    expect(
      (await at.as('zhang', 'query', 'run', '--database', 'inw', '--sql', 'select id from invoice', ...TICKET)).code,
    ).toBe(2);
    at.edit('undertaking: 365d', 'undertaking: 1ms');
    expect((await query('select id from invoice')).code).toBe(3);
    at.edit('undertaking: 1ms', 'undertaking: 365d');
  });

  it('51 escapes of a terminal in a value are shown, not obeyed', async () => {
    inDatabase((database) => database.exec("update invoice set goods = 'a\u001b]52;c;eA==\u0007\u202eb' where id = 1"));
    const ran = await at.site.run([
      '--as',
      'zhang',
      'query',
      'run',
      '--database',
      'inv',
      '--sql',
      'select goods from invoice where id = 1',
      ...TICKET,
    ]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toMatch(/\u001b\]|\u202e|\u0007/);
    expect(ran.stdout).toContain('\\x1b]52');
  });

  it('a statement that fails is recorded as failed, and no raw word of the database is shown', async () => {
    const answer = await query('select abs(-9223372036854775807 - id) as x from invoice where id = 1');
    expect(answer.code).toBe(3);
    expect(JSON.stringify(answer)).not.toContain('9223372036854775808');
    expect(at.bodies('query.ran').at(-1)?.data).toMatchObject({ verdict: 'failed', rows: 0 });
  });
});

describe('at a terminal', () => {
  it('pages, and offers the last queries again', async () => {
    await query('select id, status from invoice where id <= 45 order by id');
    const words = ['--site', at.site.dir, '--as', 'zhang', '--lang', 'en', 'query', 'run', ...TICKET];
    const terminal = openTerminal([bin, ...words], { env: cleanEnv({ TERM: 'xterm-256color' }), columns: 120 });
    await terminal.waitFor(/Which of your last queries/);
    terminal.enter();
    await terminal.waitFor(/Rows 1 to 20 of 45/);
    await terminal.waitFor(/Go on\?/);
    terminal.type('n');
    terminal.enter();
    expect((await terminal.ended()).code).toBe(0);
    expect(terminal.text()).not.toMatch(/Rows 21 to 40/);
    expect(readdirSync(join(at.site.dir, 'runs')).some((name) => name.startsWith('Q-'))).toBe(true);
  });
});
