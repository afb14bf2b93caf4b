/** Opens what was handed over: decrypts as a stream, counts and hashes, and keeps the result only if the manifest agrees. */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Opened } from '../core/world.ts';
import { codeOf } from './guard.ts';
import { rowCounter } from './row-count.ts';
import { syncFolder } from './side-files.ts';

const NOTHING = { notDone: t('Nothing was written.') };

/**
 * Decrypts `file` with an identity file (0600) to `out`, which must not exist. Stop('refused') where the file, the key or the
 * manifest beside it does not fit; then nothing stays. Without a manifest the result is `verified: false`.
 */
export async function openArtefact(file: string, identityFile: string, out: string): Promise<Opened> {
  const identities = await identitiesIn(identityFile);
  if ((await lstat(out).catch(() => undefined)) !== undefined)
    throw new Stop('refused', t('{path} is there already', { path: out }), NOTHING);
  const manifest = await manifestOf(file);
  const temporary = path.join(path.dirname(out), `.partial-${randomUUID()}`);
  try {
    const found = await decrypt(file, identities, temporary, manifest?.format);
    const verified = manifest !== undefined && agrees(manifest, found);
    if (manifest !== undefined && !verified) throw differs(file);
    await rename(temporary, out);
    await syncFolder(path.dirname(path.resolve(out)));
    return { rows: found.rows, sha256: found.sha256, plain: found.plain, verified };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof Stop ? error : troubleWith(file, out, error);
  }
}

interface Manifest {
  readonly sha256: string;
  readonly plain: string;
  readonly rows: number;
  readonly format: string;
}

async function identitiesIn(name: string): Promise<string[]> {
  const text = await privateText(name);
  const identities = text.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-(PQ-)?1/.test(line));
  if (identities.length > 0) return identities;
  const why =
    text.startsWith('age-encryption.org/') || text.startsWith('-----BEGIN AGE ENCRYPTED')
      ? t('{path} is protected by a passphrase; decrypt it first with: age -d', { path: name })
      : t('{path} holds no age identity (AGE-SECRET-KEY-1…)', { path: name });
  throw new Stop('usage', why, NOTHING);
}

async function privateText(name: string): Promise<string> {
  try {
    const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { mode, size } = await file.stat();
      if ((mode & 0o077) !== 0)
        throw new Stop('refused', t('others can read {path}; a private key must be 0600', { path: name }), {
          ...NOTHING,
          next: [`chmod 600 ${name}`],
        });
      if (size > 65_536)
        throw new Stop('usage', t('{path} holds no age identity (AGE-SECRET-KEY-1…)', { path: name }), NOTHING);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw unread('--identity', name, codeOf(error));
  }
}

function unread(flag: string, path: string, code: string): Stop {
  return new Stop(
    'usage',
    t('{flag}: {path} cannot be read ({code}). Allowed: a file.', { flag, path, code }),
    NOTHING,
  );
}

/** The manifest beside the file; undefined where there is none, refused where it is no manifest. */
async function manifestOf(file: string): Promise<Manifest | undefined> {
  const at = path.join(path.dirname(file), 'manifest.json');
  const text = await readFile(at, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Stop('refused', t('{path} cannot be read: {code}', { path: at, code: codeOf(error) }), NOTHING);
  });
  if (text === undefined) return undefined;
  try {
    const { sha256, plain, rows, format } = JSON.parse(text) as Partial<Manifest>;
    if (
      typeof sha256 === 'string' &&
      typeof plain === 'string' &&
      typeof rows === 'number' &&
      typeof format === 'string'
    )
      return { sha256, plain, rows, format };
  } catch {
    // Falls through to the one refusal: text that is no JSON is no manifest either.
  }
  throw new Stop('refused', t('{path} is not a manifest', { path: at }), NOTHING);
}

function agrees(manifest: Manifest, found: Omit<Opened, 'verified'>): boolean {
  return manifest.sha256 === found.sha256 && manifest.plain === found.plain && manifest.rows === found.rows;
}

async function decrypt(
  name: string,
  identities: readonly string[],
  temporary: string,
  format: string | undefined,
): Promise<Omit<Opened, 'verified'>> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const sealed = createHash('sha256');
  const plain = createHash('sha256');
  const rows = rowCounter(format ?? (/\.jsonl(\.age)?$/.test(name) ? 'jsonl' : 'csv'));
  const source = await open(name, constants.O_RDONLY);
  const file = await open(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    const chunks = passing(source.createReadStream({ autoClose: false }), sealed);
    for await (const chunk of await decrypter.decrypt(ReadableStream.from(chunks) as ReadableStream<Uint8Array>)) {
      plain.update(chunk);
      rows.add(chunk);
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
    await source.close();
  }
  return { rows: rows.total(), sha256: sealed.digest('hex'), plain: plain.digest('hex') };
}

async function* passing(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function differs(file: string): Stop {
  return new Stop('refused', t('{path} is not the file that its manifest describes', { path: file }), {
    notDone: t('Nothing was kept of what had been decrypted.'),
    safe: t('Ask for the file again, and tell whoever handed it over.'),
  });
}

function troubleWith(file: string, out: string, error: unknown): Stop {
  const { code, path: at, syscall } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    if (at === file || syscall === 'read') return unread('FILE', file, code);
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const text = t('--to: {path} cannot be written ({code}). Allowed: a new file where this account may write.', {
      path: out,
      code,
    });
    return new Stop(full ? 'failed' : 'usage', text, NOTHING);
  }
  return new Stop(
    'refused',
    t('{path} cannot be decrypted: it was changed or cut, or this key is not among its recipients', { path: file }),
    {
      notDone: t('Nothing was kept of what had been decrypted.'),
    },
  );
}
