/** A folder with a recipient and a signer in which tests make exports and open them. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type Batch, batchOf } from '../../src/core/batch.ts';
import type { Artefact, Product } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import type { Opened } from '../../src/core/world.ts';
import { csvForm } from '../../src/rules/forms/csv.ts';
import { type ArtefactPlace, makeArtefact } from '../../src/world/artefact.ts';
import { type Opening, openArtefact } from '../../src/world/open.ts';

export const CANARY = 'canary-of-the-plain-data-7f3kq';
/** The page that the build makes, as far as an export fills it. */
export const PAGE =
  '<!doctype html><script type="application/json" id="manifest"></script><script type="text/plain" id="key"></script>';

const pair = generateKeyPairSync('ed25519');
/** The signer's public key, PEM. */
export const SIGNER_KEY = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const signer = {
  key: SIGNER_KEY,
  sign: (text: string) => sign(null, Buffer.from(text), pair.privateKey).toString('base64'),
};

/** Rows of a number and a text with a line end and quotes in it; then perhaps an error. */
export function batches(count: number, broken?: unknown): AsyncIterable<Batch> {
  return (async function* () {
    for (let i = 0; i < count; i++)
      yield batchOf(Array.from({ length: 100 }, (_, row) => [i * 100 + row, `${CANARY}\r\n"${row}"`]));
    if (broken !== undefined) throw broken;
  })();
}

/** The verdict of the Stop that the work ends with. */
export async function stopOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  return error instanceof Stop ? error.verdict : String(error);
}

export interface Export {
  readonly dir: string;
  /** Identity file of the recipient, and the recipient. */
  readonly key: string;
  readonly age: string;
  product(more?: Partial<Product>): Product;
  make(
    product: Product,
    rows: AsyncIterable<Batch>,
    signal?: AbortSignal,
    more?: Partial<ArtefactPlace>,
  ): Promise<Artefact>;
  /** Opens what was made, to `out`. */
  open(more?: Partial<Opening>): Promise<Opened>;
  readonly file: string;
  readonly out: string;
  /** Files below exports/, sorted. */
  files(): string[];
  /** Every byte under the folder, for the hunt after plain data. */
  everything(): string;
  remove(): void;
}

/** A fresh one. */
export async function newExport(): Promise<Export> {
  const dir = mkdtempSync(path.join(tmpdir(), 'gx-artefact-'));
  const identity = await generateX25519Identity();
  const age = await identityToRecipient(identity);
  const key = path.join(dir, 'zhao.age');
  writeFileSync(key, `# ${age}\n${identity}\n`, { mode: 0o600 });
  writeFileSync(path.join(dir, 'page.html'), PAGE);
  const [file, out] = [path.join(dir, 'exports/E-1/a.csv.age'), path.join(dir, 'out.csv')];
  return {
    ...{ dir, key, age, file, out },
    product: (more) => productOf(age, more),
    make: (product, rows, signal, more) => {
      const place = { dir, rows: async () => ({ columns: ['n', 'word'], batches: rows }) };
      return makeArtefact({ ...place, ...surroundings(dir), ...more }, product, () => undefined, signal);
    },
    open: (more) => openArtefact({ file, identityFile: key, out, keys: { zhang: SIGNER_KEY }, ask: nobody, ...more }),
    files: () => filesBelow(path.join(dir, 'exports')),
    everything: () =>
      filesBelow(dir)
        .map((name) => readFileSync(path.join(dir, name), 'latin1'))
        .join('\n'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const nobody = () => Promise.reject(new Stop('waiting', 'nobody is there'));

function surroundings(dir: string) {
  return { signer: async () => signer, ask: nobody, page: path.join(dir, 'page.html') };
}

function productOf(age: string, more: Partial<Product> = {}): Product {
  return {
    path: 'exports/E-1/a.csv.age',
    binding: null,
    source: { database: 'inv', sql: '', binds: {}, limit: 10_000, timeout: 10_000 },
    form: (keys) => csvForm({ masks: ['released', 'released'], keys, bom: true }),
    subject: 'E-1',
    recipients: [{ operator: 'zhao', age }],
    signer: 'zhang',
    manifest: ({ sha256, plain, rows, bytes }) => ({ schema: 2, sha256, plain, rows, bytes, format: 'csv' }),
    beside: { 'README.txt': 'how to open' },
    ...more,
  };
}

function filesBelow(at: string): string[] {
  if (!existsSync(at)) return [];
  const names = readdirSync(at, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(path.join(at, name)).isFile()).sort();
}
