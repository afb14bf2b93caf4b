/** The parts of the demo on the sandbox itself. Each returns what it has seen to be true, or throws. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { segments } from '../../tests/stand-ins/entries.ts';
import { filesIn, snapshot } from '../../tests/stand-ins/folder.ts';
import { must, type Stage, type Words } from './stage.ts';

/** `audit verify`: every line whole and in its place; no independent witness covers them. */
const WHOLE = 10;

const HARDEN = ['runbook', 'run', 'harden-linux', '--input', 'host=sandbox'];

export function makeSite(stage: Stage): Words {
  const made = stage.show(['site', 'init', stage.site, '--sandbox', '--rows', '2000', '--seed', '20261123'], [0]);
  must(existsSync(join(stage.site, 'sandbox/inv.db')), 'no sandbox database was made');
  const rows = Number(made.report.data.rows);
  must(rows === 2000, `the site holds ${rows} invoices, not 2000`);
  return {
    en: `${rows} invoices, a host folder with real-looking /etc files, eight operators with keys.`,
    'zh-CN': `${rows} 张发票、一台带有仿真 /etc 文件的主机目录、八名带密钥的人员。`,
  };
}

export function doctor(stage: Stage): Words {
  const seen = stage.show(['doctor'], [0, 1, 8], 30);
  const text = JSON.stringify(seen.report);
  for (const driver of ['oracledb', 'pg', 'ioredis', 'sqlite', 'age', 'ssh'])
    must(text.includes(driver), `doctor has no line for ${driver}`);
  return { en: 'Every driver has a line of its own.', 'zh-CN': '每个驱动都有单独一行。' };
}

interface HostResult {
  readonly coverage: { readonly evaluated: number; readonly applicable: number; readonly total: number };
  readonly results: readonly { readonly rule: string; readonly outcome: string }[];
}

export function localCheck(stage: Stage): Words {
  const seen = stage.show(['harden', 'check', '--host', 'local'], [0, 1, 8], 12);
  const [host] = seen.report.data.hosts as readonly HostResult[];
  must(host !== undefined && host.results.length >= 15, 'fewer than 15 rules were evaluated');
  const { evaluated, total } = host.coverage;
  return {
    en: `${evaluated} of ${total} rules were evaluated here; what could not be looked at is unknown, never a pass.`,
    'zh-CN': `共 ${total} 条规则，本机评估了 ${evaluated} 条；看不到的记为未知，绝不算通过。`,
  };
}

export function hardening(stage: Stage): Words {
  const host = join(stage.site, 'sandbox/host');
  const before = JSON.stringify(snapshot(host));
  stage.tell({
    en: 'Without --execute it only rehearses: it looks, plans, prints.',
    'zh-CN': '不带 --execute 只预演：查看、计划、打印。',
  });
  stage.show(HARDEN, [1], 34, /^ {2}\S+ .*harden-linux/);
  must(JSON.stringify(snapshot(host)) === before, 'the rehearsal changed the host');
  stage.tell({
    en: 'With --execute it goes as far as the approval and exits 4.',
    'zh-CN': '带 --execute 会走到审批处停下，退出码 4。',
  });
  const run = runOf(stage.show([...HARDEN, '--execute', '--yes'], [4], 10));
  must(JSON.stringify(snapshot(host)) === before, 'the host was changed before it was approved');
  stage.tell({
    en: 'chen, of the purchaser, approves exactly this plan; the requester could not.',
    'zh-CN': '采购人一方的 chen 审批的正是这份计划；申请人自己不能审批。',
  });
  must(stage.quiet(['--as', 'li', 'approve', run, '--yes']).code === 3, 'the requester could approve his own run');
  stage.show(['--as', 'chen', 'approve', run, '--yes'], [0], 10);
  stage.show(['runbook', 'resume', run], [0], 26, /apply\.1 /);
  const after = JSON.stringify(snapshot(host));
  must(after !== before, 'nothing was changed');
  must(
    stage.quiet(['harden', 'check', '--host', 'sandbox']).code === 0,
    'the hardened sandbox does not pass its check',
  );
  stage.show(['rollback', 'run', run, '--execute'], [5], 24, /apply\.1 /);
  must(JSON.stringify(snapshot(host)) === before, 'the host is not byte for byte what it was');
  return {
    en: 'The hardened host passed every rule, and after the rollback each file is what it was: bytes, mode, owner.',
    'zh-CN': '加固后各项规则全部通过；回退后每个文件的内容、权限、属主与原来完全一致。',
  };
}

/** The id of the run a command opened. */
function runOf(shown: { readonly report: { readonly data: Readonly<Record<string, unknown>> } }): string {
  const run = shown.report.data.run;
  must(typeof run === 'string' && run.startsWith('R-'), 'the command names no run');
  return run;
}

const SQL = `select i.invoice_no, t.name, t.citizen_id, t.phone, i.amount, i.remark
from invoice i join taxpayer t on t.credit_code = i.seller_code
where i.amount > :least`;

export function extraction(stage: Stage): Words {
  const query = join(stage.folder, 'query.sql');
  writeFileSync(query, SQL);
  const ask = ['extract', 'apply', '--database', 'inv', '--sql-file', query, '--bind', 'least=1000', '--limit', '5000'];
  const why = [
    '--purpose',
    '核对大额发票',
    '--basis',
    '数据申请 2026-11 第 7 号',
    '--recipient',
    'zhao',
    '--as-file',
    'csv',
  ];
  const applied = stage.show([...ask, ...why], [0], 24).report.data;
  const id = String(applied.id);
  for (const who of approversOf(applied.approvals)) stage.show(['--as', who, 'approve', id, '--yes'], [0], 8);
  const made = stage.show(['extract', 'run', id, '--execute', '--yes'], [0], 14).report.data;
  const file = join(stage.site, String(made.file).replace(stage.site, ''));
  const bytes = readFileSync(file);
  const hash = createHash('sha256').update(bytes).digest('hex');
  must(hash === String(made.sha256).replace('sha256:', ''), 'the hash is not that of the file');
  must(bytes.subarray(0, 21).toString('latin1') === 'age-encryption.org/v1', 'the file is not encrypted with age');
  const byAge = opened(stage, file, made.rows);
  return {
    en: `${made.rows} rows, masked, encrypted while they streamed${byAge ? '; the age program opens the same bytes' : ' (age itself is not installed here, so it was opened by gxops alone)'}.`,
    'zh-CN': `${made.rows} 行，边流式输出边脱敏加密${byAge ? '；age 程序解出的字节完全相同' : '（本机未装 age，仅由 gxops 自行打开）'}。`,
  };
}

/** The recipient opens the file; true where the age program itself has opened the same bytes. */
function opened(stage: Stage, file: string, rows: unknown): boolean {
  const identity = join(stage.site, 'keys/zhao.age');
  const out = join(stage.folder, 'opened.csv');
  const seen = stage.show(['extract', 'open', file, '--identity', identity, '--to', out], [0], 8).report.data;
  must(seen.verified === true && seen.rows === rows, 'the opened file was not verified');
  const age = spawnSync('age', ['-d', '-i', identity, file], { maxBuffer: 1 << 28 });
  const byAge = age.error === undefined;
  must(!byAge || age.stdout.equals(readFileSync(out)), 'age itself opens another text');
  stage.tell({ en: 'The first lines as zhao sees them, masked:', 'zh-CN': '收件人 zhao 看到的前几行（已脱敏）：' });
  const lines = readFileSync(out, 'utf8')
    .replace(/^\uFEFF/, '')
    .split('\r\n');
  console.log(
    lines
      .slice(0, 4)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
  return byAge;
}

/** Sandbox operators who can take the seats an extraction names. */
function approversOf(roles: unknown): string[] {
  const holders: Readonly<Record<string, string>> = { approver: 'chen', owner: 'qin', security: 'he', auditor: 'sun' };
  const names = JSON.stringify(roles).match(/[a-z]+/g) ?? [];
  return [...new Set(names.flatMap((role) => holders[role] ?? []))];
}

export async function killed(stage: Stage): Promise<Words> {
  const host = join(stage.site, 'sandbox/host');
  const before = JSON.stringify(snapshot(host));
  const journal = () =>
    segments(stage.site)
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
  for (let attempt = 1; attempt <= 5; attempt++) {
    const run = runOf(stage.quiet([...HARDEN, '--execute', '--yes']));
    must(stage.quiet(['--as', 'chen', 'approve', run, '--yes']).code === 0, 'the run could not be approved');
    const made = () => madeBy(journal(), run);
    const hit = await stage.killWhen(['runbook', 'resume', run], () => made() >= 2);
    const done = made();
    if (hit && !isClosed(journal(), run)) {
      stage.show(['runbook', 'runs', '--open'], [0, 1, 4], 8);
      stage.show(['runbook', 'resume', run], [0], 24, /apply\.1 /);
      must(
        stage.quiet(['harden', 'check', '--host', 'sandbox']).code === 0,
        'the resumed run left the host unhardened',
      );
      must(stage.quiet(['rollback', 'run', run, '--execute']).code === 5, 'the resumed run could not be undone');
      must(JSON.stringify(snapshot(host)) === before, 'after the undo the host is not what it was');
      return {
        en: `Killed after ${done} of ${madeBy(journal(), run)} changes; the resume did only the rest, and the undo took all of it back.`,
        'zh-CN': `在 ${madeBy(journal(), run)} 项变更做完 ${done} 项时被杀；续跑只做剩下的，随后全部回退。`,
      };
    }
    must(stage.quiet(['rollback', 'run', run, '--execute']).code === 5, 'the run could not be undone');
  }
  throw new Error('five runs all finished before they could be killed');
}

function madeBy(journal: string, run: string): number {
  return journal.split('\n').filter((line) => line.includes('"type":"change.made"') && line.includes(run)).length;
}

function isClosed(journal: string, run: string): boolean {
  return journal.split('\n').some((line) => line.includes('"type":"run.closed"') && line.includes(run));
}

export function audit(stage: Stage): Words {
  const seen = stage.show(['audit', 'verify'], [WHOLE]);
  return {
    en: `${seen.report.data.entries} entries, each bound to the one before it.`,
    'zh-CN': `共 ${seen.report.data.entries} 条记录，每条都与前一条相扣。`,
  };
}

export function flippedByte(stage: Stage): Words {
  const copy = join(stage.folder, 'tampered');
  cpSync(stage.site, copy, { recursive: true });
  const [file] = segments(copy);
  must(file !== undefined, 'the copy has no journal');
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const seq = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
  stage.tell({
    en: `In a copy of the site, one bit of byte ${at} of its journal is turned over.`,
    'zh-CN': `在站点副本中，把日志第 ${at} 字节翻转一位。`,
  });
  const seen = stage.quiet(['--site', copy, 'audit', 'verify']);
  console.log(`  ${(seen.stdout + seen.stderr).trim().split('\n').slice(0, 16).join('\n  ')}\n  → exit ${seen.code}`);
  must(seen.code !== WHOLE && seen.code !== 0, 'the flipped byte was not found');
  const problems = seen.report.data.problems as readonly { readonly seq?: number; readonly offset?: number }[];
  must(
    problems.some((problem) => problem.seq === seq || problem.seq === seq + 1),
    `the problem is not placed at line ${seq}`,
  );
  must(
    filesIn(join(stage.site, 'journal')).size > 0 && stage.quiet(['audit', 'verify']).code === WHOLE,
    'the original no longer holds',
  );
  return { en: `Found at line ${seq}; the original still holds.`, 'zh-CN': `定位在第 ${seq} 行；原件依然完整。` };
}
