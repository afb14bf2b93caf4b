/** Which programs a look may run, and with which arguments: only what reads. What is not here is refused before anything starts. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

type Shape = (args: readonly string[]) => boolean;

const any: Shape = () => true;
const first =
  (...words: readonly string[]): Shape =>
  (args) =>
    words.includes(args.find((arg) => !arg.startsWith('-')) ?? '');
const exactly =
  (...lines: readonly string[]): Shape =>
  (args) =>
    lines.includes(args.join(' '));
/** No argument (before `--`) that is one of these words or begins with one of these options. */
const without =
  (...words: readonly string[]): Shape =>
  (args) =>
    !args.some((arg) => words.some((word) => arg === word || (word.startsWith('--') && arg.startsWith(`${word}=`))));
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
const rpm = both(
  oneOf(
    (args) => /^-(q|V)[A-Za-z0-9]*$/.test(args[0] ?? ''),
    (args) => ['--query', '--verify'].includes(args[0] ?? ''),
  ),
  without('--eval', '-E', '--define', '-D', '--load', '--pipe', '--rebuilddb', '--initdb', '--import', '-e', '--erase'),
);

const READ_LIST: Readonly<Record<string, Shape>> = {
  age: version,
  auditctl: exactly('-l', '-s', '-v'),
  awk: () => false,
  cat: any,
  chage: both(first(), (args) => args.length === 2 && ['-l', '--list'].includes(args[0] ?? '')),
  chronyc: oneOf(first('tracking', 'sources', 'sourcestats', 'activity', 'ntpdata')),
  cksum: any,
  crontab: (args) => args.at(-1) === '-l' && (args.length === 1 || (args.length === 3 && args[0] === '-u')),
  date: both(without('--set', '-s'), (args) => args.every((arg) => /^[+-]/.test(arg)), noShort('s')),
  df: any,
  dmesg: both(without('--clear', '--read-clear', '--console-on', '--console-off', '--console-level'), noShort('cCDEn')),
  dmidecode: without('--dump-bin'),
  dpkg: both((args) => ['-l', '-s', '-L', '-S', '--list', '--status', '-V', '--verify'].includes(args[0] ?? '')),
  'dpkg-query': any,
  du: any,
  echo: any,
  ethtool: (args) =>
    args.every((arg) => !arg.startsWith('-')) || ['-i', '-k', '-S', '-g', '-c'].includes(args[0] ?? ''),
  faillock: (args) => !args.includes('--reset'),
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
  ip: both(
    (args) => !args.some((arg) => /^(add|del|delete|set|change|replace|append|flush|exec|-b|-batch|-force)$/.test(arg)),
    without('-b', '-batch', '-force', '--batch'),
  ),
  ipcs: any,
  iptables: oneOf((args) => ['-S', '-L', '--list', '--list-rules'].includes(args[0] ?? '') && !args.includes('-Z')),
  'iptables-save': without('-f', '--file', '-M', '--modprobe'),
  journalctl: without(
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
  ldd: () => false,
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
  modprobe: (args) => args.some((arg) => ['-n', '--dry-run', '--show-depends', '-c', '--showconfig'].includes(arg)),
  mount: (args) => args.length === 0,
  mpstat: any,
  nft: (args) => args.filter((arg) => !/^-[an]+$/.test(arg))[0] === 'list',
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
  sshd: (args) => ['-T', '-t', '-G', '-V'].includes(args[0] ?? ''),
  ssh: version,
  stat: any,
  sudo: (args) => args[0] === '-n' && ['-l', '-ll'].includes(args[1] ?? ''),
  swapon: exactly('', '--show', '-s', '--summary', '--show --bytes'),
  sysctl: (args) =>
    args.length > 0 &&
    !args.some(
      (arg) =>
        arg.includes('=') ||
        !/^(-[aneNqA]+|--all|[\w./*-]+)$/.test(arg) ||
        arg.startsWith('--system') ||
        arg.startsWith('--load'),
    ),
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
  ulimit: any,
  umask: (args) => args.length === 0,
  uname: any,
  uptime: any,
  vmstat: any,
  w: any,
  wc: any,
  which: any,
  who: any,
  whoami: any,
  zgrep: () => false,
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
