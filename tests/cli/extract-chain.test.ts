/** The chain with the real program: who may approve, run, hand over, receive and destroy, by the numbered cases of the audit reference. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
const made = async (): Promise<string> => {
  const id = await approved();
  expect((await at.run(id)).code).toBe(0);
  return id;
};
const dataFile = (id: string): string => at.files(id).find((name) => name.endsWith('.csv.age')) ?? '';
const handOver = (id: string, ...more: string[]) =>
  at.as('zhang', 'extract', 'handover', id, '--medium', 'U-017', '--destination', '稽查局案件室', ...more);

describe('the chain', () => {
  it('goes from the application to the destruction, every act a record of its own', async () => {
    const id = await made();
    expect(await handOver(id)).toMatchObject({ code: 0, data: { copy: 1, medium: 'U-017', received: false } });
    expect(await at.as('zhang', 'extract', 'check')).toMatchObject({ code: 1, data: { withoutReceipt: [id] } });
    expect(await at.as('zhao', 'extract', 'handover', id, '--yes')).toMatchObject({
      code: 0,
      data: { received: true },
    });
    expect(await at.as('zhang', 'extract', 'check')).toMatchObject({ code: 0, data: { withoutReceipt: [] } });
    const rehearsed = await at.as('zhang', 'extract', 'destroy', id);
    expect(rehearsed.data.remove).toContain(`exports/${id}/${dataFile(id)}`);
    expect(dataFile(id)).not.toBe('');
    expect(await at.as('zhang', 'extract', 'destroy', id, '--execute')).toMatchObject({
      code: 0,
      data: { leftovers: [] },
    });
    expect(at.files(id)).toEqual(['manifest.json']);
    expect(existsSync(join(at.site.dir, 'runs', id, 'join'))).toBe(false);
    expect(await at.as('zhao', 'extract', 'destroy', id, '--yes')).toMatchObject({ code: 0, data: { stated: true } });
    const acts = ['handed-over', 'received', 'destroying', 'destroyed', 'stated'];
    expect(acts.map((act) => at.bodies(`extract.${act}`).length)).toEqual([1, 1, 1, 1, 1]);
    expect((await at.as('zhang', 'extract', 'show', id)).data.standing).toBe('destroyed');
    expect((await at.site.run(['audit', 'verify'])).code).toBe(10);
  });

  it('asks a confirmation for a signature: --no-input without --yes signs nothing', async () => {
    const id = await made();
    await handOver(id);
    expect((await at.site.run(['--as', 'zhao', 'extract', 'handover', id, '--no-input'])).code).toBe(4);
    expect(at.bodies('extract.received')).toEqual([]);
  });

  it('a receipt on paper needs scan, number and a third person', async () => {
    const id = await made();
    await handOver(id);
    const scan = join(at.folder, 'receipt.pdf');
    writeFileSync(scan, '%PDF receipt');
    const paper = ['--paper', scan, '--number', '签收〔2026〕7号'];
    for (const [who, code] of [
      ['zhang', 3],
      ['zhao', 3],
      ['li', 0],
    ] as const)
      expect(await at.as('zhang', 'extract', 'handover', id, ...paper, '--countersign', who, '--yes')).toMatchObject({
        code,
      });
    expect(await at.as('zhang', 'extract', 'check')).toMatchObject({ code: 0 });
  });
});

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

describe('63 the requester cannot approve himself', () => {
  it('by name, by another OS account, by a forged record', async () => {
    const id = await at.applied(PLAIN);
    expect((await at.approve(id, 'zhang')).code).toBe(3);
    const stolen = { ...process.env, GXOPS_OPERATOR: 'zhang' } as Record<string, string>;
    expect((await at.site.run(['approve', id, '--yes'], { env: stolen })).code).toBe(3);
    const keyless = await at.site.run([
      '--as',
      'chen',
      '--key',
      join(at.site.dir, 'keys/zhang.ed25519'),
      'approve',
      id,
      '--yes',
    ]);
    expect(keyless.code).toBe(3);
    expect((await at.run(id)).code).toBe(4);
    expect(at.files(id)).toEqual([]);
  });
});

describe('64 an approval fits one application only', () => {
  it.each([
    ['the statement, by one blank', (text: string) => text.replace('select id', 'select  id')],
    ['the limit', (text: string) => text.replace('"limit":5000', '"limit":5001')],
    ['the recipient key', (text: string) => text.replace(/"age":"age1[^"]+"/, `"age":"age1${'q'.repeat(58)}"`)],
    ['a bind', (text: string) => text.replace('"binds":{}', '"binds":{"x":"1"}')],
  ])('%s changed after it', async (_name, change) => {
    const id = await approved();
    const file = join(at.site.dir, 'runs', id, 'application.json');
    const text = readFileSync(file, 'utf8');
    expect(change(text)).not.toBe(text);
    writeFileSync(file, change(text));
    expect((await at.run(id)).code).toBe(3);
    expect(at.files(id)).toEqual([]);
  });

  it('another database under the same alias is another database', async () => {
    const id = await approved();
    const path = join(at.site.dir, 'sandbox/inv.db');
    renameSync(path, `${path}.old`);
    writeFileSync(path, readFileSync(`${path}.old`), { mode: 0o600 });
    const answer = await at.run(id);
    expect([answer.code, at.files(id)]).toEqual([3, []]);
  });
});

describe('65 an approval is used once', () => {
  it('a second run makes nothing new, and the record stays', async () => {
    const id = await made();
    const [file] = [dataFile(id)];
    const before = readFileSync(join(at.site.dir, 'exports', id, file));
    await at.run(id);
    expect(readFileSync(join(at.site.dir, 'exports', id, file)).equals(before)).toBe(true);
    expect(at.bodies('artefact.made')).toHaveLength(1);
    expect(at.bodies('approval.used')).toHaveLength(1);
  });

  it('rejected and expired ones open nothing and stay listed', async () => {
    const rejected = await at.applied(PLAIN);
    await at.site.run(['--as', 'chen', 'reject', rejected, '--reason', 'not needed']);
    expect((await at.run(rejected)).code).toBe(3);
    const { data } = await at.as('zhang', 'extract', 'list');
    expect(data.extracts).toMatchObject([{ id: rejected, standing: 'rejected' }]);
  });
});

describe('66 a retired approver', () => {
  it('opens nothing any more, and what he signed before still verifies', async () => {
    const early = await made();
    const late = await approved();
    const retire = await at.as('li', 'operator', 'retire', 'chen', '--reason', 'left');
    expect((await at.approve(String(retire.data.id), 'he')).code).toBe(0);
    expect((await at.run(late)).code).not.toBe(0);
    expect(at.files(late)).toEqual([]);
    expect((await at.as('zhang', 'extract', 'show', early)).data.standing).toBe('made');
    expect((await at.site.run(['audit', 'verify'])).code).toBe(10);
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

describe('73 who receives', () => {
  it('not the applicant, not somebody without that role, not a retired one', async () => {
    for (const who of ['zhang', 'chen', 'nobody']) expect((await at.apply(PLAIN, '--recipient', who)).code).not.toBe(0);
    const id = await approved();
    const retire = await at.as('li', 'operator', 'retire', 'zhao', '--reason', 'left');
    await at.approve(String(retire.data.id), 'he');
    expect((await at.run(id)).code).toBe(3);
    expect(at.files(id)).toEqual([]);
  });
});

describe('75, 76 handing over', () => {
  it('not a changed file, not twice, not to another, not after its end', async () => {
    const id = await made();
    const file = join(at.site.dir, 'exports', id, dataFile(id));
    const good = readFileSync(file);
    writeFileSync(file, Buffer.concat([good.subarray(0, -1), Buffer.from([(good.at(-1) ?? 0) ^ 1])]));
    expect((await handOver(id)).code).toBe(3);
    expect((await at.as('zhang', 'extract', 'check')).data.altered).toEqual([id]);
    writeFileSync(file, good);
    expect((await handOver(id, '--to', 'qin')).code).toBe(3);
    expect((await at.as('zhao', 'extract', 'handover', id, '--yes')).code).toBe(3);
    expect((await handOver(id)).code).toBe(0);
    expect((await handOver(id)).code).toBe(3);
    await at.as('zhang', 'extract', 'destroy', id, '--execute');
    expect((await handOver(id)).code).toBe(3);
    expect((await at.run(id)).code).toBe(3);
  });

  it('the auditor and the security officer watch and do not act', async () => {
    const id = await made();
    for (const who of ['sun', 'he']) {
      expect((await at.as(who, 'extract', 'handover', id, '--medium', 'U', '--destination', 'x')).code).toBe(3);
      expect((await at.as(who, 'extract', 'destroy', id, '--execute')).code).toBe(3);
    }
    expect(at.bodies('extract.handed-over')).toEqual([]);
    expect(dataFile(id)).not.toBe('');
  });
});

describe('77 destruction', () => {
  it('says what it cannot prove, and an unfinished one is found', async () => {
    const id = await made();
    const folder = join(at.site.dir, 'exports', id);
    const answer = await at.as('zhang', 'extract', 'destroy', id, '--execute', '--reason', 'recalled');
    expect(answer.data.notProvable).toEqual(['recipient-copies', 'backups', 'disk-blocks']);
    writeFileSync(join(folder, 'copy.csv.age'), 'left behind');
    expect((await at.as('zhang', 'extract', 'destroy', id, '--execute')).code).toBe(3);
  });
});

describe('78 a folder that no record made', () => {
  it('is named by check', async () => {
    mkdirSync(join(at.site.dir, 'exports/E-20260101-AAAAA'), { recursive: true, mode: 0o700 });
    const stray = join(at.site.dir, 'exports/E-20260101-AAAAA/x.csv.age');
    writeFileSync(stray, 'x');
    chmodSync(stray, 0o600);
    expect(await at.as('zhang', 'extract', 'check')).toMatchObject({
      code: 1,
      data: { orphans: ['E-20260101-AAAAA'] },
    });
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

describe('home', () => {
  it('tells the receiver to sign and the engineer to hand over', async () => {
    const id = await made();
    const waiting = async (who: string) => JSON.stringify((await at.as(who)).data.waiting);
    expect(await waiting('zhang')).toContain(`extract handover ${id}`);
    await handOver(id);
    expect(await waiting('zhao')).toContain(`extract handover ${id}`);
    await at.as('zhao', 'extract', 'handover', id, '--yes');
    expect(await waiting('zhao')).not.toContain(id);
  });
});
