/** Case 72 with the real program: whatever ends an extraction, no planted value lies anywhere it may write: site, TMPDIR, HOME, working folder, shared memory. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv, type Ran, start } from '../stand-ins/bin.ts';
import { canariesBelow, canariesHeld, filesBelow } from '../stand-ins/canaries.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';
import { membersOf } from '../stand-ins/zip.ts';

/** In every row and clear, so that it stands all over the plain data; then those that a mask hides. */
const GOODS = '金丝雀货物庚子壹贰';
const PLANTED = [GOODS, '19955500731', '450103199001017733', '金丝雀商贸有限公司', '6222021955500731998'];
const ROWS = 30_000;
const SQL =
  'select i.id, i.goods, i.remark, t.phone, t.citizen_id, t.name, t.bank_account from invoice i join taxpayer t on t.credit_code = i.seller_code';
const WORD = 'correct horse battery';

let at: ExtractionSite;
let around: string;
let env: Record<string, string>;
beforeAll(async () => {
  at = await extractionSite(50);
  around = mkdtempSync(join(tmpdir(), 'gxops-around-'));
  for (const name of ['tmp', 'home', 'here']) mkdirSync(join(around, name), { mode: 0o700 });
  env = cleanEnv({ HOME: join(around, 'home'), TMPDIR: join(around, 'tmp') });
  plant();
});
afterAll(() => {
  spawnSync('umount', [join(at.site.dir, 'exports')], { stdio: 'ignore' });
  at.remove();
  rmSync(around, { recursive: true, force: true });
});
afterEach(() => {
  closeTerminals();
  // What was looked through once need not be looked through again.
  for (const id of readdirSync(join(at.site.dir, 'exports')))
    rmSync(join(at.site.dir, 'exports', id), { recursive: true, force: true });
});

function plant(): void {
  const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
  const [, phone, citizen, name, account] = PLANTED;
  database.exec(`
    UPDATE taxpayer SET phone = '${phone}', citizen_id = '${citizen}', name = '${name}', bank_account = '${account}';
    INSERT INTO invoice SELECT 1000000 + value, invoice_no || value, invoice_code, seller_code, buyer_code, buyer_name, amount, tax, issued_at,
      status, goods, remark FROM (SELECT * FROM invoice LIMIT 1), (WITH RECURSIVE n(value) AS
      (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${ROWS}) SELECT value FROM n);
    UPDATE invoice SET goods = '${GOODS}', remark = '电话${phone}，证件 ${citizen}'`);
  database.close();
}

/** Where it may not lie: all but the source itself, and shared memory of a database server. */
const sources = (path: string): boolean =>
  path.startsWith(join(at.site.dir, 'sandbox/')) || path.startsWith('/dev/shm/PostgreSQL');

/** How the sheet of an unencrypted workbook begins: length of the name, no extra field, the name. What follows is deflated, and no search sees into it. */
const SHEET = '\u0018\0\0\0xl/worksheets/sheet1.xml';
const ALL = [...PLANTED, SHEET, WORD];

const left = (): string[] => canariesBelow([at.site.dir, at.folder, around, '/dev/shm'], ALL, sources);

/** While it runs: what grows, and what it holds open. */
function growing(id: string, pid: number): string[] {
  const places = [join(at.site.dir, 'exports', id), join(at.site.dir, 'runs', id), around, '/dev/shm'];
  return [...canariesBelow(places, ALL, sources), ...canariesHeld(pid, ALL, sources)];
}

async function approved(...more: string[]): Promise<string> {
  const id = await at.applied(SQL, ...(more.includes('--limit') ? [] : ['--limit', `${ROWS * 2}`]), ...more);
  expect((await at.approve(id, 'chen')).code).toBe(0);
  return id;
}

const words = (id: string) => ['--site', at.site.dir, '--as', 'zhang', 'extract', 'run', id, '--execute'];
const running = (id: string) => start(words(id), { env, cwd: join(around, 'here') });
const run = (id: string): Promise<Ran> => running(id).done;

const sheetsOf = (bytes: Buffer): string =>
  membersOf(bytes)
    .map(({ text }) => text)
    .join('\n');

describe('72 no plain data on a disk', () => {
  it.each(['csv', 'jsonl', 'xlsx'])('made as %s, and while it grows', async (format) => {
    const id = await approved('--as-file', format);
    const { child, done } = running(id);
    const looks: string[] = [];
    let looked = 0;
    for (let over = false; !over; looked++) {
      looks.push(...growing(id, child.pid ?? 0));
      over = await Promise.race([done.then(() => true), new Promise<false>((next) => setImmediate(next, false))]);
    }
    expect((await done).code).toBe(0);
    expect(looked).toBeGreaterThan(2);
    expect([looks, left()]).toEqual([[], []]);
    // The search could have found it: the plain data are full of the one value, and of no masked one.
    const bytes = at.plain(id);
    expect(bytes.includes(SHEET)).toBe(format === 'xlsx');
    const text = format === 'xlsx' ? sheetsOf(bytes) : bytes.toString('utf8');
    expect(text.split(GOODS).length).toBeGreaterThan(ROWS);
    for (const value of PLANTED.slice(1)) expect(text).not.toContain(value);
  });

  it('made with a passphrase, which is nowhere either', async () => {
    const id = await approved('--passphrase');
    const terminal = openTerminal([bin, ...words(id)], { env: { ...env, TERM: 'xterm' }, cwd: join(around, 'here') });
    for (const asked of [/12/, /再|again/]) {
      await terminal.waitFor(asked);
      terminal.type(WORD);
      terminal.enter();
    }
    expect(await terminal.ended()).toMatchObject({ code: 0 });
    expect(at.files(id)).toContain('key.age');
    expect(left()).toEqual([]);
  });

  it('refused: more rows than were approved, in every form', async () => {
    for (const format of ['csv', 'jsonl', 'xlsx']) {
      const id = await approved('--as-file', format, '--limit', `${ROWS - 1}`);
      expect((await run(id)).code).toBe(3);
      expect(at.files(id)).toEqual([]);
    }
    expect(left()).toEqual([]);
  });

  it.each([
    ['csv', 'the first bytes are on the disk', (id: string) => sizeOf(id) > 0],
    ['jsonl', 'two megabytes are on the disk', (id: string) => sizeOf(id) > 2_000_000],
    ['xlsx', 'the file is begun', (id: string) => partials(id).length > 0],
    ['csv', 'the small files stand beside it (78)', (id: string) => at.files(id).includes('README.txt')],
  ])('killed, %s: when %s', async (format, _when, moment) => {
    const id = await approved('--as-file', format);
    const { child, done } = running(id);
    await killAt(child.pid ?? 0, () => moment(id), done);
    expect((await done).signal).toBe('SIGKILL');
    expect(at.files(id).length).toBeGreaterThan(0);
    expect(at.files(id).filter((name) => /^extract-.*\.age$/.test(name))).toEqual([]);
    expect(left()).toEqual([]);
    expect((await at.as('zhang', 'extract', 'check')).data.orphans).toEqual([id]);
    expect((await run(id)).code).toBe(0);
    expect(at.files(id)).toEqual(['README.txt', `extract-${id}-zhang.${format}.age`, 'manifest.json', 'open.html']);
    expect((await at.as('zhang', 'extract', 'check')).data.orphans).toEqual([]);
    expect(left()).toEqual([]);
  });

  it('a file that may not grow (EFBIG), and an exports folder on a full disk (ENOSPC)', async () => {
    const id = await approved();
    const small = spawnSync('prlimit', ['--fsize=1200000', bin, ...words(id)], { env, cwd: around, timeout: 60_000 });
    expect(small.status, String(small.stderr)).toBe(9);
    expect([at.files(id), left()]).toEqual([[], []]);
    const exports = join(at.site.dir, 'exports');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', exports]).status === 0;
    if (!mounted) return console.warn('no tmpfs may be mounted here: a full disk was not tried');
    const next = await approved('--as-file', 'jsonl');
    const full = await run(next);
    expect([full.code, at.files(next), left()]).toEqual([9, [], []]);
    expect(full.stdout + full.stderr).not.toContain(GOODS);
    expect(spawnSync('umount', [exports]).status).toBe(0);
  });

  it('opened by its recipient: refused when it was cut, and killed while it is written; nothing of it stays in clear', async () => {
    const id = await approved('--limit', '300000');
    expect((await run(id)).code).toBe(0);
    const file = at.dataFile(id);
    const words = [
      '--site',
      at.site.dir,
      '--as',
      'zhao',
      'extract',
      'open',
      file,
      '--identity',
      join(at.site.dir, 'keys/zhao.age'),
      '--to',
      join(around, 'out.csv'),
    ];
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, -1));
    expect((await start(words, { env, cwd: around }).done).code).toBe(3);
    writeFileSync(file, whole);
    expect([readdirSync(around).sort(), left()]).toEqual([['here', 'home', 'tmp'], []]);
    const { child, done } = start(words, { env, cwd: around });
    await killAt(child.pid ?? 0, () => readdirSync(around).some((name) => name.startsWith('.partial-')), done);
    expect(existsSync(join(around, 'out.csv'))).toBe(false);
    // What the recipient opens is plain by nature; what a killed one left goes with the next.
    expect((await start(words, { env, cwd: around }).done).code).toBe(0);
    expect(readdirSync(around).sort()).toEqual(['here', 'home', 'out.csv', 'tmp']);
    expect(filesBelow(join(around, 'tmp')).concat(filesBelow(join(around, 'here')))).toEqual([]);
  });
});

const partials = (id: string): string[] => at.files(id).filter((name) => name.startsWith('.partial-'));
const sizeOf = (id: string): number =>
  partials(id).reduce(
    (sum, name) => sum + (statSync(join(at.site.dir, 'exports', id, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** Looks without a pause, so that the moment is met however fast the machine is; then SIGKILL. */
async function killAt(pid: number, moment: () => boolean, done: Promise<unknown>): Promise<void> {
  let over = false;
  void done.then(() => {
    over = true;
  });
  while (!over && !moment()) await new Promise((next) => setImmediate(next));
  if (!over) process.kill(pid, 'SIGKILL');
}
