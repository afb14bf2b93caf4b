/** A package of encrypted parts, without a browser: opened as one file, and refused when a part is missing, exchanged, doubled or cut. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Part } from '../../src/core/product.ts';
import { plainOfParts } from '../../src/core/slices.ts';
import type { Manifest } from '../../src/page/manifest.ts';
import type { Answer, Asked } from '../../src/page/messages.ts';
import { work } from '../../src/page/worker.ts';
import { storedZip } from '../../src/world/zip-stored.ts';
import { COLUMNS } from './folder.ts';

interface Piece {
  readonly part: Part;
  readonly sealed: Uint8Array;
}

const TEXTS = [
  '\ufeff发票号码,购方名称,金额\r\n1,甲,1.00\r\n2,"乙\r\n丙",2.00\r\n',
  '',
  '3,丁,3.00\r\n',
  '4,戊,4.00\r\n5,己,5.00\r\n',
];
const ROWS = [2, 0, 1, 2];
let identity: string;
let pieces: Piece[];

beforeAll(async () => {
  identity = await generateX25519Identity();
  pieces = await Promise.all(TEXTS.map((text, i) => pieceOf(text, ROWS[i] ?? 0, `x-000${i + 1}.csv.age`)));
});

async function pieceOf(text: string, rows: number, name: string): Promise<Piece> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const sealed = await encrypter.encrypt(new TextEncoder().encode(text));
  return { sealed, part: { name, rows, plain: hash(text), sha256: hash(sealed), bytes: sealed.length } };
}

function hash(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function packed(held: readonly Piece[]): Promise<Uint8Array<ArrayBuffer>> {
  const members = held.map(({ part: { name }, sealed }) => ({
    ...{ name, bytes: sealed.length, crc: crc32(sealed) },
    async *read() {
      yield sealed;
    },
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of storedZip(members)) chunks.push(chunk.slice());
  return Uint8Array.from(Buffer.concat(chunks));
}

/** A manifest that tells of `told`, of whatever package: its own hash always agrees, so that only the parts can be found out. */
function manifestOf(bytes: Uint8Array, told: readonly Part[]): Manifest {
  return {
    ...{ schema: 2, extraction: 'E-1', file: 'x.csv.age.zip', sha256: hash(bytes), bytes: bytes.length },
    ...{
      plain: plainOfParts(told),
      plainOf: 'parts',
      parts: told,
      rows: told.reduce((sum, { rows }) => sum + rows, 0),
    },
    ...{ format: 'csv', columns: COLUMNS, signature: { operator: '', key: '', value: '' } },
  };
}

/** What the page's worker makes of it: the rows and the saved text, or why not. */
async function opened(bytes: Uint8Array<ArrayBuffer>, manifest: Manifest): Promise<string> {
  let ask: (asked: Asked) => void = () => undefined;
  let heard: (answer: Answer) => void = () => undefined;
  work(
    (asked) => {
      ask = asked;
    },
    (answer) => heard(answer),
  );
  const secret = { kind: 'identity', identity: new TextEncoder().encode(identity), passphrase: '' } as const;
  const asked: Asked[] = [
    { ask: 'start', manifest, key: undefined },
    { ask: 'check', file: new File([bytes], manifest.file) },
    { ask: 'open', secret },
    { ask: 'save', as: 'same', handle: undefined },
  ];
  let text = '';
  for (const one of asked) {
    const answer = await new Promise<Answer>((resolve) => {
      heard = (said) => said.answer !== 'progress' && resolve(said);
      ask(one);
    });
    if (answer.answer === 'refused') return answer.code;
    if (answer.answer === 'done' && answer.done.blob !== undefined) text = await answer.done.blob.text();
  }
  return text;
}

const parts = (held: readonly Piece[]): Part[] => held.map(({ part }) => part);

describe('a package of parts', () => {
  it('is one file when it is opened; a part without a row is one, too', async () => {
    const bytes = await packed(pieces);
    // Blob.text() takes the byte order mark away.
    expect(await opened(bytes, manifestOf(bytes, parts(pieces)))).toBe(TEXTS.join('').replace('\ufeff', ''));
  });

  it.each<[string, (all: Piece[]) => Piece[], string]>([
    ['a part is missing', (all) => all.filter((_, i) => i !== 2), 'damaged'],
    ['the last part is missing', (all) => all.slice(0, -1), 'damaged'],
    ['two have changed places', ([a, b, c, d]) => [a, b, d, c] as Piece[], 'damaged'],
    ['one is there twice, under the name of another', (all) => renamed(all, 3, 2), 'damaged'],
    ['nothing is in it', () => [], 'notAge'],
  ])('is refused when %s', async (_, change, code) => {
    const bytes = await packed(change(pieces));
    expect(await opened(bytes, manifestOf(bytes, parts(pieces)))).toBe(code);
  });

  it.each<[string, (told: Part[]) => Part[], string]>([
    ['rows that another part has', (told) => told.map((one, i) => ({ ...one, rows: [2, 1, 0, 2][i] ?? 0 })), 'rows'],
    ['another plain hash', (told) => told.map((one) => ({ ...one, plain: hash('x') })), 'plain'],
    ['another hash', (told) => told.map((one) => ({ ...one, sha256: hash('x') })), 'changed'],
  ])('is refused when its manifest tells of %s', async (_, change, code) => {
    const bytes = await packed(pieces);
    expect(await opened(bytes, manifestOf(bytes, change(parts(pieces))))).toBe(code);
  });

  it('is refused, or opens to the same text, with any one byte changed; parts themselves are never read otherwise', async () => {
    const bytes = await packed(pieces);
    const found = new Set<string>();
    for (let at = 0; at < bytes.length; at += 3) {
      const other = Uint8Array.from(bytes);
      other[at] = (other[at] ?? 0) ^ (1 << (at % 8));
      found.add(await opened(other, manifestOf(other, parts(pieces))));
    }
    found.delete(TEXTS.join('').replace('\ufeff', ''));
    expect([...found].filter((code) => !['damaged', 'stranger', 'notAge', 'changed'].includes(code))).toEqual([]);
  });
});

/** Part `from` in the place of part `to`, under its name. */
function renamed(all: readonly Piece[], from: number, to: number): Piece[] {
  const [source, target] = [all[from], all[to]];
  if (source === undefined || target === undefined) throw new RangeError('no such part');
  const put = { sealed: source.sealed, part: { ...source.part, name: target.part.name } };
  return all.map((one, i) => (i === to ? put : one));
}
