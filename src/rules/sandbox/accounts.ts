/** Accounts, passwords and login rules of the sandbox server: /etc/passwd and its kin, PAM stacks, /etc/security. */
import type { HostSeed, HostText } from './seed.ts';

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly note: string;
  readonly home: string;
  readonly shell: string;
  /** `locked` has no password, `set` a generated one. */
  readonly password: 'locked' | 'set';
  readonly days: string;
}

const system = (name: string, uid: number, note: string, home: string, shell = '/sbin/nologin'): Account => {
  return { name, uid, gid: uid, note, home, shell, password: 'locked', days: '0:99999:7' };
};
const person = (name: string, uid: number, note: string): Account => {
  return { name, uid, gid: 1000, note, home: `/home/${name}`, shell: '/bin/bash', password: 'set', days: '1:90:7' };
};
const service = (name: string, uid: number, gid: number, note: string, home: string): Account => {
  return { name, uid, gid, note, home, shell: '/bin/bash', password: 'locked', days: '0:99999:7' };
};

const ACCOUNTS: readonly Account[] = [
  { ...system('root', 0, 'root', '/root', '/bin/bash'), password: 'set', days: '1:90:7' },
  system('bin', 1, 'bin', '/bin'),
  system('daemon', 2, 'daemon', '/sbin'),
  system('adm', 3, 'adm', '/var/adm'),
  system('lp', 4, 'lp', '/var/spool/lpd'),
  { ...system('sync', 5, 'sync', '/sbin', '/bin/sync'), gid: 0 },
  { ...system('shutdown', 6, 'shutdown', '/sbin', '/sbin/shutdown'), gid: 0 },
  { ...system('halt', 7, 'halt', '/sbin', '/sbin/halt'), gid: 0 },
  { ...system('mail', 8, 'mail', '/var/spool/mail'), gid: 12 },
  system('nobody', 65534, 'Kernel Overflow User', '/'),
  system('dbus', 81, 'System message bus', '/'),
  system('sshd', 74, 'Privilege-separated SSH', '/var/empty/sshd'),
  system('chrony', 993, '', '/var/lib/chrony'),
  system('zabbix', 992, 'Monitoring agent', '/var/lib/zabbix'),
  person('opsadmin', 1001, 'system assurance'),
  person('dbadmin', 1002, 'data support'),
  person('appadmin', 1003, 'application support'),
  service('invoice', 1101, 1100, 'invoice application', '/home/invoice'),
  service('oracle', 54321, 54321, 'Oracle software owner', '/home/oracle'),
  service('ogg', 54322, 54321, 'GoldenGate', '/home/ogg'),
];

const GROUPS = `root:x:0:
bin:x:1:
daemon:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
mem:x:8:
kmem:x:9:
wheel:x:10:opsadmin
cdrom:x:11:
mail:x:12:
cron:x:16:
utmp:x:22:
sshd:x:74:
dbus:x:81:
nobody:x:65534:
systemd-journal:x:190:
zabbix:x:992:
chrony:x:993:
ops:x:1000:opsadmin,dbadmin,appadmin
invoice:x:1100:appadmin
oinstall:x:54321:
dba:x:54323:oracle
`;

const passwd = (): string =>
  ACCOUNTS.map(({ name, uid, gid, note, home, shell }) => `${name}:x:${uid}:${gid}:${note}:${home}:${shell}\n`).join(
    '',
  );

const shadow = (seed: HostSeed): string =>
  ACCOUNTS.map(({ name, password, days }) => {
    const hash =
      password === 'set' ? `$6$${seed.letters(`salt ${name}`, 16)}$${seed.letters(`hash ${name}`, 86)}` : '!!';
    return `${name}:${name === 'bin' || name === 'daemon' ? '*' : hash}:20${390 + (name.length % 9)}:${days}:::\n`;
  }).join('');

const gshadow = GROUPS.replace(/^([^:]+):x:\d+:(.*)$/gm, '$1:!::$2');

const LOGIN_DEFS = `# Defaults of the shadow password suite. Values here apply to accounts made from now on.
#
# Where mail is kept.
MAIL_DIR	/var/spool/mail

# Password ageing:
#	PASS_MAX_DAYS	Days a password may be used.
#	PASS_MIN_DAYS	Days between two changes.
#	PASS_MIN_LEN	Shortest password (not used where PAM decides).
#	PASS_WARN_AGE	Days of warning before expiry.
#
PASS_MAX_DAYS	99999
PASS_MIN_DAYS	0
PASS_MIN_LEN	5
PASS_WARN_AGE	7

# Ranges of automatically chosen ids
UID_MIN                  1000
UID_MAX                 60000
SYS_UID_MIN               201
SYS_UID_MAX               999
GID_MIN                  1000
GID_MAX                 60000
SYS_GID_MIN               201
SYS_GID_MAX               999

CREATE_HOME	yes

# File mode creation mask of new home folders and of logins
UMASK           022
USERGROUPS_ENAB yes

ENCRYPT_METHOD SHA512
`;

const STACK = `#%PAM-1.0
# Kept by the system administrators; see the hardening record.
auth        required      pam_env.so
auth        required      pam_faillock.so preauth silent
auth        sufficient    pam_unix.so try_first_pass
auth        [default=die] pam_faillock.so authfail
auth        required      pam_deny.so

account     required      pam_faillock.so
account     required      pam_unix.so
account     required      pam_permit.so

password    requisite     pam_pwquality.so try_first_pass local_users_only retry=3
password    requisite     pam_pwhistory.so use_authtok remember=3
password    sufficient    pam_unix.so sha512 shadow try_first_pass use_authtok
password    required      pam_deny.so

session     optional      pam_keyinit.so revoke
session     required      pam_limits.so
-session    optional      pam_systemd.so
session     required      pam_unix.so
`;

const SU = `#%PAM-1.0
auth            sufficient      pam_rootok.so
# Remove the mark below to let only members of wheel become another user.
#auth           required        pam_wheel.so use_uid
auth            substack        system-auth
account         sufficient      pam_succeed_if.so uid = 0 use_uid quiet
account         include         system-auth
password        include         system-auth
session         include         system-auth
`;

const SSHD = `#%PAM-1.0
auth       substack     password-auth
auth       include      postlogin
account    required     pam_nologin.so
account    include      password-auth
password   include      password-auth
session    required     pam_loginuid.so
session    include      password-auth
session    include      postlogin
`;

const PWQUALITY = `# Rules for new passwords
#
# How many characters may repeat from the old password.
# difok = 1
#
# Shortest acceptable password.
minlen = 6
#
# How many of the four classes (digits, upper, lower, others) are needed.
# minclass = 0
#
# dcredit = 0
# ucredit = 0
# lcredit = 0
# ocredit = 0
`;

const FAILLOCK = `# Locking of accounts after failed logins
# dir = /var/run/faillock
audit
silent
deny = 5
fail_interval = 900
unlock_time = 600
`;

const LIMITS = `# <domain>      <type>  <item>         <value>
oracle          soft    nofile          65536
oracle          hard    nofile          65536
oracle          soft    memlock         unlimited
invoice         -       nofile          65535
# End of file
`;

/** Account files, PAM stacks and /etc/security of the sandbox server. */
export const ACCOUNT_FILES: readonly HostText[] = [
  { path: 'etc/passwd', mode: 0o644, text: passwd },
  { path: 'etc/shadow', mode: 0o600, text: shadow },
  { path: 'etc/group', mode: 0o664, text: () => GROUPS },
  { path: 'etc/gshadow', mode: 0o644, text: () => gshadow },
  { path: 'etc/login.defs', mode: 0o644, text: () => LOGIN_DEFS },
  { path: 'etc/pam.d/system-auth', mode: 0o644, text: () => STACK },
  { path: 'etc/pam.d/password-auth', mode: 0o644, text: () => STACK },
  {
    path: 'etc/pam.d/postlogin',
    mode: 0o644,
    text: () => '#%PAM-1.0\nsession     optional      pam_umask.so silent\n',
  },
  { path: 'etc/pam.d/su', mode: 0o644, text: () => SU },
  { path: 'etc/pam.d/sshd', mode: 0o644, text: () => SSHD },
  { path: 'etc/pam.d/login', mode: 0o644, text: () => SSHD.replaceAll('password-auth', 'system-auth') },
  { path: 'etc/security/pwquality.conf', mode: 0o644, text: () => PWQUALITY },
  { path: 'etc/security/faillock.conf', mode: 0o644, text: () => FAILLOCK },
  { path: 'etc/security/limits.conf', mode: 0o644, text: () => LIMITS },
  {
    path: 'etc/security/limits.d/20-nproc.conf',
    mode: 0o644,
    text: () => '*          soft    nproc     4096\nroot       soft    nproc     unlimited\n',
  },
  { path: 'etc/securetty', mode: 0o600, text: () => 'console\ntty1\ntty2\n' },
];
