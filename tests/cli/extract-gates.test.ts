/** What stands between an application and its rows, with the real program: signatures by reason, loosened rules, the cap, load, the hour. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';

let at: ExtractionSite;
beforeEach(async () => {
  at = await extractionSite(300);
});
afterEach(() => at.remove());

const PLAIN = 'select id, region, phone from invoice join taxpayer on credit_code = seller_code';
const approved = async (...more: string[]): Promise<string> => {
  const id = await at.applied(PLAIN, ...more);
  expect((await at.approve(id, 'chen')).code).toBe(0);
  return id;
};
describe('who must sign', () => {
  it.each([
    ['a personal column in clear', ['--clear', 'phone'], ['approver', 'owner']],
    ['nothing special', [], ['approver']],
  ])('%s', async (_name, more, seats) => {
    expect((await at.apply(PLAIN, ...more)).data.approvals).toEqual(seats);
  });

  it('a recipient of another unit, or an owner nobody named, needs the owner', async () => {
    at.edit('  inv: 货物和劳务税处', '  inv: 征管科技处');
    const answer = await at.apply(PLAIN);
    expect(answer.data.approvals).toContain('owner');
    const id = String(answer.data.id);
    await at.approve(id, 'chen');
    expect((await at.run(id)).code).toBe(4);
    expect(at.files(id)).toEqual([]);
  });

  it('more rows than the limit for one signature need two', async () => {
    expect((await at.apply(PLAIN, '--limit', '1000000')).data.approvals).toEqual(['approver']);
    expect((await at.apply(PLAIN, '--limit', '1000001')).data.approvals).toEqual(['approver', 'owner']);
  });

  it('the owner alone, or one person twice, is not two', async () => {
    const id = await at.applied(PLAIN, '--clear', 'phone');
    expect((await at.approve(id, 'qin')).code).toBe(0);
    expect((await at.approve(id, 'qin')).code).toBe(3);
    expect((await at.run(id)).code).toBe(4);
    expect((await at.approve(id, 'chen')).code).toBe(0);
    expect((await at.run(id)).code).toBe(0);
  });

  it('an operator whose confidentiality undertaking ran out neither applies nor runs', async () => {
    const id = await approved();
    at.edit('undertaking: 365d', 'undertaking: 1ms');
    expect((await at.apply(PLAIN)).code).toBe(3);
    const ran = await at.site.run(['--as', 'zhang', 'extract', 'run', id, '--execute']);
    expect(ran.code).toBe(3);
    expect(ran.stderr + ran.stdout).toMatch(/undertaking|承诺/);
    expect(at.files(id)).toEqual([]);
  });
});

describe('68 loosened rules need another signature', () => {
  it('more rows for one signature: the security officer must sign, and then the rule holds', async () => {
    at.edit('twoApprovalsAboveRows: 1000000', 'twoApprovalsAboveRows: 4000000');
    const answer = await at.apply(PLAIN);
    expect(answer.data.approvals).toEqual(['approver', 'security']);
    const id = String(answer.data.id);
    await at.approve(id, 'chen');
    expect((await at.run(id)).code).toBe(4);
    expect((await at.approve(id, 'he')).code).toBe(0);
    expect((await at.run(id)).code).toBe(0);
    expect((await at.apply(PLAIN)).data.approvals).toEqual(['approver']);
  });

  it('a dictionary that nobody confirmed needs the owner', async () => {
    at.edit('taxpayer.phone: phone', 'taxpayer.phone: clear');
    expect((await at.apply(PLAIN)).data.approvals).toEqual(['approver', 'owner']);
  });

  it('a rule changed between approval and run refuses', async () => {
    const id = await approved();
    at.edit('taxpayer.phone: phone', 'taxpayer.phone: clear');
    expect((await at.run(id)).code).toBe(9);
    expect(at.files(id)).toEqual([]);
  });
});

describe('69 the cap is the approved number, exactly', () => {
  const count = (): number => {
    const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'), { readOnly: true });
    const rows = Number(database.prepare('select count(*) as n from invoice').get()?.n);
    database.close();
    return rows;
  };
  const all = 'select id from invoice';

  it('as many rows as approved are handed over; one more is none at all', async () => {
    const rows = count();
    const exact = await at.applied(all, '--limit', String(rows));
    const short = await at.applied(all, '--limit', String(rows - 1));
    await at.approve(exact, 'chen');
    await at.approve(short, 'chen');
    expect(await at.run(exact)).toMatchObject({ code: 0, data: { rows } });
    expect((await at.run(short)).code).toBe(3);
    expect(at.files(short)).toEqual([]);
    expect(at.bodies('artefact.failed')).toHaveLength(1);
  });

  it('also when the table grew a thousandfold after the estimate', async () => {
    const id = await at.applied('select region from taxpayer', '--limit', '400');
    await at.approve(id, 'chen');
    const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
    const { sql } = database.prepare("select sql from sqlite_schema where name = 'taxpayer'").get() as { sql: string };
    expect(sql).toContain('credit_code');
    database.exec(`insert into taxpayer select 'X' || value || credit_code, name, legal_person, citizen_id, phone, bank_account,
      address, region, registered_on from taxpayer, (with recursive n(value) as (select 1 union all select value + 1 from n where value < 1000) select value from n)`);
    database.close();
    const answer = await at.run(id);
    expect([answer.code, at.files(id)]).toEqual([3, []]);
  });
});

describe('70 what would load the database is refused before it runs', () => {
  it('a hot table read in full', async () => {
    at.edit('\nhot:', '\nhot:\n  inv: [invoice]');
    const answer = await at.apply('select id from invoice where remark is not null');
    expect(answer.code).toBe(3);
    expect(JSON.stringify(answer.data)).toContain('extract:scan');
    expect((await at.apply('select id from invoice where id = 5')).code).toBe(0);
  });
});

describe('71 outside the approved window', () => {
  it('it can be applied for and is not run', async () => {
    at.edit('\nwindows:', "\nwindows:\n  'database:inv': [{ days: [mon], from: '00:00', to: '00:00' }]");
    const id = await approved();
    expect((await at.run(id)).code).not.toBe(0);
    expect(at.files(id)).toEqual([]);
    expect(at.bodies('artefact.intended')).toEqual([]);
  });
});

describe('a saved extract of the site', () => {
  it('may compare a masked column once the owner has signed it; the same text ad hoc may not', async () => {
    const sql =
      '-- title: 某买方的发票\n-- input code string [0-9A-Z]{18} : 买方代码\nselect id, buyer_code from invoice where buyer_code = :code\n';
    const code = ['--bind', 'code=91512081MA62K0260E'];
    expect((await at.apply(sql, ...code)).code).toBe(3);
    mkdirSync(join(at.site.dir, 'templates/extracts'), { recursive: true, mode: 0o700 });
    writeFileSync(join(at.site.dir, 'templates/extracts/of-buyer.sql'), sql, { mode: 0o600 });
    const saved = ['extract', 'apply', '--database', 'inv', '--extract', 'of-buyer', ...code, '--limit', '50'];
    const why = ['--recipient', 'zhao', '--purpose', 'x', '--basis', 'y'];
    const first = await at.as('zhang', ...saved, ...why);
    expect(first.data.approvals).toEqual(['approver', 'owner']);
    for (const who of ['chen', 'qin']) expect((await at.approve(String(first.data.id), who)).code).toBe(0);
    expect((await at.run(String(first.data.id))).code).toBe(0);
    expect((await at.as('zhang', ...saved, ...why)).data.approvals).toEqual(['approver']);
  });
});
