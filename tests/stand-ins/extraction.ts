/** An extraction on a sandbox with the real program: applied for, approved, run, and what lies about afterwards. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, makeSandbox, type Ran, type Sandbox } from './bin.ts';

export type Answer = Document & { readonly code: number | null };

export interface Body {
  readonly type: string;
  readonly subject?: string;
  readonly run?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ExtractionSite {
  readonly site: Sandbox;
  /** A folder for files of the test. */
  readonly folder: string;
  /** zhang applies; `more` stands in place of the usual flags it names. */
  apply(sql: string, ...more: string[]): Promise<Answer>;
  /** The id of an application that was accepted. */
  applied(sql: string, ...more: string[]): Promise<string>;
  approve(id: string, who: string): Promise<Ran>;
  run(id: string, who?: string): Promise<Answer>;
  as(who: string, ...words: string[]): Promise<Answer>;
  files(id: string): string[];
  /** The encrypted file of an extraction; its folder's path where there is none. */
  dataFile(id: string): string;
  /** What the `age` program makes of it with the recipient's key; never on a disk. */
  plain(id: string): Buffer;
  bodies(type: string): Body[];
  /** Edits site.yml by replacing one text, which must be there. */
  edit(from: string, to: string): void;
  remove(): void;
}

/** A sandbox of so many invoices. */
export async function extractionSite(rows: number): Promise<ExtractionSite> {
  const site = await makeSandbox(rows, 'extraction');
  const folder = mkdtempSync(join(tmpdir(), 'gxops-extraction-'));
  let count = 0;
  const as = speakerAt(site);
  const apply = (sql: string, ...more: string[]) => {
    const file = join(folder, `q${count++}.sql`);
    writeFileSync(file, sql);
    const usual = [
      ['--database', 'inv'],
      ['--sql-file', file],
      ['--limit', '5000'],
      ['--recipient', 'zhao'],
      ['--purpose', '核对'],
      ['--basis', '桂税函〔2026〕1号'],
    ];
    const kept = usual.filter(([flag = '']) => !more.includes(flag)).flat();
    return as('zhang', 'extract', 'apply', ...kept, ...more);
  };
  const dataFile = (id: string): string =>
    join(site.dir, 'exports', id, namesOf(site, id).find((name) => DATA.test(name)) ?? '');
  return {
    ...{ site, folder, as, apply },
    async applied(sql, ...more) {
      const answer = await apply(sql, ...more);
      if (answer.code !== 0) throw new Error(JSON.stringify(answer, undefined, 1));
      return String(answer.data.id);
    },
    approve: (id, who) => site.run(['--as', who, 'approve', id, '--yes']),
    run: (id, who = 'zhang') => as(who, 'extract', 'run', id, '--execute'),
    files: (id) => namesOf(site, id),
    dataFile,
    plain: (id) => decrypted(dataFile(id), join(site.dir, 'keys/zhao.age')),
    bodies: (type) => bodiesIn(site, type),
    edit: (from, to) => replaceIn(join(site.dir, 'site.yml'), from, to),
    remove() {
      site.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(file, text.replace(from, to));
}

function decrypted(file: string, identity: string): Buffer {
  return execFileSync('age', ['-d', '-i', identity, file], { maxBuffer: 1 << 29, stdio: ['ignore', 'pipe', 'pipe'] });
}

function speakerAt(site: Sandbox) {
  return async (who: string, ...words: string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await site.run(['--as', who, ...words, '--json']);
    // An error's document is on standard error, behind the talk.
    const text = stdout.trim() === '' ? stderr.slice(stderr.indexOf('{\n')) : stdout;
    const document = JSON.parse(text) as Document;
    return { ...document, data: document.data ?? {}, code };
  };
}

function bodiesIn(site: Sandbox, type: string): Body[] {
  return readFileSync(join(site.dir, 'journal/000001.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).body as Body)
    .filter((body) => body.type === type);
}

const DATA = /^[^.].*\.(csv|jsonl|xlsx)\.age(\.zip)?$/;

function namesOf(site: Sandbox, id: string): string[] {
  const at = join(site.dir, 'exports', id);
  return existsSync(at) ? readdirSync(at).sort() : [];
}
