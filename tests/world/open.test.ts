/** What was handed over is opened only when nothing was changed, and only its signer could have made it. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { armor, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../src/core/json.ts';
import { rowCounter } from '../../src/world/row-count.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';
import { batches, CANARY, type Export, newExport, signer, stopOf } from './exporting.ts';

const withAge = spawnSync('age', ['--version']).status === 0;
let site: Export;
let manifest = '';

beforeEach(async () => {
  site = await newExport();
  manifest = path.join(path.dirname(site.file), 'manifest.json');
});
afterEach(() => {
  closeTerminals();
  site.remove();
});

/** Nothing decrypted lies anywhere. */
function expectNothing(): void {
  expect(readdirSync(site.dir).filter((name) => name.startsWith('.partial') || name.startsWith('out'))).toEqual([]);
  expect(site.everything()).not.toContain(CANARY);
}

describe('opened', () => {
  test('whole, counted, checked against the manifest, and its signer known', async () => {
    const { sha256, plain } = await site.make(site.product(), batches(30));
    const opened = await site.open();
    expect(opened).toMatchObject({ rows: 3_000, sha256, plain, verified: true, signer: 'zhang', known: true });
    expect(opened.fingerprint).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    expect(statSync(site.out).mode & 0o777).toBe(0o600);
    expect(await stopOf(site.open())).toBe('refused');
    expect(await site.open({ out: `${site.out}2`, keys: {} })).toMatchObject({ signer: 'zhang', known: false });
  });

  test.skipIf(!withAge)(
    'by the passphrase, which the age program takes too; a wrong one is refused',
    async () => {
      const [word, wrong] = ['correct horse battery', 'correct horse'];
      const product = site.product({ passphrase: true });
      await site.make(product, batches(1), undefined, { ask: async () => word });
      const byPassphrase = { identityFile: undefined, ask: async () => word };
      expect(await stopOf(site.open({ ...byPassphrase, ask: async () => wrong }))).toBe('refused');
      expectNothing();
      expect(await site.open(byPassphrase)).toMatchObject({ rows: 100, verified: true });
      const at = path.join(path.dirname(site.file), 'key.age');
      const terminal = openTerminal(['age', '-d', '-i', at, '-o', `${site.dir}/by-age`, site.file], {
        env: { PATH: process.env.PATH ?? '' },
      });
      await terminal.waitFor(/passphrase/i);
      terminal.type(word);
      terminal.enter();
      expect(await terminal.ended()).toMatchObject({ code: 0 });
      expect(readFileSync(`${site.dir}/by-age`).equals(readFileSync(site.out))).toBe(true);
      rmSync(at);
      expect(await stopOf(site.open({ ...byPassphrase, out: `${site.out}2` }))).toBe('usage');
    },
    60_000,
  );

  test('by an identity file that a passphrase protects, binary or armored; never by one beside it in clear', async () => {
    await site.make(site.product(), batches(1));
    const encrypter = new Encrypter();
    encrypter.setPassphrase('of my own key');
    encrypter.setScryptWorkFactor(10);
    const sealed = await encrypter.encrypt(readFileSync(site.key, 'utf8'));
    for (const [i, bytes] of [sealed, armor.encode(sealed)].entries()) {
      writeFileSync(site.key, bytes, { mode: 0o600 });
      expect(await stopOf(site.open({ ask: async () => 'another' }))).toBe('refused');
      const opened = await site.open({ ask: async () => 'of my own key', out: `${site.out}${i}` });
      expect(opened.verified).toBe(true);
    }
    expect(await stopOf(site.open())).toBe('waiting');
    writeFileSync(path.join(path.dirname(site.file), 'key.age'), 'AGE-SECRET-KEY-1NOTHING');
    expect(await stopOf(site.open({ identityFile: undefined }))).toBe('refused');
  });

  test('not with a key file that others read, that is none, or is not there', async () => {
    await site.make(site.product(), batches(1));
    chmodSync(site.key, 0o644);
    expect(await stopOf(site.open())).toBe('refused');
    const none = path.join(site.dir, 'none');
    writeFileSync(none, '', { mode: 0o600 });
    expect(await stopOf(site.open({ identityFile: none }))).toBe('usage');
    expect(await stopOf(site.open({ identityFile: path.join(site.dir, 'missing') }))).toBe('usage');
    expectNothing();
  });

  test('what a killed one left in that folder goes with the next; that of a living one stays', async () => {
    await site.make(site.product(), batches(1));
    const gone = spawnSync('true').pid;
    const of = (pid: number) => path.join(site.dir, `.partial-${pid}-6f9619ff-8b86-4d11-b42d-00c04fc964ff`);
    for (const pid of [gone, process.pid]) writeFileSync(of(pid), CANARY);
    await site.open();
    expect([existsSync(of(gone)), existsSync(of(process.pid))]).toEqual([false, true]);
  });
});

describe('refused, and nothing is kept', () => {
  test('when one byte is cut, added or changed anywhere, or cut between chunks: with or without a manifest (case 74)', async () => {
    await site.make(site.product(), batches(30));
    const bytes = readFileSync(site.file);
    const header = bytes.indexOf('\n---') + 48;
    const flips = [0, 20, header, header + 20, header + 65_552, bytes.length - 1, Math.floor(bytes.length / 2)];
    const broken = [
      new Uint8Array(),
      bytes.subarray(0, header - 10),
      bytes.subarray(0, header),
      bytes.subarray(0, header + 16),
      bytes.subarray(0, -1),
      bytes.subarray(0, header + 17 + 65_552),
      Buffer.concat([bytes, Buffer.from([0])]),
      ...flips.map((at) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)))),
    ];
    for (const step of ['with', 'without']) {
      if (step === 'without') rmSync(manifest);
      for (const one of broken) {
        writeFileSync(site.file, one);
        expect(await stopOf(site.open())).toBe('refused');
        expectNothing();
      }
    }
  });

  test('when the manifest was altered anywhere, its signature taken away, or put by another (case 75)', async () => {
    await site.make(site.product(), batches(2));
    const told = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    const { signature, ...bare } = told;
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const lies = [
      { rows: 199 },
      { rows: '200' },
      { rows: -1 },
      { sha256: '0'.repeat(64) },
      { plain: '0'.repeat(64) },
      { bytes: 1 },
      { format: 'pdf' },
      { format: 'jsonl' },
      { purpose: 'another' },
      { schema: 3 },
      { signature: undefined },
      { signature: 'x' },
      { signature: { ...(signature as object), operator: 'li' } },
      { signature: { ...(signature as object), key: other } },
      { signature: { ...(signature as object), key: 'x' } },
      { signature: { ...(signature as object), value: '' } },
    ];
    for (const lie of lies) {
      writeFileSync(manifest, JSON.stringify({ ...told, ...lie }));
      const said = await stopOf(site.open());
      // The name of the signer is not under the signature; only the registered key can tell.
      expect(said, JSON.stringify(lie)).toBe(lie.signature === lies[12]?.signature ? 'undefined' : 'refused');
      if (said === 'undefined') rmSync(site.out);
      expectNothing();
    }
    for (const text of ['', 'null', '[]', '{', '"x"', JSON.stringify(bare)]) {
      writeFileSync(manifest, text);
      expect(await stopOf(site.open())).toBe('refused');
    }
    expectNothing();
  });

  test('when it is signed in the name of somebody whose key is another; also when rightly signed about another file', async () => {
    await site.make(site.product(), batches(2));
    const { signature, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'));
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(await stopOf(site.open({ keys: { zhang: other } }))).toBe('refused');
    for (const lie of [
      { rows: 199 },
      { bytes: rest.bytes + 1 },
      { sha256: '1'.repeat(64) },
      { plain: '1'.repeat(64) },
    ]) {
      const said = { ...rest, ...lie };
      const value = signer.sign(canonical(said));
      writeFileSync(manifest, JSON.stringify({ ...said, signature: { ...signature, value } }));
      expect(await stopOf(site.open())).toBe('refused');
    }
    expectNothing();
  });

  test('an unsigned manifest opens nothing, also where it calls itself older; without one it is not verified', async () => {
    const { sha256, plain, rows } = await site.make(site.product(), batches(2));
    for (const schema of [1, 2]) {
      writeFileSync(manifest, JSON.stringify({ schema, sha256, plain, rows, bytes: 1, format: 'csv' }));
      expect(await stopOf(site.open())).toBe('refused');
    }
    rmSync(manifest);
    expect((await site.open({ out: `${site.out}2` })).verified).toBe(false);
  });

  test('when it is interrupted, or the place is none', async () => {
    await site.make(site.product(), batches(2));
    expect(await stopOf(site.open({ signal: AbortSignal.abort() }))).toBe('interrupted');
    expect(await stopOf(site.open({ out: path.join(site.dir, 'no/such/out') }))).toBe('usage');
    expect(await stopOf(site.open({ file: path.join(site.dir, 'exports/E-1') }))).toBe('usage');
    expectNothing();
  });
});

describe('rows', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '数', ' '), maxLength: 6 });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { maxLength: 20 });
  const count = (format: string, text: string, piece: number): number => {
    const counter = rowCounter(format);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += piece) counter.add(bytes.subarray(at, at + piece));
    return counter.total();
  };

  test('of a CSV and of JSON lines are counted whatever the cells hold and however the bytes come', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, piece) => {
        const lines = [['a', 'b'], ...rows].map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','));
        expect(count('csv', lines.map((line) => `${line}\r\n`).join(''), piece)).toBe(rows.length);
        expect(count('jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''), piece)).toBe(rows.length);
      }),
    );
  });
});
