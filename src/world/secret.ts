/** A password or key in memory: it never prints itself, and it comes only from a file of our own or a command. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import type { SecretSource } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

const HIDDEN = '[secret]';
const COMMAND_TIMEOUT = 20_000;
const SECRET_CAP = 64 * 1024;

/** Shows itself as `[secret]` wherever it is printed, joined or serialised; only `reveal` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value, for the one call that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/**
 * The secret that site.yml points to; undefined where it names none. `what` (e.g. `databases.pg1`) is named in the refusal.
 * One newline at the end does not belong to it. Stop('refused') for a file that others may read, a link, or a failing command.
 */
export async function readSecret(dir: string, what: string, source: SecretSource): Promise<Secret | undefined> {
  if (source.passwordFile !== undefined) return fromFile(resolve(dir, source.passwordFile), what);
  if (source.passwordCommand !== undefined) return fromCommand(source.passwordCommand, what);
  return undefined;
}

async function fromFile(path: string, what: string): Promise<Secret> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
    throw refused(path, what, opening(error.code ?? 'EIO'));
  });
  try {
    const { mode, uid, size } = await handle.stat();
    if ((mode & 0o170000) !== 0o100000) throw refused(path, what, t('it is not a regular file'));
    if (uid !== process.getuid?.()) throw refused(path, what, t('it belongs to another account (uid {uid})', { uid }));
    if ((mode & 0o077) !== 0) throw tooOpen(path, what, mode & 0o7777);
    if (size > SECRET_CAP) throw refused(path, what, t('it is too large for a secret'));
    return trimmed(await handle.readFile('utf8'), path, what);
  } finally {
    await handle.close();
  }
}

function opening(code: string) {
  if (code === 'ELOOP') return t('it is a symbolic link');
  if (code === 'ENOENT') return t('it is absent');
  return t('it cannot be opened ({code})', { code });
}

async function fromCommand(argv: readonly string[], what: string): Promise<Secret> {
  const { runChild } = await import('./child.ts');
  const ended = await runChild({ argv, timeout: COMMAND_TIMEOUT, cap: SECRET_CAP });
  const program = argv[0] ?? '';
  // What it printed is not shown: it may hold the secret.
  if (ended.how !== 'exit' || ended.code !== 0) {
    throw refused(program, what, t('the command failed ({how}, code {code})', { how: ended.how, code: ended.code }));
  }
  return trimmed(ended.stdout.toString('utf8'), program, what);
}

function trimmed(text: string, path: string, what: string): Secret {
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw refused(path, what, t('it is empty'));
  return new Secret(value);
}

function tooOpen(path: string, what: string, mode: number): Stop {
  const octal = mode.toString(8).padStart(4, '0');
  return refused(path, what, t('its mode is {octal}: others may read it', { octal }), [`chmod 0600 ${quoted(path)}`]);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function refused(path: string, what: string, why: ReturnType<typeof t>, next: readonly string[] = []): Stop {
  return new Stop('refused', t('the secret of {what} is not taken from {path}: {why}', { what, path, why }), {
    notDone: t('Nothing was connected.'),
    next,
    data: { state: 'not-done' },
  });
}
