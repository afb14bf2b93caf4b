/** The two keys of an extraction: one that outlives it and finds its traces in a leaked file, one that dies with it. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Keys } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { codeOf } from './guard.ts';
import { below, fetchFile, syncFolder } from './side-files.ts';

/** The site's secret that all marks come from; whoever has it can make and find them. */
const MARK = 'secrets/mark';

/** The keys of `subject`, made on first use, each 0600 and durable before it is used. The first of two makers at once wins. */
export async function keysOf(dir: string, subject: string): Promise<Keys> {
  const mark = await markOf(dir, subject);
  return { mark, join: await secretAt(dir, `runs/${subject}/join`) };
}

/** The mark of `subject` alone, from the site's secret, which is made on first use. */
export async function markOf(dir: string, subject: string): Promise<Uint8Array> {
  const site = await secretAt(dir, MARK);
  return createHmac('sha256', site).update(`gxops mark v1 ${subject}`).digest();
}

async function secretAt(dir: string, name: string): Promise<Uint8Array> {
  const made = await fetchFile(dir, name);
  if (made === undefined) {
    await create(dir, name);
    return secretAt(dir, name);
  }
  if (made.length === 32) return made;
  throw new Stop('refused', t('{path} is not a key of 32 bytes', { path: name }), {
    notDone: t('Nothing was read or written.'),
    next: ['gxops audit verify'],
  });
}

/** Written aside and given its name whole: a kill in the middle leaves no short key. */
async function create(dir: string, name: string): Promise<void> {
  const at = await below(dir, name, true);
  const temporary = path.join(path.dirname(at), `.${randomUUID()}.part`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(randomBytes(32));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, at);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return;
    throw new Stop('refused', t('{path} cannot be written: {code}', { path: name, code: codeOf(cause) }), {
      notDone: t('Nothing was read or written.'),
      cause,
    });
  } finally {
    await rm(temporary, { force: true });
    await syncFolder(path.dirname(at));
  }
}
