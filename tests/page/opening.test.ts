/** Opening, without a browser: no flipped bit and no cut at any place of a file passes, even where the manifest was made to agree. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, sealedManifest } from '../../src/page/manifest.ts';
import { checkFile, decrypterFor, decryptFile } from '../../src/page/opening.ts';
import { refusalOf } from '../../src/page/refusal.ts';
import { maskSaid } from '../../src/page/texts.ts';
import { KINDS } from '../../src/rules/kinds.ts';
import { type Folder, makeFolder } from './folder.ts';

let folder: Folder;
let manifest: Manifest;
let sealed: Uint8Array;
beforeAll(async () => {
  folder = await makeFolder();
  sealed = readFileSync(folder.file);
  const page = readFileSync(new URL(folder.page), 'utf8');
  manifest = sealedManifest(/id="manifest">(.*?)<\/script>/s.exec(page)?.[1] ?? '');
});
afterAll(() => folder.remove());

const none = (): void => undefined;

async function opened(bytes: Uint8Array): Promise<string> {
  const agreed = { ...manifest, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const file = new Blob([Uint8Array.from(bytes)]);
  const identity = new TextEncoder().encode(folder.identity);
  const chunks: Uint8Array[] = [];
  try {
    await checkFile(file, agreed, none);
    const decrypter = await decrypterFor({ kind: 'identity', identity, passphrase: '' }, undefined);
    await decryptFile(file, decrypter, agreed, (chunk) => void chunks.push(chunk), none);
    return Buffer.concat(chunks).equals(folder.plain) ? 'opened' : 'other bytes';
  } catch (error) {
    return refusalOf(error).code;
  }
}

describe('opening', () => {
  it('gives the plain bytes of the file as it is', async () => {
    expect(await opened(sealed)).toBe('opened');
  });

  it('refuses the file with any one byte changed', async () => {
    const found = new Set<string>();
    for (let at = 0; at < sealed.length; at++) {
      const bytes = Uint8Array.from(sealed);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      found.add(await opened(bytes));
    }
    expect([...found].filter((code) => !['damaged', 'stranger', 'notAge'].includes(code))).toEqual([]);
  });

  it('refuses the file cut anywhere', async () => {
    const found = new Set<string>();
    for (let at = 0; at < sealed.length; at++) found.add(await opened(sealed.slice(0, at)));
    expect([...found]).toEqual(['damaged']);
  });

  it('refuses what lies behind its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (more) => {
        expect(await opened(Buffer.concat([sealed, more]))).toBe('damaged');
      }),
      { numRuns: 50 },
    );
  });

  it('refuses, before any key is used, a file of another size or hash than the manifest tells', async () => {
    const other = Uint8Array.from(sealed);
    other[300] = (other[300] ?? 0) ^ 1;
    const code = (bytes: Uint8Array): Promise<string> =>
      checkFile(new Blob([Uint8Array.from(bytes)]), manifest, none).then(
        () => 'whole',
        (error: unknown) => refusalOf(error).code,
      );
    expect(await code(sealed)).toBe('whole');
    expect(await code(other)).toBe('changed');
    expect(await code(sealed.slice(0, -1))).toBe('cut');
    expect(await code(Buffer.concat([sealed, sealed]))).toBe('longer');
    expect(await code(folder.plain)).toBe('notAge');
  });

  it('refuses a manifest with any one character of it changed', () => {
    const json = JSON.stringify(manifest);
    const passed: string[] = [];
    for (let at = 0; at < json.length; at++) {
      const forged = `${json.slice(0, at)}${json[at] === 'x' ? 'y' : 'x'}${json.slice(at + 1)}`;
      try {
        sealedManifest(forged);
        passed.push(json.slice(at - 20, at + 20));
      } catch (error) {
        expect(['manifest', 'signature']).toContain(refusalOf(error).code);
      }
    }
    // The words around the key are no part of it, nor is the name beside the signature: it is shown with the key's fingerprint.
    expect(passed.filter((place) => !/operator/.test(place))).toEqual([]);
  });
});

it('every kind of the dictionary has its words in both languages', () => {
  const unnamed = [...KINDS, 'released'].filter((kind) => maskSaid(kind).some((words) => words === kind));
  expect(unnamed).toEqual([]);
});
