/** The machine gxops runs on: runtime, disk, and whether the account may do too much or too little. */
import type { Finding } from '../../core/finding.ts';
import type { Session } from '../../core/session.ts';
import { t } from '../../core/text.ts';
import type { Machine } from '../../core/world.ts';
import { outputHere, unseen } from './here.ts';

const NODE = 24;
const GLIBC = [2, 28] as const;
const LEAST_BYTES = 200 * 1024 * 1024;
const LEAST_SHARE = 0.05;

/** Findings on Node, the C library, free disk and rights. */
export async function examineMachine(session: Session): Promise<readonly Finding[]> {
  const machine = await session.world.look.machine();
  const subject = `machine:${machine.host}`;
  const [libc, disk, sudo] = await Promise.all([
    glibc(session, subject),
    space(session, machine, subject),
    rights(session),
  ]);
  return [node(machine, subject), libc, disk, account(machine, subject), ...sudo];
}

function node(machine: Machine, subject: string): Finding {
  const major = Number(/^v?(\d+)/.exec(machine.version)?.[1] ?? 0);
  return {
    rule: 'doctor-node',
    subject,
    outcome: major >= NODE ? 'pass' : 'fail',
    found: `Node ${machine.version} (${machine.node})`,
    wanted: t('Node {least} or newer', { least: NODE }),
    advice: t('Install the pinned one: npm ci'),
  };
}

async function glibc(session: Session, subject: string): Promise<Finding> {
  const rule = 'doctor-libc';
  const told = (await outputHere(session, ['getconf', 'GNU_LIBC_VERSION']))?.trim();
  const [, major, minor] = /(\d+)\.(\d+)/.exec(told ?? '') ?? [];
  if (told === undefined || major === undefined) return unseen(rule, subject, t('C library'));
  const enough = Number(major) > GLIBC[0] || (Number(major) === GLIBC[0] && Number(minor) >= GLIBC[1]);
  return {
    rule,
    subject,
    outcome: enough ? 'pass' : 'fail',
    found: told,
    wanted: t('glibc {least} or newer', { least: GLIBC.join('.') }),
  };
}

/** Below 5 % or 200 MB a journal may soon not take an intent, and then nothing can be done. */
async function space(session: Session, machine: Machine, subject: string): Promise<Finding> {
  const rule = 'doctor-disk';
  if (machine.freeBytes === undefined) return unseen(rule, subject, t('free disk'));
  const used = Number(
    /(\d+)%/.exec((await outputHere(session, ['df', '-Pk', session.site.dir])) ?? '')?.[1] ?? Number.NaN,
  );
  const scarce = machine.freeBytes < LEAST_BYTES || 1 - used / 100 < LEAST_SHARE;
  const values = { megabytes: Math.floor(machine.freeBytes / 1e6), dir: session.site.dir };
  return {
    rule,
    subject,
    outcome: scarce ? 'warn' : 'pass',
    found: t('{megabytes} MB free for {dir}', values),
    wanted: t('at least 200 MB and 5 %'),
    advice: t('Make room: without it the journal takes no intent, and nothing can be done.'),
  };
}

function account(machine: Machine, subject: string): Finding {
  const root = machine.uid === 0;
  return {
    rule: 'doctor-account',
    subject,
    outcome: root ? 'warn' : 'pass',
    found: t('runs as {user} ({uid})', { user: machine.user, uid: machine.uid }),
    wanted: t('an account of your own, not root'),
    advice: t('Run gxops from your own account; what needs another one is done through become and sudo -n.'),
  };
}

/** For every host of this machine or behind ssh with `become`: does sudo let this account be those users without a password? */
async function rights(session: Session): Promise<Finding[]> {
  const hosts = Object.entries(session.site.hosts);
  const wanting = hosts.flatMap(([name, spec]) =>
    spec.connect !== 'hand' && spec.become !== undefined && !session.world.look.rooted(name)
      ? [{ name, users: spec.become.users }]
      : [],
  );
  return Promise.all(wanting.map(({ name, users }) => sudo(session, name, users)));
}

async function sudo(session: Session, host: string, users: readonly string[]): Promise<Finding> {
  const common = {
    rule: 'doctor-sudo',
    subject: `host:${host}`,
    wanted: t('sudo -n to: {users}', { users: users.join(', ') }),
  };
  const output = await session.world.look.command({ host, argv: ['sudo', '-n', '-l'] }, 10_000).catch(() => undefined);
  const advice = t('Ask for this line in sudoers: {line}', { line: `ACCOUNT ALL=(${users.join(',')}) NOPASSWD: ALL` });
  if (output === undefined)
    return { ...common, outcome: 'unknown', found: t('not looked at'), reason: t('sudo could not be asked'), advice };
  if (output.code !== 0) return { ...common, outcome: 'warn', found: t('sudo says no without a password'), advice };
  const everyone = /\((?:ALL|root)[^)]*\).*NOPASSWD:\s*ALL/.test(output.stdout);
  const found = everyone ? t('allowed, also everything as root') : t('allowed as listed by sudo -l');
  return { ...common, outcome: 'pass', found };
}
