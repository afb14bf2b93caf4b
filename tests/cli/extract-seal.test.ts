/** What leaves, with the real program: as a spreadsheet, under a passphrase typed twice, signed by who runs it, and opened only unchanged. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal, type Terminal } from '../stand-ins/pty.ts';

const SQL = 'select invoice_no, amount, remark from invoice';
const WORD = '一段足够长的口令 2026';
let at: ExtractionSite;
let count = 0;

beforeAll(async () => {
  at = await extractionSite(300);
});
afterAll(() => at.remove());
afterEach(() => closeTerminals());

async function approved(...more: string[]): Promise<string> {
  const id = await at.applied(SQL, ...more);
  expect((await at.approve(id, 'chen')).code).toBe(0);
  return id;
}

/** Opened by zhao with his key; `out` is new. */
async function opened(file: string) {
  const out = join(at.folder, `out-${count++}`);
  const answer = await at.as(
    'zhao',
    'extract',
    'open',
    file,
    '--identity',
    join(at.site.dir, 'keys/zhao.age'),
    '--to',
    out,
  );
  return { ...answer, out };
}

function terminal(...words: string[]): Terminal {
  const env = cleanEnv({ TERM: 'xterm-256color' });
  return openTerminal([bin, '--site', at.site.dir, '--lang', 'en', ...words], { env, cwd: at.folder });
}

async function typed(screen: Terminal, question: RegExp, answer: string): Promise<void> {
  await screen.waitFor(question);
  screen.type(answer);
  screen.enter();
}

it('a spreadsheet: exactly the rows, a package of its own, opened and counted', async () => {
  const id = await approved('--as-file', 'xlsx', '--limit', '300');
  expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: 300 } });
  const file = at.dataFile(id);
  expect(basename(file)).toBe(`extract-${id}-zhang.xlsx.age`);
  const answer = await opened(file);
  expect(answer).toMatchObject({ code: 0, data: { rows: 300, verified: true, signer: 'zhang', known: true } });
  expect(readFileSync(answer.out).subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
});

describe('a passphrase', () => {
  it('is asked for before a row is read, twice; then it opens the file, in a terminal only', async () => {
    const id = await approved('--passphrase');
    expect((await at.run(id)).code).toBe(4);
    expect(at.files(id)).toEqual([]);
    const screen = terminal('--as', 'zhang', 'extract', 'run', id, '--execute');
    await typed(screen, /at least 12 characters/, 'too short');
    await typed(screen, /Too short\. Passphrase/, WORD);
    await typed(screen, /The same passphrase again/, WORD);
    expect(await screen.ended()).toMatchObject({ code: 0 });
    expect(screen.raw()).not.toContain(WORD);
    expect(at.files(id)).toContain('key.age');
    const file = at.dataFile(id);
    const without = await at.as('zhao', 'extract', 'open', file, '--to', join(at.folder, 'never'));
    expect(without.code).toBe(4);
    for (const [word, code] of [
      ['a wrong one, long enough', 3],
      [WORD, 0],
    ] as const) {
      const out = join(at.folder, `by-passphrase-${code}`);
      const opening = terminal('--as', 'zhao', 'extract', 'open', file, '--to', out);
      await typed(opening, /Passphrase of/, word);
      expect(await opening.ended()).toMatchObject({ code });
      expect(existsSync(out)).toBe(code === 0);
    }
    expect(readFileSync(join(at.site.dir, 'journal/000001.jsonl'), 'utf8')).not.toContain(WORD);
  }, 120_000);

  it('that nobody gives leaves the extraction as it was, to be run again', async () => {
    const id = await approved('--passphrase');
    const screen = terminal('--as', 'zhang', 'extract', 'run', id, '--execute');
    await screen.waitFor(/at least 12 characters/);
    screen.ctrlC();
    expect((await screen.ended()).code).not.toBe(0);
    expect(at.files(id)).toEqual([]);
    const again = terminal('--as', 'zhang', 'extract', 'run', id, '--execute');
    await typed(again, /at least 12 characters/, WORD);
    await typed(again, /The same passphrase again/, WORD);
    expect(await again.ended()).toMatchObject({ code: 0 });
  }, 120_000);
});

describe('handed over and changed on the way', () => {
  /** A copy of the export's folder, changed by `change`. */
  async function changed(change: (folder: string, file: string) => void): Promise<string> {
    const folder = join(at.folder, `copy-${count++}`);
    mkdirSync(folder);
    const source = dirname(await exported());
    for (const name of readdirSync(source)) copyFileSync(join(source, name), join(folder, name));
    const file = readdirSync(folder).find((name) => name.endsWith('.csv.age')) ?? '';
    change(folder, join(folder, file));
    return join(folder, file);
  }

  let made: string | undefined;
  async function exported(): Promise<string> {
    if (made === undefined) {
      const id = await approved();
      expect((await at.run(id)).code).toBe(0);
      made = at.dataFile(id);
    }
    return made;
  }

  const edit = (change: (manifest: Record<string, unknown>) => void) => (folder: string) => {
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    change(manifest);
    writeFileSync(path, JSON.stringify(manifest));
  };

  it.each([
    ['a byte of the file flipped', (_: string, file: string) => flip(file)],
    ['the file cut', (_: string, file: string) => writeFileSync(file, readFileSync(file).subarray(0, -1))],
    ['another row count', edit((manifest) => Object.assign(manifest, { rows: 299 }))],
    ['another purpose', edit((manifest) => Object.assign(manifest, { purpose: 'another' }))],
    ['no signature', edit((manifest) => Reflect.deleteProperty(manifest, 'signature'))],
    [
      'in the name of another operator',
      edit((manifest) => Object.assign(manifest.signature as object, { operator: 'li' })),
    ],
    ['no manifest any more', (folder: string) => writeFileSync(join(folder, 'manifest.json'), '{}')],
  ])('%s: refused, and nothing stays (cases 74 and 75)', async (_name, change) => {
    const answer = await opened(await changed(change));
    expect([answer.code, existsSync(answer.out)]).toEqual([3, false]);
    expect(readdirSync(at.folder).filter((name) => name.startsWith('.partial'))).toEqual([]);
  });

  it('unchanged it opens; its page holds its manifest, and its manifest who signed', async () => {
    const file = await changed(() => undefined);
    expect(await opened(file)).toMatchObject({ code: 0, data: { verified: true, signer: 'zhang', known: true } });
    const page = readFileSync(join(dirname(file), 'open.html'), 'utf8');
    const [, held = ''] = /<script type="application\/json" id="manifest">([\s\S]*?)<\/script>/.exec(page) ?? [];
    const manifest = JSON.parse(readFileSync(join(dirname(file), 'manifest.json'), 'utf8')) as Record<string, unknown>;
    expect(JSON.parse(held)).toEqual(manifest);
    expect(manifest).toMatchObject({
      schema: 2,
      file: basename(file),
      signature: { operator: 'zhang' },
      passphrase: false,
    });
  });

  it('without its signature, also called of an older kind: refused', async () => {
    const older = edit((manifest) => {
      Reflect.deleteProperty(manifest, 'signature');
      manifest.schema = 1;
    });
    expect((await opened(await changed(older))).code).toBe(3);
  });
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
