/** The chain with the real program: who may approve, run, hand over, receive and destroy, by the numbered cases of the audit reference. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
