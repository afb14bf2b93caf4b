/** Canaries planted wherever a secret or a taxpayer's value can come in: none may come out anywhere it does not belong. */
import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv, makeSandbox, type Options, type Ran, type Sandbox, start } from '../stand-ins/bin.ts';
import { filesIn } from '../stand-ins/folder.ts';
import { watchOffspring } from '../stand-ins/offspring.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

/** One canary for each way in. Long and odd, so that a hit is no accident. */
const CANARY = {
  passwordFile: 'Kanarie-file-9f3Qz!x7',
  passwordCommand: 'Kanarie-command-4tWp#81',
  literalInSite: 'Kanarie-literal-77aLm%2',
  promptSecret: 'Kanarie-prompt-5Kd9&vv',
  answerForSecret: 'Kanarie-answer-3nB2@qq',
  sqlLiteral: 'Kanarie-sql-8Yt6-literal',
  sqlBind: 'Kanarie-bind-1Rc5-value',
  hostFile: 'KanarieShadow6Hj4inAHash',
  taxpayerName: '广西金丝雀商贸有限公司',
  taxpayerPhone: '13977177391',
  remark: '联系人金丝雀备注',
} as const;

/** A well-formed SHA-512 hash, so that the rules find nothing wrong with it. */
const HASH = `$6$kanarie$${CANARY.hostFile.padEnd(86, 'x')}`;

/** How a value may hide: as it is, base64 (any alignment), percent-encoded, JSON-escaped, hex. */
function disguises(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The groups at both ends mix with neighbours; what is between them cannot.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [value, ...base64, encodeURIComponent(value), json, ascii, bytes.toString('hex')].filter(
    (one) => one.length > 5,
  );
}

function canariesIn(text: string): string[] {
  return Object.entries(CANARY)
    .filter(([, value]) => disguises(value).some((disguise) => text.includes(disguise)))
    .map(([name]) => name);
}

let site: Sandbox;
let refusing: Server;
let port = 0;
const spoken: Ran[] = [];
const argv: string[] = [];
const environment: string[] = [];

/** Runs gxops with debug talk and a report, and keeps everything that anybody could read of it. */
async function run(args: readonly string[], options: Options = {}): Promise<Ran> {
  const env = cleanEnv({ GXOPS_DEBUG: '1', ...options.env });
  const running = start(['--site', site.dir, '-v', ...args], { ...options, env });
  const offspring = watchOffspring(running.child.pid ?? 0);
  const ran = await running.done;
  offspring.stop();
  spoken.push(ran);
  argv.push(...offspring.seen().argv);
  environment.push(...offspring.seen().environment);
  return ran;
}

beforeAll(async () => {
  site = await makeSandbox(60);
  refusing = createServer((socket) => socket.end('-ERR no\r\n'));
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  const address = refusing.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  plantInSite();
  plantInDatabase();
  const shadow = join(site.dir, 'sandbox/host/etc/shadow');
  chmodSync(shadow, 0o600);
  const was = readFileSync(shadow, 'utf8');
  writeFileSync(
    shadow,
    was.replace(/^root:[^:]*:/m, () => `root:${HASH}:`),
  );
});
afterAll(() => {
  refusing.close();
  site.remove();
});
afterEach(closeTerminals);

function plantInSite(): void {
  mkdirSync(join(site.dir, 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(join(site.dir, 'secrets/canary'), CANARY.passwordFile, { mode: 0o600 });
  writeFileSync(join(site.dir, 'secrets/printed'), CANARY.passwordCommand, { mode: 0o600 });
  const file = join(site.dir, 'site.yml');
  const pg = `  pgc: { kind: postgres, host: 127.0.0.1, port: ${port}, database: inv, user: gxops_ro, passwordFile: secrets/canary }`;
  const command = `passwordCommand: [cat, '${join(site.dir, 'secrets/printed')}']`;
  const ora = `  orac: { kind: oracle, connect: '127.0.0.1:${port}/INV', user: GXOPS_RO, ${command} }`;
  const cache = `redis:\n  cachec: { host: 127.0.0.1, port: ${port}, ${command} }`;
  const text = readFileSync(file, 'utf8').replace(/^databases:.*$/m, (line) => `${line}\n${pg}\n${ora}`);
  writeFileSync(file, text.replace(/^redis:.*$/m, cache));
}

function plantInDatabase(): void {
  const database = new DatabaseSync(join(site.dir, 'sandbox/inv.db'));
  database.prepare('update taxpayer set name = ?, phone = ?').run(CANARY.taxpayerName, CANARY.taxpayerPhone);
  database
    .prepare('update invoice set buyer_name = ?, remark = ?')
    .run(CANARY.taxpayerName, `${CANARY.remark} ${CANARY.taxpayerPhone}`);
  database.close();
}

describe('everything gxops does with canaries about', () => {
  it('looks at databases and caches whose passwords are canaries', async () => {
    const ran = await run(['doctor']);
    expect([1, 8]).toContain(ran.code);
    expect(ran.stdout).toContain('pgc');
    await run(['site', 'show']);
    await run(['site', 'check']);
  });

  it('refuses a password written into site.yml without repeating it', async () => {
    const file = join(site.dir, 'site.yml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      good.replace(/^( {2}pgc: \{.*)\}$/m, (_, head: string) => `${head}, password: '${CANARY.literalInSite}' }`),
    );
    const ran = await run(['site', 'check']);
    writeFileSync(file, good);
    expect(ran.code).toBe(2);
    expect(ran.stderr + ran.stdout).toMatch(/site\.yml:\d+/);
  });

  it('never takes a secret by flag, and does not repeat it', async () => {
    const extra = join(site.dir, 'secrets/loose');
    writeFileSync(extra, CANARY.answerForSecret, { mode: 0o644 });
    const ran = await run(['--key', extra, '--as', 'chen', 'approve', 'R-20261123-AAAAA', '--yes']);
    expect(ran.code).not.toBe(0);
    rmSync(extra);
  });

  it('hardens, approves, resumes and rolls back over a shadow file that holds one', async () => {
    const begun = await run([
      'runbook',
      'run',
      'harden-linux',
      '--input',
      'host=sandbox',
      '--execute',
      '--yes',
      '--json',
    ]);
    expect(begun.code).toBe(4);
    const id = (JSON.parse(begun.stdout) as { data: { run: string } }).data.run;
    expect((await run(['--as', 'chen', 'approve', id, '--yes'])).code).toBe(0);
    expect((await run(['runbook', 'resume', id, '--report', join(site.dir, 'r.html'), '--format', 'html'])).code).toBe(
      0,
    );
    expect((await run(['rollback', 'run', id, '--execute'])).code).toBe(5);
    await run(['audit', 'log', '--json']);
  });

  it('extracts rows that hold them, with one in a literal and one in a bind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-canary-'));
    const sql = join(folder, 'q.sql');
    writeFileSync(
      sql,
      `select i.invoice_no, t.name, t.phone, i.remark from invoice i join taxpayer t on t.credit_code = i.seller_code where i.goods <> '${CANARY.sqlLiteral}' and i.goods <> :no`,
    );
    const applied = await run([
      ...['extract', 'apply', '--database', 'inv', '--sql-file', sql, '--bind', `no=${CANARY.sqlBind}`, '--json'],
      ...['--purpose', 'p', '--basis', 'b', '--limit', '100', '--recipient', 'zhao', '--as-file', 'csv'],
    ]);
    rmSync(folder, { recursive: true });
    expect(applied.code).toBe(0);
    const id = (JSON.parse(applied.stdout) as { data: { id: string } }).data.id;
    spoken.pop(); // The application itself shows the statement it is about; everything after it must not.
    for (const who of ['chen', 'qin']) (await run(['--as', who, 'approve', id, '--yes'])) && spoken.pop();
    const made = await run(['extract', 'run', id, '--execute', '--yes']);
    expect(made.code).toBe(0);
    await run(['extract', 'list']);
  });

  it('is asked for a passphrase in a terminal, and signs with it', async () => {
    const begun = await site.json(['runbook', 'run', 'harden-linux', '--input', 'host=sandbox', '--execute', '--yes']);
    const id = String(begun.data.run);
    const file = join(site.dir, 'keys/chen.ed25519');
    const key = createPrivateKey(readFileSync(file));
    const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: CANARY.promptSecret });
    const apart = join(site.dir, 'secrets/chen.locked');
    writeFileSync(apart, locked, { mode: 0o600 });
    const env = cleanEnv({ TERM: 'xterm-256color', GXOPS_DEBUG: '1' });
    const argv = [
      bin,
      '--site',
      site.dir,
      '--lang',
      'en',
      '-v',
      '--as',
      'chen',
      '--key',
      apart,
      'approve',
      id,
      '--yes',
    ];
    for (const typed of [CANARY.promptSecret.slice(1), CANARY.promptSecret]) {
      const terminal = openTerminal(argv, { env, columns: 200, rows: 50 });
      await terminal.waitFor('Passphrase');
      terminal.type(typed);
      terminal.enter();
      const { code } = await terminal.ended();
      expect(code === 0, terminal.text()).toBe(typed === CANARY.promptSecret);
      spoken.push({ code, signal: null, stdout: terminal.raw(), stderr: terminal.text() });
    }
  });
});

describe('afterwards', () => {
  it('no stream ever held a canary', () => {
    expect(spoken.length).toBeGreaterThan(8);
    for (const { stdout, stderr } of spoken) expect(canariesIn(stdout + stderr)).toEqual([]);
  });

  it('no child’s argv or environment ever held one', () => {
    expect(argv.length).toBeGreaterThan(5);
    // gxops’ own argv holds what the person typed, binds included; its children’s must not.
    const children = argv.filter((line) => !line.includes('main.cjs') && !line.includes('bin/gxops'));
    expect(canariesIn(children.join('\n'))).toEqual([]);
    expect(canariesIn(environment.join('\n'))).toEqual([]);
  });

  it('no file of the site holds one, but those that must: 0600, and named here', () => {
    // The data and keys themselves; pre-images and planned contents of files (0600, the undo needs them); the application's own
    // statement and binds (0600, what the approval binds).
    const must = /^(sandbox|secrets|keys)\/|^runs\/R-[^/]+\/(pre|changes|plans?)\/|^runs\/E-[^/]+\//;
    const found: string[] = [];
    for (const [name, bytes] of filesIn(site.dir)) {
      if (name === 'site.yml') continue;
      if (must.test(name)) {
        const open = /^(runs|secrets)\//.test(name) && (statSync(join(site.dir, name)).mode & 0o077) !== 0;
        if (open) found.push(`${name}: others may read it`);
        continue;
      }
      const canaries = canariesIn(bytes.toString('utf8')).concat(canariesIn(bytes.toString('latin1')));
      if (canaries.length > 0) found.push(`${name}: ${canaries.join(', ')}`);
    }
    expect(found).toEqual([]);
  });
});
