/** The keys that open a file: an age identity file, plain or itself encrypted by a passphrase, or the one that lies beside the file. */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { codeOf } from './guard.ts';

const NOTHING = { notDone: t('Nothing was written.') };
const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1/;
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
const SEALED = 'age-encryption.org/v1';
/** An identity file is a few lines. */
const MOST = 65_536;

type Ask = (question: Question) => Promise<Answer>;

/** The identities of `identityFile` (0600), else of `key.age` beside `file`, which the passphrase opens that the person is asked for. */
export async function identitiesFor(file: string, identityFile: string | undefined, ask: Ask): Promise<string[]> {
  const name = identityFile ?? path.join(path.dirname(file), 'key.age');
  const bytes = identityFile === undefined ? await keyBeside(name) : await privateBytes(name);
  const text = isSealed(bytes) ? await unsealed(bytes, name, ask) : bytes.toString('utf8');
  const identities = text.split(/\r?\n/).filter((line) => IDENTITY.test(line));
  if (identities.length > 0) return identities;
  throw new Stop('usage', t('{path} holds no age identity (AGE-SECRET-KEY-1…)', { path: name }), NOTHING);
}

async function keyBeside(name: string): Promise<Buffer> {
  const bytes = await readFile(name).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT')
      throw new Stop('refused', t('{path} cannot be read: {code}', { path: name, code: codeOf(error) }), NOTHING);
    throw new Stop('usage', t('--identity is missing, and no key.age that a passphrase opens lies beside the file'), {
      ...NOTHING,
      next: ['gxops extract open --help'],
    });
  });
  // A key that lies beside its file unencrypted opens it for everybody: none of ours.
  if (isSealed(bytes) && bytes.length <= MOST) return bytes;
  throw new Stop('refused', t('{path} is not a key that a passphrase opens', { path: name }), NOTHING);
}

function isSealed(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 64).toString('latin1').trimStart();
  return start.startsWith(SEALED) || start.startsWith(ARMOR);
}

async function unsealed(bytes: Buffer, name: string, ask: Ask): Promise<string> {
  const { armor, Decrypter } = await import('age-encryption');
  const message = t('Passphrase of {path}:', { path: name });
  const decrypter = new Decrypter();
  decrypter.addPassphrase(String(await ask({ id: 'identity-passphrase', kind: 'secret', message })));
  try {
    const text = bytes.toString('latin1');
    return await decrypter.decrypt(text.includes(ARMOR) ? armor.decode(text) : bytes, 'text');
  } catch {
    throw new Stop('refused', t('{path} cannot be opened: wrong passphrase, or damaged', { path: name }), NOTHING);
  }
}

async function privateBytes(name: string): Promise<Buffer> {
  try {
    const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { mode, size } = await file.stat();
      if ((mode & 0o077) !== 0)
        throw new Stop('refused', t('others can read {path}; a private key must be 0600', { path: name }), {
          ...NOTHING,
          next: [`chmod 600 ${name}`],
        });
      if (size > MOST)
        throw new Stop('usage', t('{path} holds no age identity (AGE-SECRET-KEY-1…)', { path: name }), NOTHING);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw unread('--identity', name, codeOf(error));
  }
}

/** The refusal of a file that was named and cannot be read. */
export function unread(flag: string, path: string, code: string): Stop {
  return new Stop(
    'usage',
    t('{flag}: {path} cannot be read ({code}). Allowed: a file.', { flag, path, code }),
    NOTHING,
  );
}
