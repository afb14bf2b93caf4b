/** Cases 74 and 75, the manifest bit by bit: one that was changed anywhere is refused; only whose name is put to an unknown key is not told. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestBeside } from '../../src/world/open-manifest.ts';
import { batches, type Export, newExport, SIGNER_KEY, stopOf } from './exporting.ts';

let site: Export;
beforeEach(async () => {
  site = await newExport();
});
afterEach(() => site.remove());

test('74, 75 every bit of a signed manifest', async () => {
  const manifest = ({
    sha256,
    plain,
    rows,
    bytes,
  }: {
    sha256: string;
    plain: string;
    rows: number;
    bytes: number;
  }) => ({
    ...{
      schema: 2,
      extraction: 'E-1',
      file: 'a.csv.age',
      sha256,
      plain,
      bytes,
      rows,
      format: 'csv',
      purpose: '核对 "a" \n\u0001',
    },
    ...{ columns: [{ name: '姓名', mask: 'person-name' }], limits: { rows: 100 }, passphrase: false, watermark: [] },
  });
  await site.make(site.product({ manifest }), batches(1));
  const at = path.join(path.dirname(site.file), 'manifest.json');
  const told = await manifestBeside(site.file, { zhang: SIGNER_KEY });
  expect(told?.signer).toMatchObject({ operator: 'zhang', known: true });
  const bytes = readFileSync(at);
  const accepted: { place: number; operator: unknown; known: unknown }[] = [];
  for (let place = 0; place < bytes.length; place++)
    for (let bit = 1; bit < 256; bit *= 2) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ bit;
      writeFileSync(at, changed);
      const work = manifestBeside(site.file, { zhang: SIGNER_KEY });
      const said = await stopOf(work);
      if (said === 'refused') continue;
      const { signer } = (await work) ?? {};
      accepted.push({ place, operator: signer?.operator, known: signer?.known });
    }
  // Whose name stands there is not under the signature: the key tells, and it is nobody's whom this site knows.
  const name = bytes.indexOf('"zhang"') + 1;
  for (const one of accepted) {
    expect(one).toMatchObject({ known: false });
    expect(one.place - name).toBeGreaterThanOrEqual(0);
    expect(one.place - name).toBeLessThan(5);
  }
  expect(accepted.length).toBeGreaterThan(0);
});
