/** Running as another user: `sudo -n -u`, only the users that site.yml names, and the missing sudoers line where it is refused. */
import type { Become } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { notDone } from './carrier.ts';

interface Host {
  readonly name: string;
  readonly become?: Become;
}

/** argv as it is run: itself, or behind sudo. Stop('unreachable') where site.yml does not allow that user on the host. */
export function becoming(host: Host, argv: readonly string[], as: string | undefined): readonly string[] {
  if (as === undefined) return argv;
  const allowed = host.become?.users ?? [];
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(as) || !allowed.includes(as)) {
    const users = allowed.join(', ') || '-';
    throw notDone(
      'unreachable',
      t('site.yml does not let gxops become {user} on {host} (hosts.{host}.become.users: {users})', {
        user: as,
        host: host.name,
        users,
      }),
    );
  }
  return ['sudo', '-n', '-u', as, '--', ...argv];
}

const REFUSED = [/^sudo: /m, /a password is required/, /is not (allowed|in the sudoers)/, /may not run sudo/];

/** Stop('unreachable') where sudo itself said no; what the program said passes. */
export function insistBecome(
  host: string,
  as: string,
  argv: readonly string[],
  output: { code: number; stderr: string },
): void {
  if (output.code !== 0 && REFUSED.some((pattern) => pattern.test(output.stderr))) throw refusedBecome(host, as, argv);
}

/** The same for a deed that failed: sudo's refusal means that surely nothing happened. */
export function sudoRefusal(error: unknown, host: string, as: string, argv: readonly string[]): unknown {
  if (!(error instanceof Stop)) return error;
  const data = error.detail.data as { code?: number; output?: string; state?: string } | undefined;
  if (data?.state === 'not-done')
    return /sudo/.test(JSON.stringify(error.text)) ? refusedBecome(host, as, argv) : error;
  const said = { code: data?.code ?? 0, stderr: data?.output ?? '' };
  return said.code !== 0 && REFUSED.some((pattern) => pattern.test(said.stderr))
    ? refusedBecome(host, as, argv)
    : error;
}

/** `ACCOUNT ALL=(USER) NOPASSWD: PROGRAM ARGS`, with what sudoers treats specially escaped. */
function refusedBecome(host: string, as: string, argv: readonly string[]): Stop {
  const command = argv.map((word) => word.replace(/[\\,:=*?[\]!\s"]/g, '\\$&')).join(' ');
  return new Stop(
    'unreachable',
    t('sudo on {host} does not let this account run {program} as {user}', { host, program: argv[0] ?? '', user: as }),
    {
      notDone: t('Nothing was started.'),
      safe: t('A sudoers line that would allow it: {line}', { line: `<account> ALL=(${as}) NOPASSWD: ${command}` }),
      data: { state: 'not-done' },
    },
  );
}
