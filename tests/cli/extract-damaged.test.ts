/** Case 74 with the real program: a file, manifest, signature or key that was cut or changed anywhere is refused, and nothing of it is left. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { type Answer, type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

const WORD = 'correct horse battery';
/** Of the age format: what one chunk of 64 KiB takes, with its tag; the nonce in front of the first. */
const CHUNK = 65_536 + 16;
const NONCE = 16;

let at: ExtractionSite;
let folder: string;
/** The whole, untouched. */
let file: Buffer;
let manifest: Buffer;
let key: Buffer;
beforeAll(async () => {
  at = await extractionSite(2_200);
  const id = await at.applied('select id, goods, remark, buyer_name, issued_at from invoice', '--passphrase');
  expect((await at.approve(id, 'chen')).code).toBe(0);
  const words = ['--site', at.site.dir, '--as', 'zhang', 'extract', 'run', id, '--execute'];
  const terminal = openTerminal([bin, ...words], { env: cleanEnv({ TERM: 'xterm' }) });
  for (const asked of [/12/, /再|again/]) {
    await terminal.waitFor(asked);
    terminal.type(WORD);
    terminal.enter();
  }
  expect((await terminal.ended()).code).toBe(0);
  const made = (name: string) => readFileSync(join(at.site.dir, 'exports', id, name));
  [file, manifest, key] = [readFileSync(at.dataFile(id)), made('manifest.json'), made('key.age')];
  folder = join(at.folder, 'received');
  mkdirSync(folder);
}, 120_000);
afterAll(() => at.remove());
afterEach(closeTerminals);

const names = ['a.csv.age', 'manifest.json', 'key.age'];

let tries = 0;
/** Opens a copy of its own with the recipient's identity: several at once. */
async function opened(bytes: Uint8Array, told: Uint8Array = manifest): Promise<Answer & { readonly stays: string[] }> {
  const place = join(folder, `n${++tries}`);
  mkdirSync(place);
  const contents = [bytes, told, key];
  for (const [i, name] of names.entries()) writeFileSync(join(place, name), contents[i] ?? '');
  const words = ['--identity', join(at.site.dir, 'keys/zhao.age'), '--to', join(place, 'out.csv')];
  const answer = await at.as('zhao', 'extract', 'open', join(place, 'a.csv.age'), ...words);
  const stays = readdirSync(place).filter((name) => !names.includes(name));
  rmSync(place, { recursive: true });
  return { ...answer, stays };
}

/** Each is refused with exit 3 and leaves nothing; which were not. */
async function notRefused(damaged: ReadonlyMap<string, readonly [Uint8Array, Uint8Array?]>): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = [...damaged];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, [bytes, told]] = next;
      const { code, stays, ...said } = await opened(bytes, told);
      if (code !== 3 || stays.length > 0) wrong.push(`${name}: ${JSON.stringify([code, stays, said])}`);
    }
  };
  await Promise.all([work(), work()]);
  return wrong;
}

const flipped = (bytes: Buffer, place: number, bit = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[place] = (copy[place] ?? 0) ^ bit;
  return copy;
};

describe('74 what was cut or changed is refused', () => {
  const first = () => file.indexOf('\n---') + 49 + NONCE;

  it('whole, it opens: the rows that are cut below are there', async () => {
    expect(await opened(file)).toMatchObject({ code: 0, data: { rows: 2_200, verified: true }, stays: ['out.csv'] });
    expect(file.length).toBeGreaterThan(first() + 2 * CHUNK);
  });

  it('cut by one byte, to nothing, and at every chunk and every 64 KiB, and one byte to either side', async () => {
    const places = new Set([0, 1, first() - NONCE, first(), file.length - 1, file.length - 16, file.length - 17]);
    for (let k = 1; first() + k * CHUNK < file.length; k++)
      for (const by of [-1, 0, 1]) places.add(first() + k * CHUNK + by).add(k * 65_536 + by);
    const cut = new Map([...places].map((end) => [`cut at ${end}`, [file.subarray(0, end)] as const]));
    expect(cut.size).toBeGreaterThan(18);
    expect(await notRefused(cut)).toEqual([]);
  });

  it('one bit changed in the header, in each chunk and its tag, in the last byte; lengthened; chunks exchanged or left out', async () => {
    const header = first() - NONCE;
    const places = [
      0,
      25,
      60,
      Math.floor(header / 2),
      header - 2,
      header,
      header + 15,
      file.length - 1,
      file.length - 17,
    ];
    for (let start = first(); start < file.length; start += CHUNK)
      places.push(start, Math.min(start + 40_000, file.length - 20), Math.min(start + CHUNK, file.length) - 8);
    const damaged = new Map<string, readonly [Uint8Array]>(
      places.map((place, i) => [`bit at ${place}`, [flipped(file, place, 1 << (i % 8))]]),
    );
    const [head, one, two] = [
      file.subarray(0, first()),
      ...[0, 1].map((k) => file.subarray(first() + k * CHUNK, first() + (k + 1) * CHUNK)),
    ];
    const rest = file.subarray(first() + 2 * CHUNK);
    const pieces = {
      exchanged: [head, two, one, rest],
      'without the first': [head, two, rest],
      twice: [head, one, one, two, rest],
    };
    for (const [name, parts] of Object.entries(pieces))
      damaged.set(name, [Buffer.concat(parts.flatMap((part) => part ?? []))]);
    damaged
      .set('longer by one', [Buffer.concat([file, Buffer.of(0)])])
      .set('longer by a line', [Buffer.concat([file, Buffer.from('\n')])]);
    expect(await notRefused(damaged)).toEqual([]);
  });

  it('the manifest: cut, changed, of another file, with its signature changed or gone', async () => {
    const text = manifest.toString('utf8');
    const { signature, ...rest } = JSON.parse(text) as { signature: Record<string, string> };
    const changed = (more: object) => Buffer.from(JSON.stringify({ ...rest, signature, ...more }));
    const lies = [
      { rows: 2_199 },
      { purpose: '别的用途' },
      { recipients: [] },
      { columns: [] },
      { sha256: '0'.repeat(64) },
      { signature: undefined },
      {
        signature: {
          ...signature,
          value: `${signature.value?.startsWith('A') ? 'B' : 'A'}${signature.value?.slice(1)}`,
        },
      },
      { signature: { ...signature, operator: 'li' } },
    ];
    const damaged = new Map<string, readonly [Uint8Array, Uint8Array]>(
      lies.map((lie) => [JSON.stringify(lie), [file, changed(lie)]]),
    );
    for (const end of [0, 1, manifest.length - 3])
      damaged.set(`manifest cut at ${end}`, [file, manifest.subarray(0, end)]);
    for (let n = 0; n < 12; n++) {
      const place = Math.floor(((n + 0.5) * manifest.length) / 12);
      // The name alone is not under the signature: the key tells who it is (see the test of every bit).
      if (Math.abs(place - manifest.lastIndexOf('zhang')) < 6) continue;
      damaged.set(`manifest bit at ${place}`, [file, flipped(manifest, place)]);
    }
    expect(await notRefused(damaged)).toEqual([]);
  });

  it('the key that the passphrase opens: changed anywhere, or another; the wrong passphrase', async () => {
    const place = join(folder, 'by-passphrase');
    mkdirSync(place);
    writeFileSync(join(place, 'a.csv.age'), file);
    writeFileSync(join(place, 'manifest.json'), manifest);
    const open = async (bytes: Uint8Array, typed: string) => {
      writeFileSync(join(place, 'key.age'), bytes);
      const words = ['extract', 'open', join(place, 'a.csv.age'), '--to', join(place, 'out.csv')];
      const env = cleanEnv({ TERM: 'xterm' });
      const terminal = openTerminal([bin, '--site', at.site.dir, '--as', 'zhao', ...words], { env });
      await terminal.waitFor('key.age');
      terminal.type(typed);
      terminal.enter();
      const { code } = await terminal.ended();
      expect(terminal.raw()).not.toContain(typed);
      return [code, readdirSync(place).includes('out.csv')];
    };
    for (const where of [key.indexOf('scrypt') + 20, key.length - 1])
      expect(await open(flipped(key, where), WORD), `bit at ${where}`).toEqual([3, false]);
    expect(await open(key, `${WORD}!`)).toEqual([3, false]);
    expect(readdirSync(place).sort()).toEqual([...names].sort());
    expect(await open(key, WORD)).toEqual([0, true]);
  });
});
