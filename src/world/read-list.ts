/** Which programs a look may run, and with which arguments: only what reads. What is not here is refused before anything starts. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

type Shape = (args: readonly string[]) => boolean;

const any: Shape = () => true;
/** Options without a value that may stand before the verb; any other could swallow a word and make the next one the verb. */
const HARMLESS = ['--no-pager', '--plain', '--quiet', '--no-legend', '--all', '--full'];
/** The verb, the first word but for harmless options, is one of these. */
const first =
  (...words: readonly string[]): Shape =>
  (args) =>
    words.includes(args.find((arg) => !HARMLESS.includes(arg)) ?? '');
const exactly =
  (...lines: readonly string[]): Shape =>
  (args) =>
    lines.includes(args.join(' '));
/** No argument is one of these words, with or without a value; a long one may not be abbreviated either, as getopt would take it. */
const without =
  (...words: readonly string[]): Shape =>
  (args) =>
    !args.some((arg) => words.some((word) => arg === word || abbreviates(arg, word)));
function abbreviates(arg: string, word: string): boolean {
  const [name = ''] = arg.split('=');
  return name.length > 2 && name.startsWith('--') && word.startsWith(name);
}
const version = exactly('--version', '-V', '-v', 'version');

/** `-abc` is three options; true where none of `letters` is among short ones. */
const noShort =
  (letters: string): Shape =>
  (args) =>
    !args.some((arg) => /^-[A-Za-z]+$/.test(arg) && [...arg.slice(1)].some((letter) => letters.includes(letter)));
const both =
  (...shapes: readonly Shape[]): Shape =>
  (args) =>
    shapes.every((shape) => shape(args));
const oneOf =
  (...shapes: readonly Shape[]): Shape =>
  (args) =>
    shapes.some((shape) => shape(args));

const FIND_DEEDS = ['-delete', '-exec', '-execdir', '-ok', '-okdir', '-fprint', '-fprint0', '-fprintf', '-fls'];
/** No script, spec file, macro or database option: several of them run code. */
const RPM_OPTION = /^--(qf|queryformat|last|changelog|scripts|requires|provides|all|nofiles|nodeps|noscripts)(=|$)/;
const rpm: Shape = (args) =>
  /^(-[qV][aiflcdRsv]*|--query|--verify)$/.test(args[0] ?? '') &&
  args.slice(1).every((arg) => !arg.startsWith('-') || /^-[aiflcdRsv]+$/.test(arg) || RPM_OPTION.test(arg));
/** ip takes abbreviated verbs, so only whole reading ones pass. */
const ip: Shape = (args) => {
  const words = args.filter((arg) => !/^-(4|6|s|d|o|j|br|brief|details|json|oneline|stats|statistics)$/.test(arg));
  return (
    !words.some((word) => word.startsWith('-')) && (words.length < 2 || /^(show|list|ls|get)$/.test(words[1] ?? ''))
  );
};
/** nft reads several commands from its words. */
const oneCommand: Shape = (args) => !args.some((arg) => /[;\n{}]/.test(arg));

const READ_LIST: Readonly<Record<string, Shape>> = {
  age: version,
  auditctl: exactly('-l', '-s', '-v'),
  cat: any,
  chage: (args) => args.length === 2 && ['-l', '--list'].includes(args[0] ?? ''),
  chronyc: (args) =>
    first(
      'tracking',
      'sources',
      'sourcestats',
      'activity',
      'ntpdata',
    )(args.filter((arg) => arg !== '-n' && arg !== '-c')),
  cksum: any,
  crontab: (args) => args.at(-1) === '-l' && (args.length === 1 || (args.length === 3 && args[0] === '-u')),
  date: both(without('--set', '-s'), (args) => args.every((arg) => /^[+-]/.test(arg)), noShort('s')),
  df: any,
  dmesg: both(without('--clear', '--read-clear', '--console-on', '--console-off', '--console-level'), noShort('cCDEn')),
  dmidecode: without('--dump-bin'),
  dpkg: (args) =>
    ['-l', '-s', '-L', '-S', '--list', '--status', '-V', '--verify'].includes(args[0] ?? '') &&
    args.slice(1).every((arg) => !arg.startsWith('-')),
  'dpkg-query': any,
  du: any,
  ethtool: (args) =>
    args.length === 1 ? !args[0]?.startsWith('-') : args.length === 2 && /^-[ikSgca]$/.test(args[0] ?? ''),
  faillock: without('--reset'),
  false: any,
  file: without('-C', '--compile'),
  find: without(...FIND_DEEDS),
  findmnt: any,
  'firewall-cmd': (args) =>
    args.length > 0 && args.every((arg) => /^--(state|list-|get-|query-|zone=|permanent$|version)/.test(arg)),
  free: any,
  getcap: any,
  getconf: any,
  getenforce: any,
  getent: any,
  getfacl: any,
  getfattr: any,
  getsebool: any,
  grep: any,
  groups: any,
  head: any,
  hostname: (args) => args.every((arg) => /^(-[fsdiIA]|--(fqdn|short|ip-address|all-ip-addresses))$/.test(arg)),
  hostnamectl: oneOf((args) => args.length === 0, first('status')),
  id: any,
  iostat: any,
  ip,
  ipcs: any,
  iptables: (args) =>
    ['-S', '-L', '--list', '--list-rules'].includes(args[0] ?? '') && !args.some((arg) => /^(-Z|--zero)/.test(arg)),
  'iptables-save': without('-f', '--file', '-M', '--modprobe'),
  journalctl: without(
    '--cursor-file',
    '--rotate',
    '--flush',
    '--sync',
    '--relinquish-var',
    '--setup-keys',
    '--vacuum-size',
    '--vacuum-time',
    '--vacuum-files',
    '--update-catalog',
  ),
  last: any,
  lastlog: both(without('-C', '--clear', '-S', '--set'), noShort('CS')),
  locale: any,
  localectl: oneOf((args) => args.length === 0, first('status')),
  loginctl: first('list-sessions', 'list-users', 'show-session', 'show-user', 'session-status'),
  ls: any,
  lsattr: any,
  lsblk: any,
  lscpu: any,
  lsmod: any,
  lsof: any,
  md5sum: any,
  modinfo: any,
  modprobe: (args) =>
    !args.includes('--') &&
    args.some((arg) => ['-n', '--dry-run', '--show-depends', '-c', '--showconfig'].includes(arg)),
  mount: (args) => args.length === 0,
  mpstat: any,
  nft: both(oneCommand, (args) => args.filter((arg) => !/^-[an]+$/.test(arg))[0] === 'list'),
  nproc: any,
  ntpq: (args) => args.every((arg) => /^-(p|n|pn|np|c)$/.test(arg) || /^(peers|rv|associations|sysinfo)$/.test(arg)),
  openssl: oneOf(
    first('version', 'ciphers', 'list'),
    (args) => args[0] === 'x509' && !args.some((arg) => /^-(out|CA.*|signkey|req|writerand)$/.test(arg)),
  ),
  passwd: (args) => ['-S', '--status'].includes(args[0] ?? '') && args.length <= 2,
  pgrep: any,
  pidof: any,
  printenv: any,
  printf: any,
  ps: any,
  pwd: any,
  readlink: any,
  realpath: any,
  rpm,
  ss: both(without('-K', '--kill', '-D', '--diag'), noShort('KD')),
  sestatus: any,
  sha1sum: any,
  sha256sum: any,
  sha512sum: any,
  sshd: (args) => ['-T', '-t', '-G', '-V'].includes(args[0] ?? '') && !args.some((arg) => /^-[A-Za-z]*E/.test(arg)),
  ssh: version,
  stat: any,
  sudo: (args) => args[0] === '-n' && ['-l', '-ll'].includes(args[1] ?? ''),
  swapon: exactly('', '--show', '-s', '--summary', '--show --bytes'),
  sysctl: (args) => args.length > 0 && args.every((arg) => /^(-[aneNqA]+|--all|[\w*][\w./*-]*)$/.test(arg)),
  systemctl: first(
    'is-active',
    'is-enabled',
    'is-failed',
    'is-system-running',
    'show',
    'cat',
    'status',
    'list-units',
    'list-unit-files',
    'list-timers',
    'get-default',
  ),
  tail: both(without('-f', '-F', '--follow', '--retry'), noShort('fF')),
  test: any,
  timedatectl: oneOf((args) => args.length === 0, first('status', 'show', 'timesync-status')),
  tree: without('-o'),
  true: any,
  tty: any,
  umask: (args) => args.length === 0,
  uname: any,
  uptime: any,
  vmstat: any,
  w: any,
  wc: any,
  which: any,
  who: any,
  whoami: any,
};

const FOLDERS = /^\/(usr\/)?s?bin\//;

/** Lets a reading command through; Stop('refused') for every other program or argument. */
export function insistReading(argv: readonly string[]): void {
  const program = argv[0] ?? '';
  const name = program.replace(FOLDERS, '');
  const shape = Object.hasOwn(READ_LIST, name) ? READ_LIST[name] : undefined;
  if (shape?.(argv.slice(1)) === true && argv.every((word) => !word.includes('\0'))) return;
  throw new Stop(
    'refused',
    t('a look may not run {command}: it is not on the list of reading commands', { command: argv.join(' ') }),
    {
      notDone: t('It was not started.'),
      safe: t('Nothing was changed.'),
      data: { state: 'not-done' },
    },
  );
}
