/** The words of an ssh invocation, and the one function that quotes for a remote shell. */
import { createHash } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import type { HostSpec, Site } from '../core/site.ts';
import { type Phrase, t } from '../core/text.ts';
import { notDone } from './carrier.ts';
import { SAFE_PATH } from './child.ts';

export type SshSpec = Extract<HostSpec, { connect: 'ssh' }>;

/** One word for a POSIX shell: sshd hands what it gets to the account's login shell, so every word is quoted, always. */
export function quoteForShell(word: string): string {
  if (word.includes('\0')) throw notDone('refused', t('a word with a NUL cannot be passed to a program'));
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A whole argv for a remote login shell of any kind, with the locale that our parsers read and the folders of system programs. */
export function remoteLine(argv: readonly string[]): string {
  return ['exec', 'env', 'LC_ALL=C', `PATH=${SAFE_PATH}`, ...argv.map(quoteForShell)].join(' ');
}

/** What ssh is called with before the host's name. `control` is the folder for the shared connection's socket. */
export function sshWords(site: Site, name: string, spec: SshSpec, control: string): string[] {
  const options = [...STRICT, ...shared(control, spec), ...login(site, name, spec), ...jump(site, name, spec)];
  return ['ssh', '-T', ...options.flatMap((option) => ['-o', option]), '--', plain(name, 'address', spec.address)];
}

const STRICT = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'NumberOfPasswordPrompts=0',
  'ConnectTimeout=10',
  'ServerAliveInterval=10',
  'ServerAliveCountMax=3',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RequestTTY=no',
  'EscapeChar=none',
];

/** One connection for many looks; the socket's name is a hash, since the kernel takes 104 bytes of path at most. */
function shared(control: string, spec: SshSpec): string[] {
  const id = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
  return ['ControlMaster=auto', 'ControlPersist=60', `ControlPath=${control}/${id}`];
}

function login(site: Site, name: string, spec: SshSpec): string[] {
  return [
    // The user's name may hold `@` and `#` (bastions); as an option of its own nothing in it is parsed.
    ...(spec.user === undefined ? [] : [`User=${value(plain(name, 'user', spec.user), false)}`]),
    ...(spec.port === undefined ? [] : [`Port=${spec.port}`]),
    ...(spec.identityFile === undefined
      ? []
      : [`IdentityFile=${value(fileOf(site, spec.identityFile))}`, 'IdentitiesOnly=yes']),
    ...(spec.knownHosts === undefined
      ? []
      : [`UserKnownHostsFile=${value(fileOf(site, spec.knownHosts))}`, 'GlobalKnownHostsFile=/dev/null']),
  ];
}

/** `via` is another ssh host of site.yml, reached by its own words, or an alias of ssh_config. */
function jump(site: Site, name: string, spec: SshSpec): string[] {
  if (spec.via === undefined) return [];
  const via = Object.hasOwn(site.hosts, spec.via) ? site.hosts[spec.via] : undefined;
  if (via === undefined) return [`ProxyJump=${plain(name, 'via', spec.via)}`];
  if (via.connect !== 'ssh' || via.via === name) {
    throw notDone('refused', t('host {host}: via {via} is not another ssh host', { host: name, via: spec.via }));
  }
  const options = [...STRICT.slice(0, 7), ...login(site, spec.via, via), ...jump(site, spec.via, via)];
  // ProxyCommand, not ProxyJump: only so the jump host gets its own key, known hosts and user name with `@`.
  const words = [
    'ssh',
    ...options.flatMap((option) => ['-o', option]),
    '-W',
    '[%h]:%p',
    '--',
    plain(spec.via, 'address', via.address),
  ];
  return [
    `ProxyCommand=exec ${words.map((word) => (word === '[%h]:%p' ? word : quoteForShell(word.replaceAll('%', '%%')))).join(' ')}`,
  ];
}

function fileOf(site: Site, path: string): string {
  return isAbsolute(path) ? path : resolve(site.dir, path);
}

/** ssh splits option values at blanks and expands `%` and `~`: quoted and doubled it takes them as they are. */
function value(text: string, expands = true): string {
  if (/["\\\n]/.test(text))
    throw notDone(
      'refused',
      t('{text} cannot be given to ssh: quotes, backslashes and newlines are not taken', { text }),
    );
  return `"${expands ? text.replaceAll('%', '%%') : text}"`;
}

/** Refuses what ssh would take for an option, or a shell for more than a name. */
function plain(host: string, key: string, text: string): string {
  if (text !== '' && !text.startsWith('-') && !/[\s\0"'`$\\;&|<>(){}]/.test(text)) return text;
  throw notDone('refused', refusal(host, key, text));
}

function refusal(host: string, key: string, text: string): Phrase {
  return t('host {host}: {key} {text} is not taken: no leading dash, blanks or shell characters', { host, key, text });
}
