/** The main path with the real program: harden, approve, resume, roll back to the very bytes; and an extraction from request to opened file. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { filesIn, snapshot } from '../stand-ins/folder.ts';

let site: Sandbox;
beforeAll(async () => {
  site = await makeSandbox(300);
});
afterAll(() => site.remove());

const hasAge = (() => {
  try {
    execFileSync('age', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('hardening the sandbox host', () => {
  it('rehearses, waits, is approved by another, is done, and is undone byte for byte', async () => {
    const host = join(site.dir, 'sandbox/host');
    const before = snapshot(host);
    const rehearsed = await site.json(['runbook', 'run', 'harden-linux', '--input', 'host=sandbox']);
    expect(rehearsed.code).toBe(1);
    expect(rehearsed.verdict).toBe('findings');
    expect((rehearsed.data.changes as unknown[]).length).toBeGreaterThanOrEqual(8);
    expect(snapshot(host)).toEqual(before);

    const waiting = await site.json([
      'runbook',
      'run',
      'harden-linux',
      '--input',
      'host=sandbox',
      '--execute',
      '--yes',
    ]);
    expect(waiting.code).toBe(4);
    const run = waiting.data.run as string;
    expect(run).toMatch(/^R-\d{8}-/);
    expect(waiting.data.waitingFor).toMatchObject({
      kind: 'approve',
      command: expect.stringContaining(`approve ${run}`),
    });
    expect(snapshot(host)).toEqual(before);

    const own = await site.json(['--as', 'li', 'approve', run, '--yes']).catch((fault: Error) => fault.message);
    expect(String(typeof own === 'string' ? own : own.code)).toMatch(/3/);
    const early = await site.run(['runbook', 'resume', run]);
    expect(early.code).toBe(4);
    expect(snapshot(host)).toEqual(before);

    const approved = await site.json(['--as', 'chen', 'approve', run, '--yes']);
    expect(approved).toMatchObject({ code: 0, data: { approver: 'chen', party: 'purchaser' } });
    const resumed = await site.json(['runbook', 'resume', run]);
    expect(resumed).toMatchObject({ code: 0, verdict: 'done' });
    const after = snapshot(host);
    expect(after).not.toEqual(before);

    const rehearsal = await site.run(['rollback', 'run', run]);
    expect(rehearsal.code).not.toBe(5);
    expect(snapshot(host)).toEqual(after);
    const undone = await site.json(['rollback', 'run', run, '--execute']);
    expect(undone).toMatchObject({ code: 5, verdict: 'undone' });
    expect(snapshot(host)).toEqual(before);

    expect((await site.run(['runbook', 'resume', run])).code).toBe(5);
    // Whole; without a witness that is as good as it gets.
    expect((await site.run(['audit', 'verify'])).code).toBe(10);
  });

  it('is refused with another digest, and with one that was rejected', async () => {
    const waiting = await site.json([
      'runbook',
      'run',
      'harden-linux',
      '--input',
      'host=sandbox',
      '--execute',
      '--yes',
    ]);
    const run = waiting.data.run as string;
    const other = await site.run(['--as', 'chen', 'approve', run, '--yes', '--digest', `sha256:${'0'.repeat(64)}`]);
    expect(other.code).toBe(3);
    const rejected = await site.run(['--as', 'chen', 'reject', run, '--reason', 'not tonight']);
    expect(rejected.code).toBe(0);
    const resumed = await site.run(['runbook', 'resume', run]);
    expect([3, 4]).toContain(resumed.code);
    expect(resumed.stdout + resumed.stderr).toContain('not tonight');
  });
});

const SQL =
  'select i.invoice_no, t.name, t.citizen_id, t.phone, i.amount from invoice i join taxpayer t on t.credit_code = i.seller_code where i.amount > :least limit 50';

describe('an extraction', () => {
  it('is applied for, approved, made, opened by its recipient alone, and verified', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-journey-'));
    const sql = join(folder, 'q.sql');
    writeFileSync(sql, SQL);
    const applied = await site.json([
      ...['extract', 'apply', '--database', 'inv', '--sql-file', sql, '--bind', 'least=100'],
      ...[
        '--purpose',
        '核对发票',
        '--basis',
        '桂税函〔2026〕1号',
        '--limit',
        '100',
        '--recipient',
        'zhao',
        '--as-file',
        'csv',
      ],
    ]);
    expect(applied.code).toBe(0);
    const id = applied.data.id as string;
    expect((await site.run(['extract', 'run', id, '--execute'])).code).not.toBe(0);
    for (const who of ['chen', 'qin']) await site.run(['--as', who, 'approve', id, '--yes']);
    const made = await site.json(['extract', 'run', id, '--execute', '--yes']);
    expect(made).toMatchObject({ code: 0, verdict: 'done' });
    const file = join(site.dir, String(made.data.file).replace(site.dir, ''));
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(
      String(made.data.sha256).replace('sha256:', ''),
    );

    const out = join(folder, 'out.csv');
    const opened = await site.json([
      'extract',
      'open',
      file,
      '--identity',
      join(site.dir, 'keys/zhao.age'),
      '--to',
      out,
    ]);
    expect(opened).toMatchObject({ code: 0, data: { rows: made.data.rows, verified: true } });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const lines = readFileSync(out, 'utf8').trim().split('\r\n');
    expect(lines.length - 1).toBe(made.data.rows);
    expect(made.data.rows).toBe(50);
    noTaxpayer(readFileSync(out, 'utf8'));
    for (const [name, bytes] of filesIn(site.dir))
      if (!/^(sandbox|keys|secrets)\//.test(name)) noTaxpayer(bytes.toString('utf8'));
    if (hasAge) {
      const plain = execFileSync('age', ['-d', '-i', join(site.dir, 'keys/zhao.age'), file]);
      expect(plain.equals(readFileSync(out))).toBe(true);
      expect(() =>
        execFileSync('age', ['-d', '-i', join(site.dir, 'keys/chen.age'), file], { stdio: 'pipe' }),
      ).toThrow();
    }
    const changed = readFileSync(file);
    changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
    const bad = join(folder, 'bad.age');
    writeFileSync(bad, changed);
    const refused = await site.run([
      'extract',
      'open',
      bad,
      '--identity',
      join(site.dir, 'keys/zhao.age'),
      '--to',
      join(folder, 'no'),
    ]);
    expect(refused.code).not.toBe(0);
    expect(existsSync(join(folder, 'no'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

/** None of the sandbox's taxpayers' clear values stands in the text. */
function noTaxpayer(text: string): void {
  const database = new DatabaseSync(join(site.dir, 'sandbox/inv.db'), { readOnly: true });
  const rows = database.prepare('select name, citizen_id, phone from taxpayer').all();
  database.close();
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows)
    for (const value of Object.values(row))
      if (typeof value === 'string' && value.length > 3) expect(text.includes(value), value).toBe(false);
}
