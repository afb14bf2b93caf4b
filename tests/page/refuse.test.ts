/** The page in Debian's Chromium: whatever is cut, flipped, exchanged or not meant for the reader is refused, and nothing can be saved. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, program, type Visit } from './browser.ts';
import { type Folder, flipAt, keyUnder, makeFolder, PASSPHRASE, sampleCsv, type Wanted } from './folder.ts';

const CHUNK = 64 * 1024 + 16;
/** About three chunks. */
const LONG = { plain: sampleCsv(9000), rows: 9000 };
const headerOf = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf('\n---') + 1 + '--- '.length + 43 + 1;
const flipped = (place: (bytes: Uint8Array) => number) => (bytes: Uint8Array) => {
  const at = place(bytes);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};
const cut = (place: (bytes: Uint8Array) => number) => (bytes: Uint8Array) => bytes.slice(0, place(bytes));

describe.skipIf(program === undefined)('the page refuses', () => {
  let browser: Browser;
  const left: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const leave of left.splice(0).reverse()) await leave();
  });

  async function visit(wanted: Wanted = {}): Promise<{ folder: Folder; seen: Visit }> {
    const folder = await makeFolder(wanted);
    left.push(folder.remove);
    const seen = await browser.visit(folder);
    left.push(seen.close);
    return { folder, seen };
  }

  /** Nothing of the data is on the page, in the browser or on the disk, and no button would bring it there. */
  async function expectNothing(seen: Visit): Promise<void> {
    expect(await seen.page.isVisible('#save-buttons')).toBe(false);
    expect(await seen.page.isVisible('#preview')).toBe(false);
    expect(await seen.page.locator('#rows tbody td').count()).toBe(0);
    // Not even by a click that no person could make.
    await seen.page.evaluate(`for (const id of ['save-same', 'save-xlsx']) document.getElementById(id).click()`);
    await seen.page.waitForTimeout(100);
    expect(seen.downloads).toEqual([]);
    expect(seen.foreign).toEqual([]);
    expect(seen.said).toEqual([]);
  }

  const places: [string, (bytes: Uint8Array) => number][] = [
    ['the first byte', () => 0],
    ['a recipient', (bytes) => Buffer.from(bytes).indexOf('X25519') + 12],
    ['the header’s own check', (bytes) => headerOf(bytes) - 10],
    ['the nonce', (bytes) => headerOf(bytes) + 3],
    ['the first chunk', (bytes) => headerOf(bytes) + 16 + 5],
    ['the middle', (bytes) => headerOf(bytes) + 16 + CHUNK + 100],
    ['the last byte', (bytes) => bytes.length - 1],
  ];

  it.each(places)('a file flipped in %s, before any key is asked for', async (_, place) => {
    const { folder, seen } = await visit({ ...LONG, spoil: flipped(place) });
    await seen.choose(folder.file);
    expect(await seen.text('file-state')).toMatch(/SHA-256 不同|不是加密数据文件/);
    expect(await seen.page.isEnabled('#open')).toBe(false);
    await expectNothing(seen);
  });

  it.each(places.slice(1))('one flipped in %s, though its manifest was made to agree', async (_, place) => {
    const { folder, seen } = await visit({ ...LONG, spoil: flipped(place), adopt: true });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/没有保存任何数据.*(不是原来的内容|打不开该文件)/s);
    await expectNothing(seen);
  });

  const ends: [string, (bytes: Uint8Array) => number][] = [
    ['to nothing', () => 0],
    ['in the header', () => 40],
    ['behind the header', headerOf],
    ['behind the nonce', (bytes) => headerOf(bytes) + 16],
    ['behind the first chunk', (bytes) => headerOf(bytes) + 16 + CHUNK],
    ['behind the second chunk', (bytes) => headerOf(bytes) + 16 + 2 * CHUNK],
    ['by its last byte', (bytes) => bytes.length - 1],
  ];

  it.each(ends)('a file cut %s', async (_, place) => {
    const { folder, seen } = await visit({ ...LONG, spoil: cut(place) });
    await seen.choose(folder.file);
    expect(await seen.text('file-state')).toMatch(/文件不完整：应为 [\d,]+ 字节，只有 [\d,]+ 字节/);
    await expectNothing(seen);
  });

  it.each(ends)('one cut %s, though its manifest was made to agree', async (_, place) => {
    const { folder, seen } = await visit({ ...LONG, spoil: cut(place), adopt: true });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/没有保存任何数据.*解密中断/s);
    await expectNothing(seen);
  });

  it('a file with something behind its end', async () => {
    const { folder, seen } = await visit({ spoil: (bytes) => Buffer.concat([bytes, Buffer.from('x')]) });
    await seen.choose(folder.file);
    expect(await seen.text('file-state')).toMatch(/不是清单所列的文件/);
    await expectNothing(seen);
  });

  it.each<[string, Wanted, RegExp]>([
    ['rows that were not counted', { told: { rows: 5 } }, /行数与清单不符：应为 5 行，实有 4 行/],
    ['other data than were signed', { told: { plain: 'a'.repeat(64) } }, /解密后的数据与清单不符/],
  ])('a manifest that tells of %s', async (_, wanted, says) => {
    const { folder, seen } = await visit(wanted);
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/未通过核对，没有保存任何数据/);
    expect(await seen.text('result')).toMatch(says);
    await expectNothing(seen);
  });

  const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  const signature = (manifest: Record<string, unknown>): Record<string, unknown> =>
    manifest.signature as Record<string, unknown>;
  it.each<[string, (manifest: Record<string, unknown>) => unknown, RegExp]>([
    ['a changed fact', (one) => ({ ...one, purpose: 'something else' }), /数字签名不成立/],
    ['another number of rows', (one) => ({ ...one, rows: 3 }), /数字签名不成立/],
    ['one fact more', (one) => ({ ...one, limits2: 1 }), /数字签名不成立/],
    ['a fraction', (one) => ({ ...one, limits: 0.5 }), /数字签名不成立/],
    ['another key', (one) => ({ ...one, signature: { ...signature(one), key: pem } }), /数字签名不成立/],
    ['no key', (one) => ({ ...one, signature: { ...signature(one), key: 'x' } }), /数字签名不成立/],
    ['an empty signature', (one) => ({ ...one, signature: { ...signature(one), value: '' } }), /数字签名不成立/],
    ['no signature', ({ signature: _, ...rest }) => rest, /清单无法识别/],
    ['another schema', (one) => ({ ...one, schema: 3 }), /清单无法识别/],
    ['no columns', (one) => ({ ...one, columns: 'x' }), /清单无法识别/],
    ['nothing', () => null, /没有清单/],
    ['a list', () => [], /清单无法识别/],
  ])('a manifest with %s, before any file is chosen', async (_, forge, says) => {
    const { folder, seen } = await visit({ forge });
    expect(await seen.text('seal')).toMatch(says);
    expect(await seen.page.isEnabled('#file')).toBe(false);
    // A file forced upon it is not even read.
    await seen.page.evaluate(`document.getElementById('step-file').disabled = false`);
    await seen.choose(folder.file);
    expect(await seen.page.isEnabled('#open')).toBe(false);
    await expectNothing(seen);
  });

  it('the page of another extraction', async () => {
    const { folder: other } = await visit({ told: { file: 'invoices.csv.age' } });
    const { seen } = await visit();
    await seen.choose(other.file);
    expect(await seen.text('file-state')).toMatch(/与清单不符/);
    await expectNothing(seen);
  });

  it('another file than the encrypted one, and says which to choose', async () => {
    const { folder, seen } = await visit();
    await seen.choose(folder.identityFile);
    expect(await seen.text('file-state')).toMatch(/不是加密数据文件.*请选择 invoices\.csv\.age/s);
    await expectNothing(seen);
    await seen.choose(folder.file);
    await seen.page.locator('#file-state.good').waitFor();
  });

  it('a wrong passphrase, whose field is emptied; the right one still opens', async () => {
    const { folder, seen } = await visit({ passphrase: true });
    await seen.choose(folder.file);
    await seen.byPassphrase(`${PASSPHRASE} `);
    expect(await seen.text('result')).toMatch(/口令不对/);
    expect(await seen.page.inputValue('#passphrase')).toBe('');
    await expectNothing(seen);
    await seen.byPassphrase(PASSPHRASE);
    await seen.page.locator('#result.good').waitFor();
  });

  it('after a success: another file, or another try, takes the rows and the buttons away again', async () => {
    const { folder, seen } = await visit({ passphrase: true });
    await seen.choose(folder.file);
    await seen.byPassphrase(PASSPHRASE);
    await seen.page.locator('#result.good').waitFor();
    await seen.choose(folder.identityFile);
    await seen.page.locator('#file-state.bad').waitFor();
    expect(await seen.page.isVisible('#result')).toBe(false);
    await expectNothing(seen);
  });

  it('the identity of somebody else', async () => {
    const { folder, seen } = await visit();
    const other = join(folder.dir, 'other.age');
    writeFileSync(other, `${await generateX25519Identity()}\n`);
    await seen.choose(folder.file);
    await seen.byIdentity(other);
    expect(await seen.text('result')).toMatch(/这把私钥打不开该文件/);
    await expectNothing(seen);
  });

  it.each([
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['a plugin’s identity', 'AGE-PLUGIN-YUBIKEY-1QQQQQQQQQQQQQQQ\n'],
    ['a broken identity', `AGE-SECRET-KEY-1${'Q'.repeat(58)}\n`],
    ['broken armor', '-----BEGIN AGE ENCRYPTED FILE-----\n****\n-----END AGE ENCRYPTED FILE-----\n'],
    ['an empty file', ''],
    ['a public key', async () => `${await identityToRecipient(await generateX25519Identity())}\n`],
  ])('%s for an identity', async (_, content) => {
    const { folder, seen } = await visit();
    const file = join(folder.dir, 'identity');
    writeFileSync(file, typeof content === 'string' ? content : await content());
    await seen.choose(folder.file);
    await seen.byIdentity(file);
    expect(await seen.text('result')).toMatch(/没有读到可用的私钥/);
    await expectNothing(seen);
  });

  it('the data file for an identity, without asking for a passphrase', async () => {
    const { folder, seen } = await visit();
    await seen.choose(folder.file);
    await seen.byIdentity(folder.file);
    expect(await seen.page.isVisible('#passphrase')).toBe(false);
    expect(await seen.text('result')).toMatch(/没有读到可用的私钥.*不是数据文件/s);
    await expectNothing(seen);
  });

  it('a key that would take hours to unlock', async () => {
    const { folder, seen } = await visit();
    const { file } = await keyUnder('x');
    const slow = Buffer.from(
      Buffer.from(file)
        .toString('latin1')
        .replace(/^(-> scrypt \S+) 10$/m, '$1 30'),
      'latin1',
    );
    writeFileSync(join(folder.dir, 'slow.age'), slow);
    await seen.choose(folder.file);
    await seen.byIdentity(join(folder.dir, 'slow.age'));
    expect(await seen.text('result')).toMatch(/超出本页的限度/);
    await expectNothing(seen);
  });

  it('a file that changes after it was checked', async () => {
    const { folder, seen } = await visit(LONG);
    await seen.choose(folder.file);
    await seen.text('file-state');
    flipAt(folder.file, 70_000);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/没有保存任何数据.*(读不下去|不是原来的内容)/s);
    await expectNothing(seen);
  });

  it('one that changes before it is saved: no file comes of it', async () => {
    const { folder, seen } = await visit(LONG);
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    flipAt(folder.file, 70_000);
    await seen.page.click('#save-same');
    expect(await seen.text('save-state')).toMatch(/没有保存.*(读不下去|不是原来的内容)/s);
    expect(seen.downloads).toEqual([]);
  });

  it('a spreadsheet that would cut a cell, and nothing else', async () => {
    const plain = Buffer.from(`\ufeffa\r\n${'x'.repeat(32_768)}\r\n`);
    const { folder, seen } = await visit({ plain, rows: 1, columns: [{ name: 'a', mask: 'free-text' }] });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    await seen.page.click('#save-xlsx');
    expect(await seen.text('save-state')).toMatch(/没有保存.*放不进 XLSX/s);
    expect(seen.downloads).toEqual([]);
    expect((await seen.save('save-same')).bytes.equals(plain)).toBe(true);
  });
});
