/** The payload by the platform's cipher: the same format as the age library's and the age program's, and refused when anything was changed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headerEnd, openHeader, sealHeader } from '../../src/world/age-header.ts';
import { NONCE_SIZE, openPayload, type Payload, sealPayload } from '../../src/world/age-payload.ts';

const withAge = spawnSync('age', ['--version']).status === 0;
const CHUNK = 65_536;
const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK, 200_003];
let dir = '';
let identity = '';
let recipient = '';
let keyFile = '';

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gx-age-'));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  keyFile = path.join(dir, 'key');
  writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** All that a payload makes of bytes given in pieces of the lengths of `cuts`, over and over. */
function through(make: (out: (bytes: Uint8Array) => void) => Payload, bytes: Uint8Array, cuts: readonly number[]) {
  const made: Uint8Array[] = [];
  const payload = make((one) => made.push(Uint8Array.from(one)));
  let turn = 0;
  for (let at = 0; at < bytes.length; turn++) {
    const size = cuts[turn % cuts.length] ?? 1;
    // A copy that is overwritten: what was given must not be kept.
    const piece = Uint8Array.from(bytes.subarray(at, at + size));
    payload.push(piece);
    piece.fill(0xaa);
    at += size;
  }
  payload.end();
  return Buffer.concat(made);
}

/** The whole file, as artefacts are made. */
async function sealed(plain: Uint8Array, cuts: readonly number[] = [100_000]): Promise<Buffer> {
  const { bytes, fileKey } = await sealHeader([recipient]);
  const nonce = randomBytes(NONCE_SIZE);
  return Buffer.concat([bytes, nonce, through((out) => sealPayload(fileKey, nonce, out), plain, cuts)]);
}

async function opened(file: Uint8Array, cuts: readonly number[] = [100_000]): Promise<Buffer> {
  const end = headerEnd(file);
  if (end === undefined) throw new Error('no header');
  const fileKey = await openHeader(file.subarray(0, end), [identity]);
  const nonce = file.subarray(end, end + NONCE_SIZE);
  return through((out) => openPayload(fileKey, nonce, out), file.subarray(end + NONCE_SIZE), cuts);
}

const byLibrary = async (plain: Uint8Array): Promise<Uint8Array> => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(plain);
};
const libraryReads = async (file: Uint8Array): Promise<Uint8Array> => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(file);
};
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const cut = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 4 });
const size = fc.oneof(fc.constantFrom(...SIZES), fc.integer({ min: 0, max: 150_000 }));

describe('the same format', () => {
  test('as the library: each reads the other, whatever the size and however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(size, cut, cut, async (length, in1, in2) => {
        const plain = randomBytes(length);
        const file = await sealed(plain, in1);
        expect(hash(await libraryReads(file))).toBe(hash(plain));
        expect(hash(await opened(await byLibrary(plain), in2))).toBe(hash(plain));
        expect(hash(await opened(file, in2))).toBe(hash(plain));
      }),
      { numRuns: 40, examples: SIZES.map((length) => [length, [CHUNK], [CHUNK + 16]]) },
    );
  }, 120_000);

  test.skipIf(!withAge)(
    'as the age program, both ways at every chunk boundary',
    async () => {
      for (const length of SIZES) {
        const plain = randomBytes(length);
        const file = path.join(dir, 'a.age');
        writeFileSync(file, await sealed(plain));
        expect(hash(execFileSync('age', ['-d', '-i', keyFile, file])), `${length}`).toBe(hash(plain));
        const theirs = execFileSync('age', ['-r', recipient], { input: plain });
        expect(hash(await opened(theirs)), `${length}`).toBe(hash(plain));
      }
    },
    60_000,
  );

  test('each of several recipients opens the header; a stranger does not, nor is a header made for nobody', async () => {
    const other = await generateX25519Identity();
    const { bytes, fileKey } = await sealHeader([recipient, await identityToRecipient(other)]);
    const more = Buffer.concat([bytes, randomBytes(64)]);
    expect(headerEnd(more)).toBe(bytes.length);
    for (const one of [identity, other]) expect(await openHeader(bytes, [one])).toEqual(fileKey);
    await expect(openHeader(bytes, [await generateX25519Identity()])).rejects.toThrow();
    await expect(sealHeader([])).rejects.toThrow();
    await expect(sealHeader(['age1nonsense'])).rejects.toThrow();
    const { fileKey: second } = await sealHeader([recipient]);
    expect(second).not.toEqual(fileKey);
  });
});

describe('what is not whole is refused', () => {
  const plain = randomBytes(2 * CHUNK + 100);
  const fails = (file: Uint8Array) => expect(opened(file)).rejects.toThrow();

  test('cut at every chunk boundary, by one byte, or inside the header; lengthened; chunks exchanged', async () => {
    const file = await sealed(plain);
    const start = (headerEnd(file) ?? 0) + NONCE_SIZE;
    const SEALED = CHUNK + 16;
    for (const end of [0, 5, 30, start - 20, start, start + 1, start + 15, start + 16, start + SEALED, file.length - 1])
      await fails(file.subarray(0, end));
    await fails(file.subarray(0, start + 2 * SEALED));
    await fails(Buffer.concat([file, Buffer.from([0])]));
    await fails(Buffer.concat([file, file.subarray(start)]));
    const [first, second] = [file.subarray(start, start + SEALED), file.subarray(start + SEALED, start + 2 * SEALED)];
    await fails(Buffer.concat([file.subarray(0, start), second, first, file.subarray(start + 2 * SEALED)]));
  });

  test('one bit flipped anywhere', async () => {
    const file = await sealed(plain);
    const whole = fc.tuple(fc.nat(file.length - 1), fc.nat(7));
    await fc.assert(
      fc.asyncProperty(whole, async ([at, bit]) => {
        const broken = Buffer.from(file);
        broken[at] = (broken[at] ?? 0) ^ (1 << bit);
        await fails(broken);
      }),
      { numRuns: 150, examples: [0, 25, 60, 120, file.length - 1].map((at) => [[at, 0]]) },
    );
  });

  test('rightly encrypted, but without the mark of the last chunk, or with an empty last one after others', async () => {
    const { bytes, fileKey } = await sealHeader([recipient]);
    const nonce = randomBytes(NONCE_SIZE);
    const key = new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
    const chunk = (data: Uint8Array, count: number, last: number): Buffer => {
      const counter = Buffer.alloc(12);
      counter.writeUInt32BE(count, 7);
      counter[11] = last;
      const cipher = createCipheriv('chacha20-poly1305', key, counter, { authTagLength: 16 });
      return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    };
    const full = randomBytes(CHUNK);
    const none = new Uint8Array();
    const file = (...chunks: Buffer[]) => Buffer.concat([bytes, nonce, ...chunks]);
    expect((await opened(file(chunk(full, 0, 0), chunk(Buffer.from('x'), 1, 1)))).length).toBe(CHUNK + 1);
    expect((await opened(file(chunk(none, 0, 1)))).length).toBe(0);
    await fails(file(chunk(full, 0, 0)));
    await fails(file(chunk(Buffer.from('x'), 0, 0)));
    await fails(file(chunk(full, 0, 0), chunk(none, 1, 1)));
    await fails(file(chunk(Buffer.from('short'), 0, 0), chunk(Buffer.from('x'), 1, 1)));
    await fails(file());
  });

  test('what is no age file, and a header without end, are told at once', () => {
    expect(() => headerEnd(Buffer.from('PK\u0003\u0004'))).toThrow();
    expect(headerEnd(Buffer.from('age-enc'))).toBeUndefined();
    expect(headerEnd(Buffer.from('age-encryption.org/v1\n-> X25519 a\n'))).toBeUndefined();
    expect(() => headerEnd(Buffer.from(`age-encryption.org/v1\n${'-> x\n'.repeat(300_000)}`))).toThrow();
  });
});
