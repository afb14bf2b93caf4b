/** For every Linux rule hosts that pass, that fail, and that cannot be judged. */
import type { Given, HostGiven } from './host.ts';

export interface Fixtures {
  readonly pass: readonly HostGiven[];
  readonly fail: readonly HostGiven[];
  readonly unknown: readonly HostGiven[];
}

const rooted = (at: Record<string, Given>): HostGiven => ({ rooted: true, at });
const shut = (path: string): HostGiven => rooted({ [path]: { unseen: `${path} could not be read (EACCES)` } });

const file =
  (path: string) =>
  (...texts: readonly Given[]): HostGiven[] =>
    texts.map((text) => rooted({ [path]: text }));

const defs = file('/etc/login.defs');
const passwd = file('/etc/passwd');
const shadow = file('/etc/shadow');
const sshd = file('/etc/ssh/sshd_config');

const HASH = `$6$salt$${'a'.repeat(86)}`;
const ROOT = 'root:x:0:0:root:/root:/bin/bash\n';

const STACK = `auth required pam_faillock.so preauth
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
password requisite pam_pwquality.so retry=3
password requisite pam_pwhistory.so use_authtok remember=5
password sufficient pam_unix.so sha512 shadow use_authtok
`;
const pam = (stack: string, more: Record<string, Given> = {}): HostGiven =>
  rooted({
    '/etc/pam.d/system-auth': stack,
    '/etc/login.defs': 'ENCRYPT_METHOD SHA512\n',
    '/etc/shadow': `root:${HASH}:1:0:90:7:::\n`,
    ...more,
  });
const noPam = shut('/etc/pam.d');

/** A running host where sshd -T answers, refuses, or is not to be had. */
const live = (config: string, answer: string | number | undefined): HostGiven => ({
  at: { '/etc/ssh/sshd_config': config },
  commands: {
    '/usr/sbin/sshd -T':
      answer === undefined
        ? { unseen: 'sudo is not permitted' }
        : typeof answer === 'number'
          ? { code: answer, stdout: '', stderr: 'sshd: no hostkeys available -- exiting.\n' }
          : { code: 0, stdout: answer, stderr: '' },
  },
});

/** A keyword rule: values that pass and fail in files, what `sshd -T` says, and a Match block where sshd allows the keyword there. */
const keyword = (
  name: string,
  good: readonly string[],
  bad: readonly string[],
  standard: 'pass' | 'fail',
  inMatchToo = true,
): Fixtures => {
  const write = (value: string): string => `Port 22\n${name} ${value}\n`;
  const inMatch = `${write(good[0] ?? '')}Match User x\n  ${write(bad[0] ?? '')}`;
  const defaults = sshd('Port 22\n', `#${name} ${good[0]}\n`);
  return {
    pass: [
      ...sshd(...good.map(write)),
      live('Port 22\n', `${name.toLowerCase()} ${good[0]}\n`),
      ...(standard === 'pass' ? defaults : []),
    ],
    fail: [
      ...sshd(...bad.map(write), `${write(bad[0] ?? '')}${write(good[0] ?? '')}`, ...(inMatchToo ? [inMatch] : [])),
      live(write(good[0] ?? ''), `${name.toLowerCase()} ${bad[0]}\n`),
      live(write(bad[0] ?? ''), undefined),
      ...(standard === 'fail' ? defaults : []),
    ],
    unknown: [shut('/etc/ssh/sshd_config'), live(write(good[0] ?? ''), undefined), live(write(good[0] ?? ''), 255)],
  };
};

const SYSCTL_PATH = '/etc/sysctl.d/90-x.conf';
const ROUTING = `net.ipv4.ip_forward = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects=0
net/ipv4/conf/all/accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
-net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.*.accept_source_route = 0
`;
const FILTER = `net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.default.rp_filter = 2
net.ipv4.tcp_syncookies = 1
net.ipv4.conf.*.log_martians = 1
`;
const proc = (text: string): Record<string, Given> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [key = '', value = ''] = line.split(/\s*=\s*/);
      return key === '' ? [] : [[`/proc/sys/${key.replaceAll('.', '/')}`, `${value}\n`]];
    }),
  );
const CORE = { '/etc/security/limits.conf': '* hard core 0\n' };
const MEMORY = proc('kernel.randomize_va_space = 2\nfs.suid_dumpable = 0');

const KYLIN = 'ID="kylin"\nPRETTY_NAME="Kylin Linux Advanced Server V10 (Lance)"\n';
const WARNING = 'Only for staff. What you do here is recorded.\n';

const repos = (main: string, repo: string): HostGiven =>
  rooted({ '/etc/os-release': KYLIN, '/etc/dnf/dnf.conf': main, '/etc/yum.repos.d/a.repo': repo });

const AUDIT = 'max_log_file_action = keep_logs\ndisk_full_action = SYSLOG\n';
const QUEUED = '*.* action(type="omfwd" target="10.0.0.1" queue.filename="q")\n';

export const FIXTURES: Readonly<Record<string, Fixtures>> = {
  'LNX-ID-01': {
    pass: passwd(ROOT, `${ROOT}bin:x:1:1::/bin:/sbin/nologin\n`),
    fail: passwd(
      `${ROOT}toor:x:0:0::/root:/bin/bash\n`,
      `${ROOT}toor:x:00:0::/root:/bin/bash\n`,
      'admin:x:0:0::/root:/bin/sh\n',
    ),
    unknown: [shut('/etc/passwd'), ...passwd(`${ROOT}half:line\n`), rooted({})],
  },
  'LNX-ID-02': {
    pass: shadow(`root:${HASH}:1:0:90:7:::\nbin:*:1::::::\nsync:!!:1::::::\n`),
    fail: shadow('guest::1:0:90:7:::\n'),
    unknown: [shut('/etc/shadow'), ...shadow('root:!!:1\n'), rooted({})],
  },
  'LNX-ID-03': {
    pass: passwd(`${ROOT}bin:x:1:1::/bin:/sbin/nologin\n`),
    fail: passwd(`${ROOT}a:x:7:7::/:/bin/sh\nb:x:7:7::/:/bin/sh\n`, `${ROOT}a:x:7:7::/:/bin/sh\na:x:8:7::/:/bin/sh\n`),
    unknown: [shut('/etc/passwd')],
  },
  'LNX-ID-04': {
    pass: passwd(`${ROOT}bin:x:1:1::/bin:/sbin/nologin\nlp:x:4:4::/:/bin/false\nuser:x:1000:1::/home/user:/bin/bash\n`),
    fail: passwd(`${ROOT}bin:x:1:1::/bin:/bin/bash\n`, `${ROOT}bin:x:1:1::/bin:\n`),
    unknown: [shut('/etc/passwd'), ...passwd(`${ROOT}+::::::\n`)],
  },
  'LNX-ID-05': {
    pass: defs('PASS_MAX_DAYS 90\n', 'PASS_MAX_DAYS\t99999\nPASS_MAX_DAYS\t60\n', '  PASS_MAX_DAYS 90\r\n'),
    fail: defs(
      'PASS_MAX_DAYS 99999\n',
      'PASS_MAX_DAYS 91',
      '',
      '#PASS_MAX_DAYS 90\n',
      'PASS_MAX_DAYS -1\n',
      'PASS_MAX_DAYS 0\n',
      'PASS_MAX_DAYS 90 # soon\n',
    ),
    unknown: [shut('/etc/login.defs'), rooted({ '/etc/login.defs': { folder: 0o755 } })],
  },
  'LNX-ID-06': {
    pass: shadow(`root:${HASH}:1:0:90:7:::\nbin:*:1:0:99999:7:::\noracle:${HASH}:1:0:99999:7:::\n`),
    fail: shadow(`root:${HASH}:1:0:99999:7:::\n`, `root:${HASH}:1:0::7:::\n`, `root:${HASH}:1:0:-1:7:::\n`),
    unknown: [shut('/etc/shadow')],
  },
  'LNX-ID-07': {
    pass: defs('PASS_MIN_DAYS 1\n'),
    fail: defs('PASS_MIN_DAYS 0\n', ''),
    unknown: [shut('/etc/login.defs')],
  },
  'LNX-ID-08': {
    pass: defs('PASS_WARN_AGE 7\n'),
    fail: defs('PASS_WARN_AGE 6\n', ''),
    unknown: [shut('/etc/login.defs')],
  },
  'LNX-ID-09': {
    pass: [
      pam(STACK, { '/etc/security/pwquality.conf': 'minlen = 8\nminclass = 3\n' }),
      pam(STACK, { '/etc/security/pwquality.conf': 'minlen=10\ndcredit = -1\nucredit=-1\nlcredit=-1\nocredit=-1\n' }),
      pam(STACK.replace('retry=3', 'minlen=9 minclass=4'), { '/etc/security/pwquality.conf': 'minlen = 6\n' }),
    ],
    fail: [
      pam(STACK),
      pam(STACK, { '/etc/security/pwquality.conf': 'minlen = 6\nminclass = 3\n' }),
      pam(STACK, {
        '/etc/security/pwquality.conf.d/a.conf': 'minclass = 3\nminlen = 12\n',
        '/etc/security/pwquality.conf': 'minlen = 6\n',
      }),
      pam('password required pam_unix.so\n', { '/etc/security/pwquality.conf': 'minlen = 8\nminclass = 3\n' }),
    ],
    unknown: [noPam, pam(STACK, { '/etc/security/pwquality.conf': { unseen: 'EACCES' } })],
  },
  'LNX-ID-10': {
    pass: [pam(STACK), pam(STACK.replace(' remember=5', '')), pam('password required pam_unix.so remember=6\n')],
    fail: [
      pam(STACK.replace('remember=5', 'remember=3')),
      pam(STACK.replace(' remember=5', ''), { '/etc/security/pwhistory.conf': 'remember = 2\n' }),
      pam('password required pam_unix.so\n'),
      pam(STACK, { '/etc/pam.d/password-auth': 'password required pam_unix.so\n' }),
    ],
    unknown: [noPam, pam(STACK, { '/etc/pam.d/password-auth': { unseen: 'EACCES' } })],
  },
  'LNX-ID-11': {
    pass: [pam(STACK), pam(STACK, { '/etc/login.defs': 'ENCRYPT_METHOD yescrypt\n' })],
    fail: [
      pam(STACK, { '/etc/login.defs': 'ENCRYPT_METHOD MD5\n' }),
      pam(STACK, { '/etc/login.defs': '' }),
      pam(STACK.replace('sha512', 'md5')),
      pam(STACK, { '/etc/shadow': 'old:$1$salt$aaaaaaaaaaaaaaaaaaaaaa:1:0:90:7:::\n' }),
      pam(STACK, { '/etc/shadow': 'old:aaaaaaaaaaaaa:1:0:90:7:::\n' }),
    ],
    unknown: [noPam, pam(STACK, { '/etc/shadow': { unseen: 'EACCES' } }), pam(STACK, { '/etc/shadow': 'half\n' })],
  },
  'LNX-ID-12': {
    pass: [
      pam(STACK),
      pam(STACK, { '/etc/security/faillock.conf': 'deny = 5\nunlock_time = 0\n' }),
      pam(STACK.replaceAll('pam_faillock.so', 'pam_faillock.so deny=4 unlock_time=900'), {
        '/etc/security/faillock.conf': 'deny = 50\n',
      }),
    ],
    fail: [
      pam(STACK.replace('auth required pam_faillock.so preauth\n', '')),
      pam(STACK, { '/etc/security/faillock.conf': 'deny = 6\n' }),
      pam(STACK, { '/etc/security/faillock.conf': 'deny = 0\n' }),
      pam(STACK, { '/etc/security/faillock.conf': 'unlock_time = 60\n' }),
    ],
    unknown: [noPam, pam(STACK, { '/etc/security/faillock.conf': { unseen: 'EACCES' } })],
  },
  'LNX-ID-14': {
    pass: [
      ...file('/etc/profile.d/a.sh')(
        'TMOUT=900\nreadonly TMOUT\n',
        'readonly TMOUT=600\n',
        'declare -xr TMOUT=300\n',
        'export TMOUT=60; readonly TMOUT\n',
      ),
    ],
    fail: [
      ...file('/etc/profile.d/a.sh')(
        'TMOUT=900\n',
        'readonly TMOUT=3600\n',
        'readonly TMOUT=0\n',
        '# readonly TMOUT=300\n',
        'MYTMOUT=300\n',
      ),
      rooted({ '/etc/profile': 'readonly TMOUT=7200\n', '/etc/profile.d/a.sh': 'readonly TMOUT=300\n' }),
      rooted({}),
    ],
    unknown: [shut('/etc/profile'), shut('/etc/profile.d')],
  },
  'LNX-SSH-01': keyword('PermitRootLogin', ['no'], ['yes', 'prohibit-password', 'without-password'], 'fail'),
  'LNX-SSH-02': keyword('PermitEmptyPasswords', ['no', 'No'], ['yes'], 'pass'),
  'LNX-SSH-03': keyword('MaxAuthTries', ['4', '5'], ['6', '0'], 'fail'),
  'LNX-SSH-04': {
    pass: [
      ...sshd('ClientAliveInterval 300\n', 'ClientAliveInterval 15m\nClientAliveCountMax 0\n'),
      live('', 'clientaliveinterval 60\nclientalivecountmax 3\n'),
    ],
    fail: [
      ...sshd('', 'ClientAliveInterval 600\n', 'ClientAliveInterval 0\nClientAliveCountMax 0\n'),
      live('ClientAliveInterval 0\n', undefined),
    ],
    unknown: [shut('/etc/ssh/sshd_config'), live('ClientAliveInterval 300\n', undefined)],
  },
  'LNX-SSH-05': keyword('LoginGraceTime', ['60', '1m', '30s'], ['120', '2m', '0'], 'fail'),
  'LNX-SSH-06': keyword(
    'Ciphers',
    ['aes256-gcm@openssh.com,aes128-ctr'],
    ['aes128-ctr,aes128-cbc', '+3des-cbc', '^rijndael-cbc@lysator.liu.se', 'arcfour'],
    'pass',
    false,
  ),
  'LNX-SSH-07': keyword(
    'MACs',
    ['hmac-sha2-256'],
    ['hmac-sha2-256,hmac-md5', 'hmac-sha1-96-etm@openssh.com'],
    'pass',
    false,
  ),
  'LNX-SSH-08': {
    ...keyword(
      'KexAlgorithms',
      ['curve25519-sha256'],
      ['curve25519-sha256,diffie-hellman-group14-sha1'],
      'pass',
      false,
    ),
    pass: [...sshd('KexAlgorithms curve25519-sha256\n'), live('', 'kexalgorithms curve25519-sha256\n')],
    unknown: [shut('/etc/ssh/sshd_config'), ...sshd('Port 22\n', 'KexAlgorithms +curve25519-sha256\n')],
  },
  'LNX-SSH-09': keyword('UsePAM', ['yes'], ['no'], 'fail'),
  'LNX-SSH-10': {
    pass: [...sshd('', 'HostbasedAuthentication no\nIgnoreRhosts yes\n')],
    fail: [...sshd('HostbasedAuthentication yes\n', 'IgnoreRhosts no\n', 'Match all\nHostbasedAuthentication yes\n')],
    unknown: [shut('/etc/ssh/sshd_config'), live('', 1)],
  },
  'LNX-SSH-11': keyword('X11Forwarding', ['no'], ['yes'], 'pass'),
  'LNX-SSH-13': {
    pass: [
      rooted({
        '/etc/ssh/sshd_config': { text: '', mode: 0o600 },
        '/etc/ssh/ssh_host_rsa_key': { text: '-', mode: 0o640 },
      }),
    ],
    fail: [
      rooted({ '/etc/ssh/sshd_config': { text: '', mode: 0o644 } }),
      rooted({ '/etc/ssh/sshd_config': { text: '', mode: 0o600, owner: 5 } }),
      rooted({ '/etc/ssh/sshd_config': { text: '', mode: 0o644 }, '/etc/ssh/ssh_host_rsa_key': { unseen: 'EACCES' } }),
      rooted({
        '/etc/ssh/sshd_config': { text: '', mode: 0o600 },
        '/etc/ssh/ssh_host_rsa_key': { text: '-', mode: 0o644 },
      }),
    ],
    unknown: [
      shut('/etc/ssh/sshd_config'),
      rooted({ '/etc/ssh/sshd_config': { text: '', mode: 0o600 }, '/etc/ssh/ssh_host_rsa_key': { unseen: 'EACCES' } }),
    ],
  },
  'LNX-SSH-14': keyword('LogLevel', ['INFO', 'verbose'], ['QUIET', 'ERROR'], 'pass'),
  'LNX-AC-01': {
    pass: [
      rooted({ '/etc/login.defs': 'UMASK 027\n', '/etc/profile': 'umask 022\n', '/etc/profile.d/z.sh': 'umask 027\n' }),
      rooted({ '/etc/login.defs': 'UMASK 077\n', '/etc/profile': 'if x; then umask 0077; fi\n' }),
    ],
    fail: [
      rooted({ '/etc/login.defs': 'UMASK 022\n', '/etc/profile': 'umask 027\n' }),
      rooted({ '/etc/login.defs': 'UMASK 027\n' }),
      rooted({ '/etc/login.defs': 'UMASK 027\n', '/etc/profile': 'umask 027\n', '/etc/profile.d/z.sh': 'umask 002\n' }),
    ],
    unknown: [shut('/etc/login.defs'), shut('/etc/profile')],
  },
  'LNX-AC-02': {
    pass: [rooted({ '/etc/passwd': ROOT, '/etc/group': { text: '', mode: 0o600 } })],
    fail: [rooted({ '/etc/passwd': { text: ROOT, mode: 0o664 } }), rooted({ '/etc/group': { text: '', owner: 7 } })],
    unknown: [shut('/etc/group')],
  },
  'LNX-AC-03': {
    pass: [rooted({ '/etc/shadow': { text: '', mode: 0o640 }, '/etc/gshadow': { text: '', mode: 0 } })],
    fail: [rooted({ '/etc/shadow': { text: '', mode: 0o644 } }), rooted({ '/etc/gshadow': { text: '', mode: 0o660 } })],
    unknown: [shut('/etc/shadow')],
  },
  'LNX-AC-04': {
    pass: [rooted({ '/etc/crontab': { text: '', mode: 0o600 }, '/etc/cron.d': { folder: 0o700 } })],
    fail: [rooted({ '/etc/crontab': '' }), rooted({ '/etc/cron.daily': { folder: 0o755 } })],
    unknown: [
      shut('/etc/crontab'),
      rooted({ '/etc/crontab': { text: '', mode: 0o600 }, '/etc/cron.d': { unseen: 'EACCES' } }),
    ],
  },
  'LNX-AC-05': {
    pass: [rooted({ '/etc/crontab': '', '/etc/cron.allow': 'root\noracle\n', '/var/spool/cron/oracle': '' })],
    fail: [
      rooted({ '/etc/crontab': '' }),
      rooted({ '/etc/crontab': '', '/etc/cron.allow': 'root\n', '/var/spool/cron/oracle': '' }),
      rooted({ '/etc/crontab': '', '/etc/cron.allow': '', '/var/spool/cron/crontabs/ogg': '' }),
    ],
    unknown: [rooted({ '/etc/crontab': '', '/etc/cron.allow': 'root\n', '/var/spool/cron': { unseen: 'EACCES' } })],
  },
  'LNX-AC-06': {
    pass: [
      rooted({
        '/etc/pam.d/su':
          'auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\nauth include system-auth\n',
      }),
    ],
    fail: [
      rooted({ '/etc/pam.d/su': 'auth sufficient pam_rootok.so\n#auth required pam_wheel.so use_uid\n' }),
      rooted({ '/etc/pam.d/su': 'auth sufficient pam_wheel.so trust use_uid\n' }),
      rooted({ '/etc/pam.d/su': 'auth sufficient pam_unix.so\nauth required pam_wheel.so use_uid\n' }),
    ],
    unknown: [noPam, rooted({ '/etc/pam.d/su': { unseen: 'EACCES' } })],
  },
  'LNX-AC-13': {
    pass: [rooted({ '/etc/passwd': ROOT }), rooted({ '/etc/passwd': ROOT, '/etc/hosts.equiv': { link: '/dev/null' } })],
    fail: [
      rooted({ '/etc/passwd': ROOT, '/etc/hosts.equiv': '' }),
      rooted({ '/etc/passwd': ROOT, '/root/.netrc': 'x' }),
      rooted({ '/etc/passwd': 'ogg:x:1001:1::/home/ogg/:/bin/bash\n', '/home/ogg/.rhosts': '+ +\n' }),
    ],
    unknown: [rooted({ '/etc/passwd': ROOT, '/root/.rhosts': { unseen: 'EACCES' } }), shut('/etc/hosts.equiv')],
  },
  'LNX-AC-16': {
    pass: [
      rooted({ '/etc/os-release': KYLIN, '/etc/selinux/config': 'SELINUX=permissive\n' }),
      {
        at: { '/etc/os-release': KYLIN, '/etc/selinux/config': 'SELINUX=enforcing\n', '/sys/fs/selinux/enforce': '1' },
      },
    ],
    fail: [
      rooted({ '/etc/os-release': KYLIN, '/etc/selinux/config': 'SELINUX=disabled\n' }),
      { at: { '/etc/os-release': KYLIN, '/etc/selinux/config': 'SELINUX=enforcing\n' } },
    ],
    unknown: [
      shut('/etc/os-release'),
      rooted({ '/etc/os-release': KYLIN, '/etc/selinux/config': { unseen: 'EACCES' } }),
    ],
  },
  'LNX-AU-03': {
    pass: file('/etc/audit/auditd.conf')(AUDIT, 'Max_Log_File_Action = KEEP_LOGS\n'),
    fail: file('/etc/audit/auditd.conf')(
      '',
      AUDIT.replace('keep_logs', 'ROTATE'),
      AUDIT.replace('SYSLOG', 'halt'),
      `${AUDIT}admin_space_left_action = SINGLE\n`,
    ),
    unknown: [shut('/etc/audit/auditd.conf')],
  },
  'LNX-AU-06': {
    pass: [
      ...file('/etc/rsyslog.conf')(QUEUED, '$ActionQueueFileName q\n*.* @@10.0.0.1\n'),
      rooted({ '/etc/rsyslog.conf': '', '/etc/rsyslog.d/a.conf': QUEUED }),
    ],
    fail: file('/etc/rsyslog.conf')('*.info /var/log/messages\n', '*.* @@10.0.0.1\n', `# ${QUEUED}`),
    unknown: [
      shut('/etc/rsyslog.conf'),
      rooted({ '/etc/rsyslog.conf': QUEUED, '/etc/rsyslog.d': { unseen: 'EACCES' } }),
    ],
  },
  'LNX-AU-08': {
    pass: [
      ...file('/etc/systemd/journald.conf')('[Journal]\nStorage=persistent\nSystemMaxUse=1G\n'),
      rooted({ '/etc/systemd/journald.conf': '[Journal]\nSystemMaxUse=1G\n', '/var/log/journal': { folder: 0o755 } }),
      rooted({
        '/etc/systemd/journald.conf': '[Journal]\nStorage=volatile\nSystemMaxUse=1G\n',
        '/etc/systemd/journald.conf.d/a.conf': '[Journal]\nStorage=persistent\n',
      }),
    ],
    fail: [
      ...file('/etc/systemd/journald.conf')(
        '[Journal]\n#Storage=persistent\nSystemMaxUse=1G\n',
        '[Journal]\nStorage=persistent\n',
        '[Other]\nStorage=persistent\nSystemMaxUse=1G\n',
      ),
      rooted({
        '/usr/lib/systemd/journald.conf': '[Journal]\nStorage=persistent\nSystemMaxUse=1G\n',
        '/usr/lib/systemd/journald.conf.d/z.conf': '[Journal]\nStorage=none\n',
      }),
    ],
    unknown: [shut('/etc/systemd/journald.conf')],
  },
  'LNX-IN-05': {
    pass: [...file(SYSCTL_PATH)(ROUTING), { at: { [SYSCTL_PATH]: ROUTING, '/proc/sys/net/ipv4/ip_forward': '0\n' } }],
    fail: [
      rooted({}),
      ...file(SYSCTL_PATH)(ROUTING.replace('ip_forward = 0', 'ip_forward = 1')),
      rooted({ [SYSCTL_PATH]: ROUTING, '/etc/sysctl.conf': 'net.ipv4.conf.all.send_redirects = 1\n' }),
      rooted({ '/usr/lib/sysctl.d/90-x.conf': ROUTING, [SYSCTL_PATH]: '' }),
      { at: { [SYSCTL_PATH]: ROUTING, '/proc/sys/net/ipv4/ip_forward': '1\n' } },
    ],
    unknown: [
      shut('/etc/sysctl.d'),
      { at: { [SYSCTL_PATH]: ROUTING } },
      { at: { [SYSCTL_PATH]: ROUTING, '/proc/sys/net/ipv4/ip_forward': { unseen: 'EACCES' } } },
    ],
  },
  'LNX-IN-06': {
    pass: [...file(SYSCTL_PATH)(FILTER), { at: { [SYSCTL_PATH]: FILTER, '/proc/sys/net/ipv4/tcp_syncookies': '1\n' } }],
    fail: [
      rooted({}),
      ...file(SYSCTL_PATH)(FILTER.replace('all.rp_filter = 1', 'all.rp_filter = 0')),
      { at: { [SYSCTL_PATH]: FILTER, '/proc/sys/net/ipv4/tcp_syncookies': '0\n' } },
    ],
    unknown: [shut('/etc/sysctl.conf'), { at: { [SYSCTL_PATH]: FILTER } }],
  },
  'LNX-IN-07': {
    pass: [
      rooted(CORE),
      { at: { ...CORE, ...MEMORY } },
      rooted({ '/etc/security/limits.conf': '* - core 5\n', '/etc/security/limits.d/a.conf': '* hard core 0\n' }),
    ],
    fail: [
      rooted({}),
      rooted({ ...CORE, '/etc/security/limits.d/a.conf': '* hard core unlimited\n' }),
      rooted({ ...CORE, '/etc/sysctl.conf': 'kernel.randomize_va_space = 1\n' }),
      { at: { ...CORE, ...MEMORY, '/proc/sys/fs/suid_dumpable': '2\n' } },
    ],
    unknown: [shut('/etc/security/limits.conf'), { at: CORE }],
  },
  'LNX-IN-09': {
    pass: [
      repos('[main]\ngpgcheck=1\n', '[a]\nenabled=1\n[b]\ngpgcheck=0\nenabled=0\n'),
      repos('', '[a]\ngpgcheck = True\n'),
      repos('', ''),
    ],
    fail: [
      repos('[main]\ngpgcheck=1\n', '[a]\ngpgcheck=0\n'),
      repos('', '[a]\nenabled=1\n'),
      repos('[main]\n', '[a]\ngpgcheck=1\ngpgcheck=no\n'),
    ],
    unknown: [
      shut('/etc/os-release'),
      rooted({ '/etc/os-release': KYLIN, '/etc/yum.repos.d/a.repo': { unseen: 'EACCES' } }),
    ],
  },
  'LNX-IN-11': {
    pass: [rooted({ '/etc/os-release': KYLIN, '/etc/issue': WARNING, '/etc/issue.net': WARNING })],
    fail: [
      rooted({ '/etc/os-release': KYLIN, '/etc/issue': '\\S\nKernel \\r on an \\m\n', '/etc/issue.net': WARNING }),
      rooted({ '/etc/os-release': KYLIN, '/etc/issue': WARNING }),
      rooted({
        '/etc/os-release': KYLIN,
        '/etc/issue': 'Welcome to Kylin Linux, only for staff.\n',
        '/etc/issue.net': WARNING,
      }),
      { at: { '/etc/os-release': KYLIN, '/etc/issue': WARNING, '/etc/issue.net': WARNING } },
    ],
    unknown: [
      shut('/etc/issue'),
      {
        at: {
          '/etc/os-release': KYLIN,
          '/etc/issue': WARNING,
          '/etc/issue.net': WARNING,
          '/etc/systemd/system/ctrl-alt-del.target': { link: '/dev/null' },
        },
      },
    ],
  },
};
