/** The oldest browser that is promised, Chromium 109: today's, without everything that came later, in window and worker alike. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, program, type Visit } from './browser.ts';
import { type Folder, makeFolder, PASSPHRASE } from './folder.ts';

/** What a script of 2022 does not know: built-ins of later editions, later methods of streams, and Ed25519 and X25519 in WebCrypto. */
const LATER = `
  const drop = (from, ...names) => { for (const name of names) if (from) delete from[name]; };
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  drop(Uint8Array, 'fromBase64', 'fromHex');
  drop(Uint8Array.prototype, 'toBase64', 'toHex', 'setFromBase64', 'setFromHex');
  drop(Array, 'fromAsync');
  for (const one of [Array.prototype, typed]) drop(one, 'toSorted', 'toReversed', 'toSpliced', 'with');
  drop(Promise, 'withResolvers', 'try');
  drop(Object, 'groupBy');
  drop(Map, 'groupBy');
  drop(Map.prototype, 'getOrInsert', 'getOrInsertComputed');
  drop(String.prototype, 'isWellFormed', 'toWellFormed');
  drop(RegExp, 'escape');
  drop(Math, 'sumPrecise', 'f16round');
  drop(ArrayBuffer.prototype, 'transfer', 'transferToFixedLength', 'resize');
  drop(Set.prototype, 'union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom');
  const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  drop(iterators, 'map', 'filter', 'take', 'drop', 'flatMap', 'reduce', 'toArray', 'forEach', 'some', 'every', 'find');
  drop(globalThis, 'Iterator');
  drop(ReadableStream, 'from');
  drop(ReadableStream.prototype, Symbol.asyncIterator, 'values');
  drop(Blob.prototype, 'bytes');
  drop(AbortSignal, 'any');
  drop(URL, 'canParse', 'parse');
  const none = () => Promise.reject(new DOMException('not here', 'NotSupportedError'));
  if (globalThis.SubtleCrypto)
    for (const name of ['generateKey', 'importKey', 'verify', 'deriveBits']) SubtleCrypto.prototype[name] = none;
`;

/** Ages the window, and puts the same before the worker's own script. */
const AGED = `(() => {
  const later = ${JSON.stringify(`(() => {${LATER}})();`)};
  const Whole = Blob;
  globalThis.Blob = class extends Whole {
    constructor(pieces = [], options = {}) {
      const script = options.type === 'text/javascript';
      super(script ? [later, ...pieces] : pieces, options);
      if (script) window.agedWorkers = (window.agedWorkers ?? 0) + 1;
    }
  };
  delete window.showSaveFilePicker;
  ${LATER}
})();`;

describe.skipIf(program === undefined)('a browser of 2022', () => {
  let browser: Browser;
  let folder: Folder | undefined;
  let seen: Visit | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await seen?.close();
    folder?.remove();
  });

  it('opens, verifies, saves and converts', async () => {
    folder = await makeFolder({ passphrase: true });
    seen = await browser.visit(folder, 'zh-CN', AGED);
    expect(await seen.page.evaluate('[window.agedWorkers, "fromBase64" in Uint8Array]')).toEqual([1, false]);
    await seen.choose(folder.file);
    await seen.byPassphrase(PASSPHRASE);
    expect(await seen.text('result')).toMatch(/核对无误：共 4 行/);
    expect((await seen.save('save-same')).bytes.equals(folder.plain)).toBe(true);
    expect((await seen.save('save-xlsx')).bytes.subarray(0, 2).toString()).toBe('PK');
    expect(seen.said).toEqual([]);
  });

  it('refuses what was changed', async () => {
    folder = await makeFolder({ forge: (one) => ({ ...one, rows: 3 }) });
    seen = await browser.visit(folder, 'zh-CN', AGED);
    expect(await seen.text('seal')).toMatch(/数字签名不成立/);
  });
});
