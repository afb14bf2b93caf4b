/** Operators' keys as files: made, kept 0600, and used to sign; a key file that others could read or swap is refused. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operator } from '../core/operator.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';

/** The files of one operator below a key folder. */
export function keyFiles(dir: string, operator: string) {
  const base = join(dir, operator);
  return { key: `${base}.ed25519`, keyPub: `${base}.ed25519.pub`, age: `${base}.age`, agePub: `${base}.age.pub` };
}

/**
 * Makes an Ed25519 pair (PKCS#8 and SPKI PEM) and an age identity below `dir`, 0600, durable. With a passphrase both private
 * halves are encrypted. Returns the public halves. Stop('refused') where a key file is already there: a key is never replaced.
 */
export async function makeKeyPairs(
  dir: string,
  operator: string,
  passphrase: string | undefined,
): Promise<Pick<Operator, 'key' | 'age'> & { age: string }> {
  const files = keyFiles(dir, operator);
  const pair = generateKeyPairSync('ed25519');
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const key = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
  const identity = await makeAge(passphrase);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFresh(files.key, secret);
  await writeFresh(files.keyPub, key);
  await writeFresh(files.age, identity.secret);
  await writeFresh(files.agePub, `${identity.recipient}\n`);
  await syncFolder(dir);
  return { key, age: identity.recipient };
}

/** An age identity file's text, encrypted by the passphrase where there is one, and its recipient. */
async function makeAge(passphrase: string | undefined): Promise<{ secret: string | Uint8Array; recipient: string }> {
  const { Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# public key: ${recipient}\n${identity}\n`;
  if (passphrase === undefined) return { secret: text, recipient };
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return { secret: await encrypter.encrypt(text), recipient };
}

async function writeFresh(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
    throw new Stop('refused', t('{path} is already there; a key is never replaced.', { path }), {
      notDone: t('No key was made.'),
      safe: t('The key that is there is unchanged.'),
      cause,
    });
  });
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync().finally(() => folder.close());
}

/** A private key that was unlocked: signs without asking again. */
export interface Signer {
  /** Its public half, PEM (SPKI). */
  readonly key: string;
  /** The base64 Ed25519 signature of a statement's UTF-8. */
  sign(statement: string): string;
}

/**
 * Unlocks a private key file; `passphrase` is asked only for an encrypted key.
 * Stop('refused') where the file is a link, belongs to another account, can be read by others, or is no such key.
 */
export async function unlock(keyFile: string, passphrase: () => Promise<string>): Promise<Signer> {
  const key = await privateKey(keyFile, await readPrivate(keyFile), passphrase);
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(keyFile, t('it is no Ed25519 key'));
  return {
    key: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (statement) => sign(null, Buffer.from(statement, 'utf8'), key).toString('base64'),
  };
}

/** A private file's text, after its owner, mode and kind were looked at on the opened file itself. */
export async function readPrivate(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    async (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') throw refusedKey(path, t('{path} does not exist.', { path }), []);
      if ((await lstat(path)).isSymbolicLink()) throw refusedKey(path, t('{path} is a symbolic link.', { path }), []);
      throw refusedKey(path, t('{path} cannot be read ({code}).', { path, code: cause.code ?? '' }), []);
    },
  );
  try {
    const stat = await file.stat();
    const self = process.geteuid?.() ?? stat.uid;
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    if (!stat.isFile()) throw refusedKey(path, t('{path} is not a regular file.', { path }), []);
    if (stat.uid !== self) throw refusedKey(path, t('{path} belongs to another account.', { path }), [`ls -l ${path}`]);
    if (stat.mode & 0o077)
      throw refusedKey(path, t('{path} is open to others (mode {mode}).', { path, mode }), [`chmod 600 ${path}`]);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function refusedKey(path: string, text: ReturnType<typeof t>, next: readonly string[]): Stop {
  return new Stop('refused', text, { notDone: t('Nothing was signed.'), next, place: { file: path } });
}

function unusable(path: string, why: Text): Stop {
  return refusedKey(path, t('{path} cannot be used: {why}.', { path, why }), []);
}

async function privateKey(path: string, pem: string, passphrase: () => Promise<string>): Promise<KeyObject> {
  const encrypted = pem.includes('BEGIN ENCRYPTED PRIVATE KEY');
  const secret = encrypted ? await passphrase() : undefined;
  try {
    return createPrivateKey({ key: pem, ...(secret === undefined ? {} : { passphrase: secret }) });
  } catch {
    throw unusable(path, encrypted ? t('wrong passphrase, or damaged') : t('it is no private key in PEM'));
  }
}
